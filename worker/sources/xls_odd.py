"""Errors, formulas without values and hidden rows, read from the records of an xls ([MS-XLS]).

Only of Excel 97 and later: files of before hold their records in a stream of another name.
"""

import struct
from collections.abc import Iterator
from io import BytesIO

import olefile

from worker.core.workbook.cells import NO_VALUE
from worker.sources.odd import Odd

_STREAM = "Workbook"
_BOF, _EOF, _SHEET, _ROW, _FORMULA, _BOOL_OR_ERROR = 0x0809, 0x0A, 0x85, 0x0208, 0x06, 0x0205
_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}
_WIDE = 0x01
_HIDDEN = 0x20
# What POI writes with a formula that it leaves to Excel; Excel itself never sets it.
_WORK_OUT_WHEN_OPENED = 0x02
_NO_NUMBER, _ERROR = b"\xff\xff", 2

_Cell = tuple[tuple[int, int], str]


def odd_in_xls(content: bytes) -> dict[str, Odd]:
    """What is odd in the sheets of an xls, by their names."""
    try:
        with olefile.OleFileIO(BytesIO(content)) as packed:
            if not packed.exists(_STREAM):
                return {}
            book = packed.openstream(_STREAM).read()
        return {name: _odd(book, start) for name, start in _sheets(book)}
    except (OSError, struct.error, IndexError):
        # The reader took it for a workbook all the same, and knows what it does.
        return {}


def _sheets(book: bytes) -> Iterator[tuple[str, int]]:
    """The names of the sheets, and where their records begin."""
    for kind, data in _records(book, 0):
        if kind == _SHEET:
            (start,) = struct.unpack_from("<I", data)
            length, is_wide = data[6], data[7] & _WIDE
            name = data[8 : 8 + (2 if is_wide else 1) * length]
            yield name.decode("utf-16-le" if is_wide else "latin-1", "replace"), start


def _odd(book: bytes, start: int) -> Odd:
    cells: dict[tuple[int, int], str] = {}
    hidden: set[int] = set()
    for kind, data in _records(book, start):
        if kind == _ROW and struct.unpack_from("<H", data, 12)[0] & _HIDDEN:
            hidden.add(struct.unpack_from("<H", data)[0])
        elif kind in (_FORMULA, _BOOL_OR_ERROR):
            text = _of_formula(data) if kind == _FORMULA else _of_value(data)
            if text is not None:
                row, column = struct.unpack_from("<HH", data)
                cells[row, column] = text
    return Odd(cells, frozenset(hidden))


def _records(book: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    """The records of one part of a book; what is put inside of it, a chart, is left out."""
    at, depth = start, 0
    while at + 4 <= len(book):
        kind, size = struct.unpack_from("<HH", book, at)
        depth += (kind == _BOF) - (kind == _EOF)
        if depth <= 0:
            return
        if depth == 1:
            yield kind, book[at + 4 : at + 4 + size]
        at += 4 + size


def _of_formula(data: bytes) -> str | None:
    value = data[6:14]
    if value[6:] == _NO_NUMBER:
        return _ERRORS.get(value[2], NO_VALUE) if value[0] == _ERROR else None
    (options,) = struct.unpack_from("<H", data, 14)
    return NO_VALUE if options & _WORK_OUT_WHEN_OPENED and not any(value) else None


def _of_value(data: bytes) -> str | None:
    """An error that was put in by itself, without a formula."""
    is_error = data[7]
    return _ERRORS.get(data[6], NO_VALUE) if is_error else None
