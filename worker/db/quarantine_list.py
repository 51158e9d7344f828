"""What lies in quarantine, as people look for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from models.source import Quarantine, Source
from worker.db.quarantine import QuarantinedRow
from worker.db.sources import source_names

_SAME_SOURCE = col(Source.id) == col(Quarantine.source_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineFilter:
    """Which rows are looked for; None: whichever. ``code`` is a dossier's, as stored."""

    source: str | None = None
    reason: str | None = None
    run: int | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """How many rows of a source can't be read for one reason."""

    source: str
    reason: str
    count: int


def find_rows(
    session: Session,
    wanted: QuarantineFilter,
    *,
    limit: int,
    offset: int = 0,
    is_descending: bool = True,
) -> tuple[int, list[QuarantinedRow]]:
    """How many rows are looked for, and a part of them in the order in which they came."""
    names = source_names(session)
    conditions = _conditions(wanted, names)
    counted = select(func.count()).select_from(Quarantine)
    total = session.exec(counted.where(*conditions)).one()
    order = col(Quarantine.id).desc() if is_descending else col(Quarantine.id).asc()
    query = select(Quarantine).where(*conditions)
    rows = session.exec(query.order_by(order).offset(offset).limit(limit))
    return total, [QuarantinedRow(names[row.source_id], row) for row in rows]


def rows_of_ids(session: Session, ids: Sequence[int]) -> list[QuarantinedRow]:
    """Those of the rows with these ids that still can't be read."""
    query = select(Source.name, Quarantine).join(Source, _SAME_SOURCE)
    waiting = (col(Quarantine.id).in_(ids), col(Quarantine.solved_at).is_(None))
    rows = session.exec(query.where(*waiting).order_by(col(Quarantine.id)))
    return [QuarantinedRow(name, row) for name, row in rows]


def count_by_reason(session: Session) -> list[ReasonCount]:
    """How many rows can't be read, by source and reason, the most first."""
    query = (
        select(Quarantine.source_id, Quarantine.reason, func.count())
        .where(col(Quarantine.solved_at).is_(None))
        .group_by(col(Quarantine.source_id), col(Quarantine.reason))
    )
    names = source_names(session)
    counted = [ReasonCount(names[key], reason, count) for key, reason, count in session.exec(query)]
    return sorted(counted, key=lambda each: (-each.count, each.source, each.reason))


def _conditions(wanted: QuarantineFilter, names: Mapping[int, str]) -> list[ColumnElement[bool]]:
    told = [col(Quarantine.solved_at).is_(None)]
    if wanted.source is not None:
        keys = [key for key, name in names.items() if name == wanted.source]
        told.append(col(Quarantine.source_id).in_(keys))
    asked = (
        (col(Quarantine.reason), wanted.reason),
        (col(Quarantine.run_id), wanted.run),
        (col(Quarantine.code), wanted.code),
    )
    return told + [column == value for column, value in asked if value is not None]
