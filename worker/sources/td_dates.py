"""Dates as installations of TD write them."""

import re
from datetime import datetime, timedelta

from worker.core.times import is_never, local_instant
from worker.sources.clock import COMPACT, Clock, java_instant, offset_instant
from worker.sources.fields import Scalar, text_of

_HAS_OFFSET = re.compile(r"(?:Z|[+-][0-9]{2}:?[0-9]{2})$")
_FRACTION = re.compile(r"\.[0-9]{1,9}$")

_DAY = re.compile(r"[0-9]{2}/[0-9]{2}/[0-9]{4}|[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TO_ITS_END = timedelta(days=1, seconds=-1)

_ISO = Clock("%Y-%m-%dT%H", ":%M:%S")
_ISO_BY_COLONS = ("%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S")
_TIME_BY_COLONS = ("", " %H:%M", " %H:%M:%S")
_SECONDS = 2


class TdDates:
    """Reads dates in any of TD's forms.

    These are ``20240709170000``, ISO 8601 with an offset or without, and ``09/07/2024 17:00:00``,
    shorter ones included. Without an offset a time is Vietnam's. With slashes the day comes first,
    unless ``month_first``: a .NET server that turns dates into text without a culture writes them
    as ``07/09/2024 17:00:00``, and nothing in such a text tells the two apart.
    """

    def __init__(self, *, month_first: bool = False) -> None:
        day = "%m/%d/%Y" if month_first else "%d/%m/%Y"
        self._slashed = tuple(day + time for time in _TIME_BY_COLONS)

    def instant(self, value: Scalar, field: str) -> datetime | None:
        """The instant (UTC); None where it is blank, or a date that stands for none.

        Raises:
            DataError: ``date_unreadable``, or a text that can't be read.
        """
        text = text_of(value, field)
        if text is None or is_never(text):
            return None
        if "-" not in text and "/" not in text:
            return java_instant(text) or COMPACT.instant(text)
        if "/" in text:
            return local_instant(text, self._slashed[min(text.count(":"), _SECONDS)])
        return offset_instant(text) if ":" in text and _HAS_OFFSET.search(text) else _local(text)

    def due(self, value: Scalar, field: str) -> datetime | None:
        """The same of a due date: where it is told as a day alone, the end of that day.

        Raises:
            DataError: ``date_unreadable``, or a text that can't be read.
        """
        instant, text = self.instant(value, field), text_of(value, field)
        is_day = text is not None and _DAY.fullmatch(text) is not None
        return instant + _TO_ITS_END if instant and is_day else instant


def _local(text: str) -> datetime:
    plain = _FRACTION.sub("", text).replace(" ", "T")
    colons = min(plain.count(":"), _SECONDS)
    if colons == _SECONDS:
        return _ISO.instant(plain)
    return local_instant(plain, _ISO_BY_COLONS[colons])
