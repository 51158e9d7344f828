"""Dossiers that become late soon: by the portal's rule, on what is known at home."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select as sql_select
from sqlmodel import Session, and_, col

from models.dossier import DossierRecord
from models.pair import PairVerdict
from models.reconciliation import Reconciliation
from models.types import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyWarning:
    """A dossier in process that counts as late from ``late_from`` on, unless it ends before."""

    code: str
    unit: str
    status: Status
    procedure: str | None
    due_at: datetime | None
    late_from: datetime


def warnings(
    session: Session,
    row: Reconciliation,
    now: datetime,
    until: datetime,
    heirs: Mapping[str, str],
    units: Collection[str] | None = None,
) -> list[EarlyWarning]:
    """What becomes late after ``now`` and by ``until``, the soonest first.

    ``units``: only what home holds under one of these, as its records say it. Asked of
    the verdicts that turn by then, so it takes as long as there are such. A dossier that has to be
    compared by itself has none, and is not warned of.
    """
    home = and_(
        col(DossierRecord.dossier_id) == col(PairVerdict.dossier_id),
        col(DossierRecord.source_id) == row.province_source_id,
        col(DossierRecord.gone_at).is_(None),
    )
    late_from = col(PairVerdict.home_late_from)
    query = (
        sql_select(
            col(DossierRecord.codes),
            col(PairVerdict.home_unit),
            col(DossierRecord.status),
            col(DossierRecord.procedure),
            col(DossierRecord.due_at),
            late_from,
        )
        .join(DossierRecord, home)
        .where(
            col(PairVerdict.province_source_id) == row.province_source_id,
            col(PairVerdict.portal_source_id) == row.portal_source_id,
            col(PairVerdict.turns_at) <= until,
            late_from > now,
            late_from <= until,
            col(PairVerdict.home_ends_at).is_(None),
            col(PairVerdict.home_waiting).is_(False),
            *([col(PairVerdict.home_unit).in_(units)] if units is not None else []),
        )
        .order_by(late_from, col(DossierRecord.codes))
    )
    return [
        EarlyWarning(
            code=codes.partition(" ")[0],
            unit=heirs.get(unit or "", unit or ""),
            status=status,
            procedure=procedure,
            due_at=due_at,
            late_from=when,
        )
        for codes, unit, status, procedure, due_at, when in session.connection().execute(query)
        if when is not None
    ]
