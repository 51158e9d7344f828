"""One dossier as the API tells it: the same as ``explain DOSSIER --json``."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pydantic import ConfigDict, Field

from models.types import Category, Cause, CauseKind, DiscrepancyState, DiscrepancyStep, Flag, Side
from worker.console.calls import Moment, Told


class PeriodTold(Told):
    """A counting period in local days, both ends included."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    first: date = Field(alias="from")
    last: date = Field(alias="to")


class EventTold(Told):
    """A progress event; ``status`` is the portal's number."""

    at: Moment
    status: int


class RecordTold(Told):
    """What a side says of the dossier; ``events`` is null where its source tells none at all.

    ``unit`` is null where it is one that the account doesn't see.
    """

    side: Side
    external_id: str
    codes: Sequence[str]
    unit: str | None
    procedure: str | None
    status: int
    system: int | None
    ended_at: Moment | None
    supplement_rounds: int
    submitted_at: Moment | None
    received_at: Moment | None
    due_at: Moment | None
    finished_at: Moment | None
    returned_at: Moment | None
    events: Sequence[EventTold] | None


class ReceptionTold(Told):
    """How the reception of a dossier filed online stands."""

    submitted_at: Moment | None
    until: Moment | None
    answered_at: Moment | None
    late: bool


class FieldTold(Told):
    """Whether the sides differ in a field, and whether that is why they count differently."""

    field: str
    differs: bool
    at_fault: bool


class VerdictTold(Told):
    """What a counting rule says of a record; ``category`` is null where it isn't counted."""

    side: Side
    rule: str
    code: str
    external_id: str
    reason: str
    category: Category | None
    late: int
    counted_from: Moment | None
    ends_at: Moment | None
    late_from: Moment | None


class EffectTold(Told):
    """Why the dossier counts differently; units and parts as in a discrepancy."""

    dossier: str
    unit: str | None
    portal_unit: str | None
    cause: Cause
    kind: CauseKind
    contribution: int
    contributions: Mapping[str, int] | None = None
    fields: Mapping[str, Mapping[str, Any]]
    flags: Sequence[Flag]


class KnownTold(Told):
    """Since when a side's record has been known, in its current form, and when it went."""

    side: Side
    external_id: str
    first_at: Moment
    current_at: Moment
    gone_at: Moment | None


class AskedTold(Told):
    """What the portal answered for a code of the dossier, and since when."""

    code: str
    found: bool
    since: Moment
    asked_at: Moment
    run: int


class StepTold(Told):
    """A step in a discrepancy's life."""

    at: Moment
    step: DiscrepancyStep
    cause: Cause
    unit: str | None
    portal_unit: str | None


class LifeTold(Told):
    """A discrepancy of the dossier with all that became of it."""

    id: int
    sources: Sequence[str]
    cause: Cause
    kind: CauseKind
    state: DiscrepancyState
    opened_at: Moment
    last_seen_at: Moment
    closed_at: Moment | None
    acknowledged_at: Moment | None
    acknowledged_by: str | None
    note: str | None
    steps: Sequence[StepTold]


class DossierTold(Told):
    """Both sides of one dossier as they were known at ``as_of``, and why they count differently."""

    id: int
    dossier: str
    codes: Sequence[str]
    as_of: Moment
    period: PeriodTold
    presumed: bool
    records: Sequence[RecordTold]
    reception: ReceptionTold | None
    fields: Sequence[FieldTold]
    verdicts: Sequence[VerdictTold]
    effects: Sequence[EffectTold]
    flags: Sequence[Flag]
    known: Sequence[KnownTold]
    asked: Sequence[AskedTold]
    discrepancies: Sequence[LifeTold]


class DossierFound(Told):
    """A dossier and the code by which it was found."""

    id: int
    dossier: str


class LateTold(Told):
    """A dossier behind a late count.

    ``late_from`` is null where the dossier is compared by itself, because a side holds it twice or
    line-ministry software has it.
    """

    id: int
    dossier: str
    unit: str
    category: Category
    late_from: Moment | None
    ended_at: Moment | None


class NoteTold(Told):
    """What somebody wrote about the dossier."""

    id: int
    at: Moment
    by: str
    text: str
