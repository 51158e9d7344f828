"""Sheets of a workbook: typed cells, headings that stay in sight, paper that is filled well."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from worker.core.times import VIETNAM
from worker.i18n import text
from worker.render.mail.columns import Cell, Column
from worker.render.spreadsheets import FORMULA_SIGNS

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

_A4 = 9
# Height of a line and of a heading of two lines, in points.
_LINE, _HEADING = 15.0, 33.0
_WHOLE = "#,##0"
_LOOKS: dict[str, dict[str, object]] = {
    "text": {"valign": "top", "text_wrap": True},
    "quoted": {"valign": "top", "text_wrap": True, "quote_prefix": True},
    "line": {},
    "step": {"indent": 1},
    "moved": {"num_format": "+#,##0;-#,##0;0"},
    "instant": {"valign": "top", "align": "left", "num_format": "hh:mm dd/mm/yyyy"},
    "number": {"valign": "top", "align": "center", "num_format": _WHOLE},
    "strong": {"bold": True, "num_format": _WHOLE},
    "heading": {
        "bold": True,
        "text_wrap": True,
        "valign": "vcenter",
        "bg_color": "#E2E8F0",
        "border": 1,
    },
}


def clock_time(at: datetime) -> datetime:
    """The clock time in Vietnam, to the second, as cells hold it."""
    return at.astimezone(VIETNAM).replace(tzinfo=None, microsecond=0)


class Sheets:
    """A workbook being written, sheet by sheet."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._looks: dict[str, Format] = {
            name: book.add_format(look) for name, look in _LOOKS.items()
        }

    def add(self, name: str) -> Worksheet:
        """An A4 sheet as wide as the paper, its name and page in the footer."""
        sheet = self._book.add_worksheet(text(f"mail.sheet.{name}"))
        sheet.set_paper(_A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        sheet.set_footer(f"&L&A&R{text('mail.sheet.page')} &P/&N")
        return sheet

    def add_table(self, name: str, columns: Sequence[Column[Any]]) -> Worksheet:
        """A sheet with headings."""
        sheet = self.add(name)
        sheet.set_landscape()
        sheet.freeze_panes(1, 1)
        sheet.repeat_rows(0)
        sheet.set_row(0, _HEADING)
        for across, column in enumerate(columns):
            sheet.set_column(across, across, column.width)
            sheet.write_string(0, across, column.heading, self._looks["heading"])
        return sheet

    def write_row(
        self, sheet: Worksheet, down: int, columns: Sequence[Column[Any]], cells: Sequence[Cell]
    ) -> None:
        """A row as high as its longest text needs; not every program finds that by itself."""
        lines = 1
        for across, (column, cell) in enumerate(zip(columns, cells, strict=True)):
            self.write(sheet, down, across, cell)
            if isinstance(cell, str):
                lines = max(lines, -(-len(cell) // column.width))
        sheet.set_row(down, _LINE * lines)

    def write(
        self, sheet: Worksheet, down: int, across: int, cell: Cell, look: str | None = None
    ) -> None:
        """A cell of its own type; text is never a formula, a number or a link."""
        match cell:
            case str():
                usual = "quoted" if cell.startswith(FORMULA_SIGNS) else "text"
                sheet.write_string(down, across, cell, self._looks[look or usual])
            case datetime():
                sheet.write_datetime(down, across, clock_time(cell), self._looks["instant"])
            case int():
                sheet.write_number(down, across, cell, self._looks[look or "number"])
            case None:
                pass
