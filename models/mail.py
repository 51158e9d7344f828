"""Mails that go out, and the people who get them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import BigKey, Instant, member_of
from models.types import MailReason, MailState


class Recipient(SQLModel, table=True):
    """Somebody whom operators entered, beside those of the province's ``recipients.csv``."""

    __table_args__ = (UniqueConstraint("unit", "email", name="uq_recipient"),)

    id: int | None = Field(default=None, primary_key=True)
    unit: str
    email: str
    role: str
    added_by: str
    added_at: datetime = Field(sa_type=Instant)


class OutboundMail(SQLModel, table=True):
    """One mail, kept until a server has taken it; ``content`` is the whole MIME message.

    ``message_id`` is the same for every try and stands for one unit, reason and evaluation.
    ``thread`` joins a unit's mails of a month. ``incidents`` are the ids of those it speaks of.
    Who sends it holds it until ``claimed_until``; ``fence`` grows each time it is taken up, so that
    the late word of an earlier sender is refused. ``answers`` are what the server said last of each
    address in ``to``, and of those whom it was sent again to since (``core.alerts.addressees``):
    ``{"state": "taken" | "refused" | "later" | ..., "detail": "550 5.1.1"}``. From
    ``expires_at`` on a try that fails is the last; None: three days after it was written.
    """

    __table_args__ = (
        UniqueConstraint("message_id", name="uq_outboundmail_message"),
        Index("ix_outboundmail_due", "state", "next_try_at"),
        Index("ix_outboundmail_thread", "thread", "id"),
    )

    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True))
    unit: str
    to: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    subject: str
    message_id: str
    thread: str
    incidents: list[int] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    reason: MailReason = Field(sa_type=member_of(MailReason))
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    state: MailState = Field(sa_type=member_of(MailState))
    attempts: int = 0
    next_try_at: datetime = Field(sa_type=Instant)
    claimed_by: str | None = None
    claimed_until: datetime | None = Field(default=None, sa_type=Instant)
    fence: int = 0
    created_at: datetime = Field(sa_type=Instant)
    sent_at: datetime | None = Field(default=None, sa_type=Instant)
    error: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    answers: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    expires_at: datetime | None = Field(default=None, sa_type=Instant)
