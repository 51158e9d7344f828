"""Evaluate: a province's index in one period, from documents, the portal and our own counts.

Reads, writes nothing. The three are kept apart: what was printed or published is never replaced.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session

from models.figure import PublishedFigure
from models.types import Period, Side
from worker.core.calendar import Calendar
from worker.core.index.assembly import (
    counted_of,
    is_open,
    published_of,
    ranked,
    rate_value,
    unit_evaluation,
)
from worker.core.index.evaluation import Evaluation, UnitEvaluation
from worker.core.index.printed_values import printed_values
from worker.core.index.rules import IndexRules, rules_for
from worker.core.index.values import Origin, Value, Values
from worker.core.indicators import WHOLE
from worker.core.publication import COMPLETE
from worker.core.reference import PrintedFigure, Province
from worker.core.times import period_end, period_start
from worker.core.units import Unit, UnitDirectory
from worker.db import figures, health, indicators, publication
from worker.db.sources import identity, source_names
from worker.errors import NotFoundError


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluate:
    """What is evaluated: a province in one period, as known at an instant.

    Attributes:
        engine: The store.
        code: The province's own unit.
        province: What the province's folder tells: the printed figures among it.
        directory: The province's units.
        rules: All versions of the index's rules.
        pair: The province's source and the portal's, whose reconciliations count.
        period: A month.
        as_of: The instant.
        calendar: Working days.
        national: Printed means of the country, of any period.
        first: What counts where a unit has both printed and published figures.
        used: The procedures that dossiers bear; None: they are looked up.
    """

    engine: Engine
    code: str
    province: Province
    directory: UnitDirectory
    rules: Sequence[IndexRules]
    pair: health.Pair
    period: Period
    as_of: datetime
    calendar: Calendar
    national: Sequence[PrintedFigure] = ()
    first: Origin = Origin.PUBLISHED
    used: Collection[str] | None = None


def evaluate(task: Evaluate) -> Evaluation:
    """The evaluation of the province and of every unit that the period had.

    Raises:
        NotFoundError: ``unit_not_found``: the province's own unit is not listed.
        ReferenceError: ``index_rules_missing``: no rules held in the period.
    """
    rules = rules_for(task.rules, task.period)
    whole = task.directory.get(task.code)
    if whole is None:
        raise NotFoundError("unit_not_found", unit=task.code)
    with Session(task.engine) as session:
        published = _published(session, task)
        counted = _counted(session, task)
        portal = source_names(session)[task.pair.portal_id]
    printed = _by_unit(task)
    told = [
        _evaluated(task, rules, unit, published.get(key, {}), printed, counted.get(key, {}))
        for unit in _units(task, whole)
        for key in (WHOLE if unit is whole else unit.code,)
    ]
    return Evaluation(
        period=task.period,
        as_of=task.as_of,
        provisional=is_open(told, task.period, task.as_of),
        rules=rules,
        province=told[0],
        units=ranked(told[1:]),
        national=printed_values(each for each in task.national if each.period == task.period),
        sources=_sources(told, portal),
    )


def known_periods(task: Evaluate) -> list[Period]:
    """The months before the task's of which anything was printed or published, the newest first."""
    with Session(task.engine) as session:
        published = figures.periods_of(session, (task.pair.portal_id,))
    printed = {figure.period for figure in task.province.figures}
    return sorted((each for each in printed | published if each < task.period), reverse=True)


def _units(task: Evaluate, whole: Unit) -> list[Unit]:
    """The province, then every unit that existed in the period."""
    period = task.period
    return [
        whole,
        *(
            unit
            for unit in task.directory.units
            if unit is not whole and unit.begun_by(period.last) and not unit.ended_by(period.first)
        ),
    ]


def _evaluated(
    task: Evaluate,
    rules: IndexRules,
    unit: Unit,
    published: Mapping[str, Sequence[PublishedFigure]],
    printed: Mapping[str, Sequence[PrintedFigure]],
    counted: Mapping[Side, Values],
) -> UnitEvaluation:
    shown: dict[Origin, Values] = {
        Origin.PRINTED: printed_values(printed.get(unit.code, ())),
        Origin.PUBLISHED: published_of(rules, published),
    }
    return unit_evaluation(unit, rules, shown, counted, task.first)


def _by_unit(task: Evaluate) -> dict[str, list[PrintedFigure]]:
    found: defaultdict[str, list[PrintedFigure]] = defaultdict(list)
    for figure in task.province.figures:
        if figure.period == task.period:
            found[figure.unit].append(figure)
    return found


def _published(
    session: Session, task: Evaluate
) -> dict[str, defaultdict[str, list[PublishedFigure]]]:
    """What the portal showed of all procedures together, by unit and interface."""
    found: defaultdict[str, defaultdict[str, list[PublishedFigure]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for each in figures.figures_at(session, (task.pair.portal_id,), task.period, task.as_of):
        if not each.procedure:
            found[each.unit][each.generation].append(each)
    return found


def _counted(session: Session, task: Evaluate) -> dict[str, dict[Side, dict[str, Value]]]:
    """Our own rates by unit and side, of the period's newest reconciliation."""
    row = health.latest(session, task.pair, task.period)
    rates = indicators.of(session, identity(row.id)) if row else {}
    as_of = row.as_of if row else task.as_of
    units = (WHOLE, *(unit.code for unit in task.directory.units))
    sides = (Side.PORTAL, Side.PROVINCE)
    found = {unit: {side: counted_of(rates, unit, side, as_of) for side in sides} for unit in units}
    found[WHOLE][Side.PORTAL] |= _of_procedures(session, task)
    return found


def _of_procedures(session: Session, task: Evaluate) -> dict[str, Value]:
    """Components 1.1 to 1.3 of the province, by the national catalogue; none before it began.

    Whether procedures are complete is known of now alone: it is not told of a period that is over.
    """
    if task.as_of < period_start(task.period):
        return {}
    rates = publication.rates(
        session,
        task.period,
        task.calendar,
        task.as_of,
        procedures=[each.code for each in task.province.procedures],
        used=task.used,
        own=task.province.decisions,
    )
    is_over = task.as_of > period_end(task.period)
    return {
        code: rate_value(code, rate, task.as_of)
        for code, rate in rates.items()
        if not is_over or (rate.denominator and code != COMPLETE)
    }


def _sources(told: Sequence[UnitEvaluation], portal: str) -> tuple[str, ...]:
    """The numbers of the documents, and the portal's source where it published anything."""
    printed = {value.document: None for each in told for value in each.printed.values()}
    published = {portal: None} if any(each.published for each in told) else {}
    return (*printed, *published)
