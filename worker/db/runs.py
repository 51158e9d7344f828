"""Runs: one reading of one source, claimed, resumable, fenced."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, func, select, update

from models.source import Source, SyncRun
from models.types import RunState, RunStop, Trigger
from worker.db import sightings
from worker.db.sources import identity
from worker.db.turns import one_by_one
from worker.errors import DoisoatError, NotFoundError, RunError, RunStopped

# Longer than one page or portion of look-ups may take with all its retries.
LEASE = timedelta(minutes=5)
RESUMABLE_FOR = timedelta(hours=6)
UNFINISHED = (RunState.RUNNING, RunState.INTERRUPTED)


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
    """A run in this process's hands. ``fence`` proves that nobody has taken it over.

    ``source_id`` is 0 where it computes over the whole store. ``done`` of ``total`` (None: nobody
    knows) is how far it has come, in the records of what it reads just now.
    """

    id: int
    source_id: int
    fence: int
    started_at: datetime
    resumed: bool
    checkpoint: dict[str, Any]
    counts: dict[str, int]
    done: int = 0
    total: int | None = None

    def show(self, done: int, total: int | None) -> None:
        """Note how far the run has come; it is kept with the next checkpoint."""
        self.done, self.total = done, total

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
    lease: timedelta = LEASE,
) -> Run:
    """Take up the source's unfinished run, or begin a new one.

    ``is_alive`` says of a run's owner whether its process lives (None: on another machine). Raises
    RunError while another process holds the source.
    """
    one_by_one(session)
    source = session.get_one(Source, source_id)
    last = session.get(SyncRun, source.active_run_id) if source.active_run_id else None
    if last is not None and is_run_held(last, is_alive, lease, now):
        raise RunError("run_active", run=identity(last.id), source=source.name)
    if last is not None and _resumable(last, request, now):
        return _take_over(session, last, owner, now)
    if last is not None and last.state in UNFINISHED:
        last.state, last.ended_at = RunState.INCOMPLETE, now
        session.add(last)
    return _begin(session, source, request, owner, now)


def is_held(
    session: Session,
    source_id: int,
    is_alive: Callable[[str], bool | None],
    now: datetime,
    lease: timedelta = LEASE,
) -> bool:
    """Whether a process is reading the source just now."""
    source = session.get_one(Source, source_id)
    active = session.get(SyncRun, source.active_run_id) if source.active_run_id else None
    return active is not None and is_run_held(active, is_alive, lease, now)


def is_run_held(
    run: SyncRun, is_alive: Callable[[str], bool | None], lease: timedelta, now: datetime
) -> bool:
    """Whether a run's owner still has it.

    A dead process loses its run at once, one that gave no sign of life for the lease (stopped,
    hanging, on a lost machine) then: the fence refuses whatever it writes later.
    """
    if run.state is not RunState.RUNNING or is_alive(run.owner) is False:
        return False
    return now - run.heartbeat_at < lease


def _resumable(run: SyncRun, request: RunRequest, now: datetime) -> bool:
    same = run.full == request.full and run.request == dict(request.scope)
    fresh = now - run.heartbeat_at < RESUMABLE_FOR
    return run.state in UNFINISHED and same and fresh


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
            stop=None,
        )
    )
    if changed.rowcount != 1:
        raise RunError("run_taken_over", run=identity(run.id))
    return Run(
        id=identity(run.id),
        source_id=run.source_id or 0,
        fence=fence,
        started_at=run.started_at,
        resumed=True,
        checkpoint=dict(run.checkpoint),
        counts=dict(run.counts),
    )


def _begin(session: Session, source: Source, request: RunRequest, owner: str, now: datetime) -> Run:
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
    source.active_run_id = row.id
    return Run(
        id=identity(row.id),
        source_id=identity(source.id),
        fence=1,
        started_at=now,
        resumed=False,
        checkpoint={},
        counts={},
    )


def save(session: Session, run: Run, now: datetime) -> None:
    """Keep checkpoint and counts, and show a sign of life; RunError if the run was taken over."""
    _write(session, run, heartbeat_at=now)


def heed(session: Session, run: Run) -> None:
    """Find out whether the run is to stop.

    Raises:
        RunStopped: it is.
    """
    stop = session.exec(select(SyncRun.stop).where(SyncRun.id == run.id)).one()
    if stop is not None:
        raise RunStopped(f"run_{RunStop(stop).value}", run=run.id)


def begin_with(
    session: Session,
    run: Run,
    scope: Mapping[str, Any],
    now: datetime,
    *,
    full: bool,
    partial: bool = False,
) -> None:
    """Keep what a run from the queue reads; what it had read of anything else is forgotten."""
    row = session.get_one(SyncRun, run.id)
    if run.resumed and (row.full, row.request) != (full, dict(scope)):
        run.resumed, run.checkpoint, run.counts = False, {}, {}
        sightings.forget(session, run.id)
    _write(session, run, heartbeat_at=now, full=full, partial=partial, request=dict(scope))


def finish(
    session: Session, run: Run, state: RunState, now: datetime, error: DoisoatError | None = None
) -> None:
    """End the run in ``state``; an INTERRUPTED one is taken up again by the next claim."""
    told = {"key": error.key, "values": error.values} if error else None
    _write(session, run, heartbeat_at=now, state=state, ended_at=now, error=told, stop=None)


def _write(session: Session, run: Run, **values: Any) -> None:
    mine = (col(SyncRun.id) == run.id, col(SyncRun.fence) == run.fence)
    kept = {"checkpoint": run.checkpoint, "counts": run.counts} | values
    written = update(SyncRun).where(*mine)
    changed = session.exec(written.values(done=run.done, total=run.total, **kept))
    if changed.rowcount != 1:
        raise RunError("run_taken_over", run=run.id)


def last_run(
    session: Session,
    source_id: int,
    *states: RunState,
    full: bool | None = None,
    begun_by: datetime | None = None,
) -> SyncRun | None:
    """The run of a source that began last, among those in ``states`` where any are named.

    One that read only what it was named, or that still waits to begin, says nothing of the source
    as a whole. ``begun_by`` leaves out those that began after an instant.
    """
    newest = (col(SyncRun.started_at).desc(), col(SyncRun.id).desc())
    query = select(SyncRun).where(SyncRun.source_id == source_id, col(SyncRun.fence) > 0)
    query = query.where(col(SyncRun.partial).is_(other=False)).order_by(*newest)
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
    session: Session, limit: int | None, source: str | None = None, *, whole_store: bool = False
) -> tuple[int, list[SyncRun]]:
    """How many runs there are, and the newest of them; also those over the ``whole_store``."""
    query = select(SyncRun)
    if not whole_store:
        query = query.where(col(SyncRun.source_id).is_not(None))
    if source is not None:
        query = query.join(Source).where(Source.name == source)
    total = session.exec(select(func.count()).select_from(query.subquery())).one()
    return total, list(session.exec(query.order_by(col(SyncRun.id).desc()).limit(limit)))


def newest_of(session: Session, source: str, limit: int) -> list[SyncRun]:
    """The newest runs of a source, those that wait included."""
    query = select(SyncRun).join(Source).where(Source.name == source)
    return list(session.exec(query.order_by(col(SyncRun.id).desc()).limit(limit)))


def get_run(session: Session, run_id: int) -> SyncRun:
    """A run.

    Raises:
        NotFoundError: there is none of this number.
    """
    row = session.get(SyncRun, run_id)
    if row is None:
        raise NotFoundError("run_unknown", run=run_id)
    return row


def under_way(session: Session) -> list[SyncRun]:
    """The runs that are not over, the oldest first."""
    going = col(SyncRun.state).in_((RunState.QUEUED, RunState.RUNNING))
    return list(session.exec(select(SyncRun).where(going).order_by(col(SyncRun.id))))


def error_of(session: Session, run_id: int) -> DoisoatError | None:
    """What a run ended with, as the error it was."""
    row = session.get(SyncRun, run_id)
    if row is None or row.error is None:
        return None
    return DoisoatError(row.error["key"], **row.error["values"])
