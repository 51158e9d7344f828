"""Requests that wait for what became of their first dossiers, or stopped because of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from models.resend import ResendItem, ResendRequest
from models.resend_types import ResendState
from models.types import EventKind
from worker.core.resend.brake import Brake, Gone, Trial, brake
from worker.db import audit, events, resends
from worker.db.sources import identity

# Nobody: the request stopped by itself.
_BY = "doisoat"
# In ``chosen_by``: how many had gone when a request that had stopped was approved again.
_APPROVED_AFTER = "approved_after"


def verdict(session: Session, request: ResendRequest, trial: Trial) -> Brake:
    """What the rest of a request does, by those that went since somebody last approved."""
    looked = (col(ResendItem.looked_at), col(ResendItem.result), col(ResendItem.is_open))
    query = select(col(ResendItem.sent_at), *looked).where(*_went(request))
    query = query.order_by(col(ResendItem.id)).offset(went_before(request))
    gone = [
        Gone(sent_at=at, looked_at=looked_at, result=result, is_waited_for=is_open)
        for at, looked_at, result, is_open in session.exec(query)
        if at is not None
    ]
    return brake(gone, trial)


def hold(session: Session, request: ResendRequest, now: datetime) -> None:
    """Let no further dossier of a request go until somebody approves it again."""
    number = identity(request.id)
    told = {"state": ResendState.HELD, "send_at": None}
    if not resends.take(session, number, [ResendState.SENDING], **told):
        return
    payload = {"request": number, "unit": request.unit, "source": request.source_id}
    events.append(session, EventKind.RESEND_HELD, payload, now)
    audit.note(session, by=_BY, action="resend_held", subject=f"resend {number}", now=now)


def went_before(request: ResendRequest) -> int:
    """How many had gone when a request was last approved after a stop.

    Each time it stops, more have: with its number this names one stop among all.
    """
    return int(request.chosen_by.get(_APPROVED_AFTER, 0))


def go_on(session: Session, request: ResendRequest, now: datetime, **decided: Any) -> None:
    """Let the rest of a request that stopped by itself go, its first ones looked at anew.

    Raises:
        ResendError: it has not stopped, or no longer.
    """
    number = identity(request.id)
    went = session.exec(select(func.count()).where(*_went(request))).one()
    told = decided | {"chosen_by": {**request.chosen_by, _APPROVED_AFTER: went}}
    told |= {"state": ResendState.SENDING, "send_at": now}
    resends.step(session, number, [ResendState.HELD], **told)


def _went(request: ResendRequest) -> tuple[ColumnElement[bool], ...]:
    here = col(ResendItem.request_id) == identity(request.id)
    return here, col(ResendItem.sent_at).is_not(None)
