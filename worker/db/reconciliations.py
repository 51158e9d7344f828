"""Storing reconciliations: the counts, the bridge, and what they rest on."""

from datetime import datetime

from sqlmodel import Session

from models.reconciliation import BridgeStep, LateCount, Reconciliation
from worker.core.outcome import Outcome
from worker.db.cases import Sides
from worker.db.sources import identity


def store(
    session: Session, outcome: Outcome, sides: Sides, *, by_hand: bool, digest: str, now: datetime
) -> int:
    """Store an outcome's figures; returns the reconciliation's id."""
    row = Reconciliation(
        as_of=outcome.as_of,
        period_from=outcome.period.first,
        period_to=outcome.period.last,
        province_source_id=sides.province_id,
        portal_source_id=sides.portal_id,
        complete=outcome.complete,
        by_hand=by_hand,
        created_at=now,
        digest=digest,
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
