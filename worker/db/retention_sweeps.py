"""Which rows nobody needs any more, table by table.

Only what no pull, look-up or reconciliation writes to any more is named here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, true, union
from sqlalchemy.orm import aliased
from sqlmodel import col, exists, select

from models.dossier import DossierRecord, LookupAnswer
from models.event import Event
from models.figure import PublishedFigure
from models.incident import Incident, IncidentStep
from models.indicator import IndicatorValue
from models.mail import OutboundMail
from models.operator import FailedSignIn, IdempotencyKey, OneTimeLink, OperatorSession
from models.outbox import OutboundMessage
from models.reconciliation import (
    BridgeStep,
    Discrepancy,
    DiscrepancyChange,
    LateCount,
    PairLook,
    Reconciliation,
    SyncHealth,
)
from models.source import PublishedCount, Quarantine, Sighting, Source, SyncRun
from models.statement import Correction, Statement
from models.types import (
    DiscrepancyState,
    IncidentState,
    Kept,
    MailState,
    MessageState,
    RunState,
)

_ENDED = (RunState.COMPLETE, RunState.INCOMPLETE, RunState.FAILED)
_FIGURE = (
    "source_id",
    "generation",
    "period_from",
    "period_to",
    "unit",
    "procedure",
    "group",
    "metric",
)
_COUNT = ("source_id", "period_from", "period_to", "unit")
_PAIR = ("province_source_id", "portal_source_id", "period_from", "period_to")
_FIGURES = (LateCount, BridgeStep, SyncHealth, IndicatorValue)

Condition = ColumnElement[bool]
Goes = Callable[[datetime], Sequence[Condition]]


@dataclass(frozen=True, slots=True)
class Sweep:
    """Rows of one table that go once they ended by the horizon of their kind.

    ``below`` are the columns, in other tables, of what goes with a row.
    """

    name: str
    kept: Kept
    table: Any
    goes: Goes
    below: tuple[Any, ...] = ()


def _told_again(table: Any, key: Sequence[str], since: str) -> Goes:
    """Rows with a later one of the same ``key``, told by the horizon: no cut-off shows them."""

    def goes(horizon: datetime) -> list[Condition]:
        later = aliased(table)
        same = [getattr(later, name) == getattr(table, name) for name in key]
        told = getattr(later, since) <= horizon
        return [exists().where(*same, later.id > table.id, told)]

    return goes


def _solved(horizon: datetime) -> list[Condition]:
    return [col(Quarantine.solved_at) <= horizon]


def _handled(horizon: datetime) -> list[Condition]:
    return [col(Event.handled_at) <= horizon]


def _settled(horizon: datetime) -> list[Condition]:
    """Messages that were sent or given up; one that waits still has somebody to reach."""
    done = col(OutboundMessage.state) != MessageState.WAITING
    return [done, col(OutboundMessage.created_at) <= horizon]


def _posted(horizon: datetime) -> list[Condition]:
    """Mails that were sent, refused or given up."""
    done = col(OutboundMail.state) != MailState.WAITING
    return [done, col(OutboundMail.created_at) <= horizon]


def _over(horizon: datetime) -> list[Condition]:
    """Incidents that are over; one whose end nobody was told of still has somebody to reach."""
    return [
        col(Incident.state) == IncidentState.RESOLVED,
        col(Incident.resolved_at) <= horizon,
        col(Incident.notified_value).is_(None),
    ]


def _ended_by(column: Any) -> Goes:
    """Rows of which ``column`` tells when they were over."""
    return lambda horizon: [col(column) <= horizon]


def run_ended(horizon: datetime) -> list[Condition]:
    """Runs that were over by an instant, and that nobody takes up again."""
    return [col(SyncRun.state).in_(_ENDED), col(SyncRun.ended_at) <= horizon]


_old_answers = _told_again(LookupAnswer, ("source_id", "code"), "since")
_old_counts = _told_again(PublishedCount, _COUNT, "observed_at")
_old_figures = _told_again(PublishedFigure, _FIGURE, "observed_at")


def _run_forgotten(horizon: datetime) -> list[Condition]:
    """Ended runs that nothing refers to which stays, but for the last of each state."""
    named = union(
        select(DossierRecord.changed_run),
        select(LookupAnswer.run_id).where(_stays(_old_answers, horizon)),
        select(Quarantine.run_id).where(_stays(_solved, horizon)),
        select(PublishedCount.run_id).where(_stays(_old_counts, horizon)),
        select(PublishedFigure.run_id).where(_stays(_old_figures, horizon)),
    )
    holding = select(Source.active_run_id).where(col(Source.active_run_id).is_not(None))
    alike = _told_again(SyncRun, ("source_id", "state", "full"), "ended_at")
    return [
        *run_ended(horizon),
        *alike(horizon),
        col(SyncRun.id).not_in(named),
        col(SyncRun.id).not_in(holding),
    ]


def _stays(goes: Goes, horizon: datetime) -> Condition:
    return and_(*goes(horizon)).is_not(true())


def _closed(horizon: datetime) -> list[Condition]:
    closed = col(Discrepancy.state) == DiscrepancyState.CLOSED
    return [closed, col(Discrepancy.closed_at) <= horizon]


def _vouched_for() -> Condition:
    """Reconciliations that a frozen statement or a correction of one rests on: kept for good."""
    named = union(select(Statement.reconciliation_id), select(Correction.reconciliation_id))
    return col(Reconciliation.id).in_(named)


def _superseded(horizon: datetime) -> list[Condition]:
    """A journey's reconciliations, but for the last of a period, and what statements rest on."""
    later = _told_again(Reconciliation, (*_PAIR, "by_hand"), "created_at")
    seen_last = select(Discrepancy.seen_by).where(
        col(Discrepancy.seen_by).is_not(None), _stays(_closed, horizon)
    )
    return [
        col(Reconciliation.by_hand).is_(False),
        col(Reconciliation.created_at) <= horizon,
        *later(horizon),
        col(Reconciliation.id).not_in(seen_last),
        col(Reconciliation.id).not_in(select(PairLook.reconciliation_id)),
        ~_vouched_for(),
    ]


