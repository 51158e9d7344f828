"""Which reconciliations of two sources there are, and which of them is shown."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, func, select

from models.reconciliation import LateCount, Reconciliation
from models.types import Category, CountView, Period
from worker.db import alert_signals, health, reconciliations
from worker.db.sources import identity

MOST_POINTS = 31

_A_DAY = timedelta(days=1)
_LATE = [each for each in Category if each.is_late]


@dataclass(frozen=True, slots=True)
class Pair:
    """The two sources that are compared, by their ids."""

    province_id: int
    portal_id: int


def shown(session: Session, pair: Pair, period: Period | None) -> Reconciliation | None:
    """The one to look at: the last complete one at the present, else the newest of all.

    Of a ``period`` the newest that was measured, else the newest.
    """
    if period is None:
        complete = alert_signals.latest(session, pair.province_id, pair.portal_id)
        return complete or newest(session, pair)
    measured = health.latest(session, health.Pair(pair.province_id, pair.portal_id), period)
    return measured or reconciliations.newest(session, pair.province_id, pair.portal_id, period)


def newest(session: Session, pair: Pair) -> Reconciliation | None:
    """The one with the latest cut-off, complete or not; of several the last."""
    latest = (col(Reconciliation.as_of).desc(), col(Reconciliation.id).desc())
    return session.exec(select(Reconciliation).where(*_of(pair)).order_by(*latest).limit(1)).first()


def periods(session: Session, pair: Pair) -> list[Period]:
    """The periods that were ever reconciled, the latest first."""
    bounds = (col(Reconciliation.period_from), col(Reconciliation.period_to))
    found = session.exec(select(*bounds).where(*_of(pair)).distinct()).all()
    return sorted((Period(*each) for each in found), reverse=True)


def listed(
    session: Session, pair: Pair, period: Period | None, *, limit: int, offset: int
) -> tuple[int, Sequence[Reconciliation]]:
    """How many there are, and a part of them, the latest cut-off first."""
    conditions = [*_of(pair), *(_in(period) if period else ())]
    total = select(func.count()).select_from(Reconciliation).where(*conditions)
    latest = (col(Reconciliation.as_of).desc(), col(Reconciliation.id).desc())
    query = select(Reconciliation).where(*conditions).order_by(*latest)
    return session.exec(total).one(), session.exec(query.offset(offset).limit(limit)).all()


@dataclass(frozen=True, slots=True)
class Point:
    """Late counts at one cut-off, by view."""

    as_of: datetime
    late: dict[CountView, int]

    @property
    def difference(self) -> int:
        """Late on the portal minus late at home."""
        return self.late[CountView.PORTAL] - self.late[CountView.PROVINCE]


@dataclass(frozen=True, slots=True)
class Course:
    """How late counts came to what they are in their period; the earliest point first.

    ``before`` is the last point that is a day older than the last of all; None where there is none.
    """

    points: tuple[Point, ...] = field(default=())
    before: Point | None = None


def course(session: Session, row: Reconciliation, unit: str | None = None) -> Course:
    """The complete reconciliations of a period up to one, for a unit or the whole province.

    Where there are more than ``MOST_POINTS``, the last of each of as many equal spans of time.
    """
    cutoffs = _cutoffs(session, row)
    earlier = [each for each in cutoffs if cutoffs[each] <= row.as_of - _A_DAY]
    before = earlier[-1:]
    chosen = _thinned(cutoffs)
    counts = _late(session, {*chosen, *before}, unit)
    points = {each: Point(cutoffs[each], counts[each]) for each in counts}
    return Course(
        tuple(points[each] for each in chosen), next((points[each] for each in before), None)
    )


def _cutoffs(session: Session, row: Reconciliation) -> dict[int, datetime]:
    query = (
        sql_select(col(Reconciliation.id), col(Reconciliation.as_of))
        .where(
            *_of(Pair(row.province_source_id, row.portal_source_id)),
            *_in(Period(row.period_from, row.period_to)),
            col(Reconciliation.as_of) <= row.as_of,
            (col(Reconciliation.complete).is_(True) & col(Reconciliation.by_hand).is_(False))
            | (col(Reconciliation.id) == row.id),
        )
        .order_by(col(Reconciliation.as_of), col(Reconciliation.id))
    )
    return {identity(key): as_of for key, as_of in session.connection().execute(query)}


def _thinned(cutoffs: dict[int, datetime]) -> list[int]:
    if len(cutoffs) <= MOST_POINTS:
        return list(cutoffs)
    first, last = min(cutoffs.values()), max(cutoffs.values())
    span = (last - first) / MOST_POINTS or _A_DAY
    return list({-int((last - at) / span): key for key, at in cutoffs.items()}.values())


def _late(session: Session, keys: set[int], unit: str | None) -> dict[int, dict[CountView, int]]:
    """By reconciliation; nought where nothing was late."""
    query = (
        sql_select(col(LateCount.reconciliation_id), col(LateCount.view), func.sum(LateCount.count))
        .where(
            col(LateCount.reconciliation_id).in_(keys),
            col(LateCount.category).in_(_LATE),
            *([col(LateCount.unit) == unit] if unit is not None else []),
        )
        .group_by(col(LateCount.reconciliation_id), col(LateCount.view))
    )
    found = {key: dict.fromkeys(CountView, 0) for key in keys}
    for key, view, count in session.connection().execute(query):
        found[key][view] = count
    return found


def _of(pair: Pair) -> tuple[ColumnElement[bool], ...]:
    return (
        col(Reconciliation.province_source_id) == pair.province_id,
        col(Reconciliation.portal_source_id) == pair.portal_id,
    )


def _in(period: Period) -> tuple[ColumnElement[bool], ...]:
    return (
        col(Reconciliation.period_from) == period.first,
        col(Reconciliation.period_to) == period.last,
    )
