"""The plain values and enumerations of the domain.

This module holds no table and imports nothing of ours: it is all that the pure core and the
ports may know of what is stored. All instants are aware; the store keeps them in UTC. What a pull
makes by the million is a Struct, which takes a tenth of the time of a frozen dataclass, and which
the garbage collector passes over.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum, StrEnum

from msgspec import Struct


class Status(IntEnum):
    """The portal's status codes (TrangThaiHoSo); every source's own names map onto them."""

    NEW = 1
    RECEIVED = 2
    NOT_ACCEPTED = 3
    IN_PROCESS = 4
    SUPPLEMENT_REQUESTED = 5
    PAYMENT_REQUESTED = 6
    WITHDRAWN = 7
    STOPPED = 8
    FINISHED = 9
    RETURNED = 10

    @property
    def is_end(self) -> bool:
        """Whether handling is over in this status."""
        return self in END_STATUSES


END_STATUSES = frozenset(
    {Status.NOT_ACCEPTED, Status.WITHDRAWN, Status.STOPPED, Status.FINISHED, Status.RETURNED}
)


class Side(StrEnum):
    """Which side of the comparison a source speaks for."""

    PROVINCE = "province"
    PORTAL = "portal"
    MINISTRY = "ministry"


class UnitLevel(StrEnum):
    """The administrative level of a unit."""

    PROVINCE = "province"
    DEPARTMENT = "department"
    DISTRICT = "district"
    COMMUNE = "commune"


class Trigger(StrEnum):
    """What set a run going."""

    SCHEDULE = "schedule"
    OPERATOR = "operator"
    WEBHOOK = "webhook"
    FILE = "file"


class RunState(StrEnum):
    """Where a run stands. Only COMPLETE proves that nothing was missed."""

    QUEUED = "queued"
    RUNNING = "running"
    INTERRUPTED = "interrupted"
    COMPLETE = "complete"
    INCOMPLETE = "incomplete"
    FAILED = "failed"
    CANCELLED = "cancelled"


class RunStop(StrEnum):
    """Why a run under way is to stop: an operator gave it up, or its worker is going down."""

    CANCEL = "cancel"
    RELEASE = "release"


class CauseKind(StrEnum):
    """Whether a difference comes from how late is counted or from what a side knows."""

    RULE = "rule"
    DATA = "data"


class Cause(StrEnum):
    """Why a dossier counts as late on one side and not on the other.

    The order within each kind is the order in which causes are tried and shown.
    """

    GRANULARITY = "GRANULARITY"
    SUPPLEMENTS = "SUPPLEMENTS"
    POPULATION = "POPULATION"
    NO_DUE_DATE = "NO_DUE_DATE"
    WAITING = "WAITING"
    WITHDRAWN_OR_STOPPED = "WITHDRAWN_OR_STOPPED"
    PERIOD = "PERIOD"
    END_CHOICE = "END_CHOICE"

    NOT_ON_PORTAL = "NOT_ON_PORTAL"
    ONLY_ON_PORTAL = "ONLY_ON_PORTAL"
    IN_MINISTRY_SOFTWARE = "IN_MINISTRY_SOFTWARE"
    TWO_CODES = "TWO_CODES"
    DUPLICATE = "DUPLICATE"
    UNIT_DIFFERS = "UNIT_DIFFERS"
    STATUS_BEHIND = "STATUS_BEHIND"
    END_EVENT_MISSING = "END_EVENT_MISSING"
    END_DIFFERS = "END_DIFFERS"
    DUE_DIFFERS = "DUE_DIFFERS"
    PAUSE_NOT_SYNCED = "PAUSE_NOT_SYNCED"
    REWRITTEN = "REWRITTEN"
    REOPENED = "REOPENED"
    RECEIPT_DIFFERS = "RECEIPT_DIFFERS"
    CLOCK_SHIFT = "CLOCK_SHIFT"
    PROCEDURE_DIFFERS = "PROCEDURE_DIFFERS"
    IN_FLIGHT = "IN_FLIGHT"
    OTHER = "OTHER"

    @property
    def kind(self) -> CauseKind:
        """RULE or DATA."""
        return CauseKind.RULE if self in RULE_CAUSES else CauseKind.DATA


RULE_CAUSES = frozenset(
    {
        Cause.GRANULARITY,
        Cause.SUPPLEMENTS,
        Cause.POPULATION,
        Cause.NO_DUE_DATE,
        Cause.WAITING,
        Cause.WITHDRAWN_OR_STOPPED,
        Cause.PERIOD,
        Cause.END_CHOICE,
    }
)


class Flag(StrEnum):
    """A sign that times were made to fit. Never a cause, always shown."""

    END_EQUALS_DUE = "END_EQUALS_DUE"
    END_AT_RECEIPT = "END_AT_RECEIPT"
    DUE_MOVED_AFTER_DUE = "DUE_MOVED_AFTER_DUE"
    SYNTHETIC_EVENT_TWICE = "SYNTHETIC_EVENT_TWICE"


class Channel(StrEnum):
    """By what way a message goes out."""

    WEBHOOK = "webhook"


class MessageState(StrEnum):
    """Where a message that goes out stands."""

    WAITING = "waiting"
    SENT = "sent"
    GIVEN_UP = "given_up"


class DayKind(StrEnum):
    """Which days a limit counts."""

    WORKING = "working"
    CALENDAR = "calendar"


class IncidentKind(StrEnum):
    """What a unit's office is to hear of."""

    LATE_DIFFERENCE = "late_difference"
    LATE_SHARE = "late_share"
    UNEXPLAINED = "unexplained"
    SYNC_RATE = "sync_rate"
    SYNC_LAG = "sync_lag"
    QUARANTINE = "quarantine"
    SOURCE_DOWN = "source_down"