def _by_hand(horizon: datetime) -> list[Condition]:
    return [
        col(Reconciliation.by_hand).is_(True),
        col(Reconciliation.created_at) <= horizon,
        ~_vouched_for(),
    ]


_WITH_FIGURES = tuple(table.reconciliation_id for table in _FIGURES)
# Those that refer to others come before them.
SWEEPS = (
    Sweep("answers", Kept.CUTOFFS, LookupAnswer, _old_answers),
    Sweep("quarantine", Kept.CUTOFFS, Quarantine, _solved),
    Sweep("published", Kept.CUTOFFS, PublishedCount, _old_counts),
    Sweep("figures", Kept.CUTOFFS, PublishedFigure, _old_figures),
    Sweep("runs", Kept.CUTOFFS, SyncRun, _run_forgotten, (Sighting.run_id,)),
    Sweep(
        "discrepancies",
        Kept.RECONCILIATIONS,
        Discrepancy,
        _closed,
        (DiscrepancyChange.discrepancy_id,),
    ),
    Sweep("reconciliations", Kept.RECONCILIATIONS, Reconciliation, _superseded, _WITH_FIGURES),
    Sweep("by_hand", Kept.BY_HAND, Reconciliation, _by_hand, _WITH_FIGURES),
    Sweep("events", Kept.TRACES, Event, _handled),
    Sweep("messages", Kept.TRACES, OutboundMessage, _settled),
    Sweep("mails", Kept.TRACES, OutboundMail, _posted),
    Sweep("incidents", Kept.RECONCILIATIONS, Incident, _over, (IncidentStep.incident_id,)),
    Sweep("sessions", Kept.TRACES, OperatorSession, _ended_by(OperatorSession.expires_at)),
    Sweep("password_links", Kept.TRACES, OneTimeLink, _ended_by(OneTimeLink.expires_at)),
    Sweep("failed_sign_ins", Kept.TRACES, FailedSignIn, _ended_by(FailedSignIn.at)),
    Sweep("idempotency_keys", Kept.TRACES, IdempotencyKey, _ended_by(IdempotencyKey.at)),
)
