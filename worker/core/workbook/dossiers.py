"""From the rows of a list to records: one dossier a row."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, time

import msgspec

from models.types import SourceRecord, Status, Unreadable
from worker.core.codes import parse_dossier_code, procedure_code
from worker.core.people import name_in, without_names
from worker.core.privacy import excerpt, scrub
from worker.core.resolve import resolved
from worker.core.units import UnitDirectory
from worker.core.workbook.cells import Cell, Row, checked_text, refuse_error
from worker.core.workbook.code_cells import codes_of_cell, procedure_in_full
from worker.core.workbook.dates import Moment, fits_both_orders, moment_of_cell, puts_month_first
from worker.core.workbook.headings import DATES, Field
from worker.core.workbook.layout import Table
from worker.core.workbook.reading import Fault, Line, fault_of, unreadable
from worker.core.workbook.statuses import ListStatuses
from worker.core.workbook.trait_cells import TraitCells
from worker.errors import DataError

# Where an empty cell would not say "not yet" or "none", but that nobody knows.
_NEEDED = frozenset(
    {Field.ID, Field.CODE, Field.UNIT, Field.UNIT_CODE, Field.STATUS, Field.RECEIVED, Field.DUE}
)


@dataclass(frozen=True, slots=True)
class Habits:
    """How a list as a whole writes its dates.

    ``month_first`` are the columns in which some date makes sense only with the month before the
    day: there, a date that fits both orders is not trusted. ``due_by_day``: no due date of the
    list has a time of day, so each is meant until the end of its day.
    """

    month_first: frozenset[Field]
    due_by_day: bool


class _MisreadError(Exception):
    """A field that can't be read; never leaves this module."""

    def __init__(self, field: Field, error: DataError) -> None:
        self.field = field
        self.error = error
        super().__init__(field)


@contextmanager
def _reading(field: Field) -> Iterator[None]:
    try:
        yield
    except DataError as error:
        raise _MisreadError(field, error) from error


def _columns_of_people(table: Table) -> Mapping[int, str]:
    """The columns of people's data by their place, with their headings."""
    return {
        column.place: column.heading
        for column in table.columns
        if column.meaning is not None and column.meaning.field is Field.PERSONAL
    }


def _people_in(row: Row, columns: Mapping[int, str]) -> frozenset[str]:
    """The names in a row's cells of people."""
    found = (name_in(heading, row.text(place)) for place, heading in columns.items())
    return frozenset(filter(None, found))


