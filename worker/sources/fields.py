"""Reading single values of a row: tolerant of form, never of meaning."""

import re
from datetime import datetime

from worker.core.times import is_never
from worker.errors import DataError
from worker.sources.clock import Clock, instant_in_any_form

Scalar = str | int | float | bool | None

_LONGEST_TEXT = 300
_LONGEST_RAW = 4000
_MOST_DIGITS = 18
_no_width = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_LARGEST = 2**31 - 1


def text_of(value: Scalar, field: str) -> str | None:
    """The trimmed text of ``value``, numbers as their digits; None where it is blank.

    White space of any kind becomes one space, and signs of no width are left out.

    Raises:
        DataError: ``text_unreadable`` (``detail`` is the field): too long, or with characters
            that no database stores.
    """
    text = value if isinstance(value, str) else _digits(value, field)
    if not text:
        return None
    if len(text) > _LONGEST_RAW:
        raise DataError("text_unreadable", field)
    if not text.isprintable():
        text = " ".join(_no_width.sub("", text).split())
        if any(ord(character) < ord(" ") for character in text):
            raise DataError("text_unreadable", field)
    text = text.strip()
    if len(text) > _LONGEST_TEXT:
        raise DataError("text_unreadable", field)
    return text or None


def number_of(value: Scalar, field: str) -> int | None:
    """The whole number in ``value``, also where it is sent as text; None where it is blank.

    Raises:
        DataError: ``number_unreadable`` (``detail`` is the field): not a whole number, or one
            that no column of the store holds.
    """
    if type(value) is int and abs(value) <= _LARGEST:
        return value
    text = text_of(value, field)
    if text is None:
        return None
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS):
        raise DataError("number_unreadable", field)
    if int(digits) > _LARGEST:
        raise DataError("number_unreadable", field)
    return int(text)


def instant_of(
    value: Scalar, field: str, clock: Clock, *, to_end_of_day: bool = False
) -> datetime | None:
    """The instant (UTC) of a Vietnamese clock time; None where there is none.

    ``clock`` is the form the source is known for. Others are read too where they can mean but one
    thing; a day without a time is its first moment, or its last ``to_end_of_day``.

    Raises:
        DataError: ``date_unreadable``: no date, or one that can mean several things.
    """
    if not value and isinstance(value, str):
        return None
    plain = clock.plain(value) if isinstance(value, str) else None
    if plain is not None:
        return plain
    text = text_of(value, field)
    if text is None or is_never(text):
        return None
    return instant_in_any_form(text, to_end_of_day=to_end_of_day)


def _digits(value: float | None, field: str) -> str:
    """A number as text, also a whole one that is sent as ``7.0``; nothing for None."""
    if value is None:
        return ""
    if type(value) is int and abs(value) < 10**_MOST_DIGITS:
        return str(value)
    if isinstance(value, bool) or value != int(value):
        raise DataError("text_unreadable", field)
    if abs(value) >= 10**_MOST_DIGITS:
        raise DataError("text_unreadable", field)
    return str(int(value))
