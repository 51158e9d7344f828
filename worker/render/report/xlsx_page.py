"""Sheets as paper: A4, as wide as the page, numbered; rows as high as their texts need."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from worker.i18n import text
from worker.render.report.xlsx_formats import FONT, Formats, write_text
from worker.render.report.xlsx_names import link_to

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

_A4 = 9
_LINE, _LINES_AT_MOST = 15.0, 26
# Letters are narrower than the figures that widths of columns are counted in.
_LETTERS = 1.12


def add_sheet(book: Workbook, name: str) -> Worksheet:
    """An A4 sheet with its name and page in the footer."""
    sheet = book.add_worksheet(name)
    sheet.set_paper(_A4)
    sheet.set_margins(left=0.6, right=0.4, top=0.6, bottom=0.6)
    small = f'&"{FONT}"&9'
    sheet.set_footer(f"&L{small}&A&R{small}{text('report.workbook.page')} &P/&N")
    sheet.hide_gridlines(2)
    return sheet


def lines_of(words: str, width: float) -> int:
    """How many lines a text takes in a column so many characters wide."""
    return max(1, len(wrap(words, max(int(width * _LETTERS), 1))))


def height_of(lines: int, line: float = _LINE) -> float:
    """The height of a row of so many lines, in points; Excel has a highest one."""
    return line * min(lines, _LINES_AT_MOST)


def write_across(
    sheet: Worksheet, formats: Formats, down: int, widths: list[float], words: str, look: str
) -> None:
    """A text over all columns, as high as it needs."""
    form = formats.named(look)
    if len(widths) > 1:
        sheet.merge_range(down, 0, down, len(widths) - 1, "", form)
    write_text(sheet, down, 0, words, form)
    line = _LINE * float(str(form.font_size)) / 11
    sheet.set_row(down, height_of(lines_of(words, sum(widths) * _LINE / line), line + 1))


def write_back(sheet: Worksheet, formats: Formats, down: int) -> None:
    """The way back to the cover."""
    cover = link_to(text("report.workbook.cover"))
    sheet.write_url(down, 0, cover, formats.named("back"), text("report.workbook.back"))
