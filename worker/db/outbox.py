"""The outbox: what other systems are to be told, written with what it tells of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session, and_, col, func, select, update

from models.event import Event
from models.incident import Incident
from models.outbox import OutboundMessage
from models.reconciliation import Discrepancy, Reconciliation
from models.source import Source
from models.types import Channel, EventKind, MessageState
from worker.core.outbox import Target, expiry, next_try
from worker.core.times import VIETNAM
from worker.db.sources import identity
from worker.errors import DoisoatError, NotFoundError, PermanentError

_FREE: dict[str, Any] = {"claimed_by": None, "claimed_until": None}


@dataclass(frozen=True, slots=True)
class Held:
    """A message in this process's hands until its lease is over; ``fence`` proves it."""

    id: int
    target: str
    delivery: str
    payload: Mapping[str, Any]
    attempts: int
    expires_at: datetime
    fence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """Who takes messages up, and for how long before another process may."""

    owner: str
    lasts: timedelta


def append_for(session: Session, event: Event, targets: Sequence[Target], now: datetime) -> int:
    """Write an event down for every target that wants it, in the caller's transaction.

    The same event a second time adds nothing. Returns how many messages were added.
    """
    if not any(target.wants(event.kind, ()) for target in targets):
        return 0
    data, units = _told(session, event)
    wanting = [target.name for target in targets if target.wants(event.kind, units)]
    return sum(_append(session, event, name, data, now) for name in wanting)


def _append(
    session: Session, event: Event, target: str, data: Mapping[str, Any], now: datetime
) -> int:
    delivery = uuid4().hex
    told = {"id": delivery, "event": event.kind.value, "at": _iso(event.at), "data": data}
    insert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    statement = insert(OutboundMessage).values(
        channel=Channel.WEBHOOK,
        target=target,
        # SQLite gives the number of a pruned event to another one, but not its time.
        subject=f"event {event.id} at {int(event.at.timestamp())}",
        delivery=delivery,
        payload=told,
        state=MessageState.WAITING,
        attempts=0,
        next_try_at=now,
        expires_at=expiry(now),
        fence=0,
        created_at=now,
    )
    added = statement.on_conflict_do_nothing().returning(col(OutboundMessage.id))
    return len(session.exec(added).all())


def _told(session: Session, event: Event) -> tuple[dict[str, Any], frozenset[str]]:
    """What an event says in codes and counts, and the units it is about."""
    if event.kind in (EventKind.DISCREPANCY_OPENED, EventKind.DISCREPANCY_CLOSED):
        return _discrepancy(session, event)
    if event.kind is EventKind.RECONCILIATION_FINISHED:
        return _reconciliation(session, event), frozenset()
    if event.kind in (EventKind.INCIDENT_OPENED, EventKind.INCIDENT_RESOLVED):
        return _incident(session, event)
    data = dict(event.payload)
    if "source" in data:
        data["source"] = _source_name(session, data["source"])
    return data, frozenset({data["unit"]} if "unit" in data else ())


def _discrepancy(session: Session, event: Event) -> tuple[dict[str, Any], frozenset[str]]:
    row = session.get(Discrepancy, event.payload["discrepancy"])
    if row is None:
        return dict(event.payload), frozenset()
    sides = (row.province_source_id, row.portal_source_id)
    data = {
        "discrepancy": row.id,
        "dossier": row.code,
        "unit": row.unit,
        "portal_unit": row.portal_unit,
        "cause": row.cause.value,
        "kind": row.kind.value,
        "contribution": row.contribution,
        "sources": [_source_name(session, side) for side in sides],
    }
    return data, frozenset({row.unit, row.portal_unit})


def _incident(session: Session, event: Event) -> tuple[dict[str, Any], frozenset[str]]:
    row = session.get(Incident, event.payload["incident"])
    if row is None:
        return dict(event.payload), frozenset()
    data = {
        "incident": row.id,
        "kind": row.kind.value,
        "unit": row.unit or None,
        "source": _source_name(session, row.source_id) if row.source_id else None,
        "value": row.value,
        "opened_at": _iso(row.opened_at),
        "resolved_at": _iso(row.resolved_at) if row.resolved_at else None,
    }
    return data, frozenset({row.unit} - {""})


def _reconciliation(session: Session, event: Event) -> dict[str, Any]:
    row = session.get(Reconciliation, event.payload["reconciliation"])
    if row is None:
        return dict(event.payload)
    period = {"from": row.period_from.isoformat(), "to": row.period_to.isoformat()}
    return {
        "reconciliation": row.id,
        "as_of": _iso(row.as_of),
        "period": period,
        "complete": row.complete,
    }


def _source_name(session: Session, key: int) -> str | None:
    source = session.get(Source, key)
    return source.name if source else None


def _iso(instant: datetime) -> str:
    return instant.astimezone(VIETNAM).isoformat(timespec="seconds")


