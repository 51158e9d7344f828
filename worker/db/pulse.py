"""Whether what should move does: for the doctor."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from models.event import Event
from models.source import Quarantine, SyncRun

_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Growth:
    """How many lie in quarantine, how many of them came in the last day and the six before."""

    lying: int
    last_day: int
    days_before: int


def unhandled_events(session: Session) -> tuple[int, datetime | None]:
    """How many events nobody has put into the queue as runs, and when the oldest was told."""
    query = select(func.count(), func.min(Event.at))
    count, since = session.exec(query.where(col(Event.handled_at).is_(None))).one()
    return count, since


def first_run_at(session: Session) -> datetime | None:
    """When the store began to fill."""
    return session.exec(select(func.min(SyncRun.started_at))).one()


def quarantine_growth(session: Session, now: datetime) -> Growth:
    """How the number of records that can't be read has grown."""

    def count(since: datetime | None, until: datetime) -> int:
        query = select(func.count()).where(
            col(Quarantine.solved_at).is_(None), col(Quarantine.at) <= until
        )
        if since is not None:
            query = query.where(col(Quarantine.at) > since)
        return session.exec(query).one()

    return Growth(
        lying=count(None, now),
        last_day=count(now - _DAY, now),
        days_before=count(now - _WEEK, now - _DAY),
    )
