"""Incidents: what a unit's office is told of, and their history."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, text
from sqlmodel import Field, SQLModel

from models.columns import BigKey, Instant, member_of
from models.types import IncidentKind, IncidentState, IncidentStepKind


class Incident(SQLModel, table=True):
    """A threshold that a unit has passed; ``unit`` is empty for the province as a whole.

    ``key`` says of what it is; of those that are not resolved there is one with each. ``value`` are
    the plain numbers of now, as they stood at ``last_seen_at`` (the as-of of the reconciliation
    that showed them last, or the reading of the source). ``seen_at`` is when it was seen first this
    time, ``opened_at`` since when it counts.

    ``notified_value`` is what those concerned believe: the numbers of the last mail, None where
    they know of none or were told that it is over; ``notified_at`` when they were told last.
    ``level`` grows each time the next role is told because nobody acts, ``level_at`` is when it
    did.
    """

    __table_args__ = (
        Index(
            "ix_incident_unresolved",
            "key",
            unique=True,
            sqlite_where=text("state <> 'resolved'"),
            postgresql_where=text("state <> 'resolved'"),
        ),
        Index("ix_incident_key", "key", "id"),
        Index("ix_incident_unit", "state", "unit"),
    )

    id: int | None = Field(default=None, primary_key=True)
    kind: IncidentKind = Field(sa_type=member_of(IncidentKind))
    unit: str
    source_id: int | None = Field(default=None, foreign_key="source.id")
    key: str
    state: IncidentState = Field(sa_type=member_of(IncidentState))
    seen_at: datetime = Field(sa_type=Instant)
    opened_at: datetime = Field(sa_type=Instant)
    last_seen_at: datetime = Field(sa_type=Instant)
    resolved_at: datetime | None = Field(default=None, sa_type=Instant)
    value: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    notified_value: dict[str, Any] | None = Field(
        default=None, sa_column=Column(JSON(none_as_null=True))
    )
    notified_at: datetime | None = Field(default=None, sa_type=Instant)
    level: int = 0
    level_at: datetime | None = Field(default=None, sa_type=Instant)
    reconciliation_id: int | None = None
    acknowledged_at: datetime | None = Field(default=None, sa_type=Instant)
    acknowledged_by: str | None = None
    muted_until: datetime | None = Field(default=None, sa_type=Instant)
    assigned_to: str | None = None


class IncidentStep(SQLModel, table=True):
    """A step in the life of an incident, with its numbers at that time; append-only.

    ``by`` is None where the program itself did it. ``text`` are people's own words.
    """

    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True))
    incident_id: int = Field(foreign_key="incident.id", index=True)
    at: datetime = Field(sa_type=Instant)
    by: str | None = None
    what: IncidentStepKind = Field(sa_type=member_of(IncidentStepKind))
    text: str | None = None
    value: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
