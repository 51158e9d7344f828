"""Dossiers, their codes, and each source's record of them.

Columns that name a row of another table are without a foreign key where a pull writes them by the
million: see migration 0004.
"""

from datetime import datetime

from sqlalchemy import Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.columns import BigKey, Instant, member_of
from models.types import Status


class Dossier(SQLModel, table=True):
    """One application for one procedure: an identity and nothing else."""

    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True))
    created_at: datetime = Field(sa_type=Instant)


class DossierCode(SQLModel, table=True):
    """A code that a dossier bears."""

    code: str = Field(primary_key=True)
    dossier_id: int = Field(index=True)


class DossierRecord(SQLModel, table=True):
    """One source's current view of a dossier. Instants are UTC.

    ``codes`` are all codes it bears, its own first, parted by a blank. ``events_told`` is False
    where the source tells no progress events at all. ``traits`` and ``traits_told`` are flags of
    ``models.rates.Trait``: those that hold, and those the source speaks of. ``observed_at`` is when
    this view was first seen, ``changed_run`` the run that saw it, ``gone_at`` when a complete
    reading no longer had it.
    """

    __table_args__ = (
        UniqueConstraint("source_id", "external_id"),
        Index("ix_record_dossier", "dossier_id", "source_id"),
        Index("ix_record_observed", "source_id", "observed_at"),
        Index("ix_record_receipt", "received_at", "procedure"),
        Index(
            "ix_record_gone",
            "source_id",
            "gone_at",
            sqlite_where=text("gone_at IS NOT NULL"),
            postgresql_where=text("gone_at IS NOT NULL"),
        ),
    )

    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True))
    dossier_id: int
    source_id: int
    external_id: str
    codes: str
    unit: str = Field(index=True)
    procedure: str | None = None
    status: Status = Field(sa_type=member_of(Status))
    submitted_at: datetime | None = Field(default=None, sa_type=Instant)
    received_at: datetime | None = Field(default=None, sa_type=Instant)
    due_at: datetime | None = Field(default=None, sa_type=Instant)
    finished_at: datetime | None = Field(default=None, sa_type=Instant)
    returned_at: datetime | None = Field(default=None, sa_type=Instant)
    system: int | None = None
    events_told: bool = False
    traits: int = 0
    traits_told: int = 0
    fingerprint: str
    observed_at: datetime = Field(sa_type=Instant)
    changed_run: int
    gone_at: datetime | None = Field(default=None, sa_type=Instant)


class ProgressEvent(SQLModel, table=True):
    """A progress event of a record's current view, in the order of its arrival."""

    record_id: int = Field(primary_key=True)
    position: int = Field(primary_key=True)
    at: datetime = Field(sa_type=Instant)
    status: Status = Field(sa_type=member_of(Status))


class RecordVersion(SQLModel, table=True):
    """An earlier view of a record, known from ``observed_at`` until ``until``.

    ``view`` is the whole view as JSON: what a past cut-off is reproduced from.
    """

    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True))
    record_id: int = Field(foreign_key="dossierrecord.id", index=True)
    observed_at: datetime = Field(sa_type=Instant)
    until: datetime = Field(sa_type=Instant)
    view: str


class RecordVerdict(SQLModel, table=True):
    """What one rule says of one record's current view, from that record alone."""

    record_id: int = Field(primary_key=True)
    rule: str = Field(primary_key=True)
    basis: str
    counted_from: datetime | None = Field(default=None, sa_type=Instant)
    ends_at: datetime | None = Field(default=None, sa_type=Instant)
    leaves_at: datetime | None = Field(default=None, sa_type=Instant)
    late_from: datetime | None = Field(default=None, sa_type=Instant)
    waiting: bool = False
    weight: int = 1
    reason: str


class LookupAnswer(SQLModel, table=True):
    """What a source answered for a code, and for how long it has been saying so.

    A new row begins when the answer turns from known to unknown or back, and when another source
    had changed the dossier since it was last asked for.
    """

    __table_args__ = (
        Index("ix_lookup_code", "source_id", "code"),
        Index("ix_lookup_asked", "source_id", "asked_at"),
        Index("ix_lookup_dossier", "dossier_id", "source_id"),
    )

    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True))
    source_id: int = Field(foreign_key="source.id")
    code: str
    dossier_id: int = Field(foreign_key="dossier.id")
    found: bool
    since: datetime = Field(sa_type=Instant)
    asked_at: datetime = Field(sa_type=Instant)
    run_id: int = Field(foreign_key="syncrun.id", index=True)
