"""What is to be told to other systems, kept until they have taken it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import BigKey, Instant, member_of
from models.types import Channel, MessageState


class OutboundMessage(SQLModel, table=True):
    """One message to one target; the same ``subject`` is told to a target once.

    ``delivery`` goes with every try, so that a target can tell what it was sent twice. A target's
    messages go in the order of their ids. Who sends one holds it until ``claimed_until``; ``fence``
    grows each time it is taken up, so that the late word of an earlier sender is refused. From
    ``expires_at`` on a try that fails is the last.
    """

    __table_args__ = (
        UniqueConstraint("channel", "target", "subject", name="uq_outboundmessage_subject"),
        Index("ix_outboundmessage_line", "state", "channel", "target", "id"),
    )

    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True))
    channel: Channel = Field(sa_type=member_of(Channel))
    target: str
    subject: str
    delivery: str
    payload: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    state: MessageState = Field(sa_type=member_of(MessageState))
    attempts: int = 0
    next_try_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)
    claimed_by: str | None = None
    claimed_until: datetime | None = Field(default=None, sa_type=Instant)
    fence: int = 0
    created_at: datetime = Field(sa_type=Instant)
    sent_at: datetime | None = Field(default=None, sa_type=Instant)
    error: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
