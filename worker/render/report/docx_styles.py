"""Paper and type of official letters (NĐ 30/2020/NĐ-CP, annex I, parts I and II)."""

from collections.abc import Sequence
from typing import Any

from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Mm, Pt, RGBColor

from worker.i18n import language
from worker.render.report.docx_xml import add_page_number, element

FONT = "Times New Roman"
# Sizes in points.
BODY, LETTERHEAD, MOTTO, SMALL, CELL, NARROW_CELL = 14, 12, 13, 11, 11, 10
_PAGE_NUMBER = 13
_LANGUAGES = {"vi": "vi-VN", "en": "en-GB"}
# A4 and its margins, in millimetres.
_SHORT, _LONG = 210, 297
_TOP, _BOTTOM, _LEFT, _RIGHT, _HEADER = 20, 20, 30, 15, 10
_FIRST_LINE = 12.7
_BLACK = RGBColor(0, 0, 0)
# Of each style its size, whether bold and italic, and the space before and after it, in points.
_STYLES = (
    ("Normal", BODY, False, False, 0, 0),
    ("Body Text", BODY, False, False, 6, 0),
    ("Body Text 3", SMALL, False, True, 3, 0),
    ("Heading 1", BODY, True, False, 0, 0),
    ("Heading 2", BODY, True, False, 10, 4),
    ("Caption", LETTERHEAD, False, True, 3, 6),
    ("No Spacing", CELL, False, False, 1, 1),
)


def prepare(document: Document) -> None:
    """Type, language and styles; the first section upright, numbered from its second page."""
    _set_defaults(document)
    for name, size, is_bold, is_italic, before, after in _STYLES:
        _set_style(document.styles[name], size, (is_bold, is_italic), (before, after))
    body = document.styles["Body Text"].paragraph_format
    body.first_line_indent = Mm(_FIRST_LINE)
    body.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    body.line_spacing = 1.15
    document.styles["Caption"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    section = document.sections[0]
    set_paper(section, landscape=False)
    section.different_first_page_header_footer = True
    numbered = section.header.paragraphs[0]
    numbered.alignment = WD_ALIGN_PARAGRAPH.CENTER
    add_page_number(numbered, Pt(_PAGE_NUMBER))


def set_paper(section: Section, *, landscape: bool) -> None:
    """A4; the margin for binding is on the left either way."""
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width = Mm(_LONG if landscape else _SHORT)
    section.page_height = Mm(_SHORT if landscape else _LONG)
    section.top_margin, section.bottom_margin = Mm(_TOP), Mm(_BOTTOM)
    section.left_margin, section.right_margin = Mm(_LEFT), Mm(_RIGHT)
    section.header_distance = section.footer_distance = Mm(_HEADER)


def text_width(*, landscape: bool) -> float:
    """The width that is left between the margins, in millimetres."""
    return float((_LONG if landscape else _SHORT) - _LEFT - _RIGHT)


def _set_defaults(document: Document) -> None:
    """One font for every script, and the language that the spelling is checked in."""
    defaults: Any = document.styles.element.find(qn("w:docDefaults"))
    run = defaults.find(f".//{qn('w:rPr')}")
    for tag in ("w:rFonts", "w:lang"):
        run.remove(run.find(qn(tag)))
    names = ("ascii", "hAnsi", "eastAsia", "cs")
    run.insert(0, element("w:rFonts", **dict.fromkeys(names, FONT)))
    told = _LANGUAGES[language()]
    run.append(element("w:lang", val=told, eastAsia=told, bidi="ar-SA"))
    spacing = defaults.find(f".//{qn('w:spacing')}")
    spacing.attrib.clear()
    spacing.set(qn("w:after"), "0")


def _set_style(style: Any, size: int, look: Sequence[bool], space: Sequence[int]) -> None:
    for theme in style.element.findall(f".//{qn('w:rFonts')}"):
        theme.getparent().remove(theme)
    style.font.name = FONT
    style.font.size = Pt(size)
    style.font.bold, style.font.italic = look
    style.font.color.rgb = _BLACK
    form = style.paragraph_format
    form.space_before, form.space_after = Pt(space[0]), Pt(space[1])
    form.line_spacing = 1.0
