"""The first sheet: what the workbook is, as of when, what it holds, what it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from worker.i18n import text
from worker.render.report.document import Document, Paragraph, Section, Table
from worker.render.report.values import line
from worker.render.report.xlsx_formats import Formats, write_text
from worker.render.report.xlsx_names import link_to
from worker.render.report.xlsx_page import height_of, lines_of, write_across

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

_WIDTHS = [6.0, 74.0, 12.0]
_AIR = 10.0


class Cover:
    """A cover being written from the top."""

    def __init__(self, sheet: Worksheet, formats: Formats) -> None:
        self._sheet = sheet
        self._formats = formats
        self._down = 0
        for across, width in enumerate(_WIDTHS):
            sheet.set_column(across, across, width)

    def write(self, document: Document, names: Mapping[str, str], charts: str) -> None:
        """Everything on it; ``names`` are sheets by table's key, ``charts`` that of charts."""
        self._head(document)
        self._say(text("report.workbook.contents"), "part")
        self._headings()
        for section in document.sections:
            self._list(section, names)
        if charts:
            self._link("", text("report.workbook.charts"), charts, "")
        self._texts(document.sections)
        self._sheet.print_area(0, 0, self._down, len(_WIDTHS) - 1)
        self._sheet.fit_to_pages(1, 0)

    def _head(self, document: Document) -> None:
        head = document.letterhead
        self._say(line(head.authority_above).upper(), "under")
        self._say(line(head.authority).upper(), "office")
        self._rest()
        self._say(line(document.title), "name")
        self._say(line(document.subtitle), "under")
        self._say(line(document.cutoff), "under")
        self._rest()

    def _say(self, words: str, look: str) -> None:
        if words:
            write_across(self._sheet, self._formats, self._down, _WIDTHS, words, look)
            self._down += 1

    def _rest(self) -> None:
        self._sheet.set_row(self._down, _AIR)
        self._down += 1

    def _headings(self) -> None:
        for across, name in enumerate(("place", "content", "rows")):
            words = text(f"report.workbook.{name}")
            write_text(self._sheet, self._down, across, words, self._formats.named("heading"))
        self._down += 1

    def _list(self, section: Section, names: Mapping[str, str]) -> None:
        """A section's title, and its tables with the way to their sheets."""
        tables = [block for block in section.blocks if isinstance(block, Table)]
        if not tables:
            return
        for across in range(len(_WIDTHS)):
            words = "" if across != 1 else line(section.title)
            write_text(self._sheet, self._down, across, words, self._formats.named("band"))
        self._down += 1
        for table in tables:
            name = names[table.key]
            self._link(name.split(".", 1)[0], line(table.title), name, len(table.rows))

    def _link(self, place: str, words: str, name: str, rows: int | str) -> None:
        listed = self._formats.named("listed")
        shown = words or name
        self._sheet.write(self._down, 0, int(place) if place else None, listed)
        self._sheet.write_url(self._down, 1, link_to(name), self._formats.named("link"), shown)
        self._sheet.write(self._down, 2, rows, listed)
        self._sheet.set_row(self._down, height_of(lines_of(shown, _WIDTHS[1])))
        self._down += 1

    def _texts(self, sections: Sequence[Section]) -> None:
        """What the sections say in words, under their titles."""
        told = [
            (section, [block for block in section.blocks if isinstance(block, Paragraph)])
            for section in sections
        ]
        for section, paragraphs in told:
            if paragraphs:
                self._rest()
                self._say(line(section.title) or text("report.workbook.texts"), "part")
            for each in paragraphs:
                self._say(line(each.text), "note" if each.is_note else "text")
