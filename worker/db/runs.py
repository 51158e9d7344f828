"""Runs: one reading of one source, claimed, resumable, fenced."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, func, select, update

from models.source import Source, SyncRun
from models.types import RunState, Trigger
from worker.db.sources import identity
from worker.errors import DoisoatError, RunError

# Longer than one page or portion of look-ups may take with all its retries.
LEASE = timedelta(minutes=5)
RESUMABLE_FOR = timedelta(hours=6)
_UNFINISHED = (RunState.RUNNING, RunState.INTERRUPTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """Why and how a source is to be read; ``scope`` is what the stage itself asks for."""

    trigger: Trigger
    stage: str
    full: bool = False
    by: str | None = None
    reason: str | None = None
    scope: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Run:
    """A run in this process's hands. ``fence`` proves that nobody has taken it over."""

    id: int
    source_id: int
    fence: int
    started_at: datetime
    resumed: bool
    checkpoint: dict[str, Any]
    counts: dict[str, int]

    def count(self, name: str, by: int = 1) -> None:
        """Add to one of the run's counts."""
        self.counts[name] = self.counts.get(name, 0) + by


def claim(
    session: Session,
    source_id: int,
    request: RunRequest,
    *,
    owner: str,
    is_alive: Callable[[str], bool | None],
    now: datetime,
) -> Run:
    """Take up the source's unfinished run, or begin a new one.

    ``is_alive`` says of a run's owner whether its process lives (None: on another machine). Raises
    RunError while another process holds the source.
    """
    source = session.exec(select(Source).where(Source.id == source_id)).one()
    last = session.get(SyncRun, source.active_run_id) if source.active_run_id else None
    if last is not None and _held(last, is_alive, now):
        raise RunError("run_active", run=identity(last.id), source=source.name)
    if last is not None and _resumable(last, request, now):
        return _take_over(session, last, owner, now)
    if last is not None and last.state in _UNFINISHED:
        last.state, last.ended_at = RunState.INCOMPLETE, now
        session.add(last)
    return _begin(session, source, request, owner, now)


def is_held(
    session: Session, source_id: int, is_alive: Callable[[str], bool | None], now: datetime
) -> bool:
    """Whether a process is reading the source just now."""
    last = last_run(session, source_id)
    return last is not None and _held(last, is_alive, now)


def _held(run: SyncRun, is_alive: Callable[[str], bool | None], now: datetime) -> bool:
    """Whether a run's owner still has it.

    A dead process loses its run at once, one that gave no sign of life for the lease (stopped,
    hanging, on a lost machine) then: the fence refuses whatever it writes later.
    """
    if run.state is not RunState.RUNNING or is_alive(run.owner) is False:
        return False
    return now - run.heartbeat_at < LEASE


def _resumable(run: SyncRun, request: RunRequest, now: datetime) -> bool:
    same = run.full == request.full and run.request == dict(request.scope)
    fresh = now - run.heartbeat_at < RESUMABLE_FOR
    return run.state in _UNFINISHED and same and fresh


def _take_over(session: Session, run: SyncRun, owner: str, now: datetime) -> Run:
    fence = run.fence + 1
    changed = session.exec(
        update(SyncRun)
        .where(col(SyncRun.id) == run.id, col(SyncRun.fence) == run.fence)
        .values(
            fence=fence,
            owner=owner,
            state=RunState.RUNNING,
            heartbeat_at=now,
            ended_at=None,
            error=None,
        )
    )
    if changed.rowcount != 1:
        raise RunError("run_taken_over", run=identity(run.id))
    return Run(
        id=identity(run.id),
        source_id=run.source_id,
        fence=fence,
        started_at=run.started_at,
        resumed=True,
        checkpoint=dict(run.checkpoint),
        counts=dict(run.counts),
    )


def _begin(session: Session, source: Source, request: RunRequest, owner: str, now: datetime) -> Run:
    previous = source.active_run_id
    row = SyncRun(
        source_id=identity(source.id),
        trigger=request.trigger,
        by=request.by,
        reason=request.reason,
        stage=request.stage,
        state=RunState.RUNNING,
        started_at=now,
        heartbeat_at=now,
        owner=owner,
        full=request.full,
        request=dict(request.scope),
    )
    session.add(row)
    session.flush()
    claimed = session.exec(
        update(Source)
        .where(
            col(Source.id) == source.id, col(Source.active_run_id).is_not_distinct_from(previous)
        )
        .values(active_run_id=row.id)
    )
    if claimed.rowcount != 1:
        raise RunError("run_active", run=identity(row.id), source=source.name)
    return Run(
        id=identity(row.id),
        source_id=row.source_id,
        fence=1,
        started_at=now,
        resumed=False,
        checkpoint={},
        counts={},
    )


def save(session: Session, run: Run, now: datetime) -> None:
    """Keep checkpoint and counts, and show a sign of life; RunError if the run was taken over."""
    _write(session, run, checkpoint=run.checkpoint, counts=run.counts, heartbeat_at=now)


def finish(
    session: Session, run: Run, state: RunState, now: datetime, error: DoisoatError | None = None
) -> None:
    """End the run in ``state``; an INTERRUPTED one is taken up again by the next claim."""
    told = {"key": error.key, "values": error.values} if error else None
    _write(
        session,
        run,
        checkpoint=run.checkpoint,
        counts=run.counts,
        heartbeat_at=now,
        state=state,
        ended_at=now,
        error=told,
    )


def _write(session: Session, run: Run, **values: Any) -> None:
    changed = session.exec(
        update(SyncRun)
        .where(col(SyncRun.id) == run.id, col(SyncRun.fence) == run.fence)
        .values(**values)
    )
    if changed.rowcount != 1:
        raise RunError("run_taken_over", run=run.id)


def last_run(
    session: Session,
    source_id: int,
    *states: RunState,
    full: bool | None = None,
    begun_by: datetime | None = None,
) -> SyncRun | None:
    """The newest run of a source, among those in ``states`` where any are named.

    ``begun_by`` leaves out those that began after an instant.
    """
    query = select(SyncRun).where(SyncRun.source_id == source_id).order_by(col(SyncRun.id).desc())
    if states:
        query = query.where(col(SyncRun.state).in_(states))
    if full is not None:
        query = query.where(SyncRun.full == full)
    if begun_by is not None:
        query = query.where(SyncRun.started_at <= begun_by)
    return session.exec(query.limit(1)).one_or_none()


def has_noted(session: Session, source_id: int, name: str, *, since: datetime) -> bool:
    """Whether a run of the source begun at or after ``since`` has ``name`` in its checkpoint."""
    query = select(SyncRun.checkpoint).where(
        SyncRun.source_id == source_id, col(SyncRun.started_at) >= since
    )
    return any(name in checkpoint for checkpoint in session.exec(query))


def list_runs(
    session: Session, limit: int | None, source: str | None = None
) -> tuple[int, list[SyncRun]]:
    """How many runs there are, and the newest of them."""
    query = select(SyncRun).join(Source, col(Source.id) == col(SyncRun.source_id))
    if source is not None:
        query = query.where(Source.name == source)
    total = session.exec(select(func.count()).select_from(query.subquery())).one()
    return total, list(session.exec(query.order_by(col(SyncRun.id).desc()).limit(limit)))


def error_of(session: Session, run_id: int) -> DoisoatError | None:
    """What a run ended with, as the error it was."""
    row = session.get(SyncRun, run_id)
    if row is None or row.error is None:
        return None
    return DoisoatError(row.error["key"], **row.error["values"])
