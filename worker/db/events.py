"""Events: written with the work they tell of, handled once."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from models.event import Event
from models.types import EventKind


def append(session: Session, kind: EventKind, payload: Mapping[str, Any], now: datetime) -> None:
    """Tell the rest of the journey, in the caller's transaction."""
    session.add(Event(kind=kind, payload=dict(payload), at=now))


def pending(session: Session) -> list[Event]:
    """Events nobody has handled yet, in order."""
    query = select(Event).where(col(Event.handled_at).is_(None)).order_by(col(Event.id))
    return list(session.exec(query))
