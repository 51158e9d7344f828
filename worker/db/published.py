"""Published counts: what a source showed, for which period, and when it was seen."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import case
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, func, select

from models.source import PublishedCount
from models.types import Period

WHOLE = ""  # the unit of a figure for the whole province


def put(session: Session, counts: Sequence[PublishedCount]) -> int:
    """Keep figures that differ from the last ones seen of the same unit and period."""
    stored = 0
    for count in counts:
        last = _last(session, count)
        if last is None or _figures(last) != _figures(count):
            session.add(count)
            stored += 1
    return stored


def _last(session: Session, count: PublishedCount) -> PublishedCount | None:
    query = (
        select(PublishedCount)
        .where(
            PublishedCount.source_id == count.source_id,
            PublishedCount.period_from == count.period_from,
            PublishedCount.period_to == count.period_to,
            PublishedCount.unit == count.unit,
        )
        .order_by(col(PublishedCount.observed_at).desc(), col(PublishedCount.id).desc())
    )
    return session.exec(query.limit(1)).one_or_none()


def _figures(count: PublishedCount) -> tuple[int | None, ...]:
    return (count.received, count.on_time, count.late, count.completed, count.resolved_late)


def published_at(
    session: Session, source_id: int, period: Period, as_of: datetime
) -> dict[str, PublishedCount]:
    """By unit: the latest figures seen at or before ``as_of``, else the earliest after it."""
    of_period = (
        col(PublishedCount.source_id) == source_id,
        col(PublishedCount.period_from) == period.first,
        col(PublishedCount.period_to) == period.last,
    )
    unit, seen = col(PublishedCount.unit), col(PublishedCount.observed_at)
    latest = func.max(case((seen <= as_of, seen)))
    # Busy units change with every reading: the database looks through them, not we.
    chosen = (
        sql_select(unit.label("unit"), func.coalesce(latest, func.min(seen)).label("seen"))
        .where(*of_period)
        .group_by(unit)
        .subquery()
    )
    rows = session.exec(
        select(PublishedCount)
        .join(chosen, (unit == chosen.c.unit) & (seen == chosen.c.seen))
        .where(*of_period)
        .order_by(col(PublishedCount.id))
    )
    found: dict[str, PublishedCount] = {}
    for count in rows:
        if count.unit not in found or count.observed_at <= as_of:
            found[count.unit] = count
    return found
