"""Single values of a figure, exactly as shown: digits are never rounded, nothing is nought.

The portal tells "there was nothing to measure" by ``null`` in one group and by ``0`` in another
(index 766, zero denominators): both are kept as they are, None and "0".
"""

import re
from collections.abc import Mapping

import msgspec

from worker.errors import DataError
from worker.sources.fields import text_of

Row = Mapping[str, msgspec.Raw]

_DECIMAL = re.compile(r"-?[0-9]{1,20}(?:[.,][0-9]{1,20})?")
_EXPONENT = re.compile(r"(-?[0-9]{1,20}(?:\.[0-9]{1,20})?)[eE][+-]?[0-9]{1,2}")
_WHOLE = re.compile(r"([0-9]{1,20})(?:[.,]0{1,20})?")
_LARGEST_COUNT = 2**31 - 1  # what the store's columns hold
_NOTHING = frozenset({"", "-", "–", "không có hồ sơ", "không có số liệu"})
_ROW = msgspec.json.Decoder(dict[str, msgspec.Raw] | None)
_ROW_LISTS = msgspec.json.Decoder(list[dict[str, msgspec.Raw]] | None)


def decimal_of(row: Row, *names: str) -> str | None:
    """The number under the first of ``names`` the row has, its digits untouched.

    A decimal comma becomes a point. None where the source shows that there is nothing.

    Raises:
        DataError: ``figure_unreadable`` (``detail`` is the field): it is no number.
    """
    name, shown = _first(row, names)
    if shown is None:
        return None
    if _DECIMAL.fullmatch(shown):
        return shown.replace(",", ".")
    if _EXPONENT.fullmatch(shown):
        return shown
    raise DataError("figure_unreadable", name)


def count_of(row: Row, name: str | None) -> int | None:
    """The count under ``name``; None where there is none.

    Raises:
        DataError: ``figure_unreadable``: it is no whole number, below nought, or beyond any count.
    """
    shown = _shown(row, name) if name else None
    if shown is None:
        return None
    match = _WHOLE.fullmatch(shown)
    if match is None or int(match[1]) > _LARGEST_COUNT:
        raise DataError("figure_unreadable", name or "")
    return int(match[1])


def word_of(row: Row, name: str) -> str | None:
    """The text under ``name``; None where there is none.

    Raises:
        DataError: ``figure_unreadable``: too long, or no text.
    """
    try:
        value = msgspec.json.decode(row.get(name, b"null"), type=str | int | None)
        return text_of(value, name)
    except (msgspec.DecodeError, UnicodeDecodeError, DataError):
        raise DataError("figure_unreadable", name) from None


def row_in(row: Row, name: str) -> Row:
    """The object under ``name``, its values not yet read; empty where there is none.

    Raises:
        DataError: ``figure_unreadable``: there is something else.
    """
    try:
        return _ROW.decode(row.get(name, b"null")) or {}
    except (msgspec.DecodeError, RecursionError):
        raise DataError("figure_unreadable", name) from None


def rows_in(row: Row, name: str) -> list[dict[str, msgspec.Raw]]:
    """The objects listed under ``name``.

    Raises:
        DataError: ``figure_unreadable``: there is something else.
    """
    try:
        return _ROW_LISTS.decode(row.get(name, b"null")) or []
    except (msgspec.DecodeError, RecursionError):
        raise DataError("figure_unreadable", name) from None


def _first(row: Row, names: tuple[str, ...]) -> tuple[str, str | None]:
    name = next((each for each in names if each in row), "")
    return name, _shown(row, name)


def _shown(row: Row, name: str) -> str | None:
    """A value as it is written, without quotes; None for null and for the words for nothing."""
    written = bytes(row.get(name, b"null"))
    if written == b"null":
        return None
    if not written.startswith(b'"'):
        return written.decode("ascii", "replace")
    text = word_of(row, name) or ""
    return None if text.casefold() in _NOTHING else text
