"""Whether requests to send dossiers again move: for the doctor."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, and_, col, func, or_, select

from models.resend import ResendItem, ResendRequest
from models.resend_types import OPEN_RESENDS, ResendAnswer, ResendState

_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResendPulse:
    """How many requests are open, and those of them that somebody has to act on, by number.

    ``held`` stopped by themselves. ``asked`` wait for an approver and ``approved`` for somebody who
    sends them, both since before an instant. ``unanswered`` are dossiers that went in the last week
    without an answer.
    """

    opened: int
    held: tuple[int, ...]
    asked: tuple[int, ...]
    approved: tuple[int, ...]
    unanswered: int


def resend_pulse(session: Session, now: datetime, patience: timedelta) -> ResendPulse:
    """What of the requests stands still.

    Args:
        session: The store.
        now: The instant.
        patience: How long a request may wait for somebody.
    """
    rows = session.exec(
        select(ResendRequest)
        .where(col(ResendRequest.state).in_(OPEN_RESENDS))
        .order_by(col(ResendRequest.id))
    ).all()

    def numbers(state: ResendState, before: datetime) -> tuple[int, ...]:
        return tuple(
            row.id or 0
            for row in rows
            if row.state is state and (row.decided_at or row.asked_at) <= before
        )

    return ResendPulse(
        opened=len(rows),
        held=numbers(ResendState.HELD, now),
        asked=numbers(ResendState.ASKED, now - patience),
        approved=numbers(ResendState.APPROVED, now - patience),
        unanswered=_unanswered(session, now - _WEEK),
    )


def waiting_for_approval(session: Session) -> tuple[int, int]:
    """How many requests nobody has decided about, and how many stopped by themselves."""
    query = select(ResendRequest.state, func.count()).group_by(col(ResendRequest.state))
    wanted = (ResendState.ASKED, ResendState.HELD)
    counts = dict(session.exec(query.where(col(ResendRequest.state).in_(wanted))).all())
    return counts.get(ResendState.ASKED, 0), counts.get(ResendState.HELD, 0)


def undecided(session: Session, before: datetime) -> list[ResendRequest]:
    """Requests that stopped by themselves, or were asked for before an instant and wait since."""
    query = select(ResendRequest).where(
        or_(
            ResendRequest.state == ResendState.HELD,
            and_(ResendRequest.state == ResendState.ASKED, col(ResendRequest.asked_at) < before),
        )
    )
    return list(session.exec(query.order_by(col(ResendRequest.id))))


def _unanswered(session: Session, since: datetime) -> int:
    query = select(func.count()).where(
        col(ResendItem.sent_at) >= since, ResendItem.answer == ResendAnswer.NO_ANSWER
    )
    return session.exec(query).one()
