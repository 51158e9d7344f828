"""The portal's public figures: what it showed of a unit, for which period, and when it was seen."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case
from sqlmodel import Session, col, func, select

from models.figure import PublishedFigure
from models.reconciliation import Reconciliation, SyncHealth
from models.types import Period

WHOLE = ""  # the unit of a figure for the whole province

_KEY = ("source_id", "generation", "unit", "procedure", "group", "metric")
_SHOWN = ("numerator", "denominator", "ratio", "score", "max_score", "quality")


@dataclass(frozen=True, slots=True)
class OwnSync:
    """Our own count beside the portal's: of ``received`` dossiers ``on_portal`` are known there."""

    received: int
    on_portal: int
    as_of: datetime


def put(session: Session, figures: Sequence[PublishedFigure]) -> int:
    """Keep figures that differ from the last ones seen of the same key and period.

    All must be of one source and one period. Returns how many were kept.
    """
    if not figures:
        return 0
    period = Period(figures[0].period_from, figures[0].period_to)
    last = {
        _key(each): _shown(each)
        for each in _newest(session, {figures[0].source_id}, period, figures[0].generation)
    }
    new = [each for each in figures if last.get(_key(each)) != _shown(each)]
    session.add_all(new)
    return len(new)


def figures_at(
    session: Session, source_ids: Collection[int], period: Period, as_of: datetime
) -> list[PublishedFigure]:
    """Of each figure the latest seen at or before ``as_of``, else the earliest after it.

    Ordered by unit, the province first; of two generations of one unit the newer comes last.
    """
    seen = func.max(case((col(PublishedFigure.observed_at) <= as_of, PublishedFigure.id)))
    first = func.min(PublishedFigure.id)
    chosen = (
        select(func.coalesce(seen, first))
        .where(*_of_period(source_ids, period))
        .group_by(*(getattr(PublishedFigure, name) for name in _KEY))
    )
    query = select(PublishedFigure).where(col(PublishedFigure.id).in_(chosen))
    order = (col(PublishedFigure.unit), col(PublishedFigure.generation))
    return list(session.exec(query.order_by(*order, col(PublishedFigure.id))))


def periods_of(session: Session, source_ids: Collection[int]) -> set[Period]:
    """The periods of which these sources showed anything."""
    bounds = (col(PublishedFigure.period_from), col(PublishedFigure.period_to))
    query = select(*bounds).where(col(PublishedFigure.source_id).in_(source_ids)).distinct()
    return {Period(first, last) for first, last in session.exec(query)}


def newest_id(session: Session) -> int:
    """The last figure that was kept, of any source; 0 where there is none."""
    return session.exec(select(func.max(PublishedFigure.id))).one() or 0


def own_sync(session: Session, portal_ids: Collection[int], period: Period) -> dict[str, OwnSync]:
    """Our own sync counts by unit, of the period's latest reconciliation that measured them."""
    latest = (
        select(func.max(Reconciliation.id))
        .join(SyncHealth, col(SyncHealth.reconciliation_id) == col(Reconciliation.id))
        .where(
            Reconciliation.period_from == period.first,
            Reconciliation.period_to == period.last,
            col(Reconciliation.portal_source_id).in_(portal_ids),
        )
        .scalar_subquery()
    )
    query = (
        select(SyncHealth, Reconciliation.as_of)
        .join(Reconciliation, col(Reconciliation.id) == col(SyncHealth.reconciliation_id))
        .where(col(SyncHealth.reconciliation_id) == latest)
    )
    return {
        row.unit: OwnSync(row.received, row.on_portal, as_of) for row, as_of in session.exec(query)
    }


def _newest(
    session: Session, source_ids: Collection[int], period: Period, generation: str
) -> Sequence[PublishedFigure]:
    newest = (
        select(func.max(PublishedFigure.id))
        .where(*_of_period(source_ids, period), PublishedFigure.generation == generation)
        .group_by(*(getattr(PublishedFigure, name) for name in _KEY))
    )
    return session.exec(select(PublishedFigure).where(col(PublishedFigure.id).in_(newest))).all()


def _of_period(source_ids: Collection[int], period: Period) -> tuple[Any, ...]:
    return (
        col(PublishedFigure.source_id).in_(source_ids),
        PublishedFigure.period_from == period.first,
        PublishedFigure.period_to == period.last,
    )


def _key(figure: PublishedFigure) -> tuple[Any, ...]:
    return tuple(getattr(figure, name) for name in _KEY)


def _shown(figure: PublishedFigure) -> tuple[Any, ...]:
    return tuple(getattr(figure, name) for name in _SHOWN)
