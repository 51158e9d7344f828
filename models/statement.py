"""Frozen figures: statements signed off, closes of periods, and what changed afterwards."""

from datetime import date, datetime

from sqlmodel import Field, SQLModel

from models.columns import Instant, member_of
from models.rates import StatementKind


class Statement(SQLModel, table=True):
    """The figures of one period as they stood at one cut-off, frozen for good.

    ``content`` is canonical JSON text (UTF-8, sorted keys), ``digest`` its SHA-256. ``unit`` is
    empty for the whole province. ``role`` names the office that answers for it, ``signed_by`` who
    signed (for a close by the schedule: nobody). No row is ever changed or deleted.
    """

    id: int | None = Field(default=None, primary_key=True)
    kind: StatementKind = Field(sa_type=member_of(StatementKind))
    unit: str = ""
    period_from: date = Field(index=True)
    period_to: date
    as_of: datetime = Field(sa_type=Instant)
    reconciliation_id: int
    content: str
    digest: str
    role: str
    signed_by: str | None = None
    signed_at: datetime = Field(sa_type=Instant)
    note: str | None = None


class Correction(SQLModel, table=True):
    """A figure of a closed period that is another one by now; found by a later reconciliation.

    ``figure`` names it (``late_portal``, ``ON_TIME.portal`` ...), ``before`` is what was frozen or
    last corrected to, ``after`` what it has become, both as JSON text.
    """

    id: int | None = Field(default=None, primary_key=True)
    statement_id: int = Field(foreign_key="statement.id", index=True)
    reconciliation_id: int
    at: datetime = Field(sa_type=Instant)
    unit: str
    figure: str
    before: str
    after: str
