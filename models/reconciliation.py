"""Reconciliations and what they found."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Column, Index, UniqueConstraint, func, inspect
from sqlalchemy.orm import column_property
from sqlmodel import Field, SQLModel, col, select

from models.columns import BigKey, Instant, member_of
from models.types import (
    Category,
    Cause,
    CauseKind,
    CountView,
    DiscrepancyState,
    DiscrepancyStep,
)


class Reconciliation(SQLModel, table=True):
    """One comparison of two sources at one as-of instant for one period.

    ``complete`` says that both sides were read completely. One made ``by_hand`` or ``of_the_past``
    only reports: nothing follows from it. ``digest`` is a hash over every figure and finding: equal
    inputs give an equal digest.
    """

    id: int | None = Field(default=None, primary_key=True)
    as_of: datetime = Field(sa_type=Instant, index=True)
    period_from: date
    period_to: date
    province_source_id: int = Field(foreign_key="source.id")
    portal_source_id: int = Field(foreign_key="source.id")
    complete: bool
    by_hand: bool
    of_the_past: bool = False
    created_at: datetime = Field(sa_type=Instant)
    digest: str


class LateCount(SQLModel, table=True):
    """Dossiers of one unit in one view and category."""

    reconciliation_id: int = Field(primary_key=True, foreign_key="reconciliation.id")
    unit: str = Field(primary_key=True)
    view: CountView = Field(primary_key=True, sa_type=member_of(CountView))
    category: Category = Field(primary_key=True, sa_type=member_of(Category))
    count: int


class BridgeStep(SQLModel, table=True):
    """What one cause adds to one unit's late count between home and portal."""

    reconciliation_id: int = Field(primary_key=True, foreign_key="reconciliation.id")
    unit: str = Field(primary_key=True)
    cause: Cause = Field(primary_key=True, sa_type=member_of(Cause))
    kind: CauseKind = Field(sa_type=member_of(CauseKind))
    count: int


class SyncHealth(SQLModel, table=True):
    """How well one unit is kept in step, measured with one reconciliation (domain, section 4).

    ``unit`` is empty for the province as a whole. Lags are seconds from a change at home to the
    reading that first showed it on the portal, so never less than the real lag; ``lag_waiting`` are
    changes the portal does not show yet. ``presumed`` are those of ``on_portal`` never looked up.
    ``events_told`` are dossiers whose portal record tells events, ``events_missing`` those among
    them whose end or receipt has none.
    """

    reconciliation_id: int = Field(primary_key=True, foreign_key="reconciliation.id")
    unit: str = Field(primary_key=True)
    received: int = 0
    on_portal: int = 0
    presumed: int = 0
    lag_samples: int = 0
    lag_waiting: int = 0
    lag_p50: int | None = None
    lag_p95: int | None = None
    events_told: int = 0
    events_missing: int = 0
    open_discrepancies: int = 0
    age_p50: int | None = None
    age_max: int | None = None
    filed_online: int = 0
    received_late: int = 0


class Discrepancy(SQLModel, table=True):
    """A dossier that counts differently on two sides: it opens, lives, closes and may reopen.

    ``acknowledged_by`` has taken it on, with a ``note``, until it closes: one that reopens is
    nobody's again, and the audit trail tells whose it was.

    ``reconciliation_id`` is the last complete reconciliation that found it, ``last_seen_at`` the
    as-of of that one. Nearly all that are open are found each time, so it is kept once for all of
    them in PairLook: only of those that the pair's last one did not find does ``seen_by`` tell
    which did, and ``seen_until`` when.
    """

    last_seen_at: ClassVar[datetime]
    reconciliation_id: ClassVar[int]

    __table_args__ = (
        UniqueConstraint("dossier_id", "province_source_id", "portal_source_id", "kind"),
        Index("ix_discrepancy_state_cause", "state", "cause"),
        # For lists of them: sums by cause, the newest ones.
        Index(
            "ix_discrepancy_summed",
            "state",
            "province_source_id",
            "portal_source_id",
            "cause",
            "contribution",
        ),
        Index(
            "ix_discrepancy_opened",
            "state",
            "province_source_id",
            "portal_source_id",
            "opened_at",
        ),
        {"postgresql_with": {"fillfactor": 50}},
    )

    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True))
    dossier_id: int = Field(foreign_key="dossier.id", index=True)
    province_source_id: int = Field(foreign_key="source.id")
    portal_source_id: int = Field(foreign_key="source.id")
    kind: CauseKind = Field(sa_type=member_of(CauseKind))
    code: str
    cause: Cause = Field(index=True, sa_type=member_of(Cause))
    unit: str = Field(index=True)
    portal_unit: str = Field(index=True)
    contribution: int
    contributions: dict[str, int] = Field(
        default_factory=dict, sa_column=Column(JSON, nullable=False)
    )
    fields: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    flags: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    state: DiscrepancyState = Field(index=True, sa_type=member_of(DiscrepancyState))
    opened_at: datetime = Field(sa_type=Instant)
    seen_until: datetime | None = Field(default=None, sa_type=Instant)
    seen_by: int | None = Field(default=None, foreign_key="reconciliation.id")
    closed_at: datetime | None = Field(default=None, sa_type=Instant)
    note: str | None = None
    acknowledged_at: datetime | None = Field(default=None, sa_type=Instant)
    acknowledged_by: str | None = None


class PairLook(SQLModel, table=True):
    """The last complete reconciliation of a pair that discrepancies lived on."""

    province_source_id: int = Field(primary_key=True, foreign_key="source.id")
    portal_source_id: int = Field(primary_key=True, foreign_key="source.id")
    reconciliation_id: int = Field(foreign_key="reconciliation.id")
    at: datetime = Field(sa_type=Instant)


def _or_of_the_last(own: Any, of_look: Any) -> Any:
    """What a discrepancy says of the reconciliation that found it, else what its pair's last is."""
    last = select(col(of_look)).where(
        PairLook.province_source_id == Discrepancy.province_source_id,
        PairLook.portal_source_id == Discrepancy.portal_source_id,
    )
    return func.coalesce(col(own), last.correlate_except(PairLook).scalar_subquery())


for _name, _told in {
    "last_seen_at": _or_of_the_last(Discrepancy.seen_until, PairLook.at),
    "reconciliation_id": _or_of_the_last(Discrepancy.seen_by, PairLook.reconciliation_id),
}.items():
    inspect(Discrepancy).add_property(_name, column_property(_told.label(_name)))


class DiscrepancyChange(SQLModel, table=True):
    """A step in a discrepancy's life, with the cause and the units it had from then on."""

    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True))
    discrepancy_id: int = Field(foreign_key="discrepancy.id", index=True)
    at: datetime = Field(sa_type=Instant)
    step: DiscrepancyStep = Field(sa_type=member_of(DiscrepancyStep))
    cause: Cause = Field(sa_type=member_of(Cause))
    unit: str
    portal_unit: str
