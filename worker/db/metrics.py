"""The figures of ``/metrics``, asked of the store when somebody looks.

Whoever watches asks every few seconds, beside a million dossiers: no question here reads a table
that grows with them (dossiers, records, verdicts, events of progress, look-ups). What grows is
asked by an index that leads to few rows: runs and reconciliations of late, what is open or waits.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select as select_columns
from sqlmodel import Session, col, func, select

from models.event import Event
from models.reconciliation import Discrepancy, Reconciliation, SyncHealth
from models.source import CallBudget, Quarantine, Source, SyncRun
from models.types import Cause, DiscrepancyState, RunState
from worker.db.sources import source_names

_WHOLE = ""  # the unit of the row for the whole province


@dataclass(frozen=True, slots=True)
class RecentRun:
    """A run that began of late. ``source`` is empty where it computed over the whole store."""

    source: str
    stage: str
    state: RunState
    counts: dict[str, int]
    error: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many runs wait, of sources and of the whole store, and since when the oldest has."""

    of_sources: int
    computing: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class PairLag:
    """How long changes take from one source to another, in seconds; ``waiting`` don't show yet."""

    home: str
    other: str
    p50: int | None
    p95: int | None
    waiting: int


def recent_runs(session: Session, since: datetime) -> Iterator[RecentRun]:
    """Runs that began from an instant on, the oldest first."""
    names = source_names(session)
    query = (
        select_columns(
            col(SyncRun.source_id),
            col(SyncRun.stage),
            col(SyncRun.state),
            col(SyncRun.counts),
            col(SyncRun.error),
        )
        .where(col(SyncRun.started_at) >= since)
        .order_by(col(SyncRun.started_at), col(SyncRun.id))
    )
    for source_id, stage, state, counts, error in session.connection().execute(query):
        source = "" if source_id is None else names[source_id]
        yield RecentRun(source, stage, state, counts, error)


def waiting(session: Session) -> Waiting:
    """What is in the queue."""
    kind = col(SyncRun.source_id).is_(None)
    query = (
        select(kind, func.count(), func.min(SyncRun.queued_at))
        .where(SyncRun.state == RunState.QUEUED)
        .group_by(kind)
    )
    found = {bool(computing): (count, since) for computing, count, since in session.exec(query)}
    oldest = [since for _, since in found.values() if since is not None]
    return Waiting(
        of_sources=found.get(False, (0, None))[0],
        computing=found.get(True, (0, None))[0],
        since=min(oldest, default=None),
    )


def last_sign_of_life(session: Session, since: datetime) -> datetime | None:
    """When a worker last wrote to a run that is under way or began from ``since`` on.

    The time of a run that waits only says when workers were told of it.
    """
    newest = select(func.max(SyncRun.heartbeat_at))
    running = session.exec(newest.where(SyncRun.state == RunState.RUNNING)).one()
    begun = newest.where(col(SyncRun.started_at) >= since, SyncRun.state != RunState.QUEUED)
    return max(filter(None, (running, session.exec(begun).one())), default=None)


def last_complete(session: Session) -> dict[str, datetime]:
    """By source when its last complete reading of everything ended."""
    found = {}
    for source in session.exec(select(Source).order_by(col(Source.id))):
        query = (
            select(SyncRun.ended_at)
            .where(
                SyncRun.source_id == source.id,
                SyncRun.state == RunState.COMPLETE,
                col(SyncRun.partial).is_(False),
            )
            .order_by(col(SyncRun.id).desc())
            .limit(1)
        )
        ended = session.exec(query).first()
        if ended is not None:
            found[source.name] = ended
    return found


def last_turn_done(session: Session, since: datetime) -> datetime | None:
    """When the last run made for a turn of the schedule became complete, if it began since then."""
    query = select(func.max(SyncRun.ended_at)).where(
        col(SyncRun.started_at) >= since,
        col(SyncRun.slot).is_not(None),
        SyncRun.state == RunState.COMPLETE,
    )
    return session.exec(query).one()


def waiting_in_quarantine(session: Session) -> dict[str, int]:
    """By source how many rows can't be read now."""
    names = source_names(session)
    query = (
        select(Quarantine.source_id, func.count())
        .where(col(Quarantine.solved_at).is_(None))
        .group_by(col(Quarantine.source_id))
    )
    counts = dict(session.exec(query).all())
    return {name: counts.get(source_id, 0) for source_id, name in names.items()}


def open_by_cause(session: Session) -> dict[Cause, int]:
    """How many discrepancies are open now."""
    query = (
        select(Discrepancy.cause, func.count())
        .where(Discrepancy.state == DiscrepancyState.OPEN)
        .group_by(col(Discrepancy.cause))
    )
    return {Cause(cause): count for cause, count in session.exec(query)}


def lags(session: Session, since: datetime) -> list[PairLag]:
    """The lag of each pair of sources as measured last, if it was from ``since`` on."""
    names = source_names(session)
    query = (
        select(Reconciliation, SyncHealth)
        .join(SyncHealth, col(SyncHealth.reconciliation_id) == col(Reconciliation.id))
        .where(
            col(Reconciliation.as_of) >= since,
            col(Reconciliation.by_hand).is_(False),
            SyncHealth.unit == _WHOLE,
        )
        .order_by(col(Reconciliation.as_of), col(Reconciliation.id))
    )
    newest = {
        (row.province_source_id, row.portal_source_id): health
        for row, health in session.exec(query)
    }
    return [
        PairLag(names[home], names[other], each.lag_p50, each.lag_p95, each.lag_waiting)
        for (home, other), each in newest.items()
    ]


def oldest_event(session: Session) -> datetime | None:
    """Since when an event waits to be handled; None where none does."""
    query = select(func.min(Event.at)).where(col(Event.handled_at).is_(None))
    return session.exec(query).one()


def calls_used(session: Session, day: date) -> dict[str, int]:
    """By source how many calls were made on a local day, where calls are counted."""
    names = source_names(session)
    query = select(CallBudget.source_id, CallBudget.used).where(
        col(CallBudget.source_id).in_(list(names)), CallBudget.day == day
    )
    return {names[source_id]: used for source_id, used in session.exec(query)}
