"""From the rows of a count table to the counts of units."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from models.types import Period
from worker.core.units import UnitDirectory
from worker.core.workbook.cells import (
    Row,
    checked_text,
    count_of_cell,
    decimal_of_cell,
    refuse_error,
    says_no_dossiers,
)
from worker.core.workbook.headings import COUNTS, RATES, Field
from worker.core.workbook.reading import Fault, fault_of
from worker.errors import DataError

_HALF_OF_THE_LAST_DIGIT = Decimal("0.06")
_HUNDRED = 100

Counts = Mapping[Field, int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitCounts:
    """What a table says of one unit; None where it says nothing. ``unit`` is a listed code.

    ``late`` counts resolved and open dossiers alike, ``resolved_late`` the resolved ones alone.
    """

    row: int
    unit: str
    name: str
    received: int | None
    on_time: int | None
    late: int | None
    completed: int | None
    resolved_late: int | None


class CountReader:
    """Reads the rows of one count table for one period, by the units of its last day."""

    def __init__(
        self, places: Mapping[Field, int], directory: UnitDirectory, period: Period
    ) -> None:
        self._places = places
        self._directory = directory
        self._day = period.last

    def read(self, row: Row) -> UnitCounts | Fault:
        """The counts of a row's unit, or what is wrong with the row."""
        field: Field | None = Field.UNIT if Field.UNIT in self._places else Field.UNIT_CODE
        try:
            code, name = self._text(row, Field.UNIT_CODE), self._text(row, Field.UNIT)
            unit = self._directory.resolve(code, name, self._day)
            field = None
            counts: dict[Field, int | None] = {}
            for field in sorted(COUNTS & self._places.keys()):
                counts[field] = count_of_cell(row.cell(self._places[field]))
        except DataError as error:
            return fault_of(row, self._places, field, error)
        if self._has_no_dossiers(row):
            counts = {field: count or 0 for field, count in counts.items()}
        return unit_counts(row.number, unit, name or code or unit, counts)

    def knows(self, row: Row) -> bool:
        """Whether a row names a unit of the province."""
        try:
            code, name = self._text(row, Field.UNIT_CODE), self._text(row, Field.UNIT)
            self._directory.resolve(code, name, self._day)
        except DataError:
            return False
        return True

    def counts(self, row: Row) -> dict[Field, int]:
        """The counts of a row that can be read, whatever the row stands for."""
        found = {}
        for field in COUNTS & self._places.keys():
            try:
                count = count_of_cell(row.cell(self._places[field]))
            except DataError:
                continue
            if count is not None:
                found[field] = count
        return found

    def rate_fits(self, row: Row, told: UnitCounts) -> bool:
        """Whether the printed rates of a row can come of its counts.

        Tables divide by what is resolved or by all that is received; both are tried.
        """
        for field in RATES & self._places.keys():
            rates, shares = self._rates(row, field), _shares(field, told)
            gaps = [abs(rate - share) for rate in rates for share in shares]
            if gaps and min(gaps) > _HALF_OF_THE_LAST_DIGIT:
                return False
        return True

    def _rates(self, row: Row, field: Field) -> list[Decimal]:
        """A printed rate in percent; a cell that Excel shows as percent holds the share itself."""
        cell = row.cell(self._places[field])
        try:
            rate = decimal_of_cell(cell)
        except DataError:
            return []
        if rate is None:
            return []
        return [rate] if isinstance(cell, str) else [rate, _HUNDRED * rate]

    def _has_no_dossiers(self, row: Row) -> bool:
        return any(
            says_no_dossiers(row.text(place))
            for field, place in self._places.items()
            if field in COUNTS | RATES
        )

    def _text(self, row: Row, field: Field) -> str | None:
        place = self._places.get(field)
        if place is None:
            return None
        refuse_error(row.text(place))
        return checked_text(row.text(place), field.value)


def unit_counts(row: int, unit: str, name: str, counts: Counts) -> UnitCounts:
    """The figures that are compared, from the columns a table has.

    Late is what was resolved late and what is open and late; where a table has but one column for
    both, that one. With only one half of it told, it is not known.
    """
    get = counts.get
    resolved_late = get(Field.COUNT_RESOLVED_LATE)
    resolved_in_time = _sum(get(Field.COUNT_EARLY), get(Field.COUNT_RESOLVED_ON_TIME))
    received = get(Field.COUNT_RECEIVED)
    if received is None:
        received = _sum(get(Field.COUNT_NEW), get(Field.COUNT_CARRIED))
    late = _both(resolved_late, get(Field.COUNT_OPEN_LATE))
    all_on_time = _sum(get(Field.COUNT_EARLY), get(Field.COUNT_ON_TIME))
    on_time = _both(resolved_in_time, get(Field.COUNT_OPEN_IN_TIME))
    completed = get(Field.COUNT_COMPLETED)
    return UnitCounts(
        row=row,
        unit=unit,
        name=name,
        received=received,
        on_time=all_on_time if Field.COUNT_ON_TIME in counts else on_time,
        late=get(Field.COUNT_LATE) if late is None else late,
        completed=_both(resolved_in_time, resolved_late) if completed is None else completed,
        resolved_late=resolved_late,
    )


def sums_differ(totals: Mapping[Field, int], rows: Sequence[Mapping[Field, int]]) -> list[Field]:
    """The columns whose printed total is not the sum of the rows above it."""
    return [
        field
        for field, total in sorted(totals.items())
        if total != sum(counts.get(field, 0) for counts in rows)
    ]


def _shares(field: Field, told: UnitCounts) -> list[Decimal]:
    late = {told.completed: told.resolved_late, told.received: told.late}
    shares = [
        Decimal(_HUNDRED * part) / whole
        for whole, part in late.items()
        if whole and part is not None
    ]
    return shares if field is Field.RATE_LATE else [_HUNDRED - share for share in shares]


def _sum(*parts: int | None) -> int | None:
    told = [part for part in parts if part is not None]
    return sum(told) if told else None


def _both(first: int | None, second: int | None) -> int | None:
    return None if first is None or second is None else first + second
