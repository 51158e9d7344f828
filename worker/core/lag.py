"""Sync lag: how long a change at home takes until the portal shows it (domain, section 4).

The portal never tells when it learnt of a change. So a lag runs from the change at home to the
first of our readings that showed it on the portal, which is never less than the real lag.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from models.types import RecordView, Status
from worker.core.course import course_of
from worker.core.judged import DossierCase
from worker.core.percentiles import percentile
from worker.core.verdict import Span

Shows = Callable[[RecordView], bool]


@dataclass(frozen=True, slots=True)
class Sight:
    """A view of a portal record, and the instant (UTC) of the reading that first had it."""

    view: RecordView
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What our readings had shown of one dossier on the portal by the as-of instant.

    ``sights`` are all views of all its records there, the earliest first. ``first_asked`` is when
    the portal was first asked for the dossier, ``last_asked`` when it last answered for every code
    asked for; both None where it never was.
    """

    sights: tuple[Sight, ...] = ()
    first_asked: datetime | None = None
    last_asked: datetime | None = None


@dataclass(frozen=True, slots=True)
class Readings:
    """The complete readings of the portal in order of time: when each began and when it ended.

    One begins only when the one before it has ended.
    """

    begun: tuple[datetime, ...] = ()
    ended: tuple[datetime, ...] = ()

    def within(self, span: Span) -> "Readings":
        """Those that began in a window."""
        first = bisect_left(self.begun, span.start)
        after = bisect_right(self.begun, span.cutoff)
        return Readings(self.begun[first:after], self.ended[first:after])

    @property
    def usual_gap(self) -> int | None:
        """The median of the seconds from one beginning to the next; None of fewer than two."""
        return percentile(Counter(_seconds(*pair) for pair in pairwise(self.begun)), 50)

    def any_between(self, start: datetime, end: datetime) -> bool:
        """Whether a whole reading lies between two instants, its end before the second."""
        following = bisect_left(self.begun, start)
        return following < len(self.ended) and self.ended[following] < end


@dataclass(frozen=True, slots=True)
class Lag:
    """Whole seconds from a change at home until the portal showed it.

    Where it has not arrived: until the portal was last asked and did not show it.
    """

    seconds: int
    arrived: bool


def lags_of(case: DossierCase, watch: Watch, readings: Readings, span: Span) -> list[Lag]:
    """The lags of one dossier that were under way in a window: its receipt's and its end's.

    Like a dossier, a change belongs to a period in which it happened, and to those after it until
    the portal shows it. It counts only where our readings can tell when it arrived, that is

    - it happened after the portal was first asked for the dossier, or else after the first
      complete reading of the portal: what was there when we came says nothing about its way;
    - where the dossier was first asked for after the change, no complete reading of the portal had
      passed it over in between (look-ups are planned): such a wait would be ours;
    - the portal did not show it before it happened, as it does where a status was rewritten.

    A change the portal does not show counts as waiting only if it was asked since and its answer
    could be read.

    Args:
        case: The dossier at the as-of instant; the province's first record tells the changes.
        watch: What our readings showed of it on the portal.
        readings: The complete readings of the portal up to the as-of instant.
        span: The window; only changes up to its cut-off count.
    """
    found = (
        _lag(at, shows, case, watch, span)
        for view in case.province[:1]
        for at, shows in _changes(view)
        if at <= span.cutoff and _is_measured(at, watch, readings)
    )
    return [lag for lag in found if lag is not None]


def _changes(view: RecordView) -> Iterator[tuple[datetime, Shows]]:
    """The receipt and the end of a dossier at home, each with what shows it on the portal."""
    if view.received_at is not None:
        yield view.received_at, _shows_receipt
    end = course_of(view).end
    if end is not None:
        yield end.at, _shows_end


def _shows_receipt(view: RecordView) -> bool:
    return view.received_at is not None or has_event(view, Status.RECEIVED)


def _shows_end(view: RecordView) -> bool:
    """By header or event: an end whose event is missing has arrived, and is counted apart."""
    return view.status.is_end or course_of(view).end is not None


def has_event(view: RecordView, status: Status) -> bool:
    """Whether a record tells a progress event of this status."""
    return any(event.status is status for event in view.events or ())


def _is_measured(at: datetime, watch: Watch, readings: Readings) -> bool:
    """Whether our readings can tell when a change at ``at`` reached the portal."""
    if watch.first_asked is None:
        return False
    if watch.first_asked < at:
        return True
    is_new = bool(readings.ended) and readings.ended[0] < at
    return is_new and not readings.any_between(at, watch.first_asked)


def _lag(at: datetime, shows: Shows, case: DossierCase, watch: Watch, span: Span) -> Lag | None:
    shown = next((sight.since for sight in watch.sights if shows(sight.view)), None)
    if shown is not None:
        if shown < max(at, span.start):
            return None
        return Lag(_seconds(at, shown), arrived=True)
    if case.presumed or watch.last_asked is None or watch.last_asked <= at:
        return None
    return Lag(_seconds(at, watch.last_asked), arrived=False)


def _seconds(start: datetime, end: datetime) -> int:
    return int((end - start).total_seconds())
