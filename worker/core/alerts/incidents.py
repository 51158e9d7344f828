"""The life of incidents: seen, confirmed, changed, over, come back, moved to a unit's heir."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from models.types import IncidentKind, IncidentState, IncidentStepKind
from worker.core.alerts.measures import Change, Value, change
from worker.core.alerts.policy import Policy
from worker.core.alerts.signals import (
    OF_UNITS,
    Basis,
    Health,
    Signal,
    SourceSight,
    UnitSight,
    key_of,
    of_sources,
    of_units,
)

Step = IncidentStepKind


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentView:
    """An incident as it stands; ``id`` is None until it is stored. Fields as the table's."""

    kind: IncidentKind
    unit: str
    value: Value
    state: IncidentState
    seen_at: datetime
    opened_at: datetime
    last_seen_at: datetime
    id: int | None = None
    source_id: int | None = None
    resolved_at: datetime | None = None
    notified_value: Value | None = None
    notified_at: datetime | None = None
    level: int = 0
    level_at: datetime | None = None
    reconciliation_id: int | None = None
    is_acknowledged: bool = False
    muted_until: datetime | None = None

    @property
    def key(self) -> str:
        """Of what it is."""
        return key_of(self.kind, self.unit, self.source_id)

    def is_muted(self, now: datetime) -> bool:
        """Whether nobody is to hear of it."""
        return self.muted_until is not None and self.muted_until > now


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What became of an incident: how it stands now (None: it was nothing), by which steps."""

    before: IncidentView | None
    after: IncidentView | None
    steps: tuple[Step, ...] = ()
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What was seen at one instant.

    ``basis`` is the reconciliation the figures of units are from; None where there is none on whole
    readings, and then nothing is said of units at all. ``published`` are the units of which the
    portal publishes something, ``up`` and ``down`` the sources of which we know how they are.
    ``heirs`` names the unit that stands in the place of an ended one.
    """

    now: datetime
    signals: Sequence[Signal]
    basis: Basis | None = None
    published: Collection[str] = ()
    up: Collection[int] = ()
    down: Collection[int] = ()
    heirs: Mapping[str, str] = field(default_factory=dict)

    def judges(self, view: IncidentView) -> bool:
        """Whether it can say that an incident it does not see is over."""
        if view.kind in OF_UNITS:
            told = view.kind is not IncidentKind.UNEXPLAINED or view.unit in self.published
            return self.basis is not None and told
        if view.kind is IncidentKind.SOURCE_DOWN:
            return view.source_id in {*self.up, *self.down}
        return view.source_id in self.up

    def may_speak(self, view: IncidentView) -> bool:
        """Whether what an incident rests on is fresh: a source that is down silences the rest."""
        if view.kind in OF_UNITS:
            return self.basis is not None
        return view.kind is IncidentKind.SOURCE_DOWN or view.source_id in self.up


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the store tells an evaluation: of units (only with a ``basis``), and of sources."""

    basis: Basis | None
    units: Sequence[UnitSight]
    sources: Sequence[SourceSight]
    heirs: Mapping[str, str]


def evaluation(seen: Seen, policy: Policy, now: datetime) -> Evaluation:
    """What was seen, by the policy's thresholds."""
    basis = seen.basis
    signals = [] if basis is None else list(of_units(seen.units, basis, policy))
    return Evaluation(
        now=now,
        signals=[*signals, *of_sources(seen.sources, policy)],
        basis=basis,
        published=frozenset(each.unit for each in seen.units if each.published is not None),
        up=_of_health(seen.sources, Health.UP),
        down=_of_health(seen.sources, Health.DOWN),
        heirs=seen.heirs,
    )


def _of_health(sights: Iterable[SourceSight], health: Health) -> frozenset[int]:
    return frozenset(each.source_id for each in sights if each.health is health)


def turns(known: Iterable[IncidentView], seen: Evaluation, policy: Policy) -> list[Turn]:
    """What becomes of every incident, by what was seen.

    ``known`` are those not resolved, and those resolved lately, which come back.
    """
    moved = _moved(known, seen)
    signals = {signal.key: signal for signal in seen.signals}
    living = {each.after.key for each in moved if each.after and _lives(each.after)}
    begun = {
        key: _begun(_last_of(moved, key), signals[key], seen, policy)
        for key in signals
        if key not in living
    }
    back = {turn.before.id for turn in begun.values() if turn.before is not None}
    others = [each for each in moved if each.after is None or each.after.id not in back]
    found = [_gone_on(each, signals, seen, policy) for each in others]
    return [*found, *begun.values()]


