"""A table as a sheet: title, cut-off, headings that stay in sight, typed rows, notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from worker.i18n import text
from worker.i18n.numbers import number
from worker.render.report.document import Cell, Column, Kind, Table
from worker.render.report.marks import legend
from worker.render.report.values import cell_text, line, spills
from worker.render.report.xlsx_formats import Formats, write_text, write_value
from worker.render.report.xlsx_page import height_of, lines_of, write_across, write_back

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

MOST_ROWS = 10_000
_NARROWEST, _WIDEST, _NARROW = 6, 60, 8
# What an A4 page upright holds, in characters; a title needs this much to be read.
_UPRIGHT, _TITLE_ROOM, _SPARE = 92, 70, 10.0
_TITLE, _CUTOFF, _BACK, _ABOVE = 0, 1, 2, 4


@dataclass(frozen=True, slots=True)
class TableSheet:
    """Where a table stands in its workbook, for charts that are drawn from it."""

    name: str
    table: Table
    first: int

    @property
    def shown(self) -> int:
        """How many rows are written."""
        return min(len(self.table.rows), MOST_ROWS)

    @property
    def headings(self) -> int:
        """The row of the headings."""
        return self.first - 1


def write_table(sheet: Worksheet, formats: Formats, table: Table, cutoff: str) -> TableSheet:
    """Fill a sheet with a table of at most ``MOST_ROWS`` rows."""
    widths = _set_widths(sheet, table)
    has_above = any(column.above for column in table.columns)
    place = TableSheet(sheet.get_name(), table, _ABOVE + (2 if has_above else 1))
    write_across(sheet, formats, _TITLE, widths, line(table.title), "title")
    write_across(sheet, formats, _CUTOFF, widths, line(cutoff), "cutoff")
    write_back(sheet, formats, _BACK)
    if has_above:
        _write_above(sheet, formats, table.columns)
    _write_headings(sheet, formats, place, widths)
    _write_rows(sheet, formats, place, widths)
    last = _write_notes(sheet, formats, place, widths)
    _set_up(sheet, place, widths, last)
    return place


def _set_widths(sheet: Worksheet, table: Table) -> list[float]:
    """The widths of the columns, and of spare ones that a title over a narrow table needs."""
    widths = _widths(table)
    while sum(widths) < _TITLE_ROOM:
        widths.append(_SPARE)
    for across, width in enumerate(widths):
        sheet.set_column(across, across, width)
    return widths


def _widths(table: Table) -> list[float]:
    """As wide as each column asks, as the words of its heading and as its longest number need."""
    rows = table.rows[:MOST_ROWS]
    return [
        float(min(max(column.width, _least(column, [row[at] for row in rows])), _WIDEST))
        for at, column in enumerate(table.columns)
    ]


def _least(column: Column, cells: Sequence[Cell]) -> int:
    words = (len(word) for word in line(column.heading).split())
    values = (
        len(cell_text(cell, column.kind))
        for cell in cells
        if cell.value is not None and not isinstance(cell.value, str)
    )
    # Two more for the button of the filter, and for decimals that are always written.
    return max(*words, *values, _NARROWEST - 2, 0) + 2


def _write_above(sheet: Worksheet, formats: Formats, columns: tuple[Column, ...]) -> None:
    """The headings that neighbours share, as merged cells."""
    look = formats.named("heading")
    for above, group in groupby(enumerate(columns), key=lambda each: each[1].above):
        places = [place for place, _ in group]
        if above and len(places) > 1:
            sheet.merge_range(_ABOVE, places[0], _ABOVE, places[-1], "", look)
        for place in places[:1] if above else places:
            write_text(sheet, _ABOVE, place, line(above), look)


def _write_headings(
    sheet: Worksheet, formats: Formats, place: TableSheet, widths: Sequence[float]
) -> None:
    lines = 1
    for across, column in enumerate(place.table.columns):
        words = line(column.heading)
        write_text(sheet, place.headings, across, words, formats.named("heading"))
        lines = max(lines, lines_of(words, widths[across] - 2))
    # The button of the filter needs room beside the heading.
    sheet.set_row(place.headings, height_of(max(lines, 2)))


def _write_rows(
    sheet: Worksheet, formats: Formats, place: TableSheet, widths: Sequence[float]
) -> None:
    table = place.table
    for at, row in enumerate(table.rows[:MOST_ROWS]):
        kind = "total" if at in table.totals else "band" if at in table.bands else "row"
        lines = 1
        for across, (column, cell) in enumerate(zip(table.columns, row, strict=True)):
            alone = kind == "band" or spills(row, across, column)
            look = formats.cell(cell, _kind(column), kind, spills=alone)
            write_value(sheet, place.first + at, across, cell, look)
            if not alone:
                lines = max(lines, lines_of(cell_text(cell, column.kind), widths[across]))
        sheet.set_row(place.first + at, height_of(lines))


def _kind(column: Column) -> Kind:
    """A narrow column of counts numbers the rows, and stands in the middle like a rank."""
    is_place = column.kind is Kind.COUNT and column.width <= _NARROWEST
    return Kind.RANK if is_place else column.kind


def _write_notes(sheet: Worksheet, formats: Formats, place: TableSheet, widths: list[float]) -> int:
    """What stands under the table; gives the last row that is written."""
    table, down = place.table, place.first + place.shown
    if not table.rows:
        write_across(sheet, formats, down, widths, text("report.table.empty"), "note")
        down += 1
    left = len(table.rows) - place.shown
    more = text("report.workbook.more", shown=number(place.shown), n=number(left)) if left else ""
    for words in (more, legend(table), *map(line, table.notes)):
        if words:
            down += 1
            write_across(sheet, formats, down, widths, words, "note")
    return down


def _set_up(sheet: Worksheet, place: TableSheet, widths: list[float], last: int) -> None:
    """Frozen headings, a filter and the paper."""
    columns = place.table.columns
    sheet.freeze_panes(place.first, 2 if len(columns) > 1 and widths[0] <= _NARROW else 1)
    sheet.repeat_rows(place.headings - (place.first - _ABOVE - 1), place.headings)
    sheet.print_area(0, 0, last, len(widths) - 1)
    sheet.fit_to_pages(1, 0)
    if sum(widths) > _UPRIGHT:
        sheet.set_landscape()
    filtered = _filtered(place)
    if filtered:
        sheet.autofilter(place.headings, 0, place.headings + filtered, len(columns) - 1)


def _filtered(place: TableSheet) -> int:
    """How many rows may be sorted and filtered: totals at the end stay where they are."""
    rows = place.shown
    while rows and rows - 1 in place.table.totals:
        rows -= 1
    return rows
