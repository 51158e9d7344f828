"""What is shown of one's own account: to pages and to programs alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session

from models.operator import ApiToken
from models.roles import Role
from worker.bootstrap import Services
from worker.console.calls import Moment, Told
from worker.core.access import Who
from worker.db import operator_lists, operators
from worker.db.sources import identity
from worker.journey.doors import number_of


class TokenState(StrEnum):
    """Whether a token lets anybody in."""

    HOLDS = "holds"
    OVER = "over"
    REVOKED = "revoked"


class TokenTold(Told):
    """A token of a program, without what lets it in."""

    id: int
    name: str
    role: Role
    state: TokenState
    created_at: Moment
    expires_at: Moment | None
    used_at: Moment | None
    revoked_at: Moment | None


class AccountTold(Told):
    """Who asks, as what; ``units`` None are all."""

    name: str
    role: Role
    units: Sequence[str] | None


@dataclass(frozen=True, slots=True)
class Browser:
    """A browser that is signed in; ``is_this``: the one that asks."""

    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    is_this: bool


def account(who: Who) -> AccountTold:
    """Who asks."""
    units = None if who.units is None else sorted(who.units)
    return AccountTold(name=who.name, role=who.role, units=units)


def tokens_of(services: Services, name: str) -> list[TokenTold]:
    """The tokens of an account, the newest first, revoked ones included.

    Raises:
        NotFoundError: there is no account of this name.
    """
    number, now = number_of(services, name), services.clock()
    with Session(services.engine) as session:
        return [_told(row, now) for row in operators.tokens_of(session, number)]


def browsers(services: Services, who: Who) -> list[Browser]:
    """The browsers an account is signed in with, the one seen last first."""
    with Session(services.engine) as session:
        return [
            Browser(row.created_at, row.seen_at, row.expires_at, row.csrf == who.csrf)
            for row in operator_lists.sessions_of(session, who.id, services.clock())
        ]


def _told(row: ApiToken, now: datetime) -> TokenTold:
    return TokenTold(
        id=identity(row.id),
        name=row.name,
        role=row.role,
        state=_state(row, now),
        created_at=row.created_at,
        expires_at=row.expires_at,
        used_at=row.used_at,
        revoked_at=row.revoked_at,
    )


def _state(row: ApiToken, now: datetime) -> TokenState:
    if row.revoked_at is not None:
        return TokenState.REVOKED
    is_over = row.expires_at is not None and row.expires_at <= now
    return TokenState.OVER if is_over else TokenState.HOLDS
