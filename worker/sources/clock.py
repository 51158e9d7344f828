"""Clock times as sources write them, read quickly: a page holds thousands."""

import re
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
