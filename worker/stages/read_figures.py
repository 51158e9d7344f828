"""Read figures: keep what the portal publishes of its own evaluation, unit by unit."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session

from models.figure import PublishedFigure
from models.types import Period, Unreadable
from worker.core.privacy import scrub
from worker.core.units import UnitDirectory
from worker.db import figures, quarantine, runs
from worker.db.runs import Run
from worker.errors import DataError, DoisoatError, TransientError, UpstreamContractError
from worker.ports import Figure, Figures, FigureSource, Progress

# What figures alone are kept aside for.
_OF_FIGURES = frozenset({"figure_unreadable", "score_above_maximum", "figure_twice"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFigures:
    """Which periods to read, from where, by whose list of units."""

    engine: Engine
    sources: tuple[FigureSource, ...]
    directory: UnitDirectory
    clock: Callable[[], datetime]
    progress: Progress
    periods: tuple[Period, ...]


def read_figures(task: ReadFigures, run: Run) -> tuple[DoisoatError, ...]:
    """Read and keep each period's figures as they stand now; what came, whatever did not.

    Returns:
        What kept figures away, in order of appearance, the same thing once. After trouble that may
        pass by itself a source is not asked for further periods.
    """
    troubles: dict[str, DoisoatError] = {}
    total = len(task.sources) * len(task.periods)
    done = 0
    for source in task.sources:
        for period in task.periods:
            met = _read(task, run, source, period)
            troubles |= {repr((each.key, each.values)): each for each in met}
            done += 1
            task.progress(done, total)
            if any(isinstance(each, TransientError) for each in met):
                break
    if not troubles:
        _forget_mended(task, run)
    return tuple(troubles.values())


def _read(
    task: ReadFigures, run: Run, source: FigureSource, period: Period
) -> tuple[DoisoatError, ...]:
    try:
        told = source.figures(period)
    except (TransientError, UpstreamContractError) as trouble:
        return (trouble,)
    _keep(task, run, told)
    return told.troubles


def _keep(task: ReadFigures, run: Run, told: Figures) -> None:
    now = task.clock()
    rows, unreadable, known = _by_unit(task.directory, run, told, now)
    with Session(task.engine) as session, session.begin():
        figures.put(session, rows)
        quarantine.put(session, run.source_id, run.id, [*told.unreadable, *unreadable], now)
        quarantine.solve(session, run.source_id, known, now)
        run.count("figures", len(rows))
        runs.save(session, run, now)


def _by_unit(
    directory: UnitDirectory, run: Run, told: Figures, now: datetime
) -> tuple[list[PublishedFigure], list[Unreadable], list[str]]:
    """The figures by unit of the list, what can't be booked, and the quarantine of known units."""
    rows: dict[tuple[str, ...], PublishedFigure] = {}
    unreadable: list[Unreadable] = []
    known: set[str] = set()
    for figure in told.figures:
        try:
            unit = _unit_of(figure, directory, told.period)
        except DataError as error:
            unreadable.append(_of_nobody(figure, error.detail))
            continue
        known.add(quarantine.row_key(_of_nobody(figure, "")))
        key = (unit, figure.procedure, figure.group, figure.metric)
        if key in rows:
            unreadable.append(_told_twice(figure, unit))
        else:
            rows[key] = _row(run, told, unit, figure, now)
    return list(rows.values()), unreadable, sorted(known)


def _forget_mended(task: ReadFigures, run: Run) -> None:
    """All figures came: what could not be read before, and was not met now, is mended."""
    with Session(task.engine) as session, session.begin():
        quarantine.solve_unseen(session, run.source_id, run.id, task.clock(), _OF_FIGURES)


def _unit_of(figure: Figure, directory: UnitDirectory, period: Period) -> str:
    if figure.code is None and figure.name is None:
        return figures.WHOLE
    return directory.itself(figure.code, figure.name, period.last)


def _row(run: Run, told: Figures, unit: str, figure: Figure, now: datetime) -> PublishedFigure:
    return PublishedFigure(
        source_id=run.source_id,
        run_id=run.id,
        generation=told.generation,
        period_from=told.period.first,
        period_to=told.period.last,
        unit=unit,
        procedure=figure.procedure,
        group=figure.group,
        metric=figure.metric,
        observed_at=now,
        numerator=figure.numerator,
        denominator=figure.denominator,
        ratio=figure.ratio,
        score=figure.score,
        max_score=figure.max_score,
        quality=figure.quality,
    )


def _of_nobody(figure: Figure, detail: str) -> Unreadable:
    """One row a unit, whatever is told of it: it stays the same when its figures change."""
    raw = scrub({"code": figure.code, "name": figure.name})
    return Unreadable(reason="unit_unknown", detail=detail, raw=raw)


def _told_twice(figure: Figure, unit: str) -> Unreadable:
    told = {"code": figure.code, "name": figure.name, "metric": figure.metric}
    return Unreadable(reason="figure_twice", detail=f"{unit} {figure.metric}", raw=scrub(told))
