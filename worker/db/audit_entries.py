"""The audit trail as it is read: what was done, by whom, to what and when."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from models.audit import AuditEntry

_PORTION = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Which entries are asked for; None: any.

    ``subject`` is whole ("run 12"), ``kind`` its first word. ``since`` is included, ``before`` not
    (aware instants).
    """

    by: str | None = None
    action: str | None = None
    subject: str | None = None
    kind: str | None = None
    since: datetime | None = None
    before: datetime | None = None


def counted(session: Session, search: Search) -> int:
    """How many entries are found."""
    query = select(func.count()).select_from(AuditEntry)
    return session.exec(query.where(*_conditions(search))).one()


def found(session: Session, search: Search, offset: int, limit: int) -> list[AuditEntry]:
    """A part of the entries that are found, the newest first."""
    query = select(AuditEntry).where(*_conditions(search))
    newest = query.order_by(col(AuditEntry.at).desc(), col(AuditEntry.id).desc())
    return list(session.exec(newest.offset(offset).limit(limit)))


def each(session: Session, search: Search) -> Iterator[AuditEntry]:
    """Every entry that is found, the newest first, a portion in memory at a time."""
    query = select(AuditEntry).where(*_conditions(search))
    newest = query.order_by(col(AuditEntry.at).desc(), col(AuditEntry.id).desc())
    yield from session.exec(newest.execution_options(yield_per=_PORTION))


def _conditions(search: Search) -> list[ColumnElement[bool]]:
    subject = col(AuditEntry.subject)
    conditions = []
    if search.by:
        conditions.append(col(AuditEntry.by) == search.by)
    if search.action:
        conditions.append(col(AuditEntry.action) == search.action)
    if search.subject:
        conditions.append(subject == search.subject)
    elif search.kind:
        # Not by the index of subjects: most of the trail may be of one kind, and would be sorted.
        conditions.append(subject.startswith(search.kind, autoescape=True))
    if search.since:
        conditions.append(col(AuditEntry.at) >= search.since)
    if search.before:
        conditions.append(col(AuditEntry.at) < search.before)
    return conditions
