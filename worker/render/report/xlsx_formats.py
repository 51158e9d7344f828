"""The looks of cells: one format for each set of properties, numbers in their own forms.

Separators of decimals and thousands come from the language of the program that opens the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from worker.core.times import VIETNAM
from worker.render.mail.words import shown
from worker.render.report.document import Cell, Kind, Plain
from worker.render.report.marks import MARKS
from worker.render.report.values import LONGEST_CELL, is_number
from worker.render.spreadsheets import FORMULA_SIGNS

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

Properties = dict[str, object]

FONT = "Times New Roman"
FONT_SIZE = 11
_DAY = "dd/mm/yyyy"
NUMBER_FORMATS: Mapping[Kind, str] = {
    Kind.TEXT: "General",
    Kind.COUNT: "#,##0",
    Kind.SIGNED: "+#,##0;-#,##0;0",
    Kind.PERCENT: '0.00" %"',
    Kind.POINTS: "General",
    Kind.CHANGE: "+0.00;-0.00;0",
    Kind.RANK: "0",
    Kind.DAY: _DAY,
    Kind.INSTANT: f"hh:mm {_DAY}",
}
_DECIMALS = 2
_GRID: Properties = {"border": 1, "border_color": "#CBD5E1"}
BAND: Properties = {"bold": True, "bg_color": "#F1F5F9"}
TOTAL: Properties = {"bold": True, "bg_color": "#E8EDF3", "top": 2, "top_color": "#64748B"}
ROWS: Mapping[str, Properties] = {"row": {}, "band": BAND, "total": TOTAL}
LOOKS: Mapping[str, Properties] = {
    "title": {"bold": True, "font_size": 14, "text_wrap": True, "valign": "vcenter"},
    "name": {"bold": True, "font_size": 16, "text_wrap": True, "align": "center"},
    "under": {"align": "center", "text_wrap": True},
    "office": {"bold": True, "align": "center", "text_wrap": True},
    "cutoff": {"italic": True, "text_wrap": True},
    "link": {"font_color": "#1D4ED8", "underline": 1, "text_wrap": True, **_GRID},
    "back": {"font_color": "#1D4ED8", "underline": 1},
    "listed": {"align": "center", **_GRID},
    "part": {"bold": True, "font_size": 12, "text_wrap": True},
    "band": {**BAND, **_GRID},
    "text": {"text_wrap": True},
    "plain": {"italic": True},
    "note": {"italic": True, "font_color": "#475569", "text_wrap": True},
    "heading": {
        **_GRID,
        "bold": True,
        "text_wrap": True,
        "align": "center",
        "valign": "vcenter",
        "bg_color": "#DCE4EE",
        "border_color": "#94A3B8",
    },
}


class Formats:
    """The formats of one workbook; equal properties share one."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, object], ...], Format] = {}

    def named(self, name: str) -> Format:
        """One of ``LOOKS``."""
        return self.of(LOOKS[name])

    def of(self, properties: Mapping[str, object]) -> Format:
        """The format that has these properties besides the font of the house."""
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            base: Properties = {"font_name": FONT, "font_size": FONT_SIZE, "valign": "top"}
            self._made[key] = self._book.add_format(base | dict(properties))
        return self._made[key]

    def cell(self, cell: Cell, kind: Kind, row: str = "row", *, spills: bool = False) -> Format:
        """The format of a table's cell; ``row`` is one of ``ROWS``.

        A text that ``spills`` runs on over the blank cells beside it.
        """
        properties: Properties = {**_GRID, **ROWS[row], **_mark(cell.mark), **_value(cell, kind)}
        if spills:
            properties |= {"text_wrap": False, "align": "left", "indent": 0}
        return self.of(properties)


def write_value(sheet: Worksheet, down: int, across: int, cell: Cell, look: Format) -> None:
    """A cell of its own type; text is never a formula, a number or a link."""
    match cell.value:
        case datetime() as instant:
            local = instant.astimezone(VIETNAM).replace(tzinfo=None, microsecond=0)
            sheet.write_datetime(down, across, local, look)
        case int() | Decimal() as number:
            sheet.write_number(down, across, round(float(number), 10), look)
        case str() | None:
            write_text(sheet, down, across, cell_words(cell), look)
        case day:
            sheet.write_datetime(down, across, day, look)


def write_text(sheet: Worksheet, down: int, across: int, words: str, look: Format) -> None:
    """Text as text; an empty one leaves the cell blank in its look."""
    if words:
        sheet.write_string(down, across, words, look)
    else:
        sheet.write_blank(down, across, None, look)


def cell_words(cell: Cell) -> str:
    """The text of a cell that holds none of the other types."""
    given = cell.said if cell.value is None else str(cell.value)
    return shown(given, LONGEST_CELL)


def _mark(mark: str) -> Properties:
    look = MARKS.get(mark)
    if look is None:
        return {}
    properties: Properties = {"font_color": f"#{look.ink}"}
    properties |= {"bold": True} if look.is_bold else {}
    properties |= {"italic": True} if look.is_italic else {}
    return properties | ({"bg_color": f"#{look.ground}"} if look.ground else {})


def _value(cell: Cell, kind: Kind) -> Properties:
    """How the value itself is written."""
    if isinstance(cell.value, str) or cell.value is None:
        words: Properties = {"text_wrap": True}
        if cell_words(cell).startswith(FORMULA_SIGNS):
            words["quote_prefix"] = True
        return words | ({"indent": 1} if kind is Kind.TEXT else {"align": "center"})
    is_right = is_number(cell.value) and kind is not Kind.RANK
    return {
        "num_format": _number_format(cell.value, kind),
        "align": "right" if is_right else "center",
    }


def _number_format(value: Plain, kind: Kind) -> str:
    """The kind's own form; a value of another type than its column keeps a form of its type."""
    if is_number(value):
        return NUMBER_FORMATS[Kind.TEXT if kind in (Kind.DAY, Kind.INSTANT) else kind]
    return NUMBER_FORMATS[Kind.INSTANT if isinstance(value, datetime) else Kind.DAY]
