r"""Rows as text in the form of PostgreSQL's COPY, for the database that has no COPY of its own.

Columns are parted by tabs, a row ends with a line break, an unknown value is ``\N``, and what would
be taken for any of these is written with a backslash. Instants are whole numbers in our tables and
days ISO text, so the same row is the same line from either database, to the byte.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Date, Integer, LargeBinary, String

Value = int | str | bytes | None
Reader = Callable[[str], Value]

_UNKNOWN = r"\N"
_TRUTHS = {"1": "t", "0": "f", _UNKNOWN: _UNKNOWN}
_ESCAPES = {
    "\\": "\\\\",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
}
_MEANINGS = {escape[1]: meant for meant, escape in _ESCAPES.items()}
# What stands before the digits of bytes, its backslash written twice as every one is.
_BYTES = r"\\x"
_SPECIAL = re.compile(r"[\\\b\f\n\r\t\v]")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def lines_of(rows: Iterable[Sequence[Value]], columns: Sequence[Column[Any]]) -> bytes:
    """Rows as SQLite holds them, in lines."""
    truths = [place for place, column in enumerate(columns) if isinstance(column.type, Boolean)]
    return "".join(_line(row, truths) for row in rows).encode()


def rows_of(text: bytes, columns: Sequence[Column[Any]]) -> Iterator[tuple[Value, ...]]:
    """Rows as SQLite holds them, from whole lines.

    Raises:
        ValueError: A line doesn't have these columns, or a value is not of its column's kind.
    """
    readers = [_reader(column) for column in columns]
    for line in text.decode().split("\n")[:-1]:
        values = line.split("\t")
        yield tuple(
            None if value == _UNKNOWN else read(value)
            for value, read in zip(values, readers, strict=True)
        )


def _line(row: Sequence[Value], truths: Sequence[int]) -> str:
    values = [_written(value) for value in row]
    for place in truths:
        values[place] = _TRUTHS[values[place]]
    return "\t".join(values) + "\n"


def _written(value: Value) -> str:
    if value is None:
        return _UNKNOWN
    if isinstance(value, str):
        return _SPECIAL.sub(lambda found: _ESCAPES[found[0]], value)
    if isinstance(value, bytes):
        return _BYTES + value.hex()
    return str(value)


def _reader(column: Column[Any]) -> Reader:
    match column.type:
        case Boolean():
            return _truth
        case Integer():
            return int
        case String() | JSON() | Date():
            return _text
        case LargeBinary():
            return _bytes
        case _:
            message = f"{column.type} has no form in a backup"
            raise TypeError(message)


def _truth(value: str) -> int:
    return {"t": 1, "f": 0}[value]


def _bytes(value: str) -> bytes:
    if not value.startswith(_BYTES):
        raise ValueError(value)
    return bytes.fromhex(value.removeprefix(_BYTES))


def _text(value: str) -> str:
    return _ESCAPED.sub(lambda found: _MEANINGS[found[1]], value) if "\\" in value else value
