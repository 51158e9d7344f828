"""What an evaluation saw: the figures of units and sources, and which of them pass a threshold."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from models.types import IncidentKind
from worker.core.alerts.measures import Value
from worker.core.alerts.policy import Policy, Thresholds

WHOLE = ""  # the unit of what concerns the province as a whole

# What rests on a reconciliation, and so on both of its sources.
OF_UNITS = frozenset(
    {
        IncidentKind.LATE_DIFFERENCE,
        IncidentKind.LATE_SHARE,
        IncidentKind.UNEXPLAINED,
        IncidentKind.SYNC_RATE,
        IncidentKind.SYNC_LAG,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitSight:
    """One unit's figures in a reconciliation; ended units stand with their heirs.

    ``difference`` is that of the confirmed discrepancies alone, ``dossiers`` how many those are.
    ``resolved`` are those resolved on the portal, ``resolved_late`` the late ones among them;
    ``published`` is None where the portal publishes nothing, ``lag`` where nothing was measured.
    """

    unit: str
    difference: int = 0
    dossiers: int = 0
    late_province: int = 0
    late_portal: int = 0
    resolved: int = 0
    resolved_late: int = 0
    published: int | None = None
    received: int = 0
    on_portal: int = 0
    lag: int | None = None


class Health(Enum):
    """How the last reading of a source ended; UNKNOWN while one is going on."""

    UP = auto()
    DOWN = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSight:
    """A source: how it is, as its last reading showed ``at``, and what lies in quarantine."""

    source_id: int
    health: Health
    at: datetime
    run: int = 0
    quarantined: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """A threshold that is passed.

    ``at`` is when it was seen so, ``fresh_from`` from when on everything it rests on was read.
    ``is_confirmed`` where it speaks of confirmed discrepancies only.
    """

    kind: IncidentKind
    unit: str
    value: Value
    at: datetime
    fresh_from: datetime
    source_id: int | None = None
    is_confirmed: bool = False

    @property
    def key(self) -> str:
        """Of what it is."""
        return key_of(self.kind, self.unit, self.source_id)


def key_of(kind: IncidentKind, unit: str, source_id: int | None) -> str:
    """What there is one unresolved incident of at a time."""
    return f"{kind.value}/{unit}/{source_id or ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """A reconciliation that rests on whole readings: its number, its as-of, how fresh they are."""

    reconciliation: int
    as_of: datetime
    fresh_from: datetime


def of_units(sights: Iterable[UnitSight], basis: Basis, policy: Policy) -> Iterator[Signal]:
    """What passes a threshold in a reconciliation. Nothing is said of a share of no dossiers."""
    for sight in sights:
        for kind, value in _passed(sight, policy.of(sight.unit)):
            yield Signal(
                kind=kind,
                unit=sight.unit,
                value=value,
                at=basis.as_of,
                fresh_from=basis.fresh_from,
                is_confirmed=kind is IncidentKind.LATE_DIFFERENCE,
            )


def _passed(sight: UnitSight, by: Thresholds) -> Iterator[tuple[IncidentKind, Value]]:
    if abs(sight.difference) >= by.min_difference:
        yield IncidentKind.LATE_DIFFERENCE, _difference(sight)
    if sight.resolved and sight.resolved_late / sight.resolved >= max(by.min_late_share, _NONE):
        yield IncidentKind.LATE_SHARE, _share(sight)
    unexplained = unexplained_of(sight)
    if unexplained is not None and abs(unexplained) >= by.min_unexplained:
        yield IncidentKind.UNEXPLAINED, {"unexplained": unexplained}
    if sight.received and sight.on_portal / sight.received < by.min_sync_rate:
        yield IncidentKind.SYNC_RATE, _rate(sight)
    if sight.lag is not None and sight.lag > by.max_sync_lag.total_seconds():
        yield IncidentKind.SYNC_LAG, {"lag": sight.lag}


# A share of nothing late passes no threshold, also where the threshold is 0.
_NONE = 1e-12


def unexplained_of(sight: UnitSight) -> int | None:
    """The portal's published late count minus our recount; None where it publishes nothing."""
    return None if sight.published is None else sight.published - sight.late_portal


def _difference(sight: UnitSight) -> Value:
    return {
        "difference": sight.difference,
        "dossiers": sight.dossiers,
        "late_province": sight.late_province,
        "late_portal": sight.late_portal,
    }


def _share(sight: UnitSight) -> Value:
    share = sight.resolved_late / sight.resolved
    return {"share": share, "late": sight.resolved_late, "resolved": sight.resolved}


def _rate(sight: UnitSight) -> Value:
    rate = sight.on_portal / sight.received
    return {"rate": rate, "on_portal": sight.on_portal, "received": sight.received}


def of_sources(sights: Iterable[SourceSight], policy: Policy) -> Iterator[Signal]:
    """Sources that are down, and those of which too much can't be read.

    The silence of a source silences what rests on it: its own quarantine too.
    """
    for sight in sights:
        down = sight.health is Health.DOWN
        if down:
            yield _of_source(IncidentKind.SOURCE_DOWN, sight, {"run": sight.run})
        elif sight.quarantined >= policy.usual.max_quarantined:
            yield _of_source(IncidentKind.QUARANTINE, sight, {"count": sight.quarantined})


def _of_source(kind: IncidentKind, sight: SourceSight, value: Value) -> Signal:
    return Signal(
        kind=kind,
        unit=WHOLE,
        source_id=sight.source_id,
        value=value,
        at=sight.at,
        fresh_from=sight.at,
    )
