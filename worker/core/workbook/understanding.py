"""What a file is understood to say, shown to a person before anything is written."""

from collections.abc import Mapping
from dataclasses import dataclass

from models.types import Period, SourceRecord
from worker.core.workbook.counts import UnitCounts
from worker.core.workbook.headings import Field
from worker.core.workbook.layout import TableKind
from worker.core.workbook.reading import Fault, Line
from worker.core.workbook.rows import RowKind


@dataclass(frozen=True, slots=True)
class ColumnNote:
    """One column as a person is told of it; ``field`` None where it is not used."""

    letters: str
    heading: str
    field: Field | None
    used: bool
    period: Period | None


@dataclass(frozen=True, slots=True)
class Note:
    """Something to know before writing: a key of the message catalogue and what it speaks of."""

    key: str
    values: Mapping[str, str | int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """What was understood of a file.

    ``headings`` are the numbers of the first and last heading row. ``lines`` hold the records and
    unreadable rows of a list of dossiers, ``counts`` the units' counts by period. ``ignored`` tells
    by kind which rows under the headings are not read. ``unknown_units`` counts rows by the name
    of a unit that is not listed.
    """

    sheet: str
    other_sheets: tuple[str, ...]
    kind: TableKind
    headings: tuple[int, int]
    columns: tuple[ColumnNote, ...]
    lines: tuple[Line, ...]
    counts: Mapping[Period, tuple[UnitCounts, ...]]
    faults: tuple[Fault, ...]
    ignored: Mapping[RowKind, tuple[int, ...]]
    unknown_units: Mapping[str, int]
    notes: tuple[Note, ...]

    @property
    def records(self) -> list[SourceRecord]:
        """The records of a list of dossiers that can be written."""
        return [line.reading for line in self.lines if isinstance(line.reading, SourceRecord)]

    @property
    def readable(self) -> int:
        """How many rows can be written: dossiers, or units."""
        if self.kind is TableKind.DOSSIERS:
            return len(self.records)
        return len({each.row for counts in self.counts.values() for each in counts})
