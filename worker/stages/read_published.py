"""Read published: keep the counts a source publishes of a period, unit by unit."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

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
    units, unreadable = _by_unit(task.directory, told)
    counts = [_count(run, told.period, code, unit, now) for code, unit in units.items()]
    with Session(task.engine) as session, session.begin():
        published.put(session, counts)
        quarantine.put(session, run.source_id, run.id, unreadable, now)
        run.count("published", len(counts))
        runs.save(session, run, now)


def _by_unit(
    directory: UnitDirectory, told: Published
) -> tuple[dict[str, PublishedUnit], list[Unreadable]]:
    """The figures by unit of the list, the whole province first, and those of unknown units.

    Agencies below a listed unit count for it, as their dossiers do, so their figures are added.
    """
    units = {published.WHOLE: told.whole} if told.whole else {}
    unreadable: list[Unreadable] = []
    for unit in told.units:
        try:
            code = directory.resolve(unit.code, unit.name, told.period.last)
        except DataError as error:
            unreadable.append(_unreadable(unit, told.period, error))
        else:
            units[code] = _added(units[code], unit) if code in units else unit
    return units, unreadable


def _added(one: PublishedUnit, other: PublishedUnit) -> PublishedUnit:
    """The figures of both; what one of them doesn't tell is not known of both."""
    return replace(
        one,
        received=_sum(one.received, other.received),
        on_time=_sum(one.on_time, other.on_time),
        late=_sum(one.late, other.late),
        completed=_sum(one.completed, other.completed),
        resolved_late=_sum(one.resolved_late, other.resolved_late),
    )


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other


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
        resolved_late=told.resolved_late,
    )


def _unreadable(unit: PublishedUnit, period: Period, error: DataError) -> Unreadable:
    # Without its counts: they change from reading to reading, and the name is what is in question.
    raw = scrub({"code": unit.code, "name": unit.name, "period": period.first.isoformat()})
    return Unreadable(reason=error.key, detail=error.detail, raw=raw)
