"""Measure: how well each unit is kept in step, and the rates of index 766, by a reconciliation."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session

from models.types import EventKind, Period
from worker.core.calendar import Calendar
from worker.core.health import Yardstick
from worker.core.hours import Hours
from worker.core.indicators import with_whole
from worker.core.lineage import counting_day
from worker.core.units import UnitDirectory
from worker.core.verdict import span_of
from worker.db import corrections, events, health, indicators, runs
from worker.db.cases import Sides
from worker.db.runs import Run
from worker.ports import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What is measured: the sources, the instant and the period of a reconciliation.

    ``run``: what it is done for; where another process has taken that over, nothing is kept.
    """

    engine: Engine
    reconciliation: int
    sides: Sides
    period: Period
    directory: UnitDirectory
    calendar: Calendar
    hours: Hours
    progress: Progress
    clock: Callable[[], datetime]
    run: Run | None = None


def measure(task: Measure) -> None:
    """Measure and keep, ended units with their heirs; once more leaves the same figures."""
    heirs = task.directory.heirs_on(counting_day(task.sides.as_of, task.period))
    with Session(task.engine) as session, session.begin():
        by = Yardstick(
            span=span_of(task.period, task.sides.as_of),
            as_of=task.sides.as_of,
            readings=health.readings_of(session, task.sides.portal_id, task.sides.as_of),
            calendar=task.calendar,
            hours=task.hours,
        )
        found = health.read(session, task.sides, by, heirs, task.progress)
        health.store(session, task.reconciliation, found)
        carried = indicators.carried(session, task.reconciliation)
        counted = indicators.count(session, task.sides, by.span, heirs)
        indicators.store(session, task.reconciliation, with_whole(carried | counted))
        corrections.after_measuring(session, task.reconciliation, task.clock())
        told = {"reconciliation": task.reconciliation, "run": task.run and task.run.id}
        events.append(session, EventKind.MEASURED, told, task.clock())
        if task.run is not None:
            runs.save(session, task.run, task.clock())
