"""What a stage tells the rest of the journey, written in the transaction that did the work."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from models.columns import BigKey, Instant, member_of
from models.types import EventKind


class Event(SQLModel, table=True):
    """An event; ``handled_at`` is None until the stages it starts have run."""

    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True))
    kind: EventKind = Field(sa_type=member_of(EventKind))
    payload: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    at: datetime = Field(sa_type=Instant)
    handled_at: datetime | None = Field(default=None, sa_type=Instant, index=True)
