"""Improve: what it would take to reach a share on time, unit by unit. Reads, writes nothing."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from sqlalchemy import Engine
from sqlmodel import Session

from models.reconciliation import Reconciliation
from models.types import Period
from worker.core.improvement import (
    WHOLE,
    Correction,
    Deadline,
    Improvements,
    Standing,
    improvement,
)
from worker.core.lineage import counting_day
from worker.core.times import period_end
from worker.core.units import UnitDirectory
from worker.db import health
from worker.db import improvement as ways


@dataclass(frozen=True, slots=True, kw_only=True)
class Improve:
    """What is wanted: ``target`` (0 to 1) of the dossiers of a period on time on the portal.

    Of a ``period``, or of the one last measured.
    """

    engine: Engine
    pair: health.Pair
    directory: UnitDirectory
    target: Fraction
    period: Period | None = None


def improve(task: Improve) -> Improvements | None:
    """What it would take; None where the period has never been reconciled and measured.

    The province's standing is the sum of its units' counts, never a mean of their shares.
    """
    with Session(task.engine) as session:
        row = health.latest(session, task.pair, task.period)
        if row is None:
            return None
        period = Period(row.period_from, row.period_to)
        standings = ways.standings(session, row)
        corrections = ways.corrections(session, row)
        deadlines = _deadlines(session, task, row, period)
    units = {
        unit: improvement(standing, task.target, corrections.get(unit, ()), deadlines.get(unit, ()))
        for unit, standing in standings.items()
    }
    whole = improvement(
        Standing(
            sum(each.counted for each in standings.values()),
            sum(each.late for each in standings.values()),
        ),
        task.target,
        _together(corrections.values()),
        [each for found in deadlines.values() for each in found],
    )
    return Improvements(
        as_of=row.as_of, period=period, complete=row.complete, units={WHOLE: whole} | units
    )


def _together(corrections: Iterable[Sequence[Correction]]) -> list[Correction]:
    """The corrections of all units; what only moves from one to another changes no sum."""
    sums: Counter[Correction] = Counter()
    for each in (each for found in corrections for each in found):
        sums[replace(each, contribution=0)] += each.contribution
    return [replace(each, contribution=total) for each, total in sums.items() if total]


def _deadlines(
    session: Session, task: Improve, row: Reconciliation, period: Period
) -> Mapping[str, list[Deadline]]:
    """None once the period is over: nothing of it becomes late any more."""
    until = period_end(period)
    if until <= row.as_of:
        return {}
    heirs = task.directory.heirs_on(counting_day(row.as_of, period))
    return ways.deadlines(session, row, until, heirs)
