"""One page of TD's list, newest dossier first, and where its rows stand counted from the end."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from models.types import Reading, SourceRecord, Status
from worker.errors import UpstreamContractError
from worker.ports import Page
from worker.sources.attempt import AttemptError
from worker.sources.body import decoded
from worker.sources.counts import count_of
from worker.sources.fields import Scalar
from worker.sources.rows import RowReader
from worker.sources.td_dates import TdDates
from worker.sources.td_keys import AnyCase
from worker.sources.td_rows import TdRow, TdStatuses, record_of

_LARGEST_SIZE = 1000
_MOST_TIMES_ASKED = 5
# So many ended dossiers, none of them with an end, are no coincidence.
_ENOUGH_TO_TELL = 20
_ENDED = frozenset({Status.FINISHED, Status.RETURNED})


@dataclass(frozen=True, slots=True)
class TdPage:
    """Rows from ``first`` on of a list of ``total``, ``size`` to a page, in the list's own order.

    TD lists by ``CreatedOn`` downwards and takes no other order that would hold still
    (``SearchHoSoQueryHandler``): each new dossier moves all others on by one. Counted from the end
    they keep their places, so that is how rows are counted outside of this module.
    """

    readings: tuple[Reading, ...]
    first: int
    total: int
    size: int

    @property
    def fills_the_end(self) -> bool:
        """Whether it is full and the list's last, so that there might be another after it."""
        return len(self.readings) == self.size and self.first + self.size == self.total

    def from_the_end(self, offset: int) -> Page | None:
        """The page that starts at row ``offset`` from the end; None where that row isn't here."""
        last = self.total - 1 - offset
        if last < 0:
            return Page(offset, self.total, ())
        kept = last - self.first + 1
        if not 0 < kept <= len(self.readings):
            return None
        return Page(offset, self.total, self.readings[:kept][::-1])


class _Answer(msgspec.Struct, rename="camel"):
    data: list[msgspec.Raw] | None = None
    total_count: Scalar = None
    current_page: Scalar = None
    page_size: Scalar = None


class TdPageReader:
    """Reads pages of one installation.

    A list whose ended dossiers all lack their end is refused: it would make each of them look open.
    TD has lists with other columns; ``list_path`` says which one is asked.
    """

    def __init__(self, statuses: TdStatuses, dates: TdDates) -> None:
        self._statuses = statuses
        self._dates = dates
        self._answers = AnyCase(_Answer)
        self._keys = AnyCase(TdRow)
        self._rows = RowReader(TdRow, id_field="ID", code_field="MaHoSo")

    def read(self, body: bytes, number: int, asked: int) -> TdPage:
        """Page ``number`` (from 1) in ``body``, of which ``asked`` rows were asked for.

        Raises:
            AttemptError: it is no page, or another one.
        """
        answer = decoded(self._answers, body)
        total, rows = count_of(answer.total_count), answer.data or []
        if total is None:
            raise AttemptError("no total", error=UpstreamContractError)
        if answer.data is None and total:
            raise AttemptError("no rows", error=UpstreamContractError)
        if len(rows) > asked * _MOST_TIMES_ASKED:
            raise AttemptError("too many rows", error=UpstreamContractError, again=False)
        if count_of(answer.current_page) not in (None, number):
            raise AttemptError("another page")
        readings = tuple(self._rows.read(self._keys.plain(row), self._record) for row in rows)
        if _hides_ends(readings):
            raise AttemptError("no end dates", error=UpstreamContractError, again=False)
        size = _size(count_of(answer.page_size) or asked, len(rows), total, number)
        first = (number - 1) * size
        if rows and first + len(rows) > total:
            raise AttemptError("total", error=UpstreamContractError)
        return TdPage(readings, first, total, size)

    def exceeds_total(self, body: bytes, number: int, size: int) -> bool:
        """Whether page ``number`` in ``body`` has rows that its own total leaves no room for.

        Where there is no page of that number, some servers give their last one again.

        Raises:
            AttemptError: it is no page at all.
        """
        answer = decoded(self._answers, body)
        is_asked_for = count_of(answer.current_page) == number
        room = (count_of(answer.total_count) or 0) - (number - 1) * size
        return is_asked_for and len(answer.data or []) > max(0, room)

    def _record(self, row: TdRow) -> SourceRecord:
        return record_of(row, self._statuses, self._dates)


def _size(told: int, rows: int, total: int, number: int) -> int:
    """How many rows the server puts on a page: as it says, unless its rows say otherwise."""
    if told > _LARGEST_SIZE:
        raise AttemptError("page size", error=UpstreamContractError, again=False)
    expected = min(told, total - (number - 1) * told)
    return rows if rows and rows != expected else told


def _hides_ends(readings: Sequence[Reading]) -> bool:
    records = [each for each in readings if isinstance(each, SourceRecord)]
    ended = [each for each in records if each.status in _ENDED]
    return len(ended) >= _ENOUGH_TO_TELL and not any(
        each.finished_at or each.returned_at for each in ended
    )
