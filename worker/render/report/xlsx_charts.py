"""Charts that a workbook's own program draws, one below the other on a sheet of their own.

A series is taken from the table's cells, so that a filter there is seen here. Where those cannot
be drawn as they stand, the figures stand beside the chart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from worker.i18n import text
from worker.render.report.document import Chart, Kind, Shape
from worker.render.report.values import line
from worker.render.report.xlsx_chart_cells import Beside, Cells
from worker.render.report.xlsx_chart_data import Plot, bars
from worker.render.report.xlsx_chart_looks import (
    UNSEEN,
    WIDTH,
    height_of_bars,
    height_of_lines,
    series_look,
    set_axes,
    set_frame,
    steps_look,
    steps_shown,
    values_shown,
)
from worker.render.report.xlsx_formats import Formats
from worker.render.report.xlsx_page import write_across, write_back
from worker.render.report.xlsx_table import TableSheet

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

# The printed columns, and where the figures beside them begin.
_WIDTHS = [12.0] * 10
_BESIDE = len(_WIDTHS) + 2
_FIRST_ROW = 3
# In pixels.
_ROW, _AIR = 20, 4
_PRINT_SCALE = 85
_LABELLED_POINTS = 40


class ChartSheet:
    """The sheet of charts being written from the top."""

    def __init__(self, book: Workbook, sheet: Worksheet, formats: Formats) -> None:
        self._book = book
        self._sheet = sheet
        self._formats = formats
        self._down = _FIRST_ROW
        self._breaks: list[int] = []
        for across, width in enumerate(_WIDTHS):
            sheet.set_column(across, across, width)
        self._beside = Beside(sheet, formats, _BESIDE)
        write_across(sheet, formats, 0, _WIDTHS, text("report.workbook.charts"), "title")
        write_back(sheet, formats, 1)

    def draw(self, chart: Chart, plot: Plot, place: TableSheet) -> None:
        """One chart, below it in words what it shows."""
        if self._down > _FIRST_ROW:
            self._breaks.append(self._down)
        if chart.shape is Shape.WATERFALL:
            drawn, height, last = self._waterfall(chart, plot)
        else:
            drawn, height, last = self._plain(chart, plot, place)
        drawn.set_size({"width": WIDTH, "height": height})
        options = {"description": line(chart.alt), "object_position": 3, "y_offset": _AIR}
        self._sheet.insert_chart(self._down, 0, drawn, options)
        self._down += -(-height // _ROW) + 1
        write_across(self._sheet, self._formats, self._down, _WIDTHS, line(chart.alt), "note")
        self._down = max(self._down, last) + 2

    def finish(self) -> None:
        """The paper: each chart begins a page."""
        self._sheet.set_landscape()
        self._sheet.set_print_scale(_PRINT_SCALE)
        self._sheet.set_h_pagebreaks(self._breaks)
        self._sheet.print_area(0, 0, self._down, len(_WIDTHS) - 1)

    def _plain(self, chart: Chart, plot: Plot, place: TableSheet) -> tuple[Any, int, int]:
        """Bars or lines, their height, and the last row of figures beside them."""
        lying = chart.shape is Shape.BARS
        drawn = self._book.add_chart({"type": "bar" if lying else "line"})
        kind = plot.table.columns[plot.up[0]].kind
        is_labelled = len(plot.rows) <= _LABELLED_POINTS and (lying or len(plot.up) == 1)
        shown = {"data_labels": values_shown(kind, lying=lying)} if is_labelled else {}
        cells = _in_table(plot, place) or self._beside.copy(self._down, chart.title, plot)
        for at, series in enumerate(cells.series):
            drawn.add_series({**series, **shown, **series_look(at, lying=lying)})
        set_axes(drawn, kind, plot.least, lying=lying)
        set_frame(drawn, line(chart.title), legend=len(plot.up) > 1)
        height = height_of_bars(len(plot.rows), len(plot.up)) if lying else height_of_lines()
        return drawn, height, 0 if cells.sheet == place.name else cells.last

    def _waterfall(self, chart: Chart, plot: Plot) -> tuple[Any, int, int]:
        """Lying bars stacked on an unseen base, from the top; the numbers stand behind them."""
        drawn = self._book.add_chart({"type": "bar", "subtype": "stacked"})
        steps = list(bars(plot))
        cells = self._beside.steps(self._down, chart.title, steps)
        look = steps_look(steps)
        said = UNSEEN | {"data_labels": steps_shown(steps)}
        for series, seen in zip(cells.series, (UNSEEN, look, look, said), strict=True):
            drawn.add_series({**series, **seen})
        set_axes(drawn, Kind.COUNT, min(each.low for each in steps), lying=True)
        set_frame(drawn, line(chart.title), legend=False)
        return drawn, height_of_bars(len(steps)), cells.last


def _in_table(plot: Plot, place: TableSheet) -> Cells | None:
    """The cells of the table itself, where they can be drawn as they stand."""
    if not plot.stands_as_it_is:
        return None
    first, last = place.first + plot.rows[0], place.first + plot.rows[-1]
    return Cells(place.name, place.headings, first, last, (plot.across, *plot.up))
