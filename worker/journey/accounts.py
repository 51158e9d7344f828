"""What an admin does to accounts: add, change, disable, a link for a new password, tokens."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Final

from sqlmodel import Session

from models.operator import ApiToken, OneTimeLink, Operator
from models.roles import Role
from worker.bootstrap import Services
from worker.core.access import Who, fault_of_name
from worker.db import audit, operators
from worker.db.sources import identity
from worker.db.turns import one_by_one
from worker.errors import AccessError
from worker.journey.entering import TOKEN_PREFIX, hash_of

LINK_HOLDS: Final = timedelta(hours=24)
PATH_OF_LINKS: Final = "password"

_BYTES = 32


@dataclass(frozen=True, slots=True)
class Made:
    """Something that lets somebody in; ``secret`` is shown once and stored nowhere."""

    id: int
    secret: str
    until: datetime | None


def add_operator(
    services: Services, name: str, role: Role, units: Sequence[str], by: str
) -> tuple[Operator, Made]:
    """Add an account, and the link by which its owner sets a password.

    Raises:
        AccessError: the name can't be one or is taken, or a unit isn't listed.
    """
    called = name.strip().lower()
    if fault_of_name(called):
        raise AccessError("account_name")
    now = services.clock()
    with Session(services.engine, expire_on_commit=False) as session, session.begin():
        if operators.named(session, called) is not None:
            raise AccessError("account_taken", account=called)
        operator = Operator(
            name=called,
            role=role,
            units=_known(services, role, units),
            created_at=now,
            created_by=by,
        )
        session.add(operator)
        session.flush()
        _note(session, by, "operator_added", operator, now)
        made = _link(session, operator, by, now)
    return operator, made


def change_operator(
    services: Services,
    number: int,
    role: Role,
    units: Sequence[str],
    by: str,
    reason: str | None = None,
) -> Operator:
    """Give an account another role or other units; what it holds open keeps to them at once.

    Raises:
        NotFoundError: there is no such account.
        AccessError: nobody would be left to say who may what, or a unit isn't listed.
    """
    now = services.clock()
    with Session(services.engine, expire_on_commit=False) as session, session.begin():
        # Before anything is read, so that two admins can't each take the other for the one left.
        one_by_one(session)
        operator = operators.get(session, number)
        if role is not Role.ADMIN:
            _require_another_admin(session, operator)
        operator.role, operator.units = role, _known(services, role, units)
        session.add(operator)
        _note(session, by, "operator_changed", operator, now, reason)
    return operator


def disable_operator(
    services: Services, number: int, by: str, reason: str | None = None
) -> Operator:
    """Let an account, its browsers and its programs in no more.

    Raises:
        NotFoundError: there is no such account.
        AccessError: nobody would be left to say who may what.
    """
    now = services.clock()
    with Session(services.engine, expire_on_commit=False) as session, session.begin():
        one_by_one(session)
        operator = operators.get(session, number)
        _require_another_admin(session, operator)
        operator.disabled_at = now
        session.add(operator)
        operators.sign_out_everywhere(session, number)
        operators.drop_links(session, number, now)
        _note(session, by, "operator_disabled", operator, now, reason)
    return operator


def enable_operator(
    services: Services, number: int, by: str, reason: str | None = None
) -> Operator:
    """Let a disabled account in again, with the password it had.

    Raises:
        NotFoundError: there is no such account.
    """
    now = services.clock()
    with Session(services.engine, expire_on_commit=False) as session, session.begin():
        operator = operators.get(session, number)
        operator.disabled_at = None
        session.add(operator)
        _note(session, by, "operator_enabled", operator, now, reason)
    return operator


def link_for_password(services: Services, number: int, by: str) -> Made:
    """A link by which an account's owner sets a new password; earlier ones hold no longer.

    Raises:
        NotFoundError: there is no such account.
        AccessError: it is disabled.
    """
    now = services.clock()
    with Session(services.engine) as session, session.begin():
        operator = operators.get(session, number)
        if operator.disabled_at is not None:
            raise AccessError("account_disabled", account=operator.name)
        made = _link(session, operator, by, now)
        _note(session, by, "link_made", operator, now)
    return made


def end_sessions(services: Services, number: int, by: str) -> None:
    """Sign an account out of every browser.

    Raises:
        NotFoundError: there is no such account.
    """
    now = services.clock()
    with Session(services.engine) as session, session.begin():
        operator = operators.get(session, number)
        operators.sign_out_everywhere(session, number)
        _note(session, by, "sessions_ended", operator, now)


def add_token(services: Services, who: Who, name: str, role: Role, days: int | None = None) -> Made:
    """A token for a program that acts for ``who``, with no more than ``role``.

    Raises:
        AccessError: the account may not so much itself.
    """
    if not who.may(role):
        raise AccessError("role_too_high", role=role.value)
    now, secret = services.clock(), TOKEN_PREFIX + token_urlsafe(_BYTES)
    until = now + timedelta(days=days) if days else None
    with Session(services.engine) as session, session.begin():
        row = ApiToken(
            token_hash=hash_of(secret),
            operator_id=who.id,
            name=name,
            role=role,
            created_at=now,
            expires_at=until,
        )
        session.add(row)
        session.flush()
        _note(session, who.name, "token_added", operators.get(session, who.id), now, token=row.id)
        return Made(identity(row.id), secret, until)


def revoke_token(services: Services, who: Who, number: int) -> None:
    """Let a token hold no longer: the account's own, for an admin anybody's.

    Raises:
        AccessError: there is none of this number that ``who`` may revoke.
    """
    now = services.clock()
    with Session(services.engine) as session, session.begin():
        row = session.get(ApiToken, number)
        if row is None or not (row.operator_id == who.id or who.may(Role.ADMIN)):
            raise AccessError("token_not_found", token=number)
        row.revoked_at = row.revoked_at or now
        owner = operators.get(session, row.operator_id)
        _note(session, who.name, "token_revoked", owner, now, token=number)


def _link(session: Session, operator: Operator, by: str, now: datetime) -> Made:
    number, secret = identity(operator.id), token_urlsafe(_BYTES)
    operators.drop_links(session, number, now)
    row = OneTimeLink(
        token_hash=hash_of(secret),
        operator_id=number,
        created_at=now,
        created_by=by,
        expires_at=now + LINK_HOLDS,
    )
    session.add(row)
    session.flush()
    return Made(identity(row.id), secret, row.expires_at)


def _known(services: Services, role: Role, units: Sequence[str]) -> list[str]:
    if units and role is not Role.VIEWER:
        raise AccessError("units_for_viewers")
    found = {code: services.directory.get(code) for code in units}
    missing = [code for code, unit in found.items() if unit is None]
    if missing:
        raise AccessError("unit_not_listed", unit=missing[0])
    return sorted({unit.code for unit in found.values() if unit})


def _require_another_admin(session: Session, operator: Operator) -> None:
    if operators.admins(session) == [operator.id]:
        raise AccessError("last_admin", account=operator.name)


def _note(
    session: Session,
    by: str,
    action: str,
    operator: Operator,
    now: datetime,
    reason: str | None = None,
    token: int | None = None,
) -> None:
    audit.note(
        session,
        by=by,
        action=action,
        subject=f"operator {operator.name}",
        now=now,
        reason=reason,
        role=operator.role.value,
        units=operator.units,
        token=token,
    )
