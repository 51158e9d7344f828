"""Who changed what, when and why."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from models.columns import BigKey, Instant


class AuditEntry(SQLModel, table=True):
    """One action of one person; append-only.

    ``action`` is a key of the message catalogue (``audit.<action>``), ``subject`` what it was done
    to, such as ``run 12``, and ``detail`` what else is worth knowing.
    """

    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True))
    at: datetime = Field(sa_type=Instant, index=True)
    by: str
    action: str
    subject: str = Field(index=True)
    reason: str | None = None
    detail: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
