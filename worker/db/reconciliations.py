"""Storing reconciliations: the counts, the bridge, and what they rest on."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from models.reconciliation import Reconciliation
from models.types import Period
from worker.core.bridge import UnitLine
from worker.core.outcome import Outcome
from worker.db import bulk
from worker.db.bulk import Row, Target
from worker.db.cases import Sides
from worker.db.sources import identity
from worker.errors import NotFoundError

_LATE_COUNTS = Target("latecount", ("reconciliation_id", "unit", "view", "category", "count"))
_BRIDGE_STEPS = Target("bridgestep", ("reconciliation_id", "unit", "cause", "kind", "count"))


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
    # Some hundreds of rows each time: as objects they took longer than all else of a small cycle.
    lines = outcome.bridge.lines.items()
    bulk.append(session, _LATE_COUNTS, [row for each in lines for row in _counts(key, *each)])
    bulk.append(session, _BRIDGE_STEPS, [row for each in lines for row in _steps(key, *each)])
    return key


def _counts(key: int, unit: str, line: UnitLine) -> Iterator[Row]:
    for (view, category), count in line.counts.items():
        yield key, unit, view.value, category.value, count


def _steps(key: int, unit: str, line: UnitLine) -> Iterator[Row]:
    for cause, count in line.steps.items():
        if count:
            yield key, unit, cause.value, cause.kind.value, count