class DossierReader:
    """Reads the rows of one list, the habits of the whole list known beforehand."""

    def __init__(
        self, table: Table, statuses: ListStatuses, directory: UnitDirectory, file: str
    ) -> None:
        self._from_1904 = table.sheet.from_1904
        self._places = table.places
        self._statuses = statuses
        self._directory = directory
        self._file = file
        self._traits = TraitCells(table)
        self._people = _columns_of_people(table)
        self.habits = self._habits(table.rows)

    @property
    def tells_status(self) -> bool:
        """Whether the list has a column of statuses; else they are told by the dates."""
        return Field.STATUS in self._places

    @property
    def tells_units(self) -> bool:
        """Whether the list has a column of units."""
        return Field.UNIT in self._places or Field.UNIT_CODE in self._places

    @property
    def blank_is_no(self) -> frozenset[Field]:
        """The columns in which an empty cell says no."""
        return self._traits.blank_is_no

    def read(self, row: Row, group: str | None) -> tuple[Line, Fault | None]:
        """The record in a row, or the row for the quarantine and what is wrong with it.

        Args:
            row: The row.
            group: The text of the group of rows it stands in: its unit, where no column tells one.
        """
        external_id: str | None = None
        codes: tuple[str, ...] = ()
        try:
            with _reading(Field.CODE):
                codes = self._codes(row)
            with _reading(Field.ID):
                external_id = self._text(row, Field.ID) or codes[0]
            return self._listed(row, self._record(row, group, external_id, codes))
        except _MisreadError as misread:
            people = _people_in(row, self._people)
            told = DataError(misread.error.key, without_names(misread.error.detail, people))
            fault = fault_of(row, self._places, misread.field, told)
            aside = unreadable(
                row,
                self._places,
                fault,
                file=self._file,
                people=people,
                external_id=external_id,
                code=codes[0] if codes else None,
            )
            return Line(row.number, aside), fault

    def _record(
        self, row: Row, group: str | None, external_id: str, codes: tuple[str, ...]
    ) -> SourceRecord:
        unit_code, unit_name = self._unit(row, group, codes[0])
        dates = {field: self._instant(row, field) for field in DATES}
        with _reading(Field.PROCEDURE):
            procedure = procedure_code(procedure_in_full(self._text(row, Field.PROCEDURE)))
        traits, traits_told = self._traits.read(row)
        return SourceRecord(
            external_id=external_id,
            codes=codes,
            unit_code=unit_code,
            unit_name=unit_name,
            status=self._status(row, dates),
            procedure=procedure,
            submitted_at=dates[Field.SUBMITTED],
            received_at=dates[Field.RECEIVED],
            due_at=dates[Field.DUE],
            finished_at=dates[Field.FINISHED],
            returned_at=dates[Field.RETURNED],
            traits=traits,
            traits_told=traits_told,
        )

    def _codes(self, row: Row) -> tuple[str, ...]:
        return codes_of_cell(
            self._cell(row, Field.CODE),
            self._text(row, Field.CODE),
            checked_text(self._shown(row, Field.SECOND_CODE), Field.SECOND_CODE.value),
        )

    def _unit(self, row: Row, group: str | None, code: str) -> tuple[str | None, str | None]:
        """The unit in the row, else the one its group is named after, else its code's agency."""
        with _reading(Field.UNIT):
            told = (self._text(row, Field.UNIT_CODE), self._text(row, Field.UNIT))
        if self.tells_units:
            return told
        parsed = parse_dossier_code(code)
        by_code = (parsed.agency if parsed else None, None)
        if group is None or (not self._is_listed(None, group) and self._is_listed(*by_code)):
            return by_code
        return None, group

    def _is_listed(self, code: str | None, name: str | None) -> bool:
        try:
            self._directory.resolve(code, name)
        except DataError:
            return False
        return True

    def _listed(self, row: Row, record: SourceRecord) -> tuple[Line, Fault | None]:
        """The record, unless its unit is not in the province's list: then the row as it was told.

        The whole record is kept, so that it can be taken in once somebody says whose unit it is.
        """
        told = resolved(record, self._directory)
        if not isinstance(told, Unreadable):
            return Line(row.number, record), None
        field = Field.UNIT if Field.UNIT in self._places else Field.UNIT_CODE
        fault = fault_of(row, self._places, field, DataError(told.reason, told.detail))
        raw = scrub({"row": row.number} | msgspec.to_builtins(record))
        return Line(row.number, replace(told, raw=raw)), fault

    def _status(self, row: Row, dates: Mapping[Field, datetime | None]) -> Status:
        if self.tells_status:
            with _reading(Field.STATUS):
                return self._statuses.meaning(self._text(row, Field.STATUS) or "")
        if dates[Field.RETURNED]:
            return Status.RETURNED
        return Status.FINISHED if dates[Field.FINISHED] else Status.IN_PROCESS

    def _instant(self, row: Row, field: Field) -> datetime | None:
        with _reading(field):
            self._refuse_error(row, field)
            moment = self._moment(row, field)
            if moment is None:
                return None
            if field in self.habits.month_first and fits_both_orders(self._cell(row, field)):
                raise DataError("date_ambiguous", excerpt(self._shown(row, field)))
            by_day = self.habits.due_by_day or not moment.has_time
            return moment.end_of_day if field is Field.DUE and by_day else moment.instant

    def _moment(self, row: Row, field: Field) -> Moment | None:
        return moment_of_cell(self._cell(row, field), from_1904=self._from_1904)

    def _cell(self, row: Row, field: Field) -> Cell:
        place = self._places.get(field)
        return None if place is None else row.cell(place)

    def _shown(self, row: Row, field: Field) -> str:
        place = self._places.get(field)
        return "" if place is None else row.text(place)

    def _text(self, row: Row, field: Field) -> str | None:
        self._refuse_error(row, field)
        return checked_text(self._shown(row, field), field.value)

    def _refuse_error(self, row: Row, field: Field) -> None:
        refuse_error(self._shown(row, field), may_be_blank=field not in _NEEDED)

    def _habits(self, rows: Sequence[Row]) -> Habits:
        told = [field for field in DATES if field in self._places]
        month_first = frozenset(
            field
            for field in told
            if any(puts_month_first(row.cell(self._places[field])) for row in rows)
        )
        return Habits(month_first, Field.DUE in told and not any(map(self._due_has_time, rows)))

    def _due_has_time(self, row: Row) -> bool:
        try:
            moment = self._moment(row, Field.DUE)
        except DataError:
            return False
        return moment is not None and moment.local.time() != time.min
