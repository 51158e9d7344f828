"""Clock times as sources write them, read quickly: a page holds thousands."""

import re
from datetime import UTC, datetime

from worker.core.privacy import excerpt
from worker.core.times import FIRST_YEAR, LAST_YEAR, local_instant
from worker.errors import DataError

# Vietnam's clocks have not been moved since 1975, and the years below are all later.
_OFFSET = "+07:00"
_YEAR = "(?P<year>199[0-9]|20[0-9]{2})"
_MONTH_AND_DAY = {"month": "(?P<month>[0-9]{2})", "day": "(?P<day>[0-9]{2})"}


class Clock:
    """Reads one form of clock time.

    A plain time takes a short way; whatever is odd about a text, ``local_instant`` judges, so that
    both ways say the same.
    """

    def __init__(self, pattern: str, shape: str) -> None:
        """Take the form twice: as ``strptime`` directives, and as an expression.

        ``shape`` names its parts ``{year}``, ``{month}``, ``{day}`` and, as a group, ``time``.
        """
        self._pattern = pattern
        self._match = re.compile(shape.format(year=_YEAR, **_MONTH_AND_DAY)).fullmatch

    def instant(self, text: str) -> datetime:
        """The instant (UTC) of a Vietnamese clock time.

        Raises:
            DataError: ``date_unreadable``: anything but a full time of this form.
        """
        match = self._match(text)
        if match is None:
            return local_instant(text, self._pattern)
        year, month, day, time = match.group("year", "month", "day", "time")
        try:
            return datetime.fromisoformat(f"{year}-{month}-{day}T{time}{_OFFSET}").astimezone(UTC)
        except ValueError:
            return local_instant(text, self._pattern)


SLASHED = Clock(
    "%d/%m/%Y %H:%M:%S", "{day}/{month}/{year} (?P<time>[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}})"
)
COMPACT = Clock("%Y%m%d%H%M%S", "{year}{month}{day}(?P<time>[0-9]{{6}})")

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
