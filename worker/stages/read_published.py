"""Read published: keep the counts a source publishes of a period, unit by unit."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import Engine
from sqlmodel import Session

from models.source import PublishedCount
from models.types import Period, Unreadable
from worker.core.privacy import scrub
from worker.core.units import UnitDirectory
from worker.db import published, quarantine, runs
from worker.db.runs import Run
from worker.errors import DataError
from worker.ports import Progress, Published, PublishedSource, PublishedUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPublished:
    """Which periods to read, from where, by whose list of units."""

    engine: Engine
    source: PublishedSource
    directory: UnitDirectory
    clock: Callable[[], datetime]
    progress: Progress
    periods: tuple[Period, ...]


def read_published(task: ReadPublished, run: Run) -> None:
    """Read and keep each period's counts as they stand now; raises what the source raises."""
    for done, period in enumerate(task.periods, start=1):
        told = task.source.published(period)
        _keep(task, run, told)
        task.progress(done, len(task.periods))


def _keep(task: ReadPublished, run: Run, told: Published) -> None:
    now = task.clock()
    counts = [_count(run, told.period, published.WHOLE, told.whole, now)] if told.whole else []
    unreadable: list[Unreadable] = []
    for unit in told.units:
        try:
            code = task.directory.resolve(unit.code, unit.name)
        except DataError as error:
            unreadable.append(_unreadable(unit, error))
        else:
            counts.append(_count(run, told.period, code, unit, now))
    with Session(task.engine) as session, session.begin():
        published.put(session, counts)
        quarantine.put(session, run.source_id, run.id, unreadable, now)
        run.count("published", len(counts))
        runs.save(session, run, now)


def _count(
    run: Run, period: Period, unit: str, told: PublishedUnit, now: datetime
) -> PublishedCount:
    return PublishedCount(
        source_id=run.source_id,
        run_id=run.id,
        period_from=period.first,
        period_to=period.last,
        unit=unit,
        observed_at=now,
        received=told.received,
        on_time=told.on_time,
        late=told.late,
        completed=told.completed,
    )


def _unreadable(unit: PublishedUnit, error: DataError) -> Unreadable:
    raw = scrub(msgspec.to_builtins(unit))
    return Unreadable(reason=error.key, detail=error.detail, raw=raw)
