"""Dates in cells, in every spelling that lists of dossiers come with; clocks are Vietnam's."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal

from worker.core.privacy import excerpt
from worker.core.times import FIRST_YEAR, LAST_YEAR, VIETNAM, is_never
from worker.core.workbook.cells import Cell, bare_letters, is_blank, shown
from worker.errors import DataError

# Excel counts days from here; it holds 1900 for a leap year, which no date after that feels.
_DAY_ZERO = date(1899, 12, 30)
_DAY_ZERO_1904 = date(1904, 1, 1)
# As it is shown, and as readers of spreadsheets understand it.
_DAYS_ZERO = (date(1899, 12, 30), date(1899, 12, 31), date(1904, 1, 1))
_SECONDS = 86_400
_NOON = 12
_MOST_MONTHS = 12
_LAST_SECOND = time(23, 59, 59)
_LONGEST = 60

_day = re.compile(
    r"(?<!\d)(?:(?P<d>\d{1,2})\s?[/.\-]\s?(?P<m>\d{1,2})\s?[/.\-]\s?(?P<y>\d{4})"
    r"|(?P<iy>\d{4})[/.\-](?P<im>\d{1,2})[/.\-](?P<id>\d{1,2})"
    r"|(?P<wd>\d{1,2}) thang (?P<wm>\d{1,2})(?:,| nam)? (?P<wy>\d{4}))(?!\d)"
)
_time = re.compile(
    r"(?<!\d)(?P<h>\d{1,2})\s?(?::|h|g|gio)\s?(?P<mi>\d{2})?(?:\s?(?::|p|ph|phut|m)\s?(?P<s>\d{2})?)?"
    r"(?:[.,]\d{1,9})?\s?(?:giay|s)?\s?(?P<half>am|pm|sa|ch)?(?![\da-z])"
)
_offset = re.compile(r"(?P<z>z)$|(?P<sign>[+-])(?P<oh>\d{2}):?(?P<om>\d{2})$")
_compact = re.compile(
    r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})(?:(?P<h>\d{2})(?P<mi>\d{2})(?P<s>\d{2}))?"
)
_serial = re.compile(r"\d{5}(?:[.,]\d+)?")
_nothing_else = re.compile(
    r"(?:ngay|luc|vao|thu (?:hai|ba|tu|nam|sau|bay|[2-7])|chu nhat|t|[,;()\s\-])*"
)


@dataclass(frozen=True, slots=True)
class Moment:
    """A date as a cell gives it: local clock, and whether a time of day stands with it."""

    local: datetime
    has_time: bool

    @property
    def instant(self) -> datetime:
        """The instant (UTC); that of midnight where only the day is known."""
        return self.local.astimezone(UTC)

    @property
    def end_of_day(self) -> datetime:
        """The last second of its day (UTC): by when something promised for a day must be done."""
        return datetime.combine(self.local.date(), _LAST_SECOND, VIETNAM).astimezone(UTC)


def moment_of_cell(cell: Cell, *, from_1904: bool = False) -> Moment | None:
    """The date in a cell, None where it is blank.

    Texts: ``d/m/yyyy`` with ``/``, ``-`` or ``.``, or in words (``18 tháng 7 năm 2024``), a time
    before or after it in any usual spelling (``16:30:05``, ``16h30``, ``4:30 CH``), ISO 8601,
    ``yyyyMMdd[HHmmss]``. Numbers: the same digits, or Excel's serial days. A year of two digits is
    refused. What stands for no date is none: the year 1, the end of the year 9999, and Excel's day
    0, which it makes of an empty cell that a formula refers to.

    Raises:
        DataError: ``date_unreadable``, also for years outside 1990 to 2100.
    """
    if is_blank(shown(cell)) or is_never(shown(cell)) or _is_day_zero(cell):
        return None
    try:
        found = _read(cell, from_1904=from_1904)
    except (ValueError, OverflowError):
        found = None
    if found is None or not FIRST_YEAR <= found.local.year <= LAST_YEAR:
        raise DataError("date_unreadable", excerpt(shown(cell)))
    return found


def _is_day_zero(cell: Cell) -> bool:
    if isinstance(cell, datetime):
        return cell.date() in _DAYS_ZERO
    return not isinstance(cell, bool) and cell in (0, *_DAYS_ZERO, "0", "00/01/1900", "0/1/1900")


def day_and_month(cell: Cell) -> tuple[int, int] | None:
    """The first two parts of a text like ``7/24/2024``; None where the cell is none."""
    match = _day.search(shown(cell)) if isinstance(cell, str) else None
    return (int(match["d"]), int(match["m"])) if match and match["d"] else None


def puts_month_first(cell: Cell) -> bool:
    """Whether a date makes sense only with the month before the day, as Americans write it."""
    parts = day_and_month(cell)
    return parts is not None and parts[0] <= _MOST_MONTHS < parts[1]


def fits_both_orders(cell: Cell) -> bool:
    """Whether day and month could be swapped and make another date."""
    parts = day_and_month(cell)
    return parts is not None and max(parts) <= _MOST_MONTHS and parts[0] != parts[1]


def _read(cell: Cell, *, from_1904: bool) -> Moment | None:
    match cell:
        case datetime():
            local = cell.astimezone(VIETNAM) if cell.tzinfo else cell.replace(tzinfo=VIETNAM)
            return Moment(local.replace(microsecond=0), local.time() != time.min)
        case date():
            return Moment(datetime.combine(cell, time.min, VIETNAM), has_time=False)
        case bool() | time() | None:
            return None
        case int() | float():
            return _number(shown(cell), from_1904=from_1904)
        case str():
            text = shown(cell)
            return _number(text, from_1904=from_1904) or _written(text)


def _number(text: str, *, from_1904: bool) -> Moment | None:
    if match := _compact.fullmatch(text):
        return _compact_moment(match)
    if _serial.fullmatch(text):
        return _serial_moment(Decimal(text.replace(",", ".")), from_1904=from_1904)
    return None


def _compact_moment(match: re.Match[str]) -> Moment:
    parts = [int(part or 0) for part in match.group("y", "m", "d", "h", "mi", "s")]
    year, month, day, hour, minute, second = parts
    local = datetime(year, month, day, hour, minute, second, tzinfo=VIETNAM)
    return Moment(local, has_time=match["h"] is not None)


def _serial_moment(serial: Decimal, *, from_1904: bool) -> Moment:
    seconds = round(serial * _SECONDS)
    zero = datetime.combine(_DAY_ZERO_1904 if from_1904 else _DAY_ZERO, time.min)
    local = (zero + timedelta(seconds=seconds)).replace(tzinfo=VIETNAM)
    return Moment(local, has_time=seconds % _SECONDS != 0)


def _written(text: str) -> Moment | None:
    """A date in words and signs; whatever is not part of it must be a word that may stand there."""
    words = bare_letters(text)
    day = _day.search(words)
    if day is None or len(text) > _LONGEST:
        return None
    rest = f"{words[: day.start()]} {words[day.end() :]}".strip()
    offset = _offset.search(rest)
    rest = rest[: offset.start()].strip() if offset else rest
    clock = _time.search(rest)
    left = _time.sub(" ", rest, count=1) if clock else rest
    if not _nothing_else.fullmatch(left):
        return None
    moment = datetime.combine(_day_of(day), _time_of(clock))
    local = moment.replace(tzinfo=_zone_of(offset)).astimezone(VIETNAM)
    return Moment(local, has_time=clock is not None)


def _day_of(match: re.Match[str]) -> date:
    year, month, day = (
        match["y"] or match["iy"] or match["wy"],
        match["m"] or match["im"] or match["wm"],
        match["d"] or match["id"] or match["wd"],
    )
    return date(int(year), int(month), int(day))


def _time_of(match: re.Match[str] | None) -> time:
    if match is None:
        return time.min
    hour = int(match["h"])
    if match["half"] in ("pm", "ch") and hour < _NOON:
        hour += _NOON
    elif match["half"] in ("am", "sa") and hour == _NOON:
        hour = 0
    return time(hour, int(match["mi"] or 0), int(match["s"] or 0))


def _zone_of(match: re.Match[str] | None) -> tzinfo:
    """Vietnam's, unless an offset stands with the time."""
    if match is None:
        return VIETNAM
    if match["z"]:
        return UTC
    ahead = timedelta(hours=int(match["oh"]), minutes=int(match["om"]))
    return timezone(ahead if match["sign"] == "+" else -ahead)
