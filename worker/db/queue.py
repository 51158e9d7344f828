"""The queue: runs that wait for a process to take them up.

A row is the truth and a message only a hint, so every step here and in ``taking`` is a
compare-and-set that may be tried twice, by two processes at once, late or not at all.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, and_, col, exists, or_, select, update

from models.source import Source, SyncRun
from models.types import RunState, RunStop, Trigger
from worker.db.runs import RESUMABLE_FOR, UNFINISHED
from worker.db.sources import identity
from worker.db.turns import one_by_one

# How long a message may take before it counts as lost.
ANNOUNCED_FOR = timedelta(seconds=60)

# What of a wish says only what follows: a run that waits may as well serve another such wish.
_ONWARD = frozenset({"source", "pull_only"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A run asked for: of which source (None: the whole store), for what, by whom and why.

    ``slot`` names the turn of the schedule it stands for, ``reserved`` the process that means to
    run it itself, ``journey`` the first of the runs asked for together.
    """

    stage: str
    source_id: int | None
    trigger: Trigger
    wish: Mapping[str, Any] = field(default_factory=dict)
    by: str | None = None
    reason: str | None = None
    slot: str | None = None
    reserved: str = ""
    journey: int | None = None


def put(session: Session, order: Order, now: datetime) -> int | None:
    """Put a run in the queue; its id, that of an equal one that waits, None for a turn taken.

    An equal run that was interrupted a short while ago goes on instead of a new one.
    """
    one_by_one(session)
    if order.slot is not None and _is_taken(session, order.slot):
        return None
    equal = _equal(session, order, now)
    if equal is not None and _renew(session, equal, order, now):
        return identity(equal.id)
    return _insert(session, order, now)


def _is_taken(session: Session, slot: str) -> bool:
    return session.exec(select(SyncRun.id).where(SyncRun.slot == slot)).first() is not None


def _equal(session: Session, order: Order, now: datetime) -> SyncRun | None:
    """The newest run that would do the same and has not ended, rather one that waits."""
    waiting = col(SyncRun.state) == RunState.QUEUED
    unended = col(SyncRun.state).in_(UNFINISHED)
    resumable = and_(
        unended,
        col(SyncRun.heartbeat_at) > now - RESUMABLE_FOR,
        col(SyncRun.source_id).is_not(None),
        exists().where(col(Source.active_run_id) == col(SyncRun.id)),
    )
    query = (
        select(SyncRun)
        .where(
            col(SyncRun.source_id).is_not_distinct_from(order.source_id),
            SyncRun.stage == order.stage,
            col(SyncRun.stop).is_(None),
            or_(waiting, resumable),
        )
        .order_by(col(SyncRun.id).desc())
    )
    wanted = _own_part(order.wish)
    found = [row for row in session.exec(query) if _own_part(row.wish) == wanted]
    return next((row for row in found if row.state is RunState.QUEUED), next(iter(found), None))


def _own_part(wish: Mapping[str, Any]) -> dict[str, Any]:
    """What of a wish the run itself does."""
    return {name: value for name, value in wish.items() if name not in _ONWARD}


def _renew(session: Session, row: SyncRun, order: Order, now: datetime) -> bool:
    """Let a run that waits or was interrupted serve this order too; False where it just changed.

    One that seems to run keeps its state: whoever takes it up finds out whether its process lives.
    """
    if row.state is RunState.RUNNING:
        return bool(order.reserved)
    told = now if order.reserved else now - ANNOUNCED_FOR
    values = {"wish": dict(order.wish), "slot": order.slot or row.slot, "heartbeat_at": told}
    if row.state is RunState.INTERRUPTED or order.reserved:
        values |= {"state": RunState.QUEUED, "owner": order.reserved, "queued_at": now}
    return changed(session, row, **values)


def _insert(session: Session, order: Order, now: datetime) -> int:
    row = SyncRun(
        source_id=order.source_id,
        trigger=order.trigger,
        by=order.by,
        reason=order.reason,
        stage=order.stage,
        state=RunState.QUEUED,
        queued_at=now,
        started_at=now,
        # Long ago: nobody has been told of it yet.
        heartbeat_at=now if order.reserved else now - ANNOUNCED_FOR,
        owner=order.reserved,
        fence=0,
        full=bool(order.wish.get("full")),
        slot=order.slot,
        journey=order.journey,
        wish=dict(order.wish),
    )
    session.add(row)
    session.flush()
    row.journey = order.journey or row.id
    session.flush()
    return identity(row.id)


def changed(session: Session, row: SyncRun, **values: Any) -> bool:
    """Change a run if nobody else has since it was read; the row is as stored afterwards."""
    unchanged = (
        col(SyncRun.id) == row.id,
        col(SyncRun.fence) == row.fence,
        col(SyncRun.state) == row.state,
    )
    updated = session.exec(update(SyncRun).where(*unchanged).values(**values))
    session.refresh(row)
    return updated.rowcount == 1


def abandon(session: Session, is_alive: Callable[[str], bool | None], now: datetime) -> None:
    """Take out of the queue what dead processes meant to run themselves and never began."""
    reserved = (SyncRun.state == RunState.QUEUED, SyncRun.fence == 0, col(SyncRun.owner) != "")
    for row in session.exec(select(SyncRun).where(*reserved)):
        if is_alive(row.owner) is False:
            changed(session, row, state=RunState.CANCELLED, ended_at=now)


def cancel(session: Session, row: SyncRun, now: datetime, *, held: bool) -> bool:
    """Ask a run to stop: at its next step where a process has it (``held``), else at once.

    False where it has ended.
    """
    if held:
        return changed(session, row, stop=RunStop.CANCEL)
    if row.state not in (RunState.QUEUED, *UNFINISHED):
        return False
    # Whoever had it and comes back late finds that it isn't theirs any more.
    fence = row.fence + 1 if row.fence else 0
    return changed(session, row, state=RunState.CANCELLED, ended_at=now, fence=fence)


def resume(session: Session, row: SyncRun, now: datetime) -> bool:
    """Let a run that was interrupted go on at its checkpoint; False where it was not."""
    if row.state is not RunState.INTERRUPTED:
        return False
    told = now - ANNOUNCED_FOR
    return changed(session, row, state=RunState.QUEUED, owner="", queued_at=now, heartbeat_at=told)


def stages_of(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """The stage of each of these runs."""
    query = select(SyncRun.id, SyncRun.stage).where(col(SyncRun.id).in_(ids))
    return {identity(key): stage for key, stage in session.exec(query.order_by(col(SyncRun.id)))}


def behind(session: Session, run_id: int) -> list[int]:
    """The runs that may have waited for this one to end: of its source, journey, or kind."""
    ended = session.get_one(SyncRun, run_id)
    alike = col(SyncRun.source_id).is_not_distinct_from(ended.source_id)
    together = SyncRun.journey == ended.journey
    query = select(SyncRun.id).where(SyncRun.state == RunState.QUEUED, or_(alike, together))
    return [identity(key) for key in session.exec(query.order_by(col(SyncRun.id)))]


def note_told(session: Session, ids: Sequence[int], now: datetime) -> None:
    """Keep that somebody was told of waiting runs: until that is lost, nobody is told again."""
    waits = (col(SyncRun.id).in_(ids), col(SyncRun.state) == RunState.QUEUED)
    session.exec(update(SyncRun).where(*waits).values(heartbeat_at=now))


def note_untold(session: Session, run_id: int, now: datetime) -> None:
    """Keep that whoever was told of a waiting run won't take it up."""
    note_told(session, [run_id], now - ANNOUNCED_FOR)
