"""From the sheets of a file to what they say: choose the table, read it, tell what is odd."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from models.types import Period, SourceRecord, Status
from worker.core.codes import looks_like_dossier_code
from worker.core.privacy import excerpt
from worker.core.times import local_day
from worker.core.units import UnitDirectory
from worker.core.workbook.cells import Row, Sheet, column_letters
from worker.core.workbook.count_tables import read_counts
from worker.core.workbook.counts import UnitCounts
from worker.core.workbook.dossiers import DossierReader
from worker.core.workbook.doubles import told_apart
from worker.core.workbook.formula_errors import (
    CellInError,
    first_heading_in_error,
    heading_in_error,
    passed_over,
    unsolved,
)
from worker.core.workbook.headings import Field
from worker.core.workbook.layout import Table, TableKind, find_table
from worker.core.workbook.old_letters import OLD_LETTERS, Letters
from worker.core.workbook.reading import Fault, Line
from worker.core.workbook.rows import RowKind, row_kind
from worker.core.workbook.statuses import ListStatuses
from worker.core.workbook.understanding import ColumnNote, Note, Understanding
from worker.errors import NotFoundError, PermanentError

_LONGEST_HEADING = 120
_LONGEST_GROUP = 300
_SEARCHED_FOR_OLD = 60

_numbered = re.compile(r"^(?:[IVX]{1,5}|[A-Z]|\d{1,2})\s?[.)/:-]\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How a file is to be understood.

    ``sheet`` and ``period`` are found out where they are None. ``statuses`` are the office's own
    names; ``file`` is the file's name, by which rows without an id are known.
    """

    directory: UnitDirectory
    file: str
    statuses: Mapping[str, Status]
    sheet: str | None = None
    period: Period | None = None


def understand(sheets: Sequence[Sheet], asked: Asked) -> Understanding:
    """Find the table and read it.

    Raises:
        NotFoundError: ``sheet_unknown``; ``table_not_found`` where no sheet holds a list of
            dossiers or a count table, or ``table_in_old_letters`` where one would if its letters
            were of today; ``table_only_rates``.
        PermanentError: ``heading_in_error``; ``period_not_told``, ``period_not_in_table`` for a
            count table.
    """
    tables = _tables(sheets, asked)
    table = max(tables, key=lambda each: len(each.rows))
    _refuse(heading_in_error(table), table.sheet)
    others = tuple(each.sheet.name for each in tables if each is not table)
    read = _read_dossiers if table.kind is TableKind.DOSSIERS else _read_counts
    return read(table, asked, others)


def _tables(sheets: Sequence[Sheet], asked: Asked) -> list[Table]:
    """The tables to choose from: of the sheet asked for, else of all that are not hidden."""
    wanted = None if asked.sheet is None else _name(asked.sheet)
    chosen = [sheet for sheet in sheets if wanted in (None, _name(sheet.name))]
    if not chosen:
        names = ", ".join(sheet.name for sheet in sheets)
        raise NotFoundError("sheet_unknown", sheet=asked.sheet or "", sheets=names)
    shown = [sheet for sheet in chosen if asked.sheet is not None or not sheet.hidden]
    tables = [table for table in map(find_table, shown) if table is not None]
    if not tables:
        for sheet in shown:
            _refuse(first_heading_in_error(sheet), sheet)
        is_old = any(map(_is_in_old_letters, shown))
        raise NotFoundError(
            "table_in_old_letters" if is_old else "table_not_found", file=asked.file
        )
    return tables


def _refuse(broken: CellInError | None, sheet: Sheet) -> None:
    """A column without its heading would be read as if the list had none like it."""
    if broken is not None:
        raise PermanentError(
            "heading_in_error", cell=broken.address, error=broken.text, sheet=sheet.name
        )


def _name(sheet: str) -> str:
    """A sheet's name as people tell it from others: how its letters are composed can't be seen."""
    return unicodedata.normalize("NFC", sheet).strip().casefold()


def _is_in_old_letters(sheet: Sheet) -> bool:
    """Whether there would be a table if the sheet were written in letters of before Unicode."""
    first = sheet.rows[:_SEARCHED_FOR_OLD]
    return any(
        find_table(replace(sheet, rows=[_row_in(row, letters) for row in first])) is not None
        for letters in OLD_LETTERS
    )


def _row_in(row: Row, letters: Letters) -> Row:
    cells = (letters(cell) if isinstance(cell, str) else cell for cell in row.cells)
    return Row(row.number, tuple(cells))


