"""The outside systems, the runs that read them, and what could not be read."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, text
from sqlmodel import Field, SQLModel

from models.columns import BigKey, Instant, member_of
from models.types import RunState, RunStop, Side, Trigger


class Source(SQLModel, table=True):
    """An outside system by its name in the configuration.

    ``active_run_id`` is the run that holds the source: one at a time, claimed by compare-and-set.
    """

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    side: Side = Field(sa_type=member_of(Side))
    kind: str
    rule: str
    active_run_id: int | None = None


class SyncRun(SQLModel, table=True):
    """One reading of one source, or one computation over the whole store (without a source).

    The rows are the queue: one that waits is QUEUED, with the ``wish`` it serves. ``slot`` names
    the turn of the schedule it was made for, so that no turn is taken twice; ``journey`` is the
    first run of those that were asked for together. ``checkpoint`` is where a killed run goes on;
    ``fence`` grows each time a process takes the run up, so that the late writes of an earlier one
    are refused. ``heartbeat_at`` and ``owner`` say who holds it (while it waits: when a
    worker was last told, and who means to run it), ``stop`` that it shall end. A ``partial`` one
    reads only what it was named.
    """

    __table_args__ = (
        # What computes over the whole store does so one at a time.
        Index(
            "ix_syncrun_computing",
            "state",
            unique=True,
            sqlite_where=text("state = 'running' AND source_id IS NULL"),
            postgresql_where=text("state = 'running' AND source_id IS NULL"),
        ),
        # What is asked of runs again and again: a source's last one in a state, and the latest.
        Index("ix_syncrun_last", "source_id", "state", "id"),
        Index("ix_syncrun_started", "started_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    source_id: int | None = Field(default=None, foreign_key="source.id", index=True)
    trigger: Trigger = Field(sa_type=member_of(Trigger))
    by: str | None = None
    reason: str | None = None
    stage: str
    state: RunState = Field(index=True, sa_type=member_of(RunState))
    queued_at: datetime | None = Field(default=None, sa_type=Instant)
    started_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    heartbeat_at: datetime = Field(sa_type=Instant)
    owner: str
    fence: int = 1
    full: bool = False
    partial: bool = False
    slot: str | None = Field(default=None, unique=True)
    journey: int | None = Field(default=None, index=True)
    wish: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    stop: RunStop | None = Field(default=None, sa_type=member_of(RunStop))
    done: int = 0
    total: int | None = None
    request: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    checkpoint: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    counts: dict[str, int] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    error: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))


class Sighting(SQLModel, table=True):
    """A row a running pull has seen: what its proof of completeness counts.

    ``row`` is the external id, or a hash of a row that has none. ``run_id`` is without a foreign
    key, see migration 0004.
    """

    run_id: int = Field(primary_key=True)
    row: str = Field(primary_key=True)
    window: str = Field(primary_key=True)


class Quarantine(SQLModel, table=True):
    """A record that could not be read from ``at`` on, its raw text without personal data.

    One that was solved and can't be read again gets a row of its own, so that past cut-offs hold.
    """

    __table_args__ = (
        Index(
            "ix_quarantine_waiting",
            "source_id",
            "row",
            unique=True,
            sqlite_where=text("solved_at IS NULL"),
            postgresql_where=text("solved_at IS NULL"),
        ),
        Index(
            "ix_quarantine_reason",
            "source_id",
            "reason",
            "id",
            sqlite_where=text("solved_at IS NULL"),
            postgresql_where=text("solved_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    source_id: int = Field(foreign_key="source.id", index=True)
    run_id: int = Field(foreign_key="syncrun.id", index=True)
    row: str
    external_id: str | None = None
    code: str | None = Field(default=None, index=True)
    at: datetime = Field(sa_type=Instant)
    reason: str
    detail: str
    raw: str
    solved_at: datetime | None = Field(default=None, sa_type=Instant)


class CallBudget(SQLModel, table=True):
    """How many calls a source has had on a local day."""

    source_id: int = Field(primary_key=True, foreign_key="source.id")
    day: date = Field(primary_key=True)
    used: int = 0


class PublishedCount(SQLModel, table=True):
    """What a source published of one unit for one period, as seen at one instant.

    ``unit`` is empty for the province as a whole. ``late`` counts resolved and open dossiers alike;
    ``resolved_late`` is for sources that tell the resolved ones alone.
    """

    __table_args__ = (
        Index(
            "ix_publishedcount_of", "source_id", "period_from", "period_to", "unit", "observed_at"
        ),
    )

    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True))
    source_id: int = Field(foreign_key="source.id", index=True)
    run_id: int = Field(foreign_key="syncrun.id", index=True)
    period_from: date
    period_to: date
    unit: str
    observed_at: datetime = Field(sa_type=Instant)
    received: int | None = None
    on_time: int | None = None
    late: int | None = None
    completed: int | None = None
    resolved_late: int | None = None
