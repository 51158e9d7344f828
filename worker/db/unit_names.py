"""Names of units: the inbox of those nobody has listed, and what operators decided about them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models.decision import UnitAlias
from models.source import Quarantine, Source, SyncRun
from worker.core.codes import agency_code
from worker.core.resolve import UNKNOWN, told_unit
from worker.core.units import alias_key
from worker.db.sources import identity

_PORTION = 500


@dataclass(slots=True, kw_only=True)
class UnknownName:
    """A name under which records lie in quarantine because it is no listed unit's.

    ``name`` is as a source told it, or the unlisted code where it told no name; ``codes`` are the
    unlisted codes it came with. ``first_at`` is since when something under the name could not be
    read, ``last_at`` when a reading last met it.
    """

    key: str
    name: str
    first_at: datetime
    last_at: datetime
    count: int = 0
    codes: set[str] = field(default_factory=set)
    sources: set[str] = field(default_factory=set)


def unknown_names(session: Session) -> list[UnknownName]:
    """The inbox: every unknown name, the one with the most records first."""
    names: dict[str, UnknownName] = {}
    for group in _groups(session):
        code, name = told_unit(group.raw, group.detail)
        code = agency_code(code or "")
        told = name or code
        if not told:
            continue
        known = names.setdefault(
            alias_key(told),
            UnknownName(
                key=alias_key(told), name=told, first_at=group.first_at, last_at=group.last_at
            ),
        )
        known.count += group.count
        known.first_at = min(known.first_at, group.first_at)
        known.last_at = max(known.last_at, group.last_at)
        known.sources.add(group.source)
        known.codes |= {code} if code else set()
    return sorted(names.values(), key=lambda each: (-each.count, each.name))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """Rows of one source with the same detail, and the text of one of them."""

    source: str
    detail: str
    raw: str
    count: int
    first_at: datetime
    last_at: datetime


def _groups(session: Session) -> Iterator[_Group]:
    grouped = (
        sa.select(
            col(Quarantine.source_id).label("source"),
            sa.func.min(Quarantine.id).label("sample"),
            sa.func.max(Quarantine.run_id).label("run"),
            sa.func.min(Quarantine.at).label("first_at"),
            sa.func.count().label("number"),
        )
        .where(*_open())
        .group_by(col(Quarantine.source_id), col(Quarantine.detail))
        .subquery()
    )
    query = (
        sa.select(
            col(Source.name),
            col(Quarantine.detail),
            col(Quarantine.raw),
            grouped.c.number,
            grouped.c.first_at,
            col(SyncRun.started_at),
        )
        .select_from(grouped)
        .join(Quarantine, col(Quarantine.id) == grouped.c.sample)
        .join(Source, col(Source.id) == grouped.c.source)
        .join(SyncRun, col(SyncRun.id) == grouped.c.run)
        .order_by(grouped.c.sample)
    )
    for row in session.connection().execute(query):
        source, detail, raw, count, first_at, last_at = row
        yield _Group(
            source=source,
            detail=detail,
            raw=raw,
            count=count,
            first_at=first_at,
            last_at=max(first_at, last_at),
        )


def _open() -> tuple[sa.ColumnElement[bool], ...]:
    return (col(Quarantine.reason) == UNKNOWN, col(Quarantine.solved_at).is_(None))


def unread(session: Session, source_id: int) -> Iterator[Sequence[Quarantine]]:
    """What lies in quarantine of one source for its unit's sake, portion by portion."""
    last = 0
    while True:
        query = (
            select(Quarantine)
            .where(*_open(), Quarantine.source_id == source_id, col(Quarantine.id) > last)
            .order_by(col(Quarantine.id))
            .limit(_PORTION)
        )
        rows = session.exec(query).all()
        if not rows:
            return
        yield rows
        last = identity(rows[-1].id)


def assign(
    session: Session, name: str, unit: str, *, by: str, reason: str | None, at: datetime
) -> None:
    """Decide that a name, however spelled, means a listed unit; an earlier decision is replaced."""
    key = alias_key(name)
    row = session.get(UnitAlias, key) or UnitAlias(key=key, name=name, unit=unit, by=by, at=at)
    row.name, row.unit, row.by, row.reason, row.at = name, unit, by, reason, at
    row.applied_at = None
    session.add(row)


def forget(session: Session, name: str) -> UnitAlias | None:
    """Take a decision back; what it was, None where there is none.

    Records already booked by it stay as they are until a source tells them again.
    """
    row = session.get(UnitAlias, alias_key(name))
    if row is not None:
        session.delete(row)
        session.flush()
    return row


def decided(session: Session) -> list[UnitAlias]:
    """Every decision, in the order of the names."""
    return list(session.exec(select(UnitAlias).order_by(col(UnitAlias.name), col(UnitAlias.key))))


def aliases(session: Session) -> dict[str, str]:
    """The decisions as a ``UnitDirectory`` takes them: codes of units by name key."""
    return {row.key: row.unit for row in session.exec(select(UnitAlias))}


def note_applied(session: Session, now: datetime) -> None:
    """Mark the decisions under whose names nothing lies in quarantine any more."""
    waiting = {each.key for each in unknown_names(session)}
    for row in session.exec(select(UnitAlias).where(col(UnitAlias.applied_at).is_(None))):
        if row.key not in waiting:
            row.applied_at = now
            session.add(row)
