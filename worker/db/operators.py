"""Accounts of the console and the ways in: passwords, sessions, one-time links, tokens."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, update
from sqlmodel import Session, col, select

from models.operator import (
    ApiToken,
    FailedSignIn,
    OneTimeLink,
    Operator,
    OperatorSession,
)
from models.roles import Role
from worker.db.sources import identity
from worker.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session and its account."""

    session: OperatorSession
    operator: Operator


def listed(session: Session) -> list[Operator]:
    """All accounts by name, disabled ones included."""
    return list(session.exec(select(Operator).order_by(col(Operator.name))))


def is_empty(session: Session) -> bool:
    """Whether there is no account at all, so that nobody can sign in."""
    return session.exec(select(Operator.id).limit(1)).first() is None


def named(session: Session, name: str) -> Operator | None:
    """The account that is called so."""
    return session.exec(select(Operator).where(Operator.name == name)).one_or_none()


def get(session: Session, number: int) -> Operator:
    """One account.

    Raises:
        NotFoundError: there is none of this number.
    """
    found = session.get(Operator, number)
    if found is None:
        raise NotFoundError("operator_not_found", operator=number)
    return found


def signed_in(session: Session, token_hash: str, now: datetime) -> SignedIn | None:
    """The session of a cookie with its account; None once it is over or the account disabled."""
    found = session.exec(
        select(OperatorSession, Operator)
        .join(Operator, col(Operator.id) == OperatorSession.operator_id)
        .where(OperatorSession.token_hash == token_hash, OperatorSession.expires_at > now)
        .where(col(Operator.disabled_at).is_(None))
    ).one_or_none()
    return None if found is None else SignedIn(*found)


def note_seen(session: Session, token_hash: str, now: datetime, until: datetime) -> None:
    """Keep that a browser is still there, and until when it may now stay away."""
    session.exec(
        update(OperatorSession)
        .where(col(OperatorSession.token_hash) == token_hash)
        .values(seen_at=now, expires_at=until)
    )


def note_used(session: Session, token_hash: str, now: datetime) -> None:
    """Keep that a program used its token."""
    session.exec(update(ApiToken).where(col(ApiToken.token_hash) == token_hash).values(used_at=now))


def sign_out(session: Session, token_hash: str) -> None:
    """End one session."""
    session.exec(delete(OperatorSession).where(col(OperatorSession.token_hash) == token_hash))


def sign_out_everywhere(session: Session, operator_id: int) -> None:
    """End every session of an account."""
    session.exec(delete(OperatorSession).where(col(OperatorSession.operator_id) == operator_id))


def token(session: Session, token_hash: str, now: datetime) -> tuple[ApiToken, Operator] | None:
    """The token of a program with its account; None where it holds no longer."""
    found = session.exec(
        select(ApiToken, Operator)
        .join(Operator, col(Operator.id) == ApiToken.operator_id)
        .where(ApiToken.token_hash == token_hash, col(ApiToken.revoked_at).is_(None))
        .where(col(Operator.disabled_at).is_(None))
    ).one_or_none()
    if found is None or (found[0].expires_at is not None and found[0].expires_at <= now):
        return None
    return found[0], found[1]


def tokens_of(session: Session, operator_id: int) -> list[ApiToken]:
    """The tokens of an account, the newest first, revoked ones included."""
    query = select(ApiToken).where(ApiToken.operator_id == operator_id)
    return list(session.exec(query.order_by(col(ApiToken.id).desc())))


def take_link(session: Session, token_hash: str, now: datetime) -> Operator | None:
    """Use up a one-time link: its account, or None where it was used or is over.

    Compare and set: of two that hold the same link one gets in.
    """
    taken = session.exec(
        update(OneTimeLink)
        .where(
            col(OneTimeLink.token_hash) == token_hash,
            col(OneTimeLink.used_at).is_(None),
            col(OneTimeLink.expires_at) > now,
        )
        .values(used_at=now)
    )
    return _owner(session, token_hash) if taken.rowcount else None


def owner_of_link(session: Session, token_hash: str, now: datetime) -> Operator | None:
    """Whose password a link sets, while it still holds."""
    query = select(OneTimeLink).where(
        OneTimeLink.token_hash == token_hash,
        col(OneTimeLink.used_at).is_(None),
        OneTimeLink.expires_at > now,
    )
    return _owner(session, token_hash) if session.exec(query).first() else None


def drop_links(session: Session, operator_id: int, now: datetime) -> None:
    """Let no link of an account from before hold any longer."""
    session.exec(
        update(OneTimeLink)
        .where(col(OneTimeLink.operator_id) == operator_id, col(OneTimeLink.used_at).is_(None))
        .values(used_at=now)
    )


def _owner(session: Session, token_hash: str) -> Operator | None:
    return session.exec(
        select(Operator)
        .join(OneTimeLink, col(OneTimeLink.operator_id) == Operator.id)
        .where(OneTimeLink.token_hash == token_hash, col(Operator.disabled_at).is_(None))
    ).one_or_none()


def failures(
    session: Session, account_hash: str, address_hash: str, since: datetime
) -> tuple[int, int]:
    """How often signing in failed since then: to the account, from the address."""
    recent = select(func.count()).select_from(FailedSignIn).where(col(FailedSignIn.at) > since)
    return (
        session.exec(recent.where(col(FailedSignIn.account_hash) == account_hash)).one(),
        session.exec(recent.where(col(FailedSignIn.address_hash) == address_hash)).one(),
    )


def forgive(session: Session, account_hash: str) -> None:
    """Forget the failures of an account: its owner came in."""
    session.exec(delete(FailedSignIn).where(col(FailedSignIn.account_hash) == account_hash))


def admins(session: Session) -> list[int]:
    """The accounts that may say who may what, and can sign in or still may by a link."""
    query = select(Operator.id).where(
        Operator.role == Role.ADMIN, col(Operator.disabled_at).is_(None)
    )
    return [identity(found) for found in session.exec(query)]
