"""Frozen statements: signed off by a role, or the close of a period. None is changed or deleted."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Mapped, defer
from sqlmodel import Session, col, func, select

from models.audit import AuditEntry
from models.rates import StatementKind
from models.reconciliation import Reconciliation
from models.statement import Correction, Statement
from models.types import Period
from worker.core.statement import Frozen, canonical, digest_of, frozen_in
from worker.db import audit
from worker.db.sources import identity
from worker.errors import NotFoundError

_FROZEN = {
    StatementKind.SIGNED: "statement_signed",
    StatementKind.CLOSE: "period_closed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """Who freezes: ``role`` the office that answers for it, ``by`` a person (None: the schedule).

    ``actor`` is what the audit trail calls them. ``reason`` is why it is done though something
    speaks against it, ``note`` anything else.
    """

    role: str
    actor: str
    at: datetime
    by: str | None = None
    note: str | None = None
    reason: str | None = None


def get(session: Session, key: int) -> Statement:
    """A frozen statement.

    Raises:
        NotFoundError: there is none of this number.
    """
    row = session.get(Statement, key)
    if row is None:
        raise NotFoundError("statement_unknown", statement=key)
    return row


def freeze(
    session: Session, kind: StatementKind, reconciliation: int, frozen: Frozen, seal: Seal
) -> tuple[Statement, bool]:
    """Keep figures for good, with an entry in the audit trail; whether they were not kept before.

    The same figures frozen by the same role stay one statement.
    """
    text = canonical(frozen)
    digest, told = digest_of(text), frozen.statement
    known = _known(session, kind, digest, seal.role)
    if known is not None:
        return known, False
    row = Statement(
        kind=kind,
        unit=told.unit,
        period_from=told.period.first,
        period_to=told.period.last,
        as_of=told.as_of,
        reconciliation_id=reconciliation,
        content=text,
        digest=digest,
        role=seal.role,
        signed_by=seal.by,
        signed_at=seal.at,
        note=seal.note,
    )
    session.add(row)
    session.flush()
    audit.note(
        session,
        by=seal.actor,
        action=_FROZEN[kind],
        subject=_subject(row),
        now=seal.at,
        reason=seal.reason,
        digest=digest,
        role=seal.role,
    )
    return row, True


def is_intact(session: Session, row: Statement) -> bool:
    """Whether a statement is still what was frozen, by its digest and by the audit trail."""
    query = select(AuditEntry).where(
        AuditEntry.subject == _subject(row), AuditEntry.action == _FROZEN[row.kind]
    )
    digest = digest_of(row.content)
    told = [(each.detail.get("digest"), each.detail.get("role")) for each in session.exec(query)]
    return row.digest == digest and told == [(digest, row.role)]


def latest_close(session: Session, period: Period) -> Statement | None:
    """The close of a period; None where it is not closed."""
    return next(iter(_of(session, StatementKind.CLOSE, period)), None)


def signed(session: Session, period: Period) -> list[Statement]:
    """What was signed of a period, the newest first."""
    return _of(session, StatementKind.SIGNED, period)


def corrections(
    session: Session, period: Period, units: Collection[str] | None = None
) -> list[Correction]:
    """What became another figure after the close of a period, in the order it was found.

    ``units``: only of these, None for all and the whole.
    """
    close = latest_close(session, period)
    return [] if close is None else corrections_of(session, identity(close.id), units)


def corrections_of(
    session: Session, close: int, units: Collection[str] | None = None
) -> list[Correction]:
    """The corrections of one close, of these units or (None) all, in the order they were found."""
    query = select(Correction).where(
        Correction.statement_id == close, *_of_units(col(Correction.unit), units)
    )
    return list(session.exec(query.order_by(col(Correction.id))))


def list_rows(session: Session, kind: StatementKind | None = None) -> list[Statement]:
    """Frozen statements, the newest first."""
    query = select(Statement)
    if kind is not None:
        query = query.where(Statement.kind == kind)
    return list(session.exec(query.order_by(col(Statement.id).desc())))


def page(
    session: Session,
    kind: StatementKind | None,
    limit: int | None,
    offset: int = 0,
    units: Collection[str] | None = None,
) -> tuple[int, list[Statement]]:
    """How many there are, and a part of them, the newest first, their content not read.

    ``units``: only statements of one of these, None for all and the whole.
    """
    asked = [
        *([] if kind is None else [col(Statement.kind) == kind]),
        *_of_units(col(Statement.unit), units),
    ]
    counted = select(func.count()).select_from(Statement).where(*asked)
    newest = select(Statement).where(*asked).order_by(col(Statement.id).desc())
    content = defer(Statement.content)  # type: ignore[arg-type]
    rows = newest.limit(limit).offset(offset).options(content)
    return session.exec(counted).one(), list(session.exec(rows))


def signed_counts(session: Session, units: Collection[str] | None = None) -> dict[Period, int]:
    """How many statements were signed of each period; those without any are not there.

    ``units``: only statements of one of these, None for all and the whole.
    """
    bounds = (col(Statement.period_from), col(Statement.period_to))
    query = select(*bounds, func.count()).where(
        Statement.kind == StatementKind.SIGNED, *_of_units(col(Statement.unit), units)
    )
    return {
        Period(first, last): count for first, last, count in session.exec(query.group_by(*bounds))
    }


def corrected(
    session: Session, closes: Collection[int], units: Collection[str] | None = None
) -> dict[int, int]:
    """How many corrections closes have had; those without any are not there.

    ``units``: only corrections of these, None for all and the whole.
    """
    query = select(Correction.statement_id, func.count()).where(
        col(Correction.statement_id).in_(closes), *_of_units(col(Correction.unit), units)
    )
    return dict(session.exec(query.group_by(col(Correction.statement_id))).all())


def _of_units(unit: Mapped[str], units: Collection[str] | None) -> list[ColumnElement[bool]]:
    return [] if units is None else [unit.in_(units)]


def content_of(row: Statement) -> Frozen:
    """What a frozen statement says.

    Raises:
        StatementError: its content was changed into something else.
    """
    return frozen_in(row.content)


def newest(session: Session, period: Period, province_id: int, portal_id: int) -> datetime | None:
    """The latest cut-off at which a period was reconciled completely, not counting the future."""
    query = (
        select(Reconciliation.as_of)
        .where(
            Reconciliation.period_from == period.first,
            Reconciliation.period_to == period.last,
            Reconciliation.province_source_id == province_id,
            Reconciliation.portal_source_id == portal_id,
            col(Reconciliation.complete).is_(True),
            col(Reconciliation.as_of) <= col(Reconciliation.created_at),
        )
        .order_by(col(Reconciliation.as_of).desc())
    )
    return session.exec(query.limit(1)).one_or_none()


def _known(session: Session, kind: StatementKind, digest: str, role: str) -> Statement | None:
    query = select(Statement).where(
        Statement.kind == kind, Statement.digest == digest, Statement.role == role
    )
    return session.exec(query.order_by(col(Statement.id))).first()


def _of(session: Session, kind: StatementKind, period: Period) -> list[Statement]:
    query = select(Statement).where(
        Statement.kind == kind,
        Statement.period_from == period.first,
        Statement.period_to == period.last,
    )
    return list(session.exec(query.order_by(col(Statement.id).desc())))


def _subject(row: Statement) -> str:
    return f"statement {row.id}"