class IncidentState(StrEnum):
    """Where an incident stands. SEEN: once, and not confirmed yet; nobody is told."""

    SEEN = "seen"
    OPEN = "open"
    RESOLVED = "resolved"


class IncidentStepKind(StrEnum):
    """What happened in the life of an incident."""

    OPENED = "opened"
    CHANGED = "changed"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    MOVED = "moved"
    ACKNOWLEDGED = "acknowledged"
    MUTED = "muted"
    ASSIGNED = "assigned"
    COMMENTED = "commented"
    HANDLED = "handled"
    NOT_OURS = "not_ours"
    NOTIFIED = "notified"
    ESCALATED = "escalated"


class MailReason(StrEnum):
    """Why a mail is written now."""

    OPENED = "opened"
    CHANGED = "changed"
    REPEAT = "repeat"
    RESOLVED = "resolved"
    ESCALATED = "escalated"
    DIGEST = "digest"
    HELD = "held"  # a request to send dossiers again stopped by itself


class MailState(StrEnum):
    """Where a mail stands. REFUSED: by the server, for good; GIVEN_UP: tried for too long."""

    WAITING = "waiting"
    SENT = "sent"
    REFUSED = "refused"
    GIVEN_UP = "given_up"


class LinkGround(StrEnum):
    """On what ground two codes are taken for one dossier."""

    AGREEMENT = "agreement"
    OPERATOR = "operator"


class Category(StrEnum):
    """Where a counted dossier falls at the as-of instant."""

    RESOLVED_ON_TIME = "resolved_on_time"
    RESOLVED_LATE = "resolved_late"
    OPEN_IN_TIME = "open_in_time"
    OPEN_LATE = "open_late"
    WAITING = "waiting"

    @property
    def is_late(self) -> bool:
        """Whether the category counts as late."""
        return self in (Category.RESOLVED_LATE, Category.OPEN_LATE)


class CountView(StrEnum):
    """Whose late count it is: the rungs of the bridge."""

    PROVINCE = "late_province"
    PROVINCE_BY_PORTAL_RULE = "late_province_by_portal_rule"
    PORTAL = "late_portal"


class DiscrepancyState(StrEnum):
    """The life of a discrepancy."""

    OPEN = "open"
    CLOSED = "closed"


class DiscrepancyStep(StrEnum):
    """What happened in the life of a discrepancy."""

    OPENED = "opened"
    CHANGED = "changed"
    CLOSED = "closed"
    REOPENED = "reopened"


class Kept(StrEnum):
    """What is kept for a time of its own: the keys of ``[retention]``."""

    CUTOFFS = "cutoffs"
    RECONCILIATIONS = "reconciliations"
    BY_HAND = "by_hand"
    TRACES = "traces"


class EventKind(StrEnum):
    """What a stage tells the rest of the journey."""

    PULL_FINISHED = "PullFinished"
    CODES_LINKED = "CodesLinked"
    RECONCILIATION_FINISHED = "ReconciliationFinished"
    DISCREPANCY_OPENED = "DiscrepancyOpened"
    DISCREPANCY_CLOSED = "DiscrepancyClosed"
    MEASURED = "HealthMeasured"
    INCIDENT_OPENED = "IncidentOpened"
    INCIDENT_RESOLVED = "IncidentResolved"
    RESENT = "Resent"
    RESEND_DONE = "ResendDone"
    RESEND_HELD = "ResendHeld"
    RESEND_GOES_ON = "ResendGoesOn"


class Progress(Struct, frozen=True, order=True, gc=False):
    """One progress event of a dossier: the status it reached and when (aware instant)."""

    at: datetime
    status: Status


class SourceRecord(Struct, frozen=True, kw_only=True, gc=False):
    """One dossier as one source tells it, its agency still in the source's own words.

    ``codes`` holds every dossier code it bears, the source's own first, upper-case and trimmed.
    ``procedure`` is the national procedure code. ``events`` is None where the source tells no
    progress events at all, which is different from having none (an empty tuple). ``system`` is
    OpenCPS's systemId where there is one. ``traits`` are the flags of ``models.rates.Trait`` that
    hold, ``traits_told`` those the source speaks of: one that is told and not set does not hold.
    """

    external_id: str
    codes: tuple[str, ...]
    unit_code: str | None
    unit_name: str | None
    status: Status
    procedure: str | None = None
    submitted_at: datetime | None = None
    received_at: datetime | None = None
    due_at: datetime | None = None
    finished_at: datetime | None = None
    returned_at: datetime | None = None
    system: int | None = None
    events: tuple[Progress, ...] | None = None
    traits: int = 0
    traits_told: int = 0


class RecordView(Struct, frozen=True, kw_only=True, gc=False):
    """One source's view of one dossier, its unit resolved to a code of the province's list."""

    external_id: str
    codes: tuple[str, ...]
    unit: str
    status: Status
    procedure: str | None = None
    submitted_at: datetime | None = None
    received_at: datetime | None = None
    due_at: datetime | None = None
    finished_at: datetime | None = None
    returned_at: datetime | None = None
    system: int | None = None
    events: tuple[Progress, ...] | None = None
    traits: int = 0
    traits_told: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A record that can't be understood: kept, with the reason, until somebody looks.

    ``reason`` is a key of the message catalogue (``quarantine.<reason>``) and ``detail`` the value
    it speaks of; ``raw`` is the text as received, personal data already blanked.
    """

    reason: str
    detail: str
    raw: str
    external_id: str | None = None
    code: str | None = None


Reading = SourceRecord | Unreadable


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A counting period in local (Asia/Ho_Chi_Minh) days, both ends included."""

    first: date
    last: date
