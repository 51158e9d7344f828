"""One page of iGate's list, in the form in which Spring pages its lists."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from models.types import Reading, SourceRecord
from worker.errors import DataError, UpstreamContractError
from worker.sources.attempt import AttemptError
from worker.sources.body import decoded
from worker.sources.clock import java_instant, offset_instant
from worker.sources.fields import Scalar, number_of, text_of
from worker.sources.igate_rows import NESTED, IGateRow, IGateStatuses, record_of
from worker.sources.rows import RowReader

_LARGEST_SIZE = 1000
_MOST_TIMES_ASKED = 5


@dataclass(frozen=True, slots=True)
class IGatePage:
    """The rows of a page with their times of change, None where a row doesn't tell.

    ``listed`` is how many rows the list says it has, None where it doesn't (``spec=slice``);
    ``size`` how many rows the server puts on a page, None where it doesn't say. ``goes_on``: it
    says that this is not the last page, or says nothing and is full. That goes before any number,
    for some give the number of rows on the page for a total.
    """

    readings: tuple[Reading, ...]
    changes: Sequence[datetime | None]
    listed: int | None
    size: int | None
    is_last: bool
    goes_on: bool

    def without_first(self, rows: int) -> "IGatePage":
        """The page without so many rows at its beginning."""
        return replace(self, readings=self.readings[rows:], changes=self.changes[rows:])

    def ends_at(self, offset: int) -> bool:
        """Whether the list ends with this page, whose first row is the list's row ``offset``."""
        if self.listed is None:
            return self.is_last
        return offset + len(self.readings) >= self.listed and not self.goes_on

    def total_after(self, offset: int) -> int:
        """How many rows the list has: as it says, else one more than were read while it goes on."""
        following = offset + len(self.readings)
        if self.listed is None:
            return following + (0 if self.is_last else 1)
        # Rows behind the end it tells are there all the same.
        least = following + self.goes_on if self.readings or self.goes_on else 0
        return max(self.listed, least)


class _Answer(msgspec.Struct, rename="camel"):
    content: list[msgspec.Raw] | None = None
    total_elements: Scalar = None
    size: Scalar = None
    last: Scalar = None


class _Change(msgspec.Struct, rename="camel"):
    updated_date: Scalar = None


class IGatePageReader:
    """Reads pages of one installation."""

    def __init__(self, statuses: IGateStatuses) -> None:
        self._statuses = statuses
        self._answers = msgspec.json.Decoder(_Answer)
        self._changes = msgspec.json.Decoder(_Change)
        self._rows = RowReader(IGateRow, id_field="id", code_field="code", nested=NESTED)

    def read(self, body: bytes, asked: int) -> IGatePage:
        """The page in ``body``, of which ``asked`` rows were asked for.

        Raises:
            AttemptError: it is no page.
        """
        answer = decoded(self._answers, body)
        listed = _count(answer.total_elements)
        if answer.content is None and listed != 0:
            raise AttemptError("no rows", error=UpstreamContractError)
        rows = answer.content or []
        if len(rows) > asked * _MOST_TIMES_ASKED:
            raise AttemptError("too many rows", error=UpstreamContractError, again=False)
        is_last = _is_last(answer.last, len(rows), asked)
        if listed is None and not rows and not is_last:
            raise AttemptError("no rows", error=UpstreamContractError)
        return IGatePage(
            readings=tuple(self._rows.read(row, self._record) for row in rows),
            changes=[self._changed_at(row) for row in rows],
            listed=listed,
            size=_size(answer.size),
            is_last=is_last,
            goes_on=bool(rows) and not is_last,
        )

    def _record(self, row: IGateRow) -> SourceRecord:
        return record_of(row, self._statuses)

    def _changed_at(self, row: msgspec.Raw) -> datetime | None:
        try:
            text = text_of(self._changes.decode(row).updated_date, "updatedDate")
            return None if text is None else java_instant(text) or offset_instant(text)
        except (DataError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None


def _count(value: Scalar) -> int | None:
    """How many there are; None where it isn't said, or not in a way that can be believed."""
    try:
        number = number_of(value, "totalElements")
    except DataError:
        return None
    return None if number is None or number < 0 else number


def _size(value: Scalar) -> int | None:
    size = _count(value)
    if size is not None and size > _LARGEST_SIZE:
        raise AttemptError("page size", error=UpstreamContractError, again=False)
    return size or None


def _is_last(value: Scalar, rows: int, asked: int) -> bool:
    """Whether it says that it is the last page; where it says nothing, a short one is."""
    if value is None:
        return rows < asked
    return str(value).casefold() == "true"
