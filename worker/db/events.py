"""Events: written with the work they tell of, handled once."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select, update

from models.event import Event
from models.types import EventKind


def append(session: Session, kind: EventKind, payload: Mapping[str, Any], now: datetime) -> None:
    """Tell the rest of the journey, in the caller's transaction."""
    session.add(Event(kind=kind, payload=dict(payload), at=now))


def pending(session: Session) -> list[Event]:
    """Events nobody has handled yet, in order."""
    query = select(Event).where(col(Event.handled_at).is_(None)).order_by(col(Event.id))
    return list(session.exec(query))


def handle(session: Session, event: Event, now: datetime) -> bool:
    """Count an event as handled, in the transaction that does what it starts.

    False where another process has handled it meanwhile.
    """
    taken = (
        update(Event)
        .where(col(Event.id) == event.id, col(Event.handled_at).is_(None))
        .values(handled_at=now)
        # Else every event in memory is looked through for each: a first reconciliation has many.
        .execution_options(synchronize_session=False)
    )
    return session.exec(taken).rowcount == 1
