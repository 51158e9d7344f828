"""What each row under the headings is: a dossier or a unit, or something that is not read."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from itertools import pairwise

from worker.core.codes import looks_like_dossier_code
from worker.core.workbook.cells import Cell, Row, is_blank, plain_words, shown
from worker.core.workbook.headings import COUNTS, RATES, Field
from worker.core.workbook.layout import Table, TableKind

_FEWEST = 2

_total = re.compile(
    r"(?:tong(?: cong| so| hop)?|cong|total|toan tinh|tong cong toan tinh)(?: ho so)?"
)
_numbering = re.compile(r"\(?\s*(?:\d{1,2}|[a-z])\s*\)?(?:\s*=.*)?", re.IGNORECASE)
_group_number = re.compile(r"[IVX]{1,5}|[A-Z]")
_mere_count = re.compile(r"[\d.,\s]{1,9}")


class RowKind(StrEnum):
    """What a row under the headings is; only DATA is read."""

    DATA = "data"
    BLANK = "blank"
    NUMBERING = "numbering"
    HEADING = "heading"
    TOTAL = "total"
    GROUP = "group"


def row_kind(table: Table, row: Row) -> RowKind:
    """What a row under the headings is."""
    texts = row.distinct_texts
    if all(map(is_blank, texts)):
        return RowKind.BLANK
    if _is_total(row):
        return RowKind.TOTAL
    if _is_numbering(texts):
        return RowKind.NUMBERING
    if _repeats_headings(table, row):
        return RowKind.HEADING
    if table.kind is TableKind.DOSSIERS:
        return _dossier_row_kind(table, row, texts)
    return _count_row_kind(table, row)


def has_group_number(table: Table, row: Row) -> bool:
    """Whether a row is numbered I, II or A, B: a group of units, or a unit above its fields."""
    place = table.places.get(Field.NUMBER)
    return place is not None and _group_number.fullmatch(row.text(place)) is not None


def _is_total(row: Row) -> bool:
    """Whether one of the first texts of a row says that the row adds up others."""
    first = [text for text in row.distinct_texts if not _mere_count.fullmatch(text)][:2]
    return any(_total.fullmatch(plain_words(text.partition(":")[0])) for text in first)


def _is_numbering(texts: Sequence[str]) -> bool:
    """The row that numbers the columns: "(1)", "(2)", "(3)=(4)+(5)"."""
    return (
        len(texts) > _FEWEST
        and all(_numbering.fullmatch(text) for text in texts)
        and (any("(" in text for text in texts) or _counts_up(texts))
    )


def _counts_up(texts: Sequence[str]) -> bool:
    numbers = [int(text) for text in texts if text.isdigit()]
    return len(numbers) > _FEWEST and all(b == a + 1 for a, b in pairwise(numbers))


def _repeats_headings(table: Table, row: Row) -> bool:
    """Printed lists repeat their headings on every page."""
    cells = [
        (row.text(column.place), column.parts)
        for column in table.columns
        if column.used and row.text(column.place)
    ]
    return len(cells) >= _FEWEST and all(text in parts for text, parts in cells)


def _dossier_row_kind(table: Table, row: Row, texts: Sequence[str]) -> RowKind:
    places = table.places
    known = [place for field, place in places.items() if field is not Field.NUMBER]
    filled = [place for place in known if not is_blank(row.text(place))]
    code = row.text(places[Field.CODE])
    if len(texts) == 1 or filled == [places[Field.CODE]]:
        return RowKind.DATA if looks_like_dossier_code(code) else RowKind.GROUP
    if not filled or (is_blank(code) and not _is_listed(places, row, filled)):
        return RowKind.GROUP
    return RowKind.DATA


def _is_listed(places: Mapping[Field, int], row: Row, filled: Sequence[int]) -> bool:
    """Whether a row without a code still is a dossier's: it has two things that dossiers have."""
    number = places.get(Field.NUMBER)
    numbered = number is not None and row.text(number).isdigit()
    return len(filled) >= _FEWEST or numbered


def _count_row_kind(table: Table, row: Row) -> RowKind:
    told = [
        column.place
        for column in table.columns
        if column.used and column.meaning and column.meaning.field in COUNTS | RATES
    ]
    if not any(_tells(row.cell(place), row) for place in told):
        return RowKind.GROUP
    # Under a table stand who made it and who signs: no unit, and nothing counted.
    units = [table.places[each] for each in (Field.UNIT, Field.UNIT_CODE) if each in table.places]
    is_named = any(row.text(place) for place in units)
    counts = any(sign.isdigit() for place in told for sign in row.text(place))
    return RowKind.DATA if is_named or counts else RowKind.GROUP


def _tells(cell: Cell, row: Row) -> bool:
    """Whether a cell is more than the text of a group, merged over the whole row."""
    return bool(shown(cell)) and len(row.distinct_texts) > 1
