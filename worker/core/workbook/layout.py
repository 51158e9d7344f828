"""Where in a sheet the table stands: its heading rows and its columns."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import pairwise

from models.types import Period
from worker.core.workbook.cells import Row, Sheet
from worker.core.workbook.count_headings import count_meaning
from worker.core.workbook.headings import COUNTS, RATES, Field, Meaning
from worker.core.workbook.list_headings import dossier_meaning
from worker.core.workbook.periods import period_in

_SEARCHED_ROWS = 60
_DEEPEST = 4
_LOOKED_AT = 50
_FEWEST_FIELDS = 2

_mere_count = re.compile(r"[\d.,\s]{1,9}")


class TableKind(StrEnum):
    """A list with one dossier a row, or a table with one unit a row."""

    DOSSIERS = "dossiers"
    COUNTS = "counts"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its place from 0, its heading from the top row down, and what it is taken for.

    ``period`` is set where the heading itself names one. ``used`` is False for what means nothing
    to us, and for the second of two columns that mean the same.
    """

    place: int
    parts: tuple[str, ...]
    meaning: Meaning | None
    period: Period | None = None
    used: bool = False

    @property
    def heading(self) -> str:
        """The heading in one line."""
        return " / ".join(self.parts)


@dataclass(frozen=True)
class Table:
    """A table found in a sheet; ``top`` and ``bottom`` are its first and last heading row.

    Both count from 0 in the sheet's rows.
    """

    sheet: Sheet
    kind: TableKind
    top: int
    bottom: int
    columns: tuple[Column, ...]

    @property
    def rows(self) -> Sequence[Row]:
        """The rows under the headings."""
        return self.sheet.rows[self.bottom + 1 :]

    @cached_property
    def places(self) -> Mapping[Field, int]:
        """Where each field stands, columns with a period of their own left out."""
        return self.places_of(None)

    def places_of(self, period: Period | None) -> Mapping[Field, int]:
        """Where each field stands for one period."""
        return {
            column.meaning.field: column.place
            for column in self.columns
            if column.used and column.meaning and column.period in (None, period)
        }

    def titles(self) -> Iterator[str]:
        """The texts above the headings, the nearest first."""
        for row in reversed(self.sheet.rows[: self.top]):
            yield from row.distinct_texts


def find_table(sheet: Sheet) -> Table | None:
    """The table of a sheet, its headings among the first rows; None where none is understood."""
    found: Table | None = None
    best = 0
    for depth in range(1, _DEEPEST + 1):
        for top in range(min(_SEARCHED_ROWS, len(sheet.rows) - depth + 1)):
            if len(sheet.rows[top].distinct_texts) < _FEWEST_FIELDS:
                continue
            table = _table(sheet, top, top + depth - 1)
            worth = _worth(table)
            if worth > best:
                found, best = table, worth
    return None if found is None else _with_lower_headings(found)


def _with_lower_headings(table: Table) -> Table:
    """The table with heading rows that say nothing new to us, but belong to its headings.

    In such a row what names the dossier or unit is merged with its heading above, or left empty.
    """
    rows = table.sheet.rows
    while table.bottom + 1 < min(len(rows), table.top + _DEEPEST):
        if not _goes_on(table, rows[table.bottom + 1]):
            break
        deeper = _table(table.sheet, table.top, table.bottom + 1)
        if deeper.kind is not table.kind or not _worth(deeper):
            break
        table = deeper
    return table


def _goes_on(table: Table, row: Row) -> bool:
    texts = row.distinct_texts
    if len(texts) < _FEWEST_FIELDS or any(_mere_count.fullmatch(text) for text in texts):
        return False
    places = table.places
    naming = [places[each] for each in (Field.CODE, Field.UNIT, Field.UNIT_CODE) if each in places]
    headings = {column.place: column.parts for column in table.columns}
    own = [row.text(place) for place in naming]
    if any(own):
        return all(text in headings[place] for place, text in zip(naming, own, strict=True))
    number = places.get(Field.NUMBER)
    return number is None or row.text(number) in ("", *headings[number])


