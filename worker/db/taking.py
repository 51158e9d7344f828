"""Taking runs up from the queue, one process a run, and giving them back."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import Session, and_, col, or_, select, update

from models.source import Source, SyncRun
from models.types import RunState, RunStop
from worker.db.queue import ANNOUNCED_FOR, changed
from worker.db.runs import Run, is_run_held
from worker.db.sources import identity
from worker.db.turns import one_by_one

Alive = Callable[[str], bool | None]

# A run that ended its process this often will do so again.
MOST_ATTEMPTS = 12

_UNENDED = col(SyncRun.state).in_((RunState.QUEUED, RunState.RUNNING))


@dataclass(frozen=True, slots=True, kw_only=True)
class Taker:
    """Who takes runs up: itself, how it knows whether others live, and how long it trusts them.

    ``stages`` are those it can do; ``waits`` names the stages before which another of the same
    journey has to be over.
    """

    owner: str
    is_alive: Alive
    lease: timedelta
    stages: Collection[str]
    waits: Mapping[str, str] = field(default_factory=dict)


def take(session: Session, run_id: int, taker: Taker, now: datetime) -> Run | None:
    """Take a run up, or None where it is not this process's turn to.

    None: it has ended, another process has it or means to, its source is busy, or what it waits
    for is still going on. It will be offered again.
    """
    one_by_one(session)
    row = session.get(SyncRun, run_id)
    if row is None or row.stage not in taker.stages or not _is_free(row, taker, now):
        return None
    if _is_hopeless(session, row, now) or not _may_begin(session, row, taker, now):
        return None
    return _begin(session, row, taker, now)


def _is_hopeless(session: Session, row: SyncRun, now: datetime) -> bool:
    """Whether a run that died is ended instead: an operator wants that, or it always dies."""
    if row.state is not RunState.RUNNING:
        return False
    if row.stop is RunStop.CANCEL:
        return changed(session, row, state=RunState.CANCELLED, ended_at=now, stop=None)
    if row.fence < MOST_ATTEMPTS:
        return False
    error = {"key": "run_keeps_dying", "values": {"run": row.id}}
    return changed(session, row, state=RunState.FAILED, ended_at=now, error=error)


def _is_free(row: SyncRun, taker: Taker, now: datetime) -> bool:
    if row.state is RunState.RUNNING:
        return not is_run_held(row, taker.is_alive, taker.lease, now)
    if row.state is not RunState.QUEUED:
        return False
    reserved = row.owner not in ("", taker.owner) and taker.is_alive(row.owner) is not False
    return not reserved or now - row.heartbeat_at >= taker.lease


def _may_begin(session: Session, row: SyncRun, taker: Taker, now: datetime) -> bool:
    # Somebody waits in front of it: what a dead process left half done doesn't come first.
    insists = row.owner == taker.owner
    if row.source_id is None:
        return _none_computes(session, row, taker, now, insists=insists)
    if _waits_for_its_journey(session, row, taker):
        return False
    return _source_is_free(session, row, taker, now, insists=insists)


def _none_computes(
    session: Session, row: SyncRun, taker: Taker, now: datetime, *, insists: bool
) -> bool:
    """Whether nothing else computes over the store."""
    others = select(SyncRun).where(
        col(SyncRun.source_id).is_(None),
        SyncRun.state == RunState.RUNNING,
        col(SyncRun.id) != row.id,
    )
    return all(
        _gives_way(session, other, taker, now, insists=insists) for other in session.exec(others)
    )


def _gives_way(
    session: Session, other: SyncRun, taker: Taker, now: datetime, *, insists: bool
) -> bool:
    """Whether a run that has begun makes room; one whose process died is else taken up first."""
    if other.state is RunState.INTERRUPTED or (insists and _is_free(other, taker, now)):
        return changed(session, other, state=RunState.INCOMPLETE, ended_at=now)
    return other.state not in (RunState.RUNNING, RunState.QUEUED)


def _waits_for_its_journey(session: Session, row: SyncRun, taker: Taker) -> bool:
    """Whether a run of the same journey that has to be over first is not."""
    before = taker.waits.get(row.stage)
    if before is None:
        return False
    together = (SyncRun.journey == row.journey, SyncRun.stage == before)
    return _goes_on(session, _UNENDED, *together)


def _goes_on(session: Session, *which: ColumnElement[bool] | bool) -> bool:
    return session.exec(select(SyncRun.id).where(*which)).first() is not None


def _source_is_free(
    session: Session, row: SyncRun, taker: Taker, now: datetime, *, insists: bool
) -> bool:
    """Whether no other run of the source has begun and is not over."""
    source = session.get_one(Source, row.source_id)
    other = session.get(SyncRun, source.active_run_id) if source.active_run_id else None
    if other is None or other.id == row.id:
        return True
    return _gives_way(session, other, taker, now, insists=insists)


def _begin(session: Session, row: SyncRun, taker: Taker, now: datetime) -> Run | None:
    resumed = row.fence > 0
    values: dict[str, Any] = {} if resumed else {"started_at": now}
    values |= {
        "state": RunState.RUNNING,
        "fence": row.fence + 1,
        "owner": taker.owner,
        "heartbeat_at": now,
        "ended_at": None,
        "error": None,
        "stop": None,
    }
    if not changed(session, row, **values):
        return None
    if row.source_id is not None:
        session.get_one(Source, row.source_id).active_run_id = row.id
    return Run(
        id=identity(row.id),
        source_id=row.source_id or 0,
        fence=row.fence,
        started_at=row.started_at,
        resumed=resumed,
        checkpoint=dict(row.checkpoint),
        counts=dict(row.counts),
    )


def serve(session: Session, run: Run, wish: Mapping[str, Any]) -> None:
    """Let what follows a run that was taken up again be what is wished for now."""
    session.exec(update(SyncRun).where(col(SyncRun.id) == run.id).values(wish=dict(wish)))


def release(session: Session, run: Run, now: datetime) -> None:
    """Give a run back: its process goes down, another one goes on at the checkpoint."""
    _let_go(session, run, state=RunState.QUEUED, queued_at=now, heartbeat_at=now - ANNOUNCED_FOR)


def give_up(session: Session, run: Run, now: datetime) -> None:
    """End a run that an operator cancelled."""
    _let_go(session, run, state=RunState.CANCELLED, ended_at=now)


def _let_go(session: Session, run: Run, **values: Any) -> None:
    mine = (col(SyncRun.id) == run.id, col(SyncRun.fence) == run.fence)
    session.exec(update(SyncRun).where(*mine).values(owner="", stop=None, **values))


def stop_all_of(session: Session, owners: str) -> None:
    """Ask every run whose owner begins with ``owners`` to be given back."""
    named = col(SyncRun.owner).startswith(owners, autoescape=True)
    mine = (col(SyncRun.state) == RunState.RUNNING, named)
    free = col(SyncRun.stop).is_(None)
    session.exec(update(SyncRun).where(*mine, free).values(stop=RunStop.RELEASE))


def ready(session: Session, ids: Collection[int], taker: Taker) -> list[int]:
    """Those of these runs that wait, and that nothing which goes on keeps from beginning."""
    waiting = select(SyncRun).where(col(SyncRun.id).in_(ids), col(SyncRun.state) == RunState.QUEUED)
    rows = session.exec(waiting.order_by(col(SyncRun.id)))
    return [identity(row.id) for row in rows if not _is_kept(session, row, taker)]


def due(session: Session, taker: Taker, now: datetime) -> list[SyncRun]:
    """Runs that somebody should take up: those that wait untold, and those whose process died.

    Whoever is told of a run that can't begin yet lets it be, and it counts as told for a while: so
    nobody is told before it can.
    """
    untold: ColumnElement[bool] = and_(
        col(SyncRun.state) == RunState.QUEUED, col(SyncRun.heartbeat_at) <= now - ANNOUNCED_FOR
    )
    rows = session.exec(
        select(SyncRun)
        .where(or_(untold, col(SyncRun.state) == RunState.RUNNING))
        .where(col(SyncRun.stage).in_(taker.stages))
        .order_by(col(SyncRun.id))
    )
    return [row for row in rows if _is_free(row, taker, now) and not _is_kept(session, row, taker)]


def _is_kept(session: Session, row: SyncRun, taker: Taker) -> bool:
    """Whether something that goes on keeps a run that waits from beginning."""
    if row.state is not RunState.QUEUED:
        return False
    if row.source_id is None:
        computing = (col(SyncRun.source_id).is_(None), SyncRun.state == RunState.RUNNING)
        return _goes_on(session, *computing)
    holding = select(Source.active_run_id).where(Source.id == row.source_id)
    holder = (col(SyncRun.id).in_(holding), col(SyncRun.id) != row.id)
    return _waits_for_its_journey(session, row, taker) or _goes_on(session, _UNENDED, *holder)
