"""Discrepancies: which are open, and what became of each."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, exists, select, update

from models.reconciliation import Discrepancy, DiscrepancyChange
from models.types import CauseKind, DiscrepancyState
from worker.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class Pair:
    """The pair of sources that disagree, and the reconciliation that says so."""

    province_id: int
    portal_id: int
    reconciliation_id: int
    at: datetime


def open_dossiers(session: Session, home_ids: Collection[int], portal_id: int) -> frozenset[int]:
    """Dossiers with an open data discrepancy between sources at home and the portal."""
    query = select(Discrepancy.dossier_id).where(
        col(Discrepancy.province_source_id).in_(home_ids),
        Discrepancy.portal_source_id == portal_id,
        Discrepancy.kind == CauseKind.DATA,
        Discrepancy.state == DiscrepancyState.OPEN,
    )
    return frozenset(session.exec(query))


def open_in(session: Session, pair: Pair) -> list[int]:
    """Dossiers with an open discrepancy of any kind between the two sources."""
    query = select(Discrepancy.dossier_id).where(
        Discrepancy.province_source_id == pair.province_id,
        Discrepancy.portal_source_id == pair.portal_id,
        Discrepancy.state == DiscrepancyState.OPEN,
    )
    return sorted(set(session.exec(query)))


def move(session: Session, dossier: int, into: int) -> None:
    """Let discrepancies of a dossier that turned out to be another live on as that one's.

    Where the other has its own of that kind between the same sources, that one lives on alone: the
    next complete reconciliation finds nothing under ``dossier`` any more, and closes the rest.
    """
    own = aliased(Discrepancy)
    taken = exists().where(
        col(own.dossier_id) == into,
        col(own.province_source_id) == col(Discrepancy.province_source_id),
        col(own.portal_source_id) == col(Discrepancy.portal_source_id),
        col(own.kind) == col(Discrepancy.kind),
    )
    session.exec(
        update(Discrepancy)
        .where(col(Discrepancy.dossier_id) == dossier, ~taken)
        .values(dossier_id=into)
        .execution_options(synchronize_session="fetch")
    )


def of_dossier(session: Session, dossier_id: int) -> list[Discrepancy]:
    """All discrepancies of one dossier, open and closed."""
    query = select(Discrepancy).where(Discrepancy.dossier_id == dossier_id)
    return list(session.exec(query.order_by(col(Discrepancy.id))))


def changes_of(session: Session, discrepancy_id: int) -> list[DiscrepancyChange]:
    """The life of one discrepancy, step by step."""
    query = select(DiscrepancyChange).where(DiscrepancyChange.discrepancy_id == discrepancy_id)
    return list(session.exec(query.order_by(col(DiscrepancyChange.id))))


def get(session: Session, number: int) -> Discrepancy:
    """One discrepancy.

    Raises:
        NotFoundError: there is none of this number.
    """
    row = session.get(Discrepancy, number)
    if row is None:
        raise NotFoundError("discrepancy_not_found", discrepancy=number)
    return row
