"""Local text to instants and back: every clock reading of the upstreams is Asia/Ho_Chi_Minh.

Inside the program an instant is aware and in UTC; days, months and periods are local.
"""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from models.types import Period
from worker.core.privacy import excerpt
from worker.errors import DataError, PermanentError

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")

# Vietnam's clocks have not been moved since, so that a plain addition tells the time there.
_UNMOVED_SINCE = datetime(1975, 6, 13, tzinfo=UTC)
_AHEAD = timedelta(hours=7)

FIRST_YEAR = 1990
LAST_YEAR = 2100

_DIRECTIVES = {"Y": "[0-9]{4}", **dict.fromkeys("mdHMS", "[0-9]{2}")}
# What programs write where there is no date and a column takes no blank: DateTime.MinValue and
# MaxValue of .NET (CaculateTime.cs, wire.md section 12), the zeros of LGSP (wire.md section 9).
_NEVER = re.compile(
    r"(?:0000-00-00|0001-01-01|9999-12-31)(?:[T ].*)?|(?:0000|000101|999912)[0-9]{2,10}"
    r"|(?:00/00/0000|0?1/0?1/0001|31/12/9999|12/31/9999)(?: .*)?"
)
_MONTH = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})")


def local_instant(text: str, pattern: str) -> datetime:
    """Read a Vietnamese clock time as an instant.

    Stricter than ``strptime``: every field has its full number of digits, so that a cut text is
    refused instead of read as another day.

    Args:
        text: The time as received, for example ``20240718163000``.
        pattern: ``strptime`` directives out of ``%Y %m %d %H %M %S``; missing ones are 0 o'clock.

    Returns:
        The instant in UTC.

    Raises:
        DataError: ``date_unreadable``, also for years outside 1990 to 2100 (a failed computation
            in TD sends the year 1, see ``CaculateTime.cs``).
    """
    matcher, order = _reader(pattern)
    match = matcher.fullmatch(text.strip())
    if match is None:
        raise DataError("date_unreadable", excerpt(text))
    fields = dict(zip(order, map(int, match.groups()), strict=True))
    try:
        return _local_to_utc(fields)
    except ValueError as error:
        raise DataError("date_unreadable", excerpt(text)) from error


def is_never(text: str) -> bool:
    """Whether a date is no date but stands for none: one before all times, or after them."""
    return _NEVER.fullmatch(text) is not None


def local_day(instant: datetime) -> date:
    """The calendar day in Vietnam on which an aware instant falls."""
    if instant.tzinfo is UTC and instant >= _UNMOVED_SINCE:
        return (instant + _AHEAD).date()
    return instant.astimezone(VIETNAM).date()


@lru_cache(maxsize=8192)
def day_start(day: date) -> datetime:
    """The instant (UTC) of local midnight with which a day begins."""
    return datetime.combine(day, time.min, tzinfo=VIETNAM).astimezone(UTC)


def month_of(instant: datetime) -> Period:
    """The local calendar month in which an aware instant falls."""
    day = local_day(instant)
    return _month(day.year, day.month)


def parse_month(text: str) -> Period:
    """Read ``2024-07`` as the period of that month.

    Raises:
        PermanentError: ``period_unreadable``.
    """
    match = _MONTH.fullmatch(text.strip())
    if match is None or not FIRST_YEAR <= int(match["year"]) <= LAST_YEAR:
        raise PermanentError("period_unreadable", text=text)
    try:
        return _month(int(match["year"]), int(match["month"]))
    except ValueError as error:
        raise PermanentError("period_unreadable", text=text) from error


def period_start(period: Period) -> datetime:
    """The instant (UTC) of local midnight with which the first day begins."""
    return day_start(period.first)


def period_end(period: Period) -> datetime:
    """The instant (UTC) of the last second of the last day, 23:59:59 in Vietnam."""
    return day_start(period.last + timedelta(days=1)) - timedelta(seconds=1)


@lru_cache(maxsize=32)
def _reader(pattern: str) -> tuple[re.Pattern[str], Sequence[str]]:
    """The expression that reads a pattern, and the directives its groups stand for."""
    order = re.findall("%(.)", pattern)
    expression = re.escape(pattern)
    for directive in order:
        expression = expression.replace(f"%{directive}", f"({_DIRECTIVES[directive]})")
    return re.compile(expression), order


def _local_to_utc(fields: dict[str, int]) -> datetime:
    if not FIRST_YEAR <= fields["Y"] <= LAST_YEAR:
        raise ValueError(fields["Y"])
    return datetime(
        fields["Y"],
        fields["m"],
        fields["d"],
        fields.get("H", 0),
        fields.get("M", 0),
        fields.get("S", 0),
        tzinfo=VIETNAM,
    ).astimezone(UTC)


def _month(year: int, month: int) -> Period:
    first = date(year, month, 1)
    following = date(year + month // 12, month % 12 + 1, 1)
    return Period(first, following - timedelta(days=1))
