"""Corrections: what a later reconciliation of a closed period finds to be another figure by now."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlmodel import Session, select

from models.reconciliation import Reconciliation
from models.statement import Correction, Statement
from models.types import Period
from worker.core.outcome import Report
from worker.core.statement import Value, canonical
from worker.core.statement_figures import Figure, differences, figures_of, report_figures
from worker.db import further, statements
from worker.db.further import is_published
from worker.db.sources import identity

Figures = Mapping[Figure, Value]


@dataclass(frozen=True, slots=True)
class _Closed:
    """The close of a reconciliation's period, and the reconciliation that may correct it."""

    close: Statement
    row: Reconciliation

    @property
    def period(self) -> Period:
        return Period(self.row.period_from, self.row.period_to)


def after_reconciling(session: Session, reconciliation: int, report: Report, now: datetime) -> int:
    """Keep what differs from the close of the period, if it is closed; how many figures do.

    To be called in the transaction that stores a reconciliation of the province and the portal.
    """
    closed = _closed(session, reconciliation)
    if closed is None:
        return 0
    row = closed.row
    told = (
        report_figures(report)
        | further.kept_by_category(session, reconciliation)
        | further.published(session, row.portal_source_id, closed.period, row.as_of)
    )
    return _keep(session, closed, told, lambda each: not further.is_indicator(each), now)


def after_measuring(session: Session, reconciliation: int, now: datetime) -> int:
    """The same for the rates, in the transaction that stores them."""
    closed = _closed(session, reconciliation)
    told = {} if closed is None else further.indicators(session, reconciliation)
    if closed is None or not told:
        return 0
    return _keep(session, closed, told, further.is_indicator, now)


def known(session: Session, close: Statement) -> dict[Figure, Value]:
    """Every figure of a close as it was last corrected to."""
    figures = figures_of(statements.content_of(close))
    for row in statements.corrections_of(session, identity(close.id)):
        figures[Figure(row.unit, row.figure)] = msgspec.json.decode(row.after)
    return figures


def _closed(session: Session, reconciliation: int) -> _Closed | None:
    """The close that a reconciliation speaks of: a complete one of the newest cut-off there is."""
    row = session.get_one(Reconciliation, reconciliation)
    close = statements.latest_close(session, Period(row.period_from, row.period_to))
    if close is None or not row.complete or row.as_of > row.created_at:
        return None
    rests_on = session.get_one(Reconciliation, close.reconciliation_id)
    pair = (row.province_source_id, row.portal_source_id)
    if pair != (rests_on.province_source_id, rests_on.portal_source_id):
        return None
    newest = statements.newest(session, Period(row.period_from, row.period_to), *pair)
    is_newest = row.as_of >= close.as_of and (newest is None or row.as_of >= newest)
    return _Closed(close, row) if is_newest else None


def _keep(
    session: Session,
    closed: _Closed,
    told: Figures,
    is_compared: Callable[[Figure], bool],
    now: datetime,
) -> int:
    key = identity(closed.close.id)
    # Two that compare at once would find the same twice.
    session.exec(select(Statement.id).where(Statement.id == key).with_for_update())
    before = {
        each: value for each, value in known(session, closed.close).items() if is_compared(each)
    }
    # What the portal shows for the first time corrects nothing.
    after = {each: told[each] for each in told if each in before or not is_published(each)}
    found = differences(before, after)
    session.add_all(
        Correction(
            statement_id=key,
            reconciliation_id=identity(closed.row.id),
            at=now,
            unit=each.figure.unit,
            figure=each.figure.name,
            before=canonical(each.before),
            after=canonical(each.after),
        )
        for each in found
    )
    return len(found)
