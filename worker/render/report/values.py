"""Texts of a report made safe for files: one line, bounded, nothing invisible in them."""

from collections.abc import Sequence
from decimal import Decimal

from worker.render.mail.words import shown
from worker.render.report import formats
from worker.render.report.document import Cell, Column, Kind, Plain

# The longest text of a cell and of a paragraph; what is longer is not what it says it is.
LONGEST_CELL = 1_000
LONGEST_TEXT = 8_000
BLANK = Cell()
# A number and its sign of percent stay in one line.
_APART, _TOGETHER = " %", "\u00a0%"


def cell_text(cell: Cell, kind: Kind) -> str:
    """What people read in a cell of a column of this kind; empty where it says nothing."""
    words = shown(formats.shown(cell, kind), LONGEST_CELL)
    return words.replace(_APART, _TOGETHER) if is_number(cell.value) else words


def line(given: str) -> str:
    """A heading, a note or a paragraph."""
    return shown(given, LONGEST_TEXT)


def printed(given: str) -> str:
    """The same for paper: no line ends between a number and its sign of percent."""
    return line(given).replace(_APART, _TOGETHER)


def is_number(value: Plain) -> bool:
    """Whether one can reckon with a value."""
    return isinstance(value, int | Decimal)


def spills(row: Sequence[Cell], at: int, column: Column) -> bool:
    """Whether a text in place of a number is too long for its column, with only blanks beside."""
    is_said = column.kind is not Kind.TEXT and not is_number(row[at].value)
    long = len(cell_text(row[at], column.kind)) > column.width
    beside = row[at + 1 :]
    return is_said and long and bool(beside) and all(cell == BLANK for cell in beside)
