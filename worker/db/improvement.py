"""What the store knows of the ways to a better share: standings, corrections, deadlines."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select as sql_select
from sqlmodel import Session, col, func, select

from models.reconciliation import Discrepancy, LateCount, Reconciliation
from models.types import Category, CauseKind, CountView, DiscrepancyState
from worker.core.improvement import Correction, Deadline, Standing
from worker.db import early_warnings, resends
from worker.db.sources import identity


def standings(session: Session, row: Reconciliation) -> dict[str, Standing]:
    """How every unit stands on the portal by our recount of one reconciliation."""
    query = (
        select(LateCount.unit, LateCount.category, func.sum(LateCount.count))
        .where(
            LateCount.reconciliation_id == identity(row.id),
            LateCount.view == CountView.PORTAL,
        )
        .group_by(col(LateCount.unit), col(LateCount.category))
    )
    counted: defaultdict[str, int] = defaultdict(int)
    late: defaultdict[str, int] = defaultdict(int)
    for unit, category, count in session.exec(query):
        counted[unit] += count
        late[unit] += count * Category(category).is_late
    return {unit: Standing(count, late[unit]) for unit, count in counted.items()}


def corrections(session: Session, row: Reconciliation) -> dict[str, list[Correction]]:
    """By unit the open discrepancies of data that change its late count."""
    query = sql_select(
        col(Discrepancy.code),
        col(Discrepancy.cause),
        col(Discrepancy.contributions),
        col(Discrepancy.opened_at),
        col(Discrepancy.flags),
        col(Discrepancy.dossier_id),
    ).where(
        col(Discrepancy.province_source_id) == row.province_source_id,
        col(Discrepancy.portal_source_id) == row.portal_source_id,
        col(Discrepancy.state) == DiscrepancyState.OPEN,
        col(Discrepancy.kind) == CauseKind.DATA,
    )
    found: defaultdict[str, list[Correction]] = defaultdict(list)
    in_vain = resends.sent_in_vain(session)
    for code, cause, parts, opened_at, flags, dossier in session.connection().execute(query):
        for unit, part in parts.items():
            each = Correction(
                code=code,
                cause=cause,
                contribution=part,
                opened_at=opened_at,
                needs_look=bool(flags) or dossier in in_vain,
            )
            found[unit].append(each)
    return found


def deadlines(
    session: Session,
    row: Reconciliation,
    until: datetime,
    heirs: Mapping[str, str],
) -> dict[str, list[Deadline]]:
    """By unit what becomes late after the reconciliation's as-of and by ``until``."""
    found: defaultdict[str, list[Deadline]] = defaultdict(list)
    for each in early_warnings.warnings(session, row, row.as_of, until, heirs):
        found[each.unit].append(Deadline(each.late_from, each.code))
    return found
