"""How wide the columns of a table are on paper, and whether it needs the long side of it."""

from collections.abc import Sequence

from worker.render.report.document import Column, Table
from worker.render.report.docx_styles import CELL, NARROW_CELL
from worker.render.report.values import cell_text, line

# Millimetres that a letter takes on average, by size of type.
_LETTER = {CELL: 2.0, NARROW_CELL: 1.82}
_WIDE_COLUMNS, _WIDE = 8, 100
_LONGEST_WORD = 22
# What the lines and margins of a cell take, in letters.
_PADDING = 1.5


def is_wide(table: Table) -> bool:
    """Whether a table is read better on a page that lies."""
    asked = sum(column.width for column in table.columns)
    return len(table.columns) > _WIDE_COLUMNS or asked > _WIDE


def size_of_type(table: Table, room: float) -> int:
    """In points, for a table that has ``room`` millimetres."""
    asked = sum(column.width for column in table.columns)
    return CELL if asked * _LETTER[CELL] <= room else NARROW_CELL


def widths_of(table: Table, room: float, most: int) -> list[float]:
    """The widths in millimetres, together ``room``; no word is broken while there is room.

    ``most`` rows are looked at.
    """
    letters = room / _LETTER[size_of_type(table, room)]
    least = [_least(column, _texts(table, at, most)) for at, column in enumerate(table.columns)]
    asked = [max(column.width, need) for column, need in zip(table.columns, least, strict=True)]
    more = sum(asked) - sum(least)
    if sum(asked) > letters and more and sum(least) < letters:
        share = (letters - sum(least)) / more
        asked = [need + (ask - need) * share for need, ask in zip(least, asked, strict=True)]
    return [room * width / sum(asked) for width in asked]


def _texts(table: Table, at: int, most: int) -> Sequence[str]:
    kind = table.columns[at].kind
    return [cell_text(row[at], kind) for row in table.rows[:most]]


def _least(column: Column, texts: Sequence[str]) -> float:
    """The longest word; a number with its sign of percent is one."""
    words = (word for words in (line(column.heading), *texts) for word in words.split(" "))
    return min(max(map(len, words), default=1), _LONGEST_WORD) + _PADDING
