"""Errors and formulas without values, read from the XML of an OpenDocument spreadsheet.

The format knows no errors. LibreOffice writes one as an empty text and marks it with an attribute
of its own; Excel writes a number, 0. Both put what is shown into the cell's paragraph.
"""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field

from worker.core.workbook.cells import NO_VALUE, is_error
from worker.sources.odd import Odd
from worker.sources.xlsx_odd import unescaped

CONTENT = "content.xml"

_LONGEST = 100

# A sheet begins, a row begins, or a cell: with something in it, or empty.
_tag = re.compile(
    rb"<table:(?:(?P<sheet>table\s[^<>]*)|(?P<row>table-row\b[^<>]*)"
    rb"|(?:covered-)?table-cell\b(?:(?P<empty>[^<>]*)/>|(?P<cell>[^<>]*)>"
    rb"(?P<inside>.*?)</table:(?:covered-)?table-cell>))",
    re.DOTALL,
)
_odd = re.compile(rb"table:formula\s*=|calcext:value-type\s*=\s*[\"']error[\"']")
_name = re.compile(rb"\btable:name\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_rows = re.compile(rb"\btable:number-rows-repeated\s*=\s*[\"']([0-9]{1,7})[\"']")
_columns = re.compile(rb"\btable:number-columns-repeated\s*=\s*[\"']([0-9]{1,7})[\"']")
_formula = re.compile(rb"\btable:formula\s*=")
_value = re.compile(rb"\boffice:value-type\s*=")
_marked = re.compile(rb"\bcalcext:value-type\s*=\s*[\"']error[\"']")
_shown = re.compile(rb"<text:p\b[^<>]*>(.*?)</text:p>", re.DOTALL)
_paragraph = re.compile(rb"<text:p\b")
_markup = re.compile(rb"<[^<>]*>")


@dataclass(slots=True)
class _Sheet:
    """A sheet that is gone through; ``row`` and ``column`` are where the next one stands."""

    name: str
    row: int = 0
    next_row: int = 0
    column: int = 0
    cells: dict[tuple[int, int], str] = field(default_factory=dict)

    def begin_row(self, attributes: bytes) -> None:
        self.row, self.column = self.next_row, 0
        self.next_row += _times(_rows, attributes)

    def take(self, attributes: bytes, inside: bytes) -> None:
        begun = self.column
        self.column += _times(_columns, attributes)
        text = _odd_text(attributes, inside) if _odd.search(attributes) else None
        if text is not None:
            self.cells |= {
                (row, column): text
                for row in range(self.row, self.next_row)
                for column in range(begun, self.column)
            }


def odd_in_ods(packed: zipfile.ZipFile) -> dict[str, Odd]:
    """What is odd in the sheets of an OpenDocument spreadsheet, by their names."""
    xml = packed.read(CONTENT)
    if not _odd.search(xml):
        return {}
    return {sheet.name: Odd(sheet.cells) for sheet in _sheets(xml)}


def _sheets(xml: bytes) -> Iterator[_Sheet]:
    sheet: _Sheet | None = None
    for match in _tag.finditer(xml):
        if match["sheet"] is not None:
            if sheet is not None:
                yield sheet
            sheet = _Sheet(_named(match["sheet"]))
        elif sheet is not None and match["row"] is not None:
            sheet.begin_row(match["row"])
        elif sheet is not None:
            sheet.take(match["empty"] or match["cell"] or b"", match["inside"] or b"")
    if sheet is not None:
        yield sheet


def _odd_text(attributes: bytes, inside: bytes) -> str | None:
    """What stands in a cell that is no value; None where it is one."""
    paragraphs = _shown.findall(inside)
    # A note on the cell has paragraphs too, before the cell's own.
    shown = _markup.sub(b"", paragraphs[-1] if paragraphs else b"").decode("utf-8", "replace")
    shown = unescaped(shown).strip()[:_LONGEST]
    if _marked.search(attributes):
        return shown if is_error(shown) else NO_VALUE
    if _value.search(attributes):
        return shown if is_error(shown) else None
    # A formula whose value is an empty text has an empty paragraph.
    return None if _paragraph.search(inside) else NO_VALUE


def _named(attributes: bytes) -> str:
    match = _name.search(attributes)
    return unescaped((match[1] or match[2] or b"").decode("utf-8", "replace")) if match else ""


def _times(pattern: re.Pattern[bytes], attributes: bytes) -> int:
    match = pattern.search(attributes)
    return max(1, int(match[1])) if match else 1
