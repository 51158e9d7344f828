"""Load: write what a file was understood to say, as if its source had been read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session

from models.source import PublishedCount
from models.types import EventKind, Period, Reading, RecordView, RunState, Unreadable
from worker.core.resolve import resolved
from worker.core.times import day_start
from worker.core.units import UnitDirectory
from worker.core.workbook.counts import UnitCounts
from worker.db import events, listed, published, quarantine, records, runs, sightings
from worker.db.records import Judge, Writing
from worker.db.runs import Run
from worker.errors import DoisoatError, PermanentError, RunError
from worker.ports import Progress

_PORTION = 500
_WINDOW = "file"
_FILE_MAY_LOSE = 0.5
_FEW_RECORDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """One loading: what was read, where it is written, by whose units and rules.

    ``readings`` are what the rows say, unreadable ones included, in the order of the file, and
    ``counts`` the units' counts by period. ``row_prefix`` is what the ids of this file's rows begin
    with: of those in quarantine, the ones that can be read by now leave it. ``covers``: the file
    holds everything received in this period, so that what is not in it is gone. ``home_ids``, for a
    list of the portal's: the sources for whose dossiers it answers as look-ups would.
    """

    engine: Engine
    directory: UnitDirectory
    judge: Judge
    clock: Callable[[], datetime]
    progress: Progress
    readings: Sequence[Reading]
    row_prefix: str
    counts: Mapping[Period, Sequence[UnitCounts]] = field(default_factory=dict)
    covers: Period | None = None
    home_ids: Sequence[int] = ()


def load(task: Load, run: Run) -> RunState:
    """Write everything, portion by portion; the state the run ended in.

    A loading that was stopped goes on at its checkpoint when the same file is loaded again. One
    that has been written already changes nothing. INCOMPLETE: the file was said to cover a period,
    but can't be believed to.
    """
    try:
        for start in range(int(run.checkpoint.get("rows", 0)), len(task.readings), _PORTION):
            _keep_portion(task, run, task.readings[start : start + _PORTION], start)
        _keep_counts(task, run)
        state = _settle(task, run)
        _end(task, run, state)
    except RunError:
        raise
    except KeyboardInterrupt as reason:
        _end(task, run, RunState.INTERRUPTED, reason)
        raise
    except PermanentError as error:
        _end(task, run, RunState.FAILED, error)
        raise
    return state


def _keep_portion(task: Load, run: Run, readings: Sequence[Reading], start: int) -> None:
    """Write some rows, what was seen, and the checkpoint behind it in one transaction."""
    now = task.clock()
    told = [resolved(reading, task.directory) for reading in readings]
    views = [each for each in told if isinstance(each, RecordView)]
    unreadable = [each for each in told if isinstance(each, Unreadable)]
    with Session(task.engine) as session, session.begin():
        rows = [*(view.external_id for view in views), *map(quarantine.row_key, unreadable)]
        sightings.note(session, run.id, _WINDOW, rows)
        written = records.upsert(session, views, Writing(run.source_id, run.id, now, task.judge))
        run.count("new", written.new)
        run.count("changed", written.changed)
        quarantine.put(session, run.source_id, run.id, unreadable, now)
        quarantine.solve(session, run.source_id, [view.external_id for view in views], now)
        if task.home_ids:
            codes = [code for view in views for code in view.codes]
            listed.note_listed(session, run.source_id, run.id, codes, now)
        run.checkpoint["rows"] = start + len(readings)
        runs.save(session, run, now)
    task.progress(start + len(readings), len(task.readings))


def _keep_counts(task: Load, run: Run) -> None:
    """Write the units' counts; they are few, so all at once."""
    now = task.clock()
    with Session(task.engine) as session, session.begin():
        stored = published.put(
            session,
            [
                _count(run, period, told, now)
                for period, units in task.counts.items()
                for told in units
            ],
        )
        if task.counts:
            run.counts["published"] = sum(map(len, task.counts.values()))
        run.count("changed", stored)
        runs.save(session, run, now)


def _count(run: Run, period: Period, told: UnitCounts, now: datetime) -> PublishedCount:
    return PublishedCount(
        source_id=run.source_id,
        run_id=run.id,
        period_from=period.first,
        period_to=period.last,
        unit=told.unit,
        observed_at=now,
        received=told.received,
        on_time=told.on_time,
        late=told.late,
        completed=told.completed,
        resolved_late=told.resolved_late,
    )


def _settle(task: Load, run: Run) -> RunState:
    """Mend the quarantine, and where the file covers a period, let go what it no longer has.

    Unless rows could not be told at all, for they may be just those, or so many would go that the
    file is likelier at fault than the dossiers.
    """
    now = task.clock()
    unreadable = [each for each in task.readings if isinstance(each, Unreadable)]
    still = {quarantine.row_key(each) for each in unreadable}
    with Session(task.engine) as session, session.begin():
        quarantine.solve_under(session, run.source_id, task.row_prefix, still, now)
        if task.covers is None:
            return RunState.COMPLETE
        writing = Writing(run.source_id, run.id, now, task.judge)
        first, until = day_start(task.covers.first), day_start(_day_after(task.covers.last))
        missing, expected = records.count_missing(session, writing, first, until)
        lost = expected > _FEW_RECORDS and missing > expected * _FILE_MAY_LOSE
        if lost or (missing and any(each.code is None for each in unreadable)):
            run.count("missing", missing)
            return RunState.INCOMPLETE
        run.count("gone", records.mark_gone(session, writing, first, until))
        if task.home_ids:
            listed.note_absent(session, run.source_id, run.id, task.home_ids, task.covers, now)
    return RunState.COMPLETE


def _day_after(day: date) -> date:
    return day + timedelta(days=1)


def _end(task: Load, run: Run, state: RunState, reason: BaseException | None = None) -> None:
    now = task.clock()
    error = reason if isinstance(reason, DoisoatError) else None
    with Session(task.engine) as session, session.begin():
        run.counts["rows"] = sightings.count_all(session, run.id)
        run.counts["quarantined"] = quarantine.count(session, run.id)
        if state is not RunState.INTERRUPTED:
            sightings.forget(session, run.id)
        runs.finish(session, run, state, now, error)
        payload = {"run": run.id, "source": run.source_id, "state": state.value}
        events.append(session, EventKind.PULL_FINISHED, payload, now)
