"""Accounts as lists: found by name, role and state, with what they hold open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, or_, select

from models.operator import ApiToken, Operator, OperatorSession
from models.roles import Role
from worker.core.access import AccountState
from worker.db.sources import identity

COLUMNS: Mapping[str, Any] = {
    "name": col(Operator.name),
    "signed_in_at": col(Operator.signed_in_at),
    "created_at": col(Operator.created_at),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Which accounts are asked for; None: any. ``name`` is a part of it."""

    name: str | None = None
    role: Role | None = None
    state: AccountState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """An account, and how many browsers and programs can act for it now."""

    operator: Operator
    sessions: int
    tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """By which of ``COLUMNS`` accounts are sorted, then by name, and which of them are wanted."""

    column: str = "name"
    is_descending: bool = False
    offset: int = 0
    limit: int | None = None


def counted(session: Session, search: Search) -> int:
    """How many accounts are found."""
    query = select(func.count()).select_from(Operator)
    return session.exec(query.where(*_conditions(search))).one()


def found(session: Session, search: Search, order: Order, now: datetime) -> list[Holder]:
    """A part of the accounts that are found, with what they hold open at ``now``."""
    column = COLUMNS[order.column]
    sorted_by = (column.desc() if order.is_descending else column.asc()).nulls_last()
    query = select(Operator).where(*_conditions(search)).order_by(sorted_by, col(Operator.name))
    return holders(session, session.exec(query.offset(order.offset).limit(order.limit)).all(), now)


def holders(session: Session, operators: Sequence[Operator], now: datetime) -> list[Holder]:
    """Accounts with what they hold open at ``now``."""
    ids = [identity(each.id) for each in operators]
    sessions = _by_operator(session, OperatorSession, ids, col(OperatorSession.expires_at) > now)
    tokens = _by_operator(session, ApiToken, ids, *_holds(now))
    return [
        Holder(operator=each, sessions=sessions.get(number, 0), tokens=tokens.get(number, 0))
        for number, each in zip(ids, operators, strict=True)
    ]


def sessions_of(session: Session, operator_id: int, now: datetime) -> list[OperatorSession]:
    """The browsers an account is signed in with, the one seen last first."""
    query = select(OperatorSession).where(
        OperatorSession.operator_id == operator_id, OperatorSession.expires_at > now
    )
    return list(session.exec(query.order_by(col(OperatorSession.seen_at).desc())))


def _conditions(search: Search) -> list[ColumnElement[bool]]:
    disabled, without = col(Operator.disabled_at), col(Operator.password_hash)
    states: Mapping[AccountState, list[ColumnElement[bool]]] = {
        AccountState.ACTIVE: [disabled.is_(None), without.is_not(None)],
        AccountState.WAITING: [disabled.is_(None), without.is_(None)],
        AccountState.DISABLED: [disabled.is_not(None)],
    }
    conditions = states[search.state] if search.state else []
    if search.name:
        conditions.append(col(Operator.name).contains(search.name.lower(), autoescape=True))
    if search.role:
        conditions.append(col(Operator.role) == search.role)
    return conditions


def _holds(now: datetime) -> list[ColumnElement[bool]]:
    until = col(ApiToken.expires_at)
    return [col(ApiToken.revoked_at).is_(None), or_(until.is_(None), until > now)]


def _by_operator(
    session: Session, table: Any, ids: Sequence[int], *conditions: ColumnElement[bool]
) -> dict[int, int]:
    query = select(table.operator_id, func.count()).where(table.operator_id.in_(ids), *conditions)
    return dict(session.exec(query.group_by(table.operator_id)).all())
