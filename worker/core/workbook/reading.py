"""What is read from one row, and what can't be."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from models.types import Reading, Unreadable
from worker.core.people import without_names
from worker.core.privacy import scrub
from worker.core.resolve import UNKNOWN
from worker.core.workbook.cells import Row, column_letters
from worker.core.workbook.headings import TRAITS, Field
from worker.errors import DataError


@dataclass(frozen=True, slots=True)
class Line:
    """What the row with this number says, or why it can't be read."""

    row: int
    reading: Reading


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row can't be read: a key of the quarantine's catalogue and the value it speaks of.

    ``column`` are the letters of the cell at fault, None where it is the row as a whole.
    """

    row: int
    column: str | None
    reason: str
    detail: str

    @property
    def address(self) -> str:
        """Where to look: ``F12``, or the row alone, ``12:12``, both as Excel writes them."""
        return f"{self.column}{self.row}" if self.column else f"{self.row}:{self.row}"

    @property
    def told(self) -> str:
        """What a quarantined row says of itself: the value at fault and its address.

        An unknown unit stands alone: rows with the same one are one question to an operator.
        """
        return self.detail if self.reason == UNKNOWN else f"{self.detail} ({self.address})".strip()


def fault_of(row: Row, places: Mapping[Field, int], field: Field | None, error: DataError) -> Fault:
    """An error in one field of a row."""
    place = places.get(field) if field else None
    column = None if place is None else column_letters(place)
    return Fault(row.number, column, error.key, error.detail)


def unreadable(
    row: Row,
    places: Mapping[Field, int],
    fault: Fault,
    *,
    file: str,
    external_id: str | None = None,
    code: str | None = None,
    people: Collection[str] = (),
) -> Unreadable:
    """A row for the quarantine: of its cells only those of known columns are kept.

    Those that tell a trait are not, for a file of the result may be named after a person, and the
    names of ``people`` are taken out wherever they stand. A row
    without an id of its own is known by its file and number, so that reading the mended file takes
    it out again.
    """
    kept = {
        field.value: without_names(row.text(place), people)
        for field, place in places.items()
        if row.text(place) and field not in TRAITS
    }
    return Unreadable(
        reason=fault.reason,
        detail=fault.told,
        raw=scrub({"row": row.number} | kept),
        external_id=external_id or row_id(file, row.number),
        code=code,
    )


def row_id(file: str, number: int) -> str:
    """What tells a row without an id of its own from all others."""
    return f"{row_prefix(file)}{number}"


def row_prefix(file: str) -> str:
    """What the ids of all rows of a file begin with."""
    return f"{file}#"