def _last_of(moved: Sequence[Turn], key: str) -> IncidentView | None:
    """The incident of this key that was resolved last."""
    views = [each.after for each in moved if each.after and each.after.key == key]
    return views[-1] if views else None


def _gone_on(turn: Turn, signals: Mapping[str, Signal], seen: Evaluation, policy: Policy) -> Turn:
    view = turn.after
    if view is None or not _lives(view):
        return turn
    then = _lived(view, signals.get(view.key), seen, policy)
    return replace(turn, after=then.after, steps=(*turn.steps, *then.steps))


def _lives(view: IncidentView) -> bool:
    return view.state is not IncidentState.RESOLVED


def _moved(known: Iterable[IncidentView], seen: Evaluation) -> list[Turn]:
    """Incidents of a unit that is no more live on as its heir's.

    Where the heir has its own of that kind, that one lives on alone, and nobody is told that the
    other is over: it is not.
    """
    views = sorted(known, key=lambda view: (_lives(view), view.id or 0))
    taken = {view.key for view in views if _lives(view) and view.unit not in seen.heirs}
    found = []
    for view in views:
        heir = seen.heirs.get(view.unit)
        if heir is None or not _lives(view):
            found.append(Turn(before=view, after=view))
            continue
        after = replace(view, unit=heir)
        if after.key in taken:
            after = replace(
                view, state=IncidentState.RESOLVED, resolved_at=seen.now, notified_value=None
            )
        taken.add(after.key)
        found.append(Turn(before=view, after=after, steps=(Step.MOVED,), text=heir))
    return found


def _lived(view: IncidentView, signal: Signal | None, seen: Evaluation, policy: Policy) -> Turn:
    """What becomes of an incident that is not resolved."""
    if signal is None:
        return _unseen(view, seen)
    after = _told(view, signal, seen)
    if view.state is IncidentState.OPEN:
        changed = change(view.kind, view.value, signal.value) is not Change.NONE
        return Turn(before=view, after=after, steps=(Step.CHANGED,) if changed else ())
    if signal.is_confirmed or signal.fresh_from - view.seen_at >= policy.confirm_after:
        return Turn(before=view, **_opened(after, signal))
    return Turn(before=view, after=after)


def _unseen(view: IncidentView, seen: Evaluation) -> Turn:
    if not seen.judges(view):
        return Turn(before=view, after=view)
    over = replace(view, state=IncidentState.RESOLVED, resolved_at=view.resolved_at or seen.now)
    if view.state is IncidentState.OPEN:
        return Turn(before=view, after=over, steps=(Step.RESOLVED,))
    # One that was never confirmed leaves no trace.
    return Turn(before=view, after=over if view.resolved_at else None)


def _begun(gone: IncidentView | None, signal: Signal, seen: Evaluation, policy: Policy) -> Turn:
    """One that begins, or one that comes back after a short while."""
    view = (
        _new(signal, seen)
        if gone is None
        else _told(replace(gone, seen_at=signal.at), signal, seen)
    )
    view = replace(view, state=IncidentState.SEEN)
    if signal.is_confirmed or not policy.confirm_after:
        return Turn(before=gone, **_opened(view, signal))
    return Turn(before=gone, after=view)


def _opened(view: IncidentView, signal: Signal) -> dict[str, Any]:
    """It counts from now on; one that was over before, and not for long, is back."""
    back = view.resolved_at is not None
    after = replace(view, state=IncidentState.OPEN, opened_at=signal.at, resolved_at=None)
    if back:
        after = replace(after, level=0, level_at=None, is_acknowledged=False)
    return {"after": after, "steps": (Step.REOPENED if back else Step.OPENED,)}


def _new(signal: Signal, seen: Evaluation) -> IncidentView:
    return IncidentView(
        kind=signal.kind,
        unit=signal.unit,
        source_id=signal.source_id,
        value=signal.value,
        state=IncidentState.SEEN,
        seen_at=signal.at,
        opened_at=signal.at,
        last_seen_at=signal.at,
        reconciliation_id=_reconciliation(signal, seen),
    )


def _told(view: IncidentView, signal: Signal, seen: Evaluation) -> IncidentView:
    return replace(
        view,
        value=signal.value,
        last_seen_at=signal.at,
        reconciliation_id=_reconciliation(signal, seen) or view.reconciliation_id,
    )


def _reconciliation(signal: Signal, seen: Evaluation) -> int | None:
    if signal.kind not in OF_UNITS or seen.basis is None:
        return None
    return seen.basis.reconciliation
