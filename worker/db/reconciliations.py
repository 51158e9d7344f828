"""Storing reconciliations: the counts, the bridge, and what they rest on."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from models.reconciliation import BridgeStep, LateCount, Reconciliation
from models.types import Period
from worker.core.outcome import Outcome
from worker.db.cases import Sides
from worker.db.sources import identity
from worker.errors import NotFoundError


def get(session: Session, key: int) -> Reconciliation:
    """A stored reconciliation.

    Raises:
        NotFoundError: there is none of this number (any more).
    """
    row = session.get(Reconciliation, key)
    if row is None:
        raise NotFoundError("reconciliation_unknown", reconciliation=key)
    return row


def newest(
    session: Session, province_id: int, portal_id: int, period: Period
) -> Reconciliation | None:
    """The reconciliation of two sources for a period with the latest cut-off; of several the last.

    One made by hand counts like any other: it says the same.
    """
    query = select(Reconciliation).where(
        Reconciliation.province_source_id == province_id,
        Reconciliation.portal_source_id == portal_id,
        Reconciliation.period_from == period.first,
        Reconciliation.period_to == period.last,
    )
    latest = query.order_by(col(Reconciliation.as_of).desc(), col(Reconciliation.id).desc())
    return session.exec(latest.limit(1)).one_or_none()


def periods_of(session: Session, province_id: int, portal_id: int) -> list[Period]:
    """The periods for which two sources were ever reconciled, the newest first."""
    bounds = (col(Reconciliation.period_from), col(Reconciliation.period_to))
    query = select(*bounds).where(
        Reconciliation.province_source_id == province_id,
        Reconciliation.portal_source_id == portal_id,
    )
    found = session.exec(query.distinct().order_by(bounds[0].desc(), bounds[1].desc()))
    return [Period(first, last) for first, last in found]


def complete_until(session: Session, province_id: int, portal_id: int) -> dict[Period, datetime]:
    """By period the last cut-off at which two sources were complete, not counting the future."""
    bounds = (col(Reconciliation.period_from), col(Reconciliation.period_to))
    query = select(*bounds, func.max(Reconciliation.as_of)).where(
        Reconciliation.province_source_id == province_id,
        Reconciliation.portal_source_id == portal_id,
        col(Reconciliation.complete).is_(True),
        col(Reconciliation.as_of) <= col(Reconciliation.created_at),
    )
    found = session.exec(query.group_by(*bounds))
    return {Period(first, last): as_of for first, last, as_of in found}


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """How a reconciliation came about: by hand, of a past cut-off, when; ``digest`` its hash."""

    by_hand: bool
    of_the_past: bool
    digest: str
    at: datetime


def store(session: Session, outcome: Outcome, sides: Sides, made: Made) -> int:
    """Store an outcome's figures; returns the reconciliation's id."""
    row = Reconciliation(
        as_of=outcome.as_of,
        period_from=outcome.period.first,
        period_to=outcome.period.last,
        province_source_id=sides.province_id,
        portal_source_id=sides.portal_id,
        complete=outcome.complete,
        by_hand=made.by_hand,
        of_the_past=made.of_the_past,
        created_at=made.at,
        digest=made.digest,
    )
    session.add(row)
    session.flush()
    key = identity(row.id)
    for unit, line in outcome.bridge.lines.items():
        session.add_all(
            LateCount(reconciliation_id=key, unit=unit, view=view, category=category, count=count)
            for (view, category), count in line.counts.items()
        )
        session.add_all(
            BridgeStep(reconciliation_id=key, unit=unit, cause=cause, kind=cause.kind, count=count)
            for cause, count in line.steps.items()
            if count
        )
    return key
