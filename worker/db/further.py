"""The figures that a close freezes beside its statement, by the names they are kept under."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session, select

from models.figure import PublishedFigure
from models.indicator import IndicatorValue
from models.rates import Indicator
from models.reconciliation import LateCount
from models.types import Period
from worker.core.bridge import Bridge
from worker.core.statement import WHOLE, Told, Value
from worker.core.statement_figures import Figure, category_name
from worker.db import figures

_INDICATORS = frozenset(indicator.value for indicator in Indicator)
_PUBLISHED = "published."
_SHOWN = ("numerator", "denominator", "ratio", "score", "max_score")


def is_indicator(figure: Figure) -> bool:
    """Whether a figure is a rate counted from dossiers, which measuring brings."""
    return figure.name.partition(".")[0] in _INDICATORS


def is_published(figure: Figure) -> bool:
    """Whether a figure is one that the portal shows of itself."""
    return figure.name.startswith(_PUBLISHED)


def by_category(bridge: Bridge) -> dict[Figure, Value]:
    """The dossiers of each view and category; of none there is no figure."""
    lines = {WHOLE: bridge.total(), **bridge.lines}
    return {
        Figure(unit, category_name(view, category)): count
        for unit, line in lines.items()
        for (view, category), count in line.counts.items()
        if count
    }


def kept_by_category(session: Session, reconciliation: int) -> dict[Figure, Value]:
    """The same of a stored reconciliation."""
    bridge = Bridge()
    query = select(LateCount).where(LateCount.reconciliation_id == reconciliation)
    for row in session.exec(query):
        bridge.count(row.unit, row.view, row.category, row.count)
    return by_category(bridge)


def indicators(session: Session, reconciliation: int) -> dict[Figure, Value]:
    """The rates measured beside a reconciliation; empty where it was not measured."""
    query = select(IndicatorValue).where(IndicatorValue.reconciliation_id == reconciliation)
    return {
        Figure(row.unit, f"{row.indicator.value}.{row.side.value}"): {
            "numerator": row.numerator,
            "denominator": row.denominator,
            "untold": row.untold,
        }
        for row in session.exec(query)
    }


def published(
    session: Session, portal_id: int, period: Period, as_of: datetime
) -> dict[Figure, Value]:
    """What the portal showed of itself by a cut-off, of all procedures together.

    Of two generations of its interface the newer one counts. What it showed only afterwards is
    not in it.
    """
    found: dict[Figure, Value] = {}
    for row in figures.figures_at(session, {portal_id}, period, as_of):
        if row.procedure or row.observed_at > as_of:
            continue
        found[Figure(row.unit, _published_name(row))] = {
            name: getattr(row, name) for name in _SHOWN
        }
    return found


def told_by(found: Mapping[Figure, Value]) -> tuple[Told, ...]:
    """Figures in the order in which they are frozen."""
    return tuple(Told(*each, found[each]) for each in sorted(found))


def _published_name(row: PublishedFigure) -> str:
    return _PUBLISHED + ".".join(part for part in (row.group, row.metric) if part)
