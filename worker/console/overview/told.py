"""What is told of the province as a whole."""

from collections.abc import Sequence
from datetime import timedelta

from models.types import IncidentKind, RunState, Side
from worker.console.calls import Moment, Told
from worker.console.units.told import (
    Basis,
    CauseTold,
    Days,
    Figures,
    IncidentTold,
    PointTold,
    Standing,
    length_of,
)


class KeptTold(Told):
    """A reconciliation that is kept. Equal inputs give an equal ``digest``."""

    reconciliation: int
    as_of: Moment
    period: Days
    complete: bool
    by_hand: bool
    of_the_past: bool
    created_at: Moment
    digest: str


class SyncTold(Told):
    """How well the province is kept in step; lengths of time are seconds, None: not measured."""

    sync_rate: float | None
    lag_p50: int | None
    lag_p95: int | None
    lag_waiting: int | None
    open_discrepancies: int | None
    age_max: int | None

    @property
    def usual_lag(self) -> timedelta | None:
        """The lag that half of the changes don't exceed."""
        return length_of(self.lag_p50)

    @property
    def longest_lag(self) -> timedelta | None:
        """The lag that 19 of 20 changes don't exceed."""
        return length_of(self.lag_p95)

    @property
    def oldest(self) -> timedelta | None:
        """How long the oldest open discrepancy has lasted."""
        return length_of(self.age_max)


class SourceTold(Told):
    """A source: when it was last read completely, and how its last reading ended.

    ``is_stale``: its data is older than three of its turns, or its last reading was not complete.
    """

    name: str
    side: Side
    kind: str
    read_at: Moment | None
    state: RunState | None
    is_stale: bool
    quarantined: int


class RunTold(Told):
    """A run that waits or is under way; ``source`` None: over the whole store."""

    id: int
    source: str | None
    stage: str
    state: RunState
    by: str | None
    begun_at: Moment | None
    done: int
    total: int | None


class TurnTold(Told):
    """What runs next by the schedule."""

    name: str
    does: str
    source: str | None
    when: str
    next: Moment


class KindTold(Told):
    """Open incidents of units, of one kind; ``waiting`` are those that nobody has taken on."""

    kind: IncidentKind
    count: int
    waiting: int


class Province(Basis):
    """The province's figures at one cut-off."""

    totals: Figures
    sync: SyncTold
    statement: Sequence[dict[str, str | int | None]]
    causes: Sequence[CauseTold]
    course: Sequence[PointTold]
    day_before: PointTold | None
    units: int
    worst_units: Sequence[Standing]


class OverviewTold(Told):
    """Where the province stands; ``figures`` None: nothing was reconciled (of that period) yet.

    ``incidents_of_all`` are the open ones of no single unit, such as a source that is down.
    ``resends_asked`` are requests that wait for an approver, ``resends_held`` those that stopped by
    themselves.
    """

    now: Moment
    figures: Province | None
    incidents_open: int
    incidents_by_kind: Sequence[KindTold]
    incidents_of_all: Sequence[IncidentTold]
    resends_asked: int
    resends_held: int
    sources: Sequence[SourceTold]
    running: Sequence[RunTold]
    next: Sequence[TurnTold]
