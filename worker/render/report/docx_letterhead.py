"""What stands above and below an official letter (NĐ 30/2020/NĐ-CP, annex I, part II).

What only the office knows stays visible as dots and brackets to fill in.
"""

from collections.abc import Sequence
from datetime import date
from textwrap import wrap

from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from worker.i18n import text
from worker.render.report.document import Letterhead
from worker.render.report.docx_styles import BODY, LETTERHEAD, MOTTO, SMALL
from worker.render.report.docx_xml import draw_line_below, keep_row_whole, set_cell_margins
from worker.render.report.values import line

# Widths in millimetres: office and state side by side, copies and signature below.
_OFFICE, _STATE = 70, 95
_COPIES, _SIGNATURE = 80, 85
_MOTTO_LINE = 62
# A capital letter in millimetres, and how many there is room for beside the state's name.
_LETTER_WIDTH, _OFFICE_LETTERS = 2.9, 24
_LINE_SHARE = 0.42
# In points.
_LINE_HEIGHT, _AIR = 2, 6
_TO_INDENT = 30
_SIGNATURE_ROOM = 62
_LAST_MONTH_WITH_NOUGHT = 2
_END = " .,;"


def add_head(document: Document, head: Letterhead) -> None:
    """Office and state, number and day, subject, and to whom it goes."""
    table = _side_by_side(document, (_OFFICE, _STATE))
    left, right = table.rows[0].cells
    _add_office(left, head)
    _add_state(right)
    left, right = table.rows[1].cells
    number = _centred(left, text("report.letter.number", number=number_of(head)), MOTTO)
    subject = text("report.letter.subject", subject=_bare(head.subject))
    about = _centred(left, subject, LETTERHEAD)
    place = text("report.letter.place_day", place=line(head.place), **day_parts(head.day))
    dated = _centred(right, place, BODY, italic=True)
    for paragraph in (number, about, dated):
        paragraph.paragraph_format.space_before = Pt(_AIR)
    _add_receivers(document, head.to)


def add_foot(document: Document, head: Letterhead) -> None:
    """Copies on the left, on the right room for the signature."""
    document.add_paragraph().paragraph_format.space_after = Pt(0)
    table = _side_by_side(document, (_COPIES, _SIGNATURE), rows=1)
    left, right = table.rows[0].cells
    _paragraph(left, text("report.letter.copies"), LETTERHEAD, bold=True, italic=True)
    for words in _listed(_copies(head.copies)):
        _paragraph(left, words, SMALL)
    role = line(head.signer_role).upper() or text("report.letter.signer_role")
    _centred(right, role, BODY, bold=True)
    signer = _centred(right, text("report.letter.signer"), BODY, bold=True)
    signer.paragraph_format.space_before = Pt(_SIGNATURE_ROOM)


def number_of(head: Letterhead) -> str:
    """The number of the letter, or dots for it."""
    return line(head.number) or text("report.letter.number_blank")


def authority_of(head: Letterhead) -> str:
    """The office that the letter is from, or brackets for it."""
    return line(head.authority) or text("report.letter.authority_blank")


def day_parts(day: date) -> dict[str, object]:
    """Day, month and year; days below 10 and the months 1 and 2 have a nought in front."""
    month = f"{day.month:02}" if day.month <= _LAST_MONTH_WITH_NOUGHT else str(day.month)
    return {"day": f"{day.day:02}", "month": month, "year": day.year}


def add_short_line(holder: Document | _Cell, length: float, width: float) -> None:
    """A line of ``length`` in the middle of ``width``, in millimetres."""
    drawn = holder.add_paragraph()
    drawn.paragraph_format.left_indent = drawn.paragraph_format.right_indent = Mm(
        (width - length) / 2
    )
    drawn.paragraph_format.line_spacing = Pt(_LINE_HEIGHT)
    draw_line_below(drawn)


def _side_by_side(document: Document, widths: tuple[int, int], rows: int = 2) -> Table:
    """A table without lines, its columns so many millimetres wide."""
    table: Table = document.add_table(rows, len(widths))
    table.autofit = False
    set_cell_margins(table.rows[0].cells[0], Mm(0))
    for row in table.rows:
        keep_row_whole(row.cells[0])
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Mm(width)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    return table


def _add_office(cell: _Cell, head: Letterhead) -> None:
    for words in _balanced(line(head.authority_above).upper()):
        _centred(cell, words, LETTERHEAD)
    name = _balanced(authority_of(head).upper())
    for words in name:
        _centred(cell, words, LETTERHEAD, bold=True)
    length = max(map(len, name), default=0) * _LETTER_WIDTH * _LINE_SHARE
    add_short_line(cell, length, _OFFICE)


def _balanced(name: str) -> Sequence[str]:
    """A name in lines of about one length, as few as there is room for."""
    few = wrap(name, _OFFICE_LETTERS)
    for width in range(1, _OFFICE_LETTERS):
        lines = wrap(name, width, break_long_words=False)
        if len(lines) == len(few):
            return lines
    return few


def _add_state(cell: _Cell) -> None:
    _centred(cell, text("report.letter.nation"), LETTERHEAD, bold=True)
    _centred(cell, text("report.letter.motto"), MOTTO, bold=True)
    add_short_line(cell, _MOTTO_LINE, _STATE)


def _add_receivers(document: Document, to: Sequence[str]) -> None:
    """One behind "Kính gửi:"; several below it, a line each."""
    heading = text("report.letter.to")
    names = [_bare(name) for name in to] or [text("report.letter.to_blank")]
    first = document.add_paragraph(f"{heading} {names[0]}" if len(names) == 1 else heading)
    first.paragraph_format.space_before = Pt(BODY)
    if len(names) == 1:
        first.alignment = WD_ALIGN_PARAGRAPH.CENTER
    else:
        first.paragraph_format.left_indent = Mm(_TO_INDENT)
        for words in _listed(names):
            listed = document.add_paragraph(words)
            listed.paragraph_format.left_indent = Mm(_TO_INDENT + 20)
    document.add_paragraph()


def _copies(given: Sequence[str]) -> Sequence[str]:
    """Those named, and the office's own file where they do not name it."""
    kept = text("report.letter.copy_kept")
    names = [_bare(name) for name in given] or [text("report.letter.copy_first")]
    return names if names[-1].startswith(kept) else [*names, text("report.letter.copy_last")]


def _listed(names: Sequence[str]) -> list[str]:
    """A dash in front, a semicolon behind each, a full stop behind the last."""
    ends = [";"] * (len(names) - 1) + ["."]
    return [f"- {name}{end}" for name, end in zip(names, ends, strict=True)]


def _bare(given: str) -> str:
    """A name in one line without what ends a line."""
    return line(given).rstrip(_END)


def _centred(
    cell: _Cell, words: str, size: int, *, bold: bool = False, italic: bool = False
) -> Paragraph:
    paragraph = _paragraph(cell, words, size, bold=bold, italic=italic)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    return paragraph


def _paragraph(
    cell: _Cell, words: str, size: int, *, bold: bool = False, italic: bool = False
) -> Paragraph:
    """A paragraph in a cell; the first takes the place of the empty one that a cell begins with."""
    is_new = len(cell.paragraphs) == 1 and not cell.paragraphs[0].text
    paragraph: Paragraph = cell.paragraphs[0] if is_new else cell.add_paragraph()
    run = paragraph.add_run(words)
    run.font.size, run.bold, run.italic = Pt(size), bold, italic
    return paragraph
