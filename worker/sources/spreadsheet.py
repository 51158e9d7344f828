"""Opens one spreadsheet, read from standard input, in a process of its own.

A small file can be made to take any amount of memory when it is opened (one cell in the last row
and column, a long text used in every cell, repeated rows), and the reader below us then ends the
process. So this one may take only so much memory and time, and only its cells come back, as
MessagePack on standard output: formulas as their values, links not followed, texts cut.
"""

import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any
from zipfile import BadZipFile, ZipFile, is_zipfile

import msgspec
from python_calamine import (
    CalamineError,
    CalamineSheet,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    load_workbook,
)

from worker.sources.odd import NOTHING_ODD, Odd
from worker.sources.ods_odd import CONTENT, odd_in_ods
from worker.sources.xls_odd import odd_in_xls
from worker.sources.xlsx_odd import BOOK, odd_in_xlsx

MOST_MEMORY = 2 << 30
MOST_SECONDS = 120
MOST_SHEETS = 60
MOST_ROWS = 200_000
MOST_COLUMNS = 500
LONGEST_CELL = 2000
_MOST_MERGED = 2_000_000

# What the process ends with, so that the one that started it can say why.
PASSWORD = 11
BROKEN = 12
TOO_LARGE = 13

DATE, DATETIME, TIME = 1, 2, 3
_DATED: dict[int, type[date | time]] = {DATE: date, DATETIME: datetime, TIME: time}


class WireSheet(msgspec.Struct, array_like=True):
    """A sheet between the two processes; ``first_row`` is Excel's number of the first of ``rows``.

    Every row begins in column A. Dates are extensions of MessagePack, as ISO texts.
    ``hidden_rows`` are Excel's numbers too.
    """

    name: str
    hidden: bool
    first_row: int
    rows: list[list[Any]]
    hidden_rows: list[int] = []


class _TooLargeError(Exception):
    """More sheets, rows or columns than anybody looks through."""


def main() -> int:
    """Write the sheets to standard output; what the process ends with."""
    content = sys.stdin.buffer.read()
    _limit()
    try:
        sheets = list(_sheets(content))
    except PasswordError:
        return PASSWORD
    except (_TooLargeError, MemoryError):
        return TOO_LARGE
    except (CalamineError, BadZipFile, ValueError):
        return BROKEN
    sys.stdout.buffer.write(msgspec.msgpack.encode(sheets))
    return 0


def _limit() -> None:
    """Refuse to take more memory or computing time than any honest file needs."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _sheets(content: bytes) -> Iterator[WireSheet]:
    # By its content: many files bear the ending of another format.
    with load_workbook(BytesIO(content)) as workbook:
        listed = [each for each in workbook.sheets_metadata if each.typ is SheetTypeEnum.WorkSheet]
        if len(listed) > MOST_SHEETS:
            raise _TooLargeError
        odd = _odd_sheets(content)
        for each in listed:
            sheet = workbook.get_sheet_by_name(each.name)
            wire = _wire(sheet, hidden=each.visible is not SheetVisibleEnum.Visible)
            _mark(wire, odd.get(each.name, NOTHING_ODD))
            yield wire


def _odd_sheets(content: bytes) -> dict[str, Odd]:
    if not is_zipfile(BytesIO(content)):
        return odd_in_xls(content)
    with ZipFile(BytesIO(content)) as packed:
        parts = packed.namelist()
        if BOOK in parts:
            return odd_in_xlsx(packed)
        return odd_in_ods(packed) if CONTENT in parts else {}


def _mark(wire: WireSheet, odd: Odd) -> None:
    """Put what is odd about a sheet where the reader saw nothing."""
    _make_room(wire, odd)
    top = wire.first_row - 1
    for (number, column), text in odd.cells.items():
        if column < MOST_COLUMNS:
            row = wire.rows[number - top]
            row += [None] * (column + 1 - len(row))
            row[column] = text
    last = top + len(wire.rows)
    wire.hidden_rows = sorted(row + 1 for row in odd.hidden_rows if top <= row < last)


def _make_room(wire: WireSheet, odd: Odd) -> None:
    """Rows in which the reader saw nothing at all may be odd too: those before and those after."""
    if not odd.cells:
        return
    first, last = min(odd.cells)[0], max(odd.cells)[0]
    if not wire.rows:
        wire.first_row = first + 1
    top, bottom = wire.first_row - 1, wire.first_row - 2 + len(wire.rows)
    first, last = min(first, top), max(last, bottom)
    if last - first >= MOST_ROWS:
        raise _TooLargeError
    before: list[list[Any]] = [[] for _ in range(first, top)]
    wire.rows = [*before, *wire.rows, *([] for _ in range(bottom, last))]
    wire.first_row = first + 1


def _wire(sheet: CalamineSheet, *, hidden: bool) -> WireSheet:
    if sheet.start is None or sheet.end is None:
        return WireSheet(sheet.name, hidden, 1, [])
    top, left = sheet.start
    if sheet.end[0] - top >= MOST_ROWS or sheet.end[1] >= MOST_COLUMNS:
        raise _TooLargeError
    rows = [[None] * left + [_cell(cell) for cell in row] for row in sheet.to_python()]
    _fill_merged(rows, sheet, top)
    return WireSheet(sheet.name, hidden, top + 1, rows)


def _fill_merged(rows: list[list[Any]], sheet: CalamineSheet, top: int) -> None:
    """Put into every cell of a merged range what the range shows."""
    filled = 0
    for (first_row, first), (last_row, last) in sheet.merged_cell_ranges or ():
        if first_row < top or first_row - top >= len(rows) or first >= len(rows[0]):
            continue
        value = rows[first_row - top][first]
        for row in rows[first_row - top : last_row - top + 1]:
            width = min(last + 1, len(row)) - first
            row[first : first + width] = [value] * width
            filled += width
        if filled > _MOST_MERGED:
            raise _TooLargeError


def _cell(value: object) -> Any:
    """A cell in a form that MessagePack has; nothing for an empty one."""
    if isinstance(value, str):
        return value[:LONGEST_CELL] or None
    for code, kind in _DATED.items():
        if type(value) is kind:
            return msgspec.msgpack.Ext(code, value.isoformat().encode())
    return str(value) if isinstance(value, timedelta) else value


if __name__ == "__main__":
    sys.exit(main())