def claim_next(
    session: Session, channel: Channel, target: str, lease: Lease, now: datetime
) -> Held | None:
    """Take up the first message that waits for ``target``.

    None where there is none, where it is not due yet, or where another process holds it: those
    behind it wait until it is gone, for a target hears of things in their order.
    """
    first = (
        select(OutboundMessage)
        .where(
            OutboundMessage.state == MessageState.WAITING,
            OutboundMessage.channel == channel,
            OutboundMessage.target == target,
        )
        .order_by(col(OutboundMessage.id))
        .limit(1)
        # What this session read before may have been sent by another process since.
        .execution_options(populate_existing=True)
    )
    row = session.exec(first).one_or_none()
    if row is None or row.next_try_at > now or (row.claimed_until and row.claimed_until > now):
        return None
    held = Held(
        id=identity(row.id),
        target=target,
        delivery=row.delivery,
        payload=row.payload,
        attempts=row.attempts + 1,
        expires_at=row.expires_at,
        fence=row.fence + 1,
    )
    taken = {
        "claimed_by": lease.owner,
        "claimed_until": now + lease.lasts,
        "attempts": held.attempts,
        "fence": held.fence,
    }
    return held if _write(session, held.id, row.fence, taken) else None


def mark_sent(session: Session, held: Held, now: datetime) -> bool:
    """Keep that a message was taken; False where another process has taken it up since."""
    sent = {"state": MessageState.SENT, "sent_at": now, "error": None}
    return _write(session, held.id, held.fence, _FREE | sent)


def mark_failed(session: Session, held: Held, error: DoisoatError, now: datetime) -> MessageState:
    """Keep that a try failed, and when the next one is; the state the message is in then.

    A permanent error ends the message at once.
    """
    permanent = isinstance(error, PermanentError)
    again = None if permanent else next_try(held.attempts, held.expires_at, now)
    state = MessageState.GIVEN_UP if again is None else MessageState.WAITING
    told = {"key": error.key, "values": error.values}
    failed = {"state": state, "next_try_at": again or now, "error": told}
    _write(session, held.id, held.fence, _FREE | failed)
    return state


def try_again(session: Session, message: int, now: datetime) -> OutboundMessage:
    """Let a message that waits or was given up be tried at once, with all its tries before it.

    Raises:
        NotFoundError: there is no such message.
        PermanentError: it was sent already, or is being sent just now.
    """
    row = session.get(OutboundMessage, message)
    if row is None:
        raise NotFoundError("message_unknown", message=message)
    held = row.claimed_until is not None and row.claimed_until > now
    life = {
        "state": MessageState.WAITING,
        "attempts": 0,
        "next_try_at": now,
        "expires_at": expiry(now),
        "error": None,
        "fence": row.fence + 1,
    }
    if held or not _write(session, message, row.fence, _FREE | life):
        raise PermanentError("message_sent", message=message)
    session.refresh(row)
    return row


def _write(session: Session, message: int, fence: int, values: Mapping[str, Any]) -> bool:
    """Change a message that nobody else has taken up or sent meanwhile."""
    unchanged = (
        col(OutboundMessage.id) == message,
        col(OutboundMessage.fence) == fence,
        col(OutboundMessage.state) != MessageState.SENT,
    )
    changed = session.exec(update(OutboundMessage).where(*unchanged).values(values))
    return changed.rowcount == 1


def list_messages(
    session: Session, limit: int | None, state: MessageState | None = None
) -> tuple[int, list[OutboundMessage]]:
    """How many messages there are, and the newest of them."""
    query = select(OutboundMessage)
    if state is not None:
        query = query.where(OutboundMessage.state == state)
    total = session.exec(select(func.count()).select_from(query.subquery())).one()
    return total, list(session.exec(query.order_by(col(OutboundMessage.id).desc()).limit(limit)))


@dataclass(frozen=True, slots=True)
class Line:
    """What stands for one target: how many wait, since when, and how many were given up."""

    target: str
    waiting: int
    oldest: datetime | None
    due_since: datetime | None
    given_up: int


def lines(session: Session, channel: Channel) -> list[Line]:
    """Every target something waits for or was given up for, by name.

    ``due_since`` is the time from which the first message could have been tried.
    """
    unsent = col(OutboundMessage.state) != MessageState.SENT
    query = select(OutboundMessage.target).where(OutboundMessage.channel == channel, unsent)
    names = session.exec(query.distinct().order_by(OutboundMessage.target))
    return [_line(session, channel, name) for name in names]


def _line(session: Session, channel: Channel, target: str) -> Line:
    own = and_(OutboundMessage.channel == channel, OutboundMessage.target == target)
    waits = and_(own, OutboundMessage.state == MessageState.WAITING)
    waiting, oldest = session.exec(
        select(func.count(), func.min(OutboundMessage.created_at)).where(waits)
    ).one()
    head = select(OutboundMessage.next_try_at).where(waits).order_by(col(OutboundMessage.id))
    given_up = select(func.count()).where(own, OutboundMessage.state == MessageState.GIVEN_UP)
    return Line(
        target=target,
        waiting=waiting,
        oldest=oldest,
        due_since=session.exec(head.limit(1)).one_or_none(),
        given_up=session.exec(given_up).one(),
    )
