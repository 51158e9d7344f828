"""Runs as people look for them: a part of the list, what belongs together, what waits for what."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from models.event import Event
from models.source import Source, SyncRun
from models.types import RunState, Trigger
from worker.db.sources import identity

# Of one journey: a run a source and stage; more only where runs were done again and again.
_MOST_TOGETHER = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFilter:
    """Which runs are looked for; None: whichever."""

    source: str | None = None
    stage: str | None = None
    state: RunState | None = None
    trigger: Trigger | None = None


def find_runs(
    session: Session,
    wanted: RunFilter,
    *,
    limit: int,
    offset: int = 0,
    by_start: bool = False,
    is_descending: bool = True,
) -> tuple[int, list[SyncRun]]:
    """How many runs are looked for, and a part of them by number, or by when they began."""
    query = select(SyncRun).where(*_conditions(wanted))
    counted = select(func.count()).select_from(SyncRun).where(*_conditions(wanted))
    if wanted.source is not None:
        joined = col(Source.id) == col(SyncRun.source_id)
        query, counted = query.join(Source, joined), counted.join(Source, joined)
    order = (col(SyncRun.started_at), col(SyncRun.id)) if by_start else (col(SyncRun.id),)
    query = query.order_by(*(each.desc() if is_descending else each.asc() for each in order))
    return session.exec(counted).one(), list(session.exec(query.offset(offset).limit(limit)))


def _conditions(wanted: RunFilter) -> list[ColumnElement[bool]]:
    asked = (
        (col(Source.name), wanted.source),
        (col(SyncRun.stage), wanted.stage),
        (col(SyncRun.state), wanted.state),
        (col(SyncRun.trigger), wanted.trigger),
    )
    return [column == value for column, value in asked if value is not None]


def journey_of(session: Session, run: SyncRun) -> list[SyncRun]:
    """The runs asked for together with one, and those that followed from them, in order."""
    if run.journey is None:
        return [run]
    query = select(SyncRun).where(SyncRun.journey == run.journey).order_by(col(SyncRun.id))
    return list(session.exec(query.limit(_MOST_TOGETHER)))


def is_followed(session: Session, ids: Collection[int]) -> bool:
    """Whether something that these runs told of has still to be started."""
    told = session.exec(select(Event.payload).where(col(Event.handled_at).is_(None)))
    return any(payload.get("run") in ids for payload in told)


def in_front_of(session: Session, run: SyncRun) -> int | None:
    """The run under way for which a waiting one has to wait; None where there is none."""
    if run.state is not RunState.QUEUED:
        return None
    query = select(SyncRun.id).where(
        SyncRun.state == RunState.RUNNING,
        col(SyncRun.source_id).is_not_distinct_from(run.source_id),
        col(SyncRun.id) != identity(run.id),
    )
    return session.exec(query.limit(1)).first()
