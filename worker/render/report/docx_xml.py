"""What python-docx has no word for: pieces of WordprocessingML (ISO/IEC 29500-1, part 17)."""

from typing import Any

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length
from docx.table import _Cell
from docx.text.paragraph import Paragraph

# What the schema wants behind a border of a paragraph, the count of pages, margins and grounds.
_BEHIND_BORDER = ("w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr")
_BEHIND_PAGES = ("w:cols", "w:titlePg", "w:docGrid")
_BEHIND_MARGINS = ("w:tblLook", "w:tblCaption")
_BEHIND_SHADE = ("w:noWrap", "w:tcMar", "w:vAlign")


def element(tag: str, **attributes: str) -> Any:
    """An element ("w:shd") with attributes of the same namespace."""
    made: Any = OxmlElement(tag)
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), value)
    return made


def element_of(paragraph: Paragraph) -> Any:
    """The element that a paragraph is."""
    return paragraph.paragraph_format.element


def cell_element(cell: _Cell) -> Any:
    """The element that a cell of a table is."""
    return element_of(cell.paragraphs[0]).getparent()


def add_page_number(paragraph: Paragraph, size: Length) -> None:
    """The number of the page, which the program that opens the file works out."""
    field = element("w:fldSimple", instr=" PAGE ")
    shown = paragraph.add_run("2")
    shown.font.size = size
    run = shown.font.element
    element_of(paragraph).replace(run, field)
    field.append(run)


def draw_line_below(paragraph: Paragraph) -> None:
    """A thin line under a paragraph, as wide as its indents leave it."""
    borders = element("w:pBdr")
    borders.append(element("w:bottom", val="single", sz="6", space="1", color="000000"))
    element_of(paragraph).get_or_add_pPr().insert_element_before(borders, *_BEHIND_BORDER)


def shade(cell: _Cell, colour: str) -> None:
    """The ground of a cell, RRGGBB."""
    ground = element("w:shd", val="clear", color="auto", fill=colour)
    cell_element(cell).get_or_add_tcPr().insert_element_before(ground, *_BEHIND_SHADE)


def keep_row_whole(cell: _Cell, *, is_heading: bool = False) -> None:
    """No page break splits the row of a cell; a heading is repeated on every page."""
    properties = cell_element(cell).getparent().get_or_add_trPr()
    properties.append(element("w:cantSplit"))
    if is_heading:
        properties.append(element("w:tblHeader"))


def set_cell_margins(cell: _Cell, side: Length) -> None:
    """The room left and right in all cells of the table of a cell."""
    margins = element("w:tblCellMar")
    told = str(side.twips)
    margins.extend([element(f"w:{name}", w=told, type="dxa") for name in ("left", "right")])
    _table_properties(cell).insert_element_before(margins, *_BEHIND_MARGINS)


def count_pages_from_one(body: Any) -> None:
    """The last section of a document's body counts its pages anew."""
    properties = body.sectPr
    if properties.find(qn("w:pgNumType")) is None:
        properties.insert_element_before(element("w:pgNumType", start="1"), *_BEHIND_PAGES)


def describe_picture(paragraph: Paragraph, title: str, words: str) -> None:
    """What a picture shows, for those who do not see it."""
    for told in element_of(paragraph).xpath(".//wp:docPr"):
        told.set("title", title)
        told.set("descr", words)


def describe_table(cell: _Cell, title: str) -> None:
    """What a table is about, for those who do not see it."""
    _table_properties(cell).append(element("w:tblCaption", val=title))


def shrink_last_paragraph(body: Any) -> None:
    """The paragraph that ends a section takes no room, so that it begins no page of its own."""
    ended = body.findall(qn("w:p"))[-1].get_or_add_pPr()
    ended.insert_element_before(
        element("w:spacing", before="0", after="0", line="20", lineRule="exact"),
        "w:rPr",
        "w:sectPr",
    )


def _table_properties(cell: _Cell) -> Any:
    return cell_element(cell).getparent().getparent().tblPr
