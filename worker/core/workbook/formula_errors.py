"""Cells whose formulas failed or were never worked out, in and under the headings of a table."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from worker.core.workbook.cells import NO_VALUE, Row, Sheet, column_letters, is_blank, is_error
from worker.core.workbook.layout import Table, find_table

_SEARCHED_ROWS = 60
# Without one of these there is no table; one of them may be what failed.
_NAMING = ("Mã hồ sơ", "Đơn vị")


@dataclass(frozen=True, slots=True)
class CellInError:
    """What stands in a cell instead of its value, and where: ``F12``."""

    address: str
    text: str


def heading_in_error(table: Table) -> CellInError | None:
    """The first cell of a table's headings that is no heading but an error."""
    return next(_errors(table.sheet.rows[table.top : table.bottom + 1]), None)


def first_heading_in_error(sheet: Sheet) -> CellInError | None:
    """The error but for which a sheet without a table would seem to have one."""
    first = sheet.rows[:_SEARCHED_ROWS]
    if not any(_errors(first)):
        return None
    for naming in _NAMING:
        table = find_table(replace(sheet, rows=[_mended(row, naming) for row in first]))
        if table is not None:
            return heading_in_error(replace(table, sheet=sheet))
    return None


def unsolved(table: Table) -> list[str]:
    """The cells that would be read but for their formulas, which nothing has worked out."""
    return [
        f"{column_letters(place)}{row.number}"
        for row in table.rows
        for place in _used(table)
        if row.cell(place) == NO_VALUE
    ]


def passed_over(table: Table, rows: Collection[int]) -> list[str]:
    """The cells of rows with these numbers in which an error was read as nothing."""
    return [
        f"{column_letters(place)}{row.number}"
        for row in table.rows
        for place in _used(table)
        if row.number in rows and is_error(row.text(place)) and is_blank(row.text(place))
    ]


def _used(table: Table) -> list[int]:
    return [column.place for column in table.columns if column.used]


def _errors(rows: Collection[Row]) -> Iterator[CellInError]:
    for row in rows:
        for place, text in enumerate(row.texts):
            if is_error(text):
                yield CellInError(f"{column_letters(place)}{row.number}", text)


def _mended(row: Row, naming: str) -> Row:
    return Row(
        row.number,
        tuple(
            naming if is_error(text) else cell
            for text, cell in zip(row.texts, row.cells, strict=True)
        ),
    )
