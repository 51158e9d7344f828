"""Tables on paper: headings on every page, rows that stay whole, numbers at the right."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from docx.document import Document
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt, RGBColor
from docx.table import Table as Grid
from docx.table import _Cell, _Row

from worker.i18n import text
from worker.i18n.numbers import number
from worker.render.report.document import Cell, Column, Kind, Table
from worker.render.report.docx_styles import CELL
from worker.render.report.docx_widths import size_of_type, widths_of
from worker.render.report.docx_xml import (
    describe_table,
    element_of,
    keep_row_whole,
    set_cell_margins,
    shade,
)
from worker.render.report.marks import MARKS, legend
from worker.render.report.values import cell_text, is_number, line, printed, spills

MOST_ROWS = 250
_HEADING, _TOTAL, _BAND = "DCE4EE", "E8EDF3", "F1F5F9"
# Looked up by name for every cell, a style would take longer than all the rest: its id.
_STYLE = "NoSpacing"
_NOTE = "Body Text 3"
_PLACE_WIDTH = 6
# So many rows at the end stay on one page: none stands alone on the last.
_KEPT = 3
_MARGIN = 1.0
_CENTRE, _LEFT, _RIGHT = (
    WD_ALIGN_PARAGRAPH.CENTER,
    WD_ALIGN_PARAGRAPH.LEFT,
    WD_ALIGN_PARAGRAPH.RIGHT,
)


def add_table(document: Document, table: Table, room: float) -> None:
    """A table ``room`` millimetres wide and its notes, at most ``MOST_ROWS`` rows."""
    rows = table.rows[:MOST_ROWS]
    heads = 2 if any(column.above for column in table.columns) else 1
    grid = document.add_table(heads + len(rows), len(table.columns), "Table Grid")
    grid.alignment = WD_TABLE_ALIGNMENT.CENTER
    _set_widths(grid, widths_of(table, room, MOST_ROWS))
    set_cell_margins(grid.rows[0].cells[0], Mm(_MARGIN))
    describe_table(grid.rows[0].cells[0], line(table.title))
    size = size_of_type(table, room)
    _fill_headings(grid, table.columns, heads, size)
    for at, (line_of_grid, row) in enumerate(zip(_below(grid, heads), rows, strict=True)):
        ground = _TOTAL if at in table.totals else _BAND if at in table.bands else ""
        _fill_row(line_of_grid, table.columns, row, ground, size)
        if ground == _BAND or len(rows) - _KEPT <= at < len(rows) - 1:
            line_of_grid.cells[0].paragraphs[0].paragraph_format.keep_with_next = True
    _add_notes(document, table, len(rows))


def _set_widths(grid: Grid, widths: Sequence[float]) -> None:
    grid.autofit = False
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = Mm(width)
    for row in grid.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Mm(width)


def _below(grid: Grid, heads: int) -> Iterator[_Row]:
    return (row for at, row in enumerate(grid.rows) if at >= heads)


def _fill_headings(grid: Grid, columns: Sequence[Column], heads: int, size: int) -> None:
    """The headings; those that columns share stand above them, the others over both lines."""
    for row in list(grid.rows)[:heads]:
        keep_row_whole(row.cells[0], is_heading=True)
    top, bottom = grid.rows[0].cells, grid.rows[heads - 1].cells
    for at, column in enumerate(columns):
        lone = heads > 1 and not column.above
        cell = top[at].merge(bottom[at]) if lone else bottom[at]
        _write_heading(cell, line(column.heading), size)
    for above, group in groupby(enumerate(columns), key=lambda each: each[1].above):
        places = [place for place, _ in group]
        if above:
            cell = top[places[0]].merge(top[places[-1]])
            _write_heading(cell, line(above), size)


def _write_heading(cell: _Cell, words: str, size: int) -> None:
    _write(cell, words, _CENTRE, size, bold=True)
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    shade(cell, _HEADING)
    cell.paragraphs[0].paragraph_format.keep_with_next = True


def _fill_row(
    row: _Row, columns: Sequence[Column], cells: Sequence[Cell], ground: str, size: int
) -> None:
    places = row.cells
    keep_row_whole(places[0])
    for at, (column, cell) in enumerate(zip(columns, cells, strict=True)):
        alone = ground == _BAND or spills(cells, at, column)
        place = places[at].merge(places[-1]) if alone else places[at]
        look = MARKS.get(cell.mark)
        align = _LEFT if alone else _alignment(column, cell)
        _write(place, cell_text(cell, column.kind), align, size, bold=bool(ground), mark=cell.mark)
        if ground or (look and look.ground):
            shade(place, look.ground if look and look.ground else ground)
        if alone:
            break


def _alignment(column: Column, cell: Cell) -> WD_ALIGN_PARAGRAPH:
    """Numbers at the right; ranks, running numbers, days and what stands for a number centred."""
    if cell.value is None or isinstance(cell.value, str):
        return _LEFT if column.kind is Kind.TEXT else _CENTRE
    is_place = column.kind is Kind.COUNT and column.width <= _PLACE_WIDTH
    centred = is_place or column.kind is Kind.RANK or not is_number(cell.value)
    return _CENTRE if centred else _RIGHT


def _write(
    cell: _Cell,
    words: str,
    align: WD_ALIGN_PARAGRAPH,
    size: int,
    *,
    bold: bool = False,
    mark: str = "",
) -> None:
    paragraph = cell.paragraphs[0]
    element_of(paragraph).style = _STYLE
    paragraph.alignment = align
    look = MARKS.get(mark)
    run = paragraph.add_run(words)
    if size != CELL:
        run.font.size = Pt(size)
    if bold or (look and look.is_bold):
        run.bold = True
    if look:
        run.italic = look.is_italic
        run.font.color.rgb = RGBColor.from_string(look.ink)


def _add_notes(document: Document, table: Table, shown: int) -> None:
    left = len(table.rows) - shown
    more = text("report.letter.more", shown=number(shown), n=number(left)) if left else ""
    empty = "" if table.rows else text("report.table.empty")
    for words in (empty, more, legend(table), *table.notes):
        if words:
            document.add_paragraph(printed(words), _NOTE)
