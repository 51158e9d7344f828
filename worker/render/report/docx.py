"""A report as an official letter with annexes (công văn, NĐ 30/2020/NĐ-CP, annexes I and III).

Sections that are no annex are the letter's own text. The office fills in number and signature.
"""

from collections.abc import Sequence

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt

from worker.i18n import text
from worker.render.report.document import Chart, Document, Letterhead, Paragraph, Section, Table
from worker.render.report.docx_charts import add_chart
from worker.render.report.docx_letterhead import (
    add_foot,
    add_head,
    add_short_line,
    authority_of,
    day_parts,
    number_of,
)
from worker.render.report.docx_package import packed
from worker.render.report.docx_styles import BODY, prepare, set_paper, text_width
from worker.render.report.docx_tables import add_table
from worker.render.report.docx_widths import is_wide
from worker.render.report.docx_xml import count_pages_from_one, shrink_last_paragraph
from worker.render.report.values import line, printed

_NUMERALS = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
_ANNEX_LINE, _AIR = 40, 3
_END, _END_OF_LETTER = ".", "./."


def letter(document: Document) -> bytes:
    """The docx in the language in use; the same document gives the same bytes.

    It names the office and nobody, and is dated to the day of the letterhead.
    """
    writer = _Writer(document)
    writer.write()
    return packed(writer.file, document)


class _Writer:
    """A letter being written from the top."""

    def __init__(self, document: Document) -> None:
        self.file = docx.Document()
        self._document = document
        self._landscape = False
        prepare(self.file)

    def write(self) -> None:
        head = self._document.letterhead
        sections = self._document.sections
        annexes = [section for section in sections if section.is_annex]
        add_head(self.file, head)
        self._write_body([section for section in sections if not section.is_annex])
        add_foot(self.file, head)
        for place, section in enumerate(annexes, start=1):
            self._begin_annex(section)
            self._write_annex_head(section, roman(place) if len(annexes) > 1 else "", head)
            self._write_blocks(section)

    def _write_body(self, sections: Sequence[Section]) -> None:
        for section in sections:
            if section.title:
                self.file.add_heading(line(section.title), 2)
            self._write_blocks(section)
        self._end_letter()

    def _end_letter(self) -> None:
        """The mark that nothing was added behind; the signature stays with the last lines."""
        last = self.file.paragraphs[-1]
        if last.style is not None and last.style.name == "Body Text" and last.text.endswith(_END):
            last.runs[-1].text = last.runs[-1].text.removesuffix(_END) + _END_OF_LETTER
        last.paragraph_format.keep_with_next = True

    def _begin_annex(self, section: Section) -> None:
        """A new page, lying where a table is wide; its pages are counted from 1."""
        self._landscape = any(
            is_wide(block) for block in section.blocks if isinstance(block, Table)
        )
        begun = self.file.add_section()
        shrink_last_paragraph(self.file.element.body)
        set_paper(begun, landscape=self._landscape)
        count_pages_from_one(self.file.element.body)

    def _write_annex_head(self, section: Section, numeral: str, head: Letterhead) -> None:
        name = text("report.letter.annex", number=numeral) if numeral else _only_annex()
        heading = self.file.add_heading("", 1)
        heading.add_run(name).add_break()
        heading.add_run(line(section.title).upper())
        heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
        words = text(
            "report.letter.enclosed",
            number=number_of(head),
            authority=authority_of(head),
            **day_parts(head.day),
        )
        enclosed = self.file.add_paragraph()
        enclosed.add_run(words).italic = True
        enclosed.alignment = WD_ALIGN_PARAGRAPH.CENTER
        enclosed.paragraph_format.space_after = Pt(_AIR)
        add_short_line(self.file, _ANNEX_LINE, self._room)
        self.file.paragraphs[-1].paragraph_format.space_after = Pt(BODY)

    @property
    def _room(self) -> float:
        return text_width(landscape=self._landscape)

    def _write_blocks(self, section: Section) -> None:
        for block in section.blocks:
            match block:
                case Paragraph():
                    style = "Body Text 3" if block.is_note else "Body Text"
                    self.file.add_paragraph(printed(block.text), style)
                case Table():
                    if line(block.title) != line(section.title):
                        self.file.add_heading(line(block.title), 2)
                    add_table(self.file, block, self._room)
                case Chart():
                    add_chart(self.file, block, self._room)


def roman(number: int) -> str:
    """A number as annexes are counted: 4 as IV."""
    written = ""
    for value, sign in _NUMERALS:
        while number >= value:
            written, number = written + sign, number - value
    return written


def _only_annex() -> str:
    return text("report.letter.only_annex")
