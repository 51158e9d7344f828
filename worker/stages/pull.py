"""Pull: read a source's lists page by page, keep what changed, prove that nothing was missed."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from threading import Thread

from sqlalchemy import Engine
from sqlmodel import Session

from models.types import EventKind, RecordView, RunState, Unreadable
from worker.core.paging import Pass
from worker.core.resolve import resolved
from worker.core.times import day_start
from worker.core.units import UnitDirectory
from worker.db import bulk, events, quarantine, records, runs, sightings
from worker.db.records import Judge, Writing
from worker.db.runs import Run
from worker.errors import DoisoatError, PermanentError, RunError, TransientError
from worker.ports import PageSource, Progress, Window

_ASK_AGAIN = 2
_SWEEP_MAY_LOSE = 0.5
_FEW_RECORDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull:
    """One pull: where it reads, where it writes, by whose units and rules."""

    engine: Engine
    source: PageSource
    directory: UnitDirectory
    judge: Judge
    clock: Callable[[], datetime]
    progress: Progress
    since: date | None
    until: date
    changed_since: date | None

    @property
    def is_full(self) -> bool:
        """Whether everything is read, so that what is missing is gone."""
        return self.changed_since is None


@dataclass(frozen=True, slots=True)
class _Told:
    """What a page tells, ready to be kept; ``keys`` tell its rows from others."""

    rows: int
    total: int
    views: Sequence[RecordView]
    unreadable: Sequence[Unreadable]
    keys: Sequence[str]

    @property
    def doubled(self) -> int:
        """How many rows have the key of another one."""
        return len(self.keys) - len(set(self.keys))


@dataclass(slots=True)
class _Ahead:
    """Pages by their offset, at most one of them asked for before it is wanted.

    They are read and resolved while the page before is being written. What goes wrong with a page
    is raised where the page is wanted. Whoever stops in between leaves a question behind that
    nobody waits for, so that an interruption is heeded at once.
    """

    ask: Callable[[int], _Told]
    _asked: tuple[int, Future[_Told]] | None = None
    _last: frozenset[str] = frozenset()

    def begin(self, offset: int) -> None:
        """Ask for the page that starts at row ``offset``, without waiting for it."""
        answer: Future[_Told] = Future()
        self._asked = offset, answer
        Thread(target=self._answer, args=(answer, offset), daemon=True).start()

    def page(self, offset: int) -> _Told:
        """The page that starts at row ``offset``."""
        asked, self._asked = self._asked, None
        if asked is None:
            return self.ask(offset)
        begun, answer = asked
        if begun == offset:
            return answer.result()
        # Sources are asked one question at a time.
        answer.exception()
        return self.ask(offset)

    def _answer(self, answer: Future[_Told], offset: int) -> None:
        try:
            answer.set_result(self.ask(offset))
        except BaseException as error:  # noqa: BLE001 - whoever wants the page meets it there
            answer.set_exception(error)

    def repeats(self, page: _Told) -> bool:
        """Whether a page has only rows of the one before it: that will be asked for again."""
        rows = frozenset(page.keys)
        last, self._last = self._last, rows
        return rows <= last


def pull(task: Pull, run: Run) -> RunState:
    """Read all windows of the run; the state it ended in.

    COMPLETE proves that each list was read whole. INTERRUPTED is taken up again at its checkpoint:
    the source went away, or the process was stopped. What came is kept in any case.
    """
    try:
        windows = task.source.windows(
            since=task.since, until=task.until, changed_since=task.changed_since
        )
        for window in windows:
            _read_window(task, run, window)
        return _finish(task, run)
    except RunError:
        raise
    except (TransientError, KeyboardInterrupt) as reason:
        _end(task, run, RunState.INTERRUPTED, reason)
        if isinstance(reason, KeyboardInterrupt):
            raise
        return RunState.INTERRUPTED
    except PermanentError as error:
        _end(task, run, RunState.FAILED, error)
        raise


def _read_window(task: Pull, run: Run, window: Window) -> None:
    """Read one list; a pass that proves nothing is followed by another, up to the limit."""
    done: dict[str, bool] = run.checkpoint.setdefault("windows", {})
    if window.key in done:
        return
    reading: Pass | None = _resumed_pass(run, window)
    while reading is not None:
        reading = _read_pass(task, run, window, reading)
        with Session(task.engine) as session, session.begin():
            proven = reading.proves(sightings.count(session, run.id, window.key))
            following = None if proven else reading.again()
            if following is None:
                done[window.key] = proven
                if reading.doubled:
                    run.count("doubled", reading.doubled)
            else:
                sightings.forget(session, run.id, window.key)
            run.checkpoint["pass"] = None
            runs.save(session, run, task.clock())
        reading = following


def _resumed_pass(run: Run, window: Window) -> Pass:
    kept = run.checkpoint.get("pass")
    if kept and kept["window"] == window.key:
        return Pass(**{name: value for name, value in kept.items() if name != "window"})
    return Pass()


def _read_pass(task: Pull, run: Run, window: Window, reading: Pass) -> Pass:
    pages = _Ahead(partial(_told, task, window))
    while not reading.ended:
        page = _ask(task, run, window, pages, reading)
        reading = _after(page, reading)
        task.progress(reading.offset, max(page.total, reading.offset))
    return reading


def _after(page: _Told, reading: Pass) -> Pass:
    return reading.after_page(page.rows, page.total, page.doubled)


def _told(task: Pull, window: Window, offset: int) -> _Told:
    """The page that starts at row ``offset``, its units resolved."""
    page = task.source.page(window, offset)
    told = [resolved(each, task.directory) for each in page.readings]
    views = [each for each in told if isinstance(each, RecordView)]
    unreadable = [each for each in told if isinstance(each, Unreadable)]
    keys = [*(view.external_id for view in views), *map(quarantine.row_key, unreadable)]
    return _Told(len(page.readings), page.total, views, unreadable, keys)


def _ask(task: Pull, run: Run, window: Window, pages: _Ahead, reading: Pass) -> _Told:
    """One page, asked for again where it shows only rows that have been seen already."""
    for _ in range(_ASK_AGAIN):
        page = _next_page(pages, reading)
        if _keep_page(task, run, window, page, reading) or not page.rows:
            return page
        run.count("repeated_pages")
    page = _next_page(pages, reading)
    _keep_page(task, run, window, page, reading)
    return page


def _next_page(pages: _Ahead, reading: Pass) -> _Told:
    """The page a pass has come to; the one after it is asked for meanwhile."""
    page = pages.page(reading.offset)
    following = _after(page, reading)
    if not pages.repeats(page) and not following.ended:
        pages.begin(following.offset)
    return page


def _keep_page(task: Pull, run: Run, window: Window, page: _Told, reading: Pass) -> int:
    """Write one page, its sightings and the checkpoint behind it in one transaction."""
    now = task.clock()
    following = _after(page, reading)
    with Session(task.engine) as session, session.begin():
        bulk.commit_later(session)
        new = sightings.note(session, run.id, window.key, page.keys)
        _write(session, task, run, page, now)
        run.count("pages")
        run.checkpoint["pass"] = {"window": window.key} | _fields(following)
        runs.save(session, run, now)
    return new


def _fields(reading: Pass) -> dict[str, int | bool | None]:
    return {name: getattr(reading, name) for name in Pass.__dataclass_fields__}


def _write(session: Session, task: Pull, run: Run, page: _Told, now: datetime) -> None:
    writing = Writing(run.source_id, run.id, now, task.judge)
    written = records.upsert(session, page.views, writing)
    run.count("new", written.new)
    run.count("changed", written.changed)
    if page.unreadable:
        quarantine.put(session, run.source_id, run.id, page.unreadable, now)
    read = [view.external_id for view in page.views]
    quarantine.solve(session, run.source_id, read, now)


def _finish(task: Pull, run: Run) -> RunState:
    state = RunState.INCOMPLETE
    if all(run.checkpoint.get("windows", {}).values()):
        state = _settle(task, run) if task.is_full else RunState.COMPLETE
    _end(task, run, state)
    return state


def _settle(task: Pull, run: Run) -> RunState:
    """After a complete sweep: what it didn't have is gone.

    Unless it lost so much that the source is likelier at fault than the dossiers.
    """
    now = task.clock()
    writing = Writing(run.source_id, run.id, now, task.judge)
    since = day_start(task.since) if task.since else None
    with Session(task.engine) as session, session.begin():
        missing, expected = records.count_missing(session, writing, since)
        if expected > _FEW_RECORDS and missing > expected * _SWEEP_MAY_LOSE:
            run.count("missing", missing)
            return RunState.INCOMPLETE
        run.count("gone", records.mark_gone(session, writing, since))
        quarantine.solve_unseen(session, run.source_id, run.id, now)
    return RunState.COMPLETE


def _end(task: Pull, run: Run, state: RunState, reason: BaseException | None = None) -> None:
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