def _table(sheet: Sheet, top: int, bottom: int) -> Table:
    headings = _headings(sheet.rows[top : bottom + 1])
    dossiers = _columns(headings, TableKind.DOSSIERS)
    table = Table(sheet, TableKind.DOSSIERS, top, bottom, dossiers)
    if _lists_dossiers(table):
        return table
    return Table(sheet, TableKind.COUNTS, top, bottom, _columns(headings, TableKind.COUNTS))


def _headings(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    """The heading of each column from the top row down, what repeats left out.

    A heading over several columns is often not merged but followed by empty cells: it is carried
    to the right, as long as the columns below have headings of their own.
    """
    width = max(len(row.cells) for row in rows)
    lines = [[row.text(place) for place in range(width)] for row in rows]
    for line, below in pairwise(lines):
        for place in range(1, width):
            if not line[place] and below[place] and below[place - 1] != "":
                line[place] = line[place - 1]
    return [_without_repeats([line[place] for line in lines]) for place in range(width)]


def _without_repeats(parts: Sequence[str]) -> tuple[str, ...]:
    kept: list[str] = []
    for part in filter(None, parts):
        if not kept or kept[-1] != part:
            kept.append(part)
    return tuple(kept)


def _columns(headings: Sequence[tuple[str, ...]], kind: TableKind) -> tuple[Column, ...]:
    columns = [
        Column(place, parts, _meaning(parts, kind), _own_period(parts, kind))
        for place, parts in enumerate(headings)
        if parts
    ]
    chosen: dict[tuple[Field, Period | None], Column] = {}
    for column in columns:
        if column.meaning is None or column.meaning.field is Field.PERSONAL:
            continue
        key = (column.meaning.field, column.period)
        if key not in chosen or column.meaning.rank < _rank(chosen[key]):
            chosen[key] = column
    used = {column.place for column in chosen.values()}
    return tuple(
        Column(each.place, each.parts, each.meaning, each.period, each.place in used)
        for each in columns
    )


def _rank(column: Column) -> int:
    return column.meaning.rank if column.meaning else 0


def _meaning(parts: Sequence[str], kind: TableKind) -> Meaning | None:
    """In a list of dossiers no count is looked for; in a count table only units and counts are."""
    meaning = dossier_meaning(parts)
    if kind is TableKind.DOSSIERS:
        return None if meaning and meaning.field is Field.PLACE else meaning
    if meaning and meaning.field is Field.PLACE:
        return Meaning(Field.UNIT, 3)
    if meaning and meaning.field in (Field.NUMBER, Field.UNIT, Field.UNIT_CODE, Field.PERSONAL):
        return meaning
    # "Ngày tiếp nhận" counts nothing; "Số hồ sơ" may.
    return count_meaning(parts) if meaning is None or meaning.field is Field.CODE else None


def _own_period(parts: Sequence[str], kind: TableKind) -> Period | None:
    if kind is TableKind.DOSSIERS:
        return None
    return next((period for period in map(period_in, parts) if period), None)


def _worth(table: Table) -> int:
    """How much of a table is understood; 0 where it is too little to be one."""
    fields = {column.meaning.field for column in table.columns if column.used and column.meaning}
    fields.discard(Field.NUMBER)
    if table.kind is TableKind.DOSSIERS:
        return len(fields) if len(fields) >= _FEWEST_FIELDS else 0
    named = fields & {Field.UNIT, Field.UNIT_CODE}
    return len(fields) if named and fields & (COUNTS | RATES) else 0


def _lists_dossiers(table: Table) -> bool:
    """Whether there is a column of codes; "Số hồ sơ" may also head a count, so there they count."""
    codes = [
        each
        for each in table.columns
        if each.used and each.meaning and each.meaning.field is Field.CODE
    ]
    if not codes or _rank(codes[0]) == 0:
        return bool(codes)
    texts = [row.text(codes[0].place) for row in table.rows[:_LOOKED_AT]]
    told = [text for text in texts if text]
    return sum(_mere_count.fullmatch(text) is not None for text in told) <= len(told) // 2
