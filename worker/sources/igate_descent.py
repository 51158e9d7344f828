"""Reading a list that is sorted by change, newest first, back to a day that is already known.

The list moves while it is read: whatever changes meanwhile goes to its front and pushes the rest
down. A row that is still to be read can therefore only come later than it stood, never slip past
the reader, and what goes to the front is the next reading's, which starts before this one began.
Rows pushed over the end of a page come a second time. So the reading is whole when every page down
to the first known day brought something new and no row was taken away; the list then has as many
rows as there were different ones, which is what the pull counts too (``worker.core.paging.Pass``).

Where a row was taken away, or a page came that should have been another, a row may have been
passed over. The list is then said to go on by one row that never comes, which the pull takes as no
proof and reads it again, up to its limit; after that the run is INCOMPLETE.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Step:
    """One page on the way down.

    ``keys`` tell its rows apart; ``listed`` is how many rows the whole list says it has, None
    where it doesn't; ``is_last``: known rows begin here, or the list ends.
    """

    offset: int
    keys: Sequence[str]
    listed: int | None
    is_last: bool


@dataclass(slots=True)
class Descent:
    """One reading from row ``start`` on, which is not 0 where another process began it."""

    start: int
    has_failed: bool = False
    _sound: bool = True
    _offset: int = -1
    _following: int = 0
    _listed: int | None = None
    _seen: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._following = self.start

    def total_after(self, step: Step) -> int:
        """How many rows the list has as far as it is to be read, as known after ``step``.

        One more than were read while there is more to come.
        """
        self._sound = self._sound and self._continues(step)
        if not self._seen.issuperset(step.keys):
            self._following = step.offset + len(step.keys)
        self._offset = step.offset
        self._seen.update(step.keys)
        self._listed = step.listed
        if step.is_last and self._sound:
            return self.start + len(self._seen)
        self.has_failed = step.is_last
        return step.offset + len(step.keys) + 1

    def _continues(self, step: Step) -> bool:
        """Whether this is the page behind the last one that brought something, or that one again.

        And whether nothing was taken away since.
        """
        shrank = step.listed is not None and self._listed is not None and step.listed < self._listed
        return step.offset in (self._offset, self._following) and not shrank


def leads_to_known(changes: Sequence[datetime | None], watermark: datetime) -> bool:
    """Whether a page reaches back beyond ``watermark``, so that all behind it is known already.

    ``changes`` are its rows' times of change, None where a row doesn't tell. A page that is not
    sorted as it was asked for proves nothing about what lies behind it.
    """
    told = [change for change in changes if change is not None]
    is_sorted = all(later >= earlier for later, earlier in pairwise(told))
    return bool(told) and is_sorted and told[-1] < watermark