def _read_dossiers(table: Table, asked: Asked, others: tuple[str, ...]) -> Understanding:
    reader = DossierReader(table, ListStatuses(asked.statuses), asked.directory, asked.file)
    lines: list[Line] = []
    faults: list[Fault] = []
    ignored: defaultdict[RowKind, list[int]] = defaultdict(list)
    group: str | None = None
    grouped = False
    for row in table.rows:
        kind = row_kind(table, row)
        if kind is RowKind.BLANK:
            continue
        if kind is not RowKind.DATA:
            ignored[kind].append(row.number)
            group = _group_text(row) if kind is RowKind.GROUP else group
            continue
        grouped = grouped or group is not None
        line, fault = reader.read(row, group)
        lines.append(line)
        faults += [fault] if fault else []
    kept, doubles = told_apart(lines)
    passed = passed_over(table, _records(kept))
    notes = [
        *_ways(table, reader, grouped=grouped),
        *_counted("rows_repeated", len(doubles.same)),
        *_counted("codes_repeated", len(doubles.different), example=doubles.different[:1]),
        *_counted("outside_period", _outside(kept, asked.period)),
        *_counted("errors_as_blanks", len(passed), example=passed[:1]),
    ]
    return _told(table, others, kept, {}, faults, ignored, notes)


def _records(lines: Iterable[Line]) -> set[int]:
    """The numbers of the rows that became records."""
    return {line.row for line in lines if isinstance(line.reading, SourceRecord)}


def _group_text(row: Row) -> str:
    """The name of a group of rows, without its number and what it says it is a name of."""
    text = max(row.distinct_texts, key=len)[:_LONGEST_GROUP]
    return _numbered.sub("", text).rpartition(":")[2].strip()


def _ways(table: Table, reader: DossierReader, *, grouped: bool) -> Iterable[Note]:
    """How things were read that the list doesn't tell outright."""
    if not reader.tells_status:
        yield Note("status_from_dates", {})
    if not reader.tells_units:
        yield Note("units_from_groups" if grouped else "units_from_codes", {})
    if reader.habits.due_by_day:
        yield Note("due_by_day", {})
    for field in sorted(reader.habits.month_first):
        yield Note("month_first", {"column": field.value})
    for letters in _beside(table):
        yield Note("codes_beside", {"letters": letters})
    for field in sorted(reader.blank_is_no):
        yield Note("blank_is_no", {"column": field.value})


def _beside(table: Table) -> Iterable[str]:
    """The columns that hold codes of other dossiers than the column that is read."""
    own = table.places[Field.CODE]
    for column in table.columns:
        is_code = column.meaning is not None and column.meaning.field is Field.CODE
        if (
            is_code
            and not column.used
            and any(_differ(row, own, column.place) for row in table.rows)
        ):
            yield column_letters(column.place)


def _differ(row: Row, own: int, other: int) -> bool:
    text = row.text(other)
    return text != row.text(own) and looks_like_dossier_code(text)


def _counted(key: str, count: int, example: Sequence[str] = ()) -> Iterable[Note]:
    if count:
        yield Note(key, {"count": count} | ({"example": example[0]} if example else {}))


def _outside(lines: Iterable[Line], period: Period | None) -> int:
    """How many records were not received in the period the file was said to be of."""
    if period is None:
        return 0
    received = [
        local_day(line.reading.received_at)
        for line in lines
        if isinstance(line.reading, SourceRecord) and line.reading.received_at
    ]
    return sum(not period.first <= day <= period.last for day in received)


def _read_counts(table: Table, asked: Asked, others: tuple[str, ...]) -> Understanding:
    told = read_counts(table, asked.directory, asked.file, asked.period)
    return _told(table, others, told.unreadable, told.counts, told.faults, told.ignored, told.notes)


def _told(
    table: Table,
    others: tuple[str, ...],
    lines: Sequence[Line],
    counts: Mapping[Period, tuple[UnitCounts, ...]],
    faults: Sequence[Fault],
    ignored: Mapping[RowKind, Sequence[int]],
    notes: Sequence[Note],
) -> Understanding:
    rows = table.sheet.rows
    unknown = Counter(fault.detail for fault in faults if fault.reason == "unit_unknown")
    more = [Note("other_sheets", {"sheets": ", ".join(others)})] if others else []
    more += _counted(
        "hidden_rows", sum(row.number in table.sheet.hidden_rows for row in table.rows)
    )
    never = unsolved(table)
    more += _counted("formulas_without_values", len(never), example=never[:1])
    return Understanding(
        sheet=table.sheet.name,
        other_sheets=others,
        kind=table.kind,
        headings=(rows[table.top].number, rows[table.bottom].number),
        columns=tuple(
            ColumnNote(
                column_letters(column.place),
                excerpt(column.heading, _LONGEST_HEADING),
                column.meaning.field if column.meaning else None,
                column.used,
                column.period,
            )
            for column in table.columns
        ),
        lines=tuple(lines),
        counts=dict(counts),
        faults=tuple(faults),
        ignored={kind: tuple(numbers) for kind, numbers in ignored.items()},
        unknown_units=dict(unknown.most_common()),
        notes=(*notes, *more),
    )
