"""Figures beside a chart, outside the printed page, where it cannot be drawn from its table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from worker.i18n import text
from worker.render.report.document import Kind
from worker.render.report.values import line
from worker.render.report.xlsx_chart_data import Bar, Plot, heading_of, number_in
from worker.render.report.xlsx_formats import NUMBER_FORMATS, Formats, write_text
from worker.render.report.xlsx_page import height_of, lines_of

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

_WIDTH = 22
_MOST_COLUMNS = 9
# Room for the number behind the longest bar, as a share of that bar.
_ROOM = 0.12


@dataclass(frozen=True, slots=True)
class Cells:
    """Where figures stand: sheet, row of headings, first and last row, columns from the labels."""

    sheet: str
    head: int
    first: int
    last: int
    columns: Sequence[int]

    @property
    def series(self) -> Sequence[dict[str, Any]]:
        """Name, labels and values of each column behind the first, as a chart refers to them."""
        labels = self.columns[0]
        return [
            {
                "name": [self.sheet, self.head, at],
                "categories": [self.sheet, self.first, labels, self.last, labels],
                "values": [self.sheet, self.first, at, self.last, at],
            }
            for at in self.columns[1:]
        ]


class Beside:
    """The columns beside the charts of a sheet, from ``across`` on."""

    def __init__(self, sheet: Worksheet, formats: Formats, across: int) -> None:
        self._sheet = sheet
        self._formats = formats
        self._across = across
        sheet.set_column(across, across + _MOST_COLUMNS, _WIDTH)

    def copy(self, down: int, title: str, plot: Plot) -> Cells:
        """The figures of a plot; where there is none the cell is blank, so that it is a gap."""
        table = plot.table
        heads = [heading_of(table.columns[at]) for at in (plot.across, *plot.up)]
        first = self._begin(down, title, heads)
        for row, at in enumerate(plot.rows, start=first):
            write_text(self._sheet, row, self._across, plot.label(at), self._formats.named("text"))
            for place, column in enumerate(plot.up, start=self._across + 1):
                cell = table.rows[at][column]
                value = number_in(cell)
                if value is not None:
                    look = self._formats.cell(cell, table.columns[column].kind)
                    self._sheet.write_number(row, place, value, look)
        return self._cells(first, len(plot.rows), len(heads))

    def steps(self, down: int, title: str, steps: Sequence[Bar]) -> Cells:
        """Unseen base, parts above and below nought, and room for the number, for each bar."""
        names = ("content", "base", "above", "below", "room")
        first = self._begin(down, title, [text(f"report.workbook.{name}") for name in names])
        room = max(each.high - each.low for each in steps) * _ROOM
        look = self._formats.of({"num_format": NUMBER_FORMATS[Kind.COUNT]})
        for row, each in enumerate(steps, start=first):
            write_text(self._sheet, row, self._across, each.label, self._formats.named("text"))
            for place, value in enumerate((*each.parts, room), start=self._across + 1):
                self._sheet.write_number(row, place, value, look)
        return self._cells(first, len(steps), len(names))

    def _begin(self, down: int, title: str, heads: Sequence[str]) -> int:
        """What the figures are, and their headings; gives the row below."""
        words = text("report.workbook.drawn", title=line(title))
        write_text(self._sheet, down, self._across, words, self._formats.named("plain"))
        for place, head in enumerate(heads, start=self._across):
            write_text(self._sheet, down + 1, place, head, self._formats.named("heading"))
        self._sheet.set_row(down + 1, height_of(max(lines_of(head, _WIDTH) for head in heads)))
        return down + 2

    def _cells(self, first: int, rows: int, columns: int) -> Cells:
        places = range(self._across, self._across + columns)
        return Cells(self._sheet.get_name(), first - 1, first, first + rows - 1, places)
