"""Requests to have dossiers sent to the portal again, and what came of each dossier."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, text
from sqlmodel import Field, SQLModel

from models.columns import BigKey, Instant, member_of
from models.resend_types import ResendAnswer, ResendGround, ResendResult, ResendState
from models.types import Cause, Status


class ResendRequest(SQLModel, table=True):
    """One unit's dossiers that the province's system is asked to send again.

    ``by_hand``: that system has no such call, a list goes to its operator instead. ``chosen_by``
    says how the dossiers were chosen, and after how many that went it was approved again.
    ``before`` and ``after`` are the unit's figures by the reconciliation that showed them
    (``worker.core.resend.figures.UnitFigures``), ``after`` None until somebody has looked again.
    ``send_at`` is when the next dossiers may go (None: nothing is left to send, or not yet),
    ``look_at`` when the portal is to be asked about those that went.
    """

    __table_args__ = (Index("ix_resendrequest_unit", "unit", "state"),)

    id: int | None = Field(default=None, primary_key=True)
    source_id: int = Field(foreign_key="source.id")
    portal_source_id: int = Field(foreign_key="source.id")
    unit: str
    by_hand: bool
    state: ResendState = Field(index=True, sa_type=member_of(ResendState))
    chosen_by: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    asked_by: str
    asked_at: datetime = Field(sa_type=Instant, index=True)
    reason: str
    decided_by: str | None = None
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
    decision: str | None = None
    stopped_by: str | None = None
    stopped_at: datetime | None = Field(default=None, sa_type=Instant)
    send_at: datetime | None = Field(default=None, sa_type=Instant)
    look_at: datetime | None = Field(default=None, sa_type=Instant)
    sent_at: datetime | None = Field(default=None, sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    before: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    after: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))


class ResendItem(SQLModel, table=True):
    """One dossier of a request. While it ``is_open``, no other request may ask for the dossier.

    ``external_id`` is its number in the province's system, ``status`` what it has there,
    ``shows`` what either side showed when it was asked for, by field. ``sent_at`` is written before
    the call is made: one that has it and no ``answer`` may have been sent, and is never called for
    again. ``run_id`` is the run that sent it, or the newest there was when a list was handed over.
    ``result`` and ``ground`` are those of the last look.

    ``discrepancy_id``, ``dossier_id`` and ``run_id`` are without a foreign key: what they name is
    kept for a time only, or becomes another's.
    """

    __table_args__ = (
        Index(
            "ix_resenditem_open",
            "dossier_id",
            unique=True,
            sqlite_where=text("is_open"),
            postgresql_where=text("is_open"),
        ),
        Index("ix_resenditem_request", "request_id", "id"),
        Index("ix_resenditem_sent", "sent_at"),
    )

    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True))
    request_id: int = Field(foreign_key="resendrequest.id")
    dossier_id: int = Field(index=True)
    discrepancy_id: int = Field(index=True)
    code: str
    external_id: str
    status: Status = Field(sa_type=member_of(Status))
    is_known: bool
    cause: Cause = Field(sa_type=member_of(Cause))
    contribution: int
    shows: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    is_open: bool = True
    run_id: int | None = None
    sent_at: datetime | None = Field(default=None, sa_type=Instant)
    answered_at: datetime | None = Field(default=None, sa_type=Instant)
    answer: ResendAnswer | None = Field(default=None, sa_type=member_of(ResendAnswer))
    words: str | None = None
    looked_at: datetime | None = Field(default=None, sa_type=Instant)
    result: ResendResult | None = Field(default=None, sa_type=member_of(ResendResult))
    ground: ResendGround | None = Field(default=None, sa_type=member_of(ResendGround))
