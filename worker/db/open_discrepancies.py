"""How many discrepancies are open, and why."""

from sqlalchemy import or_
from sqlmodel import Session, col, func, select

from models.reconciliation import Discrepancy, Reconciliation
from models.types import Cause, DiscrepancyState


def by_cause(session: Session, row: Reconciliation, unit: str | None = None) -> dict[Cause, int]:
    """Open discrepancies between the two sources of a reconciliation, by cause.

    Those of a unit are also those that only the portal has under it.
    """
    query = select(Discrepancy.cause, func.count()).where(
        Discrepancy.province_source_id == row.province_source_id,
        Discrepancy.portal_source_id == row.portal_source_id,
        Discrepancy.state == DiscrepancyState.OPEN,
    )
    if unit is not None:
        query = query.where(
            or_(col(Discrepancy.unit) == unit, col(Discrepancy.portal_unit) == unit)
        )
    found = session.exec(query.group_by(col(Discrepancy.cause)))
    return {Cause(cause): count for cause, count in found}
