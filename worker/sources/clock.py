"""Clock times as sources write them, read quickly: a page holds thousands."""

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from worker.core.privacy import excerpt
from worker.core.times import FIRST_YEAR, LAST_YEAR, local_instant
from worker.errors import DataError

_SIXTY = "([0-5][0-9])"


class Clock:
    """Reads one form of clock time.

    A plain time is put together from its hour and what is behind that, both of which come again
    and again; whatever is odd about a text, ``local_instant`` judges.
    """

    def __init__(self, hour: str, rest: str) -> None:
        """Take the form as ``strptime`` directives: up to ``%H``, and from there on."""
        self._pattern, self._hour = hour + rest, hour
        self._length = len(datetime(LAST_YEAR, 12, 31, tzinfo=UTC).strftime(hour))
        self._rest = re.compile(rest.replace("%M", _SIXTY).replace("%S", _SIXTY)).fullmatch
        # Vietnam's clocks have not been moved since 1975, so that minutes can be added to an hour.
        self._begun = lru_cache(maxsize=4096)(self._hour_of)
        self._since = lru_cache(maxsize=3600)(self._rest_of)

    def plain(self, text: str) -> datetime | None:
        """The instant (UTC) of a Vietnamese clock time; None where it takes a second look."""
        try:
            begun, since = self._begun(text[: self._length]), self._since(text[self._length :])
        except DataError:
            return None
        return None if since is None else begun + since

    def instant(self, text: str) -> datetime:
        """The instant (UTC) of a Vietnamese clock time.

        Raises:
            DataError: ``date_unreadable``: anything but a full time of this form.
        """
        plain = self.plain(text)
        return local_instant(text, self._pattern) if plain is None else plain

    def _hour_of(self, text: str) -> datetime:
        return local_instant(text, self._hour)

    def _rest_of(self, text: str) -> timedelta | None:
        match = self._rest(text)
        return match and timedelta(minutes=int(match[1]), seconds=int(match[2]))


SLASHED = Clock("%d/%m/%Y %H", ":%M:%S")
COMPACT = Clock("%Y%m%d%H", "%M%S")

# From 2001 to 2033: what begins with a 2 may be a date with its last digits cut off.
_MILLISECONDS = re.compile(r"1[0-9]{12}")
# A mere Z often stands behind a Vietnamese clock time: programs put it there as a letter.
_HAS_OFFSET = re.compile(r"T.*[+-][0-9]{2}:?[0-9]{2}$")
_FRACTION = re.compile(r"\.[0-9]{1,9}$")
_CLOCK_TIMES = (
    "%d/%m/%Y %H:%M:%S",
    "%Y%m%d%H%M%S",
    "%Y-%m-%d %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%Y-%m-%d %H:%M",
)
_DAYS = ("%d/%m/%Y", "%Y-%m-%d", "%Y%m%d")
_END_OF_DAY = "23:59:59"

_WITH_OFFSET = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.[0-9]{1,9})?"
    r"(Z|[+-][0-9]{2}:?[0-9]{2})"
)


def offset_instant(text: str) -> datetime:
    """The instant (UTC) of an ISO 8601 time with its offset: ``Z``, ``+0000`` or ``+07:00``.

    Parts of a second are dropped: the portal is told whole seconds, and what differs by less is no
    difference.

    Raises:
        DataError: ``date_unreadable``: anything else. A time without an offset might be meant in
            UTC or in Vietnam, seven hours and often a day apart, so it is not guessed.
    """
    match = _WITH_OFFSET.fullmatch(text.strip())
    if match is None:
        raise DataError("date_unreadable", excerpt(text))
    try:
        instant = datetime.fromisoformat("".join(match.groups())).astimezone(UTC)
    except (ValueError, OverflowError):
        raise DataError("date_unreadable", excerpt(text)) from None
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise DataError("date_unreadable", excerpt(text))
    return instant


def java_instant(text: str) -> datetime | None:
    """The instant (UTC) in milliseconds since 1970, as Java sends dates; None for another text."""
    if not _MILLISECONDS.fullmatch(text):
        return None
    return datetime.fromtimestamp(int(text) // 1000, UTC)


def instant_in_any_form(text: str, *, to_end_of_day: bool = False) -> datetime:
    """The instant (UTC) in a text that is no full time of the form its source is known for.

    Only forms that can mean one thing are read: with an offset in numbers, in milliseconds, or a
    Vietnamese clock time written another way.

    Args:
        text: The text.
        to_end_of_day: What is told as a day alone lasts until its end, as a promise for a day
            does; else it is the day's first moment.

    Raises:
        DataError: ``date_unreadable``.
    """
    if _HAS_OFFSET.search(text):
        return offset_instant(text)
    plain = _FRACTION.sub("", text).replace("T", " ")
    for pattern in _CLOCK_TIMES:
        with suppress(DataError):
            return local_instant(plain, pattern)
    for pattern in _DAYS:
        with suppress(DataError):
            clock = (f" {_END_OF_DAY}", " %H:%M:%S") if to_end_of_day else ("", "")
            return local_instant(plain + clock[0], pattern + clock[1])
    told = java_instant(text)
    if told is None:
        raise DataError("date_unreadable", excerpt(text))
    return told
