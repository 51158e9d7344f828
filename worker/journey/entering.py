"""Letting people and programs in: passwords, sessions, one-time links, tokens.

Only hashes of what lets somebody in are stored.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import digest
from secrets import token_urlsafe
from threading import BoundedSemaphore
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlmodel import Session

from models.operator import FailedSignIn, Operator, OperatorSession
from models.roles import Role
from worker.bootstrap import Services, link_secret
from worker.core.access import MOST_WORD, Who, fault_of_password, reaches
from worker.db import audit, operators
from worker.db.engine import impatient
from worker.db.sources import identity
from worker.errors import AccessError

IDLE: Final = timedelta(hours=8)
LONGEST: Final = timedelta(days=7)
LOOK_BACK: Final = timedelta(minutes=15)
MOST_FAILURES: Final = 5
MOST_FROM_ADDRESS: Final = 30
TOKEN_PREFIX: Final = "doisoat_"  # noqa: S105 - not a secret: what secrets begin with

_TOKEN_BYTES = 32
# A session's last sign of life is kept no more often than this.
_NOTED_EVERY = timedelta(minutes=1)
# Each takes 64 MiB for some 50 ms: whoever guesses can't take the machine's memory.
_AT_ONCE = BoundedSemaphore(2)
_HASHER = PasswordHasher()
# Checked where there is no such account, so that refusing takes as long.
_NOBODYS: Final = _HASHER.hash(token_urlsafe())


@dataclass(frozen=True, slots=True)
class Entered:
    """A browser that is let in: what its cookie is to say, and until when (UTC)."""

    token: str
    until: datetime


def sign_in(services: Services, name: str, word: str, address: str) -> Entered:
    """Let a browser in by an account's name and password.

    Raises:
        AccessError: they do not belong together, or it was tried too often.
    """
    now = services.clock()
    account = _require_password(services, name, word, address, now, "not_let_in")
    return _let_in(services, name.strip().lower(), word, account, now)


def _require_password(
    services: Services, name: str, word: str, address: str, now: datetime, key: str
) -> str:
    """That a password is the account's; the account as failures are counted by.

    Raises:
        AccessError: ``key``: it is not, or it was tried too often.
    """
    account, origin = _hashes(services, name, address)
    with Session(services.engine) as session:
        to_account, from_address = operators.failures(session, account, origin, now - LOOK_BACK)
        if to_account >= MOST_FAILURES or from_address >= MOST_FROM_ADDRESS:
            raise AccessError("too_many_tries", minutes=int(LOOK_BACK.total_seconds() // 60))
        found = operators.named(session, name.strip().lower())
        stored = found.password_hash if found and found.disabled_at is None else None
    if not _fits(stored, word):
        _note_failure(services, account, origin, now)
        raise AccessError(key)
    return account


def _let_in(services: Services, name: str, word: str, account: str, now: datetime) -> Entered:
    token, until = token_urlsafe(_TOKEN_BYTES), now + IDLE
    with Session(services.engine) as session, session.begin():
        operator = operators.named(session, name)
        if operator is None or operator.password_hash is None:
            raise AccessError("not_let_in")
        if _HASHER.check_needs_rehash(operator.password_hash):
            operator.password_hash = _hashed(word)
        operator.signed_in_at = now
        operators.forgive(session, account)
        session.add(
            OperatorSession(
                token_hash=hash_of(token),
                operator_id=identity(operator.id),
                csrf=token_urlsafe(_TOKEN_BYTES),
                created_at=now,
                seen_at=now,
                expires_at=until,
            )
        )
        _note(session, operator.name, "signed_in", operator, now)
    return Entered(token, now + LONGEST)


def sign_out(services: Services, token: str, by: Who) -> None:
    """End a browser's session."""
    now = services.clock()
    with Session(services.engine) as session, session.begin():
        operators.sign_out(session, hash_of(token))
        _note(session, by.name, "signed_out", operators.get(session, by.id), now)


