"""Reading a count table as a whole: its periods, its units, and whether its totals add up."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from models.types import Period
from worker.core.units import UnitDirectory
from worker.core.workbook.cells import Row
from worker.core.workbook.counts import CountReader, UnitCounts, sums_differ
from worker.core.workbook.headings import COUNTS, Field
from worker.core.workbook.layout import Table
from worker.core.workbook.periods import period_in
from worker.core.workbook.reading import Fault, Line, fault_of, unreadable
from worker.core.workbook.rows import RowKind, has_group_number, row_kind
from worker.core.workbook.understanding import Note
from worker.errors import DataError, NotFoundError, PermanentError


@dataclass(slots=True)
class CountsRead:
    """What a count table says, and what is odd about it."""

    counts: dict[Period, tuple[UnitCounts, ...]] = field(default_factory=dict)
    unreadable: list[Line] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    ignored: dict[RowKind, list[int]] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)


def read_counts(
    table: Table, directory: UnitDirectory, file: str, period: Period | None
) -> CountsRead:
    """The counts of each unit, for every period the table shows or for the one asked for.

    Raises:
        NotFoundError: ``table_only_rates``: shares alone can't be compared dossier by dossier.
        PermanentError: ``period_not_told`` where neither the table nor anybody names a period;
            ``period_not_in_table`` where its columns are of other periods than the one asked for.
    """
    if not any(column.meaning.field in COUNTS for column in table.columns if column.meaning):
        raise NotFoundError("table_only_rates", sheet=table.sheet.name)
    read = CountsRead()
    for each in _periods(table, period):
        _read_period(table, CountReader(table.places_of(each), directory, each), file, each, read)
    return read


def _periods(table: Table, asked: Period | None) -> Sequence[Period]:
    own = sorted({column.period for column in table.columns if column.used and column.period})
    if own and asked is not None and asked not in own:
        raise PermanentError("period_not_in_table", sheet=table.sheet.name)
    if own:
        return own if asked is None else [asked]
    found = asked or next(filter(None, map(period_in, (*table.titles(), table.sheet.name))), None)
    if found is None:
        raise PermanentError("period_not_told", sheet=table.sheet.name)
    return [found]


def _read_period(
    table: Table, reader: CountReader, file: str, period: Period, read: CountsRead
) -> None:
    kinds = [(row, _kind(table, reader, row)) for row in table.rows]
    counted: dict[str, UnitCounts] = {}
    odd_rates = 0
    for row in (row for row, kind in kinds if kind is RowKind.DATA):
        told = _told(table, reader, row, period, counted)
        if isinstance(told, UnitCounts):
            counted[told.unit] = told
            odd_rates += not reader.rate_fits(row, told)
        elif told.row not in {fault.row for fault in read.faults}:
            read.faults.append(told)
            aside = unreadable(row, table.places_of(period), told, file=file)
            read.unreadable.append(Line(row.number, aside))
    read.counts[period] = tuple(counted.values())
    read.ignored = _ignored(kinds)
    read.notes += _notes(reader, kinds, counted, odd_rates)


def _told(
    table: Table, reader: CountReader, row: Row, period: Period, counted: Mapping[str, UnitCounts]
) -> UnitCounts | Fault:
    """A row's counts; a unit that has had a row before is not believed twice."""
    told = reader.read(row)
    if isinstance(told, UnitCounts) and told.unit in counted:
        error = DataError("unit_twice", told.name)
        return fault_of(row, table.places_of(period), Field.UNIT, error)
    return told


def _kind(table: Table, reader: CountReader, row: Row) -> RowKind:
    """As headings and cells tell it; a row numbered I or A is a group, unless it names a unit."""
    kind = row_kind(table, row)
    if kind is RowKind.DATA and has_group_number(table, row) and not reader.knows(row):
        return RowKind.GROUP
    return kind


def _ignored(kinds: Sequence[tuple[Row, RowKind]]) -> dict[RowKind, list[int]]:
    ignored: defaultdict[RowKind, list[int]] = defaultdict(list)
    for row, kind in kinds:
        if kind not in (RowKind.DATA, RowKind.BLANK):
            ignored[kind].append(row.number)
    return dict(ignored)


def _notes(
    reader: CountReader,
    kinds: Sequence[tuple[Row, RowKind]],
    counted: Mapping[str, UnitCounts],
    odd_rates: int,
) -> list[Note]:
    notes = [
        Note("total_differs", {"row": row.number, "columns": ", ".join(differing)})
        for row, differing in _totals_that_differ(reader, kinds)
    ]
    if odd_rates:
        notes.append(Note("rates_differ", {"count": odd_rates}))
    if counted and all(told.late is None for told in counted.values()):
        notes.append(Note("late_not_told", {}))
    return notes


def _totals_that_differ(
    reader: CountReader, kinds: Sequence[tuple[Row, RowKind]]
) -> list[tuple[Row, list[Field]]]:
    """Rows of totals that are the sum of neither all units nor those since the last total."""
    everything = [reader.counts(row) for row, kind in kinds if kind is RowKind.DATA]
    since: list[dict[Field, int]] = []
    differing = []
    for row, kind in kinds:
        if kind is RowKind.DATA:
            since.append(reader.counts(row))
        elif kind is RowKind.TOTAL:
            total = reader.counts(row)
            odd = sums_differ(total, everything)
            if odd and sums_differ(total, since):
                differing.append((row, odd))
            since = []
    return differing
