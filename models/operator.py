"""Who may use the console: accounts, how they sign in, and what they wrote down."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import BigKey, Instant, member_of
from models.roles import Role


class Operator(SQLModel, table=True):
    """An account; ``name`` is what is typed to sign in, in lower case.

    ``units`` are the codes a viewer sees, their subordinate units included; empty is all. Without
    a ``password_hash`` (argon2) nobody can sign in until a one-time link was used.
    """

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    role: Role = Field(sa_type=member_of(Role))
    units: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    password_hash: str | None = None
    created_at: datetime = Field(sa_type=Instant)
    created_by: str
    signed_in_at: datetime | None = Field(default=None, sa_type=Instant)
    disabled_at: datetime | None = Field(default=None, sa_type=Instant)


class OperatorSession(SQLModel, table=True):
    """A browser that is signed in; ``token_hash`` is of what its cookie says.

    ``csrf`` has to come back with every form it sends.
    """

    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True))
    token_hash: str = Field(unique=True)
    operator_id: int = Field(foreign_key="operator.id", index=True)
    csrf: str
    created_at: datetime = Field(sa_type=Instant)
    seen_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant, index=True)


class OneTimeLink(SQLModel, table=True):
    """Lets whoever holds it set an account's password, once."""

    id: int | None = Field(default=None, primary_key=True)
    token_hash: str = Field(unique=True)
    operator_id: int = Field(foreign_key="operator.id", index=True)
    created_at: datetime = Field(sa_type=Instant)
    created_by: str
    expires_at: datetime = Field(sa_type=Instant)
    used_at: datetime | None = Field(default=None, sa_type=Instant)


class ApiToken(SQLModel, table=True):
    """Lets a program act for an account, with no more than ``role``; ``name`` says what it is."""

    id: int | None = Field(default=None, primary_key=True)
    token_hash: str = Field(unique=True)
    operator_id: int = Field(foreign_key="operator.id", index=True)
    name: str
    role: Role = Field(sa_type=member_of(Role))
    created_at: datetime = Field(sa_type=Instant)
    expires_at: datetime | None = Field(default=None, sa_type=Instant)
    used_at: datetime | None = Field(default=None, sa_type=Instant)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)


class FailedSignIn(SQLModel, table=True):
    """A try to sign in that failed; hashes of the name that was typed and of where it came from."""

    __table_args__ = (
        Index("ix_failedsignin_account", "account_hash", "at"),
        Index("ix_failedsignin_address", "address_hash", "at"),
    )

    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True))
    at: datetime = Field(sa_type=Instant, index=True)
    account_hash: str
    address_hash: str


class IdempotencyKey(SQLModel, table=True):
    """What a program was answered to a call that starts work, so that it is started once.

    ``fingerprint`` is a hash over the call; ``answer`` is None while it is under way.
    """

    __table_args__ = (UniqueConstraint("operator_id", "key"),)

    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True))
    operator_id: int = Field(foreign_key="operator.id")
    key: str
    fingerprint: str
    at: datetime = Field(sa_type=Instant, index=True)
    status: int | None = None
    answer: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))


class Note(SQLModel, table=True):
    """What an operator wrote about a unit or a dossier, without personal data.

    ``subject`` is ``unit <code>`` or ``dossier <id>``.
    """

    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True))
    subject: str = Field(index=True)
    at: datetime = Field(sa_type=Instant)
    by: str
    text: str