def who_holds(services: Services, token: str) -> Who | None:
    """Whose browser holds this cookie; None once it is over. Being there keeps it from ending."""
    now = services.clock()
    with Session(services.engine) as session:
        found = operators.signed_in(session, hash_of(token), now)
        if found is None:
            return None
        row, operator = found.session, found.operator
        who = _who(services, operator, operator.role, row.csrf)
        is_due, until = now - row.seen_at >= _NOTED_EVERY, row.created_at + LONGEST
    if is_due:
        with impatient(services.engine) as session:
            operators.note_seen(session, hash_of(token), now, min(now + IDLE, until))
    return who


def who_calls(services: Services, token: str) -> Who | None:
    """For whom a program with this token acts; None where the token holds no longer."""
    now = services.clock()
    with Session(services.engine) as session:
        found = operators.token(session, hash_of(token), now)
        if found is None:
            return None
        row, operator = found
        role = row.role if _who(services, operator, operator.role).may(row.role) else operator.role
        who = _who(services, operator, role)
        is_due = row.used_at is None or now - row.used_at >= _NOTED_EVERY
    if is_due:
        with impatient(services.engine) as session:
            operators.note_used(session, hash_of(token), now)
    return who


def set_password(services: Services, token: str, word: str) -> str:
    """Set the password of the account that a one-time link is for; the account's name.

    Every session it had ends.

    Raises:
        AccessError: the link was used or is over, or the password is too weak.
    """
    now = services.clock()
    with Session(services.engine) as session:
        operator = operators.owner_of_link(session, hash_of(token), now)
        if operator is None:
            raise AccessError("link_over")
        fault = fault_of_password(word, operator.name)
    if fault:
        raise AccessError(f"password_{fault}")
    hashed = _hashed(word)
    with Session(services.engine) as session, session.begin():
        operator = operators.take_link(session, hash_of(token), now)
        if operator is None:
            raise AccessError("link_over")
        operator.password_hash = hashed
        session.add(operator)
        operators.sign_out_everywhere(session, identity(operator.id))
        _note(session, operator.name, "password_set", operator, now)
        return operator.name


def change_password(services: Services, who: Who, old: str, new: str, address: str) -> None:
    """Give an account another password, for its owner, who knows the one it has.

    Every session it had ends; what was tried wrongly counts as when signing in.

    Raises:
        AccessError: the old password is not right, was tried too often, or the new one is too weak.
    """
    now = services.clock()
    _require_password(services, who.name, old, address, now, "password_wrong")
    fault = fault_of_password(new, who.name)
    if fault:
        raise AccessError(f"password_{fault}")
    hashed = _hashed(new)
    with Session(services.engine) as session, session.begin():
        operator = operators.get(session, who.id)
        operator.password_hash = hashed
        session.add(operator)
        operators.sign_out_everywhere(session, who.id)
        _note(session, operator.name, "password_changed", operator, now)


def hash_of(token: str) -> str:
    """What is stored of a token: long and random, it needs no salt and no slow hash."""
    return sha256(token.encode()).hexdigest()


def _who(services: Services, operator: Operator, role: Role, csrf: str | None = None) -> Who:
    is_bound = operator.role is Role.VIEWER and operator.units
    units = reaches(operator.units, services.directory.units) if is_bound else None
    number = identity(operator.id)
    return Who(id=number, name=operator.name, role=role, units=units, csrf=csrf)


def _fits(stored: str | None, word: str) -> bool:
    with _AT_ONCE:
        try:
            _HASHER.verify(stored or _NOBODYS, word[: MOST_WORD + 1])
        except (VerificationError, InvalidHashError):
            return False
    return stored is not None


def _hashed(word: str) -> str:
    with _AT_ONCE:
        return _HASHER.hash(word)


def _hashes(services: Services, name: str, address: str) -> tuple[str, str]:
    secret = link_secret(services.settings).encode()
    account, origin = (
        digest(secret, f"doisoat: {what}\n{value}".encode(), sha256).hex()
        for what, value in (("account", name.strip().lower()), ("address", address))
    )
    return account, origin


def _note_failure(services: Services, account: str, origin: str, now: datetime) -> None:
    with Session(services.engine) as session, session.begin():
        session.add(FailedSignIn(at=now, account_hash=account, address_hash=origin))


def _note(session: Session, by: str, action: str, operator: Operator, now: datetime) -> None:
    audit.note(session, by=by, action=action, subject=f"operator {operator.name}", now=now)
