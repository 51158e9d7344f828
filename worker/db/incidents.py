"""Incidents in the store: which there are, what became of them, what people did about them."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, and_, col, func, or_, select

from models.incident import Incident, IncidentStep
from models.types import EventKind, IncidentKind, IncidentState, IncidentStepKind
from worker.core.alerts.incidents import IncidentView, Turn
from worker.core.alerts.policy import Policy
from worker.db import audit, events
from worker.db.sources import identity
from worker.errors import NotFoundError, PermanentError

_KEPT = (
    "kind",
    "unit",
    "source_id",
    "key",
    "state",
    "seen_at",
    "opened_at",
    "last_seen_at",
    "resolved_at",
    "value",
    "notified_value",
    "notified_at",
    "level",
    "level_at",
    "reconciliation_id",
    "muted_until",
)
_EVENTS = {
    IncidentStepKind.OPENED: EventKind.INCIDENT_OPENED,
    IncidentStepKind.REOPENED: EventKind.INCIDENT_OPENED,
    IncidentStepKind.RESOLVED: EventKind.INCIDENT_RESOLVED,
}
# What says that somebody has taken it on.
_TAKEN_ON = frozenset(
    {
        IncidentStepKind.ACKNOWLEDGED,
        IncidentStepKind.ASSIGNED,
        IncidentStepKind.HANDLED,
        IncidentStepKind.NOT_OURS,
    }
)


def known(session: Session, policy: Policy, now: datetime) -> list[IncidentView]:
    """Incidents that go on, those over for a short while, and those whose end nobody was told of.

    Held until the transaction ends, so that two evaluations at once don't both speak of them.
    """
    resolved = col(Incident.state) == IncidentState.RESOLVED
    untold = col(Incident.notified_value).is_not(None)
    lately = col(Incident.resolved_at) > now - policy.quiet_for
    query = (
        select(Incident)
        .where(or_(~resolved, and_(resolved, or_(untold, lately))))
        .order_by(col(Incident.id))
        .with_for_update()
    )
    return [view_of(row) for row in session.exec(query)]


def view_of(row: Incident) -> IncidentView:
    """A stored incident as the core knows it."""
    told = {name: getattr(row, name) for name in _KEPT if name != "key"}
    return IncidentView(id=row.id, is_acknowledged=row.acknowledged_at is not None, **told)


def keep(session: Session, turns: Iterable[Turn], now: datetime) -> list[IncidentView]:
    """Write down what became of incidents, and tell the rest of the journey; how they stand now."""
    return [view for turn in turns if (view := _keep(session, turn, now)) is not None]


def _keep(session: Session, turn: Turn, now: datetime) -> IncidentView | None:
    if turn.after is None:
        if turn.before is not None:
            session.delete(session.get_one(Incident, turn.before.id))
        return None
    row = _written(session, turn.before, turn.after)
    for step in turn.steps:
        moved = step is IncidentStepKind.MOVED
        note(session, row, step, now, text=turn.text if moved else None)
        if step in _EVENTS:
            events.append(session, _EVENTS[step], {"incident": row.id}, now)
    return view_of(row)


def _written(session: Session, before: IncidentView | None, after: IncidentView) -> Incident:
    if before is None:
        row = Incident(**{name: getattr(after, name) for name in _KEPT})
    else:
        row = session.get_one(Incident, before.id)
        for name in _KEPT:
            if getattr(row, name) != getattr(after, name):
                setattr(row, name, getattr(after, name))
        if not after.is_acknowledged:
            row.acknowledged_at = row.acknowledged_by = None
    session.add(row)
    session.flush()
    return row


def note_told(session: Session, told: Iterable[IncidentView], reason: str, now: datetime) -> None:
    """Keep that a mail about incidents is in the outbox."""
    for view in told:
        row = session.get_one(Incident, view.id)
        escalated = view.level > row.level
        _written(session, view, view)
        note(session, row, IncidentStepKind.NOTIFIED, now, text=reason)
        if escalated:
            note(session, row, IncidentStepKind.ESCALATED, now)


def level_told(session: Session, numbers: Collection[int], at: datetime) -> int:
    """The level that a mail about incidents was meant for, as their history tells it.

    The highest that one of them had reached at ``at``, when it was written; 0 of one about none.
    """
    query = select(IncidentStep).where(
        col(IncidentStep.incident_id).in_(numbers), col(IncidentStep.at) <= at
    )
    levels: Counter[int] = Counter()
    for step in session.exec(query.order_by(col(IncidentStep.id))):
        if step.what is IncidentStepKind.REOPENED:
            levels[step.incident_id] = 0
        elif step.what is IncidentStepKind.ESCALATED:
            levels[step.incident_id] += 1
    return max(levels.values(), default=0)


def note(
    session: Session,
    row: Incident,
    what: IncidentStepKind,
    now: datetime,
    *,
    by: str | None = None,
    text: str | None = None,
) -> None:
    """Add a step to an incident's history."""
    session.add(
        IncidentStep(
            incident_id=identity(row.id), at=now, by=by, what=what, text=text, value=dict(row.value)
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What somebody does about an incident: ``until`` when it is muted, ``to`` whom it is given."""

    what: IncidentStepKind
    by: str
    text: str | None = None
    until: datetime | None = None
    to: str | None = None


def act(session: Session, number: int, done: Act, now: datetime) -> Incident:
    """Keep what somebody did about an incident, with who and why, here and in the audit trail.

    Raises:
        NotFoundError: there is none of this number.
        PermanentError: it is over; only a comment can still be added.
    """
    row = get(session, number)
    over = row.state is not IncidentState.OPEN
    if over and done.what is not IncidentStepKind.COMMENTED:
        raise PermanentError("incident_over", incident=number)
    if done.what in _TAKEN_ON:
        row.acknowledged_at, row.acknowledged_by = now, done.by
    if done.what is IncidentStepKind.MUTED:
        row.muted_until = done.until
    if done.what is IncidentStepKind.ASSIGNED:
        row.assigned_to = done.to
    session.add(row)
    note(session, row, done.what, now, by=done.by, text=done.text)
    audit.note(
        session,
        by=done.by,
        action=f"incident_{done.what.value}",
        subject=f"incident {number}",
        now=now,
        reason=done.text,
        **_detail(done),
    )
    return row


def _detail(done: Act) -> dict[str, Any]:
    told = {"until": done.until and done.until.isoformat(), "to": done.to}
    return {name: value for name, value in told.items() if value is not None}


def get(session: Session, number: int) -> Incident:
    """An incident that counts, or did.

    Raises:
        NotFoundError: there is none of this number.
    """
    row = session.get(Incident, number, with_for_update=True)
    if row is None or row.state is IncidentState.SEEN:
        raise NotFoundError("incident_unknown", incident=number)
    return row


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which incidents to list; None does not limit.

    ``units``: those that may be seen at all. ``is_taken_on``: whether somebody acts on it. ``sort``
    names a column.
    """

    unit: str | None = None
    kind: IncidentKind | None = None
    state: IncidentState | None = None
    units: Collection[str] | None = None
    is_taken_on: bool | None = None
    sort: str = "state"
    is_descending: bool = False
    limit: int | None = None
    offset: int = 0


def list_rows(session: Session, wanted: Wanted) -> tuple[int, list[Incident]]:
    """How many there are, and a part of them in the order wanted.

    By ``state`` the open ones stand before those that are over, then the newest first, by unit.
    """
    query = select(Incident).where(col(Incident.state) != IncidentState.SEEN)
    for name in ("unit", "kind", "state"):
        limit = getattr(wanted, name)
        if limit is not None:
            query = query.where(getattr(Incident, name) == limit)
    if wanted.units is not None:
        query = query.where(col(Incident.unit).in_(wanted.units))
    if wanted.is_taken_on is not None:
        nobody = col(Incident.acknowledged_at).is_(None)
        query = query.where(~nobody if wanted.is_taken_on else nobody)
    total = session.exec(select(func.count()).select_from(query.subquery())).one()
    first = col(getattr(Incident, wanted.sort))
    newest = (col(Incident.opened_at).desc(), col(Incident.unit), col(Incident.id))
    ordered = query.order_by(first.desc() if wanted.is_descending else first, *newest)
    return total, list(session.exec(ordered.limit(wanted.limit).offset(wanted.offset)))


def steps_of(session: Session, number: int) -> list[IncidentStep]:
    """The history of an incident, the first step first."""
    query = select(IncidentStep).where(IncidentStep.incident_id == number)
    return list(session.exec(query.order_by(col(IncidentStep.id))))
