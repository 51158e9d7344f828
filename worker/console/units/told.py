"""What is told of units: the figures of a reconciliation as ``reconcile --json`` names them."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Literal

from pydantic import ConfigDict, Field

from models.types import Cause, CauseKind, Status, UnitLevel
from worker.console.calls import Moment, Told


def length_of(seconds: int | None) -> timedelta | None:
    """A length of time from its seconds; None where it was not measured."""
    return None if seconds is None else timedelta(seconds=seconds)


class Days(Told):
    """A counting period in local days, both ends included."""

    model_config = ConfigDict(frozen=True, validate_by_name=True, serialize_by_alias=True)

    first: date = Field(alias="from")
    last: date = Field(alias="to")


class Figures(Told):
    """Dossiers of one period, counted at one cut-off.

    ``late_published`` and ``unexplained`` are None where the portal publishes nothing;
    ``late_reported`` and ``resolved_late_reported`` where the home side's own statistics are not
    read.
    """

    late_province: int
    late_province_by_portal_rule: int
    late_portal: int
    late_published: int | None
    difference: int
    unexplained: int | None
    received: int
    on_portal: int
    counted_province: int
    counted_portal: int
    presumed: int
    late_reported: int | None
    resolved_late_reported: int | None
    resolved_late_province: int


class Step(Told):
    """What one cause adds to the late count between home and portal."""

    cause: Cause
    kind: CauseKind
    count: int


class UnitFigures(Figures):
    """The figures of a unit; ``predecessors`` are the ended units it stands for."""

    code: str
    name: str
    bridge: Sequence[Step]
    predecessors: Sequence[str]


class Standing(UnitFigures):
    """A unit's figures with what they come to; lengths of time are seconds.

    ``late_share`` is of all that the portal counts, ``sync_rate`` of what was received in the
    period; None where there is nothing, or nothing was measured. ``incidents`` are those open now.
    """

    short_name: str
    level: UnitLevel
    late_share: float | None
    sync_rate: float | None
    lag_p50: int | None
    lag_p95: int | None
    open_discrepancies: int | None
    age_max: int | None
    incidents: int

    @property
    def longest_lag(self) -> timedelta | None:
        """The lag that 19 of 20 changes don't exceed."""
        return length_of(self.lag_p95)

    @property
    def is_empty(self) -> bool:
        """Whether neither side has a dossier of it, which is not the same as none late."""
        return not (self.counted_province or self.counted_portal or self.bridge)


class Reconciled(Told):
    """A reconciliation as it was kept, in the form of ``reconcile --json``.

    The dossiers behind it are told by ``/api/v1/discrepancies``.
    """

    reconciliation: int
    as_of: Moment
    period: Days
    complete: bool
    totals: Figures
    units: Sequence[UnitFigures]
    predecessor_names: dict[str, str]


class Basis(Told):
    """What figures rest on. ``newer_incomplete``: a later cut-off that is not read completely."""

    reconciliation: int
    as_of: Moment
    period: Days
    complete: bool
    newer_incomplete: Moment | None


class UnitsTold(Basis):
    """A part of the units; ``totals`` of the province are told whoever sees all of it."""

    total: int
    items: Sequence[Standing]
    totals: Figures | None


class CauseTold(Step):
    """A cause in words.

    ``dossiers`` are the open discrepancies it has now: of a unit alone, and None for a past.
    """

    label: str
    meaning: str
    advice: str
    dossiers: int | None


class PointTold(Told):
    """Late counts as they were at an earlier cut-off of the period."""

    as_of: Moment
    late_province: int
    late_province_by_portal_rule: int
    late_portal: int
    difference: int


class LateSoon(Told):
    """A dossier that counts as late on the portal from ``late_from`` on, unless it ends before."""

    dossier: str
    procedure: str | None
    status: int
    due_at: Moment | None
    late_from: Moment

    @property
    def status_name(self) -> str:
        """The key of the status's name."""
        return Status(self.status).name


class RecipientTold(Told):
    """Who gets the mails about a unit: first those of ``level`` 1, the next where nobody acts.

    ``level`` is None of somebody who is named for a unit that ended and gets no mails, as the one
    in its place has people of its own. ``own`` is false where others stand in: those of a unit
    above, or of the settings. ``unit`` is the one they are named for, None where it is not for the
    account to see; ``role`` is None of those of the settings. ``from`` is ``folder`` where the
    province's ``recipients.csv`` names them, ``store`` where somebody entered them.
    """

    model_config = ConfigDict(frozen=True, validate_by_name=True, serialize_by_alias=True)

    email: str
    level: int | None
    own: bool
    role: str | None
    unit: str | None
    unit_name: str | None
    origin: Literal["folder", "store", "settings"] = Field(alias="from")
    added_by: str | None
    added_at: Moment | None


class NoteTold(Told):
    """What somebody wrote about a unit."""

    id: int
    at: Moment
    by: str
    text: str


class IncidentTold(Told):
    """An open incident; ``says`` are its numbers in words."""

    id: int
    kind: str
    unit: str | None
    source: str | None
    says: str
    value: dict[str, Any]
    opened_at: Moment
    acknowledged_by: str | None


class UnitTold(Basis):
    """All that is told of a unit. ``late_soon`` is empty for a past period; ``*_total`` count all.

    ``statement`` is the bridge line by line: totals by their ``line``, steps by their ``cause``.
    """

    unit: Standing
    statement: Sequence[dict[str, Any]]
    causes: Sequence[CauseTold]
    course: Sequence[PointTold]
    day_before: PointTold | None
    late_soon_until: Moment | None
    late_soon_total: int
    late_soon: Sequence[LateSoon]
    incidents: Sequence[IncidentTold]
    recipients: Sequence[RecipientTold]
