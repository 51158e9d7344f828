"""Look up: ask the portal for single dossiers, the ones that matter first, within its limits."""

from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session

from models.source import PublishedCount
from models.types import EventKind, Period, RecordView, RunState, Unreadable
from worker.core.drill_down import Candidate, DrillDown
from worker.core.lineage import counting_day, rolled_up_counts
from worker.core.look_up_plan import (
    Appetite,
    Codes,
    Known,
    OnPortal,
    PublishedLate,
    comparable_span,
    drill_down,
    first_to_ask,
    late_by_unit,
)
from worker.core.resolve import resolved
from worker.core.times import local_day, month_of
from worker.core.units import UnitDirectory
from worker.core.verdict import Span
from worker.db import discrepancies, events, lookups, published, quarantine, records, runs
from worker.db.records import Judge, Writing
from worker.db.runs import Run
from worker.errors import (
    DoisoatError,
    PermanentError,
    RunError,
    TransientError,
    UpstreamUnavailable,
)
from worker.ports import Answer, Found, LookupSource, NoAnswer, NotFound, Progress

_PORTION = 100
_CALLS_A_CODE = 4  # retries and logins are calls too


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUp:
    """One round of look-ups.

    ``home_ids`` are the sources at home, the province's system first. ``periods`` are those with
    published counts to drill down from, the most important first. ``unit`` limits the round to one
    unit, ``codes`` to dossiers that are named. ``says_gone``: where there is none of a code, there
    is no such dossier. ``trouble`` is what kept the published counts from
    being read: the round goes on by the last ones known, and stays incomplete.
    """

    engine: Engine
    source: LookupSource
    source_name: str
    home_ids: tuple[int, ...]
    rule: str
    directory: UnitDirectory
    judge: Judge
    clock: Callable[[], datetime]
    progress: Progress
    periods: tuple[Period, ...]
    appetite: Appetite
    calls_per_day: int
    unit: str | None = None
    codes: tuple[str, ...] = ()
    says_gone: bool = True
    trouble: DoisoatError | None = None


@dataclass(slots=True)
class _Round:
    """A round under way: what is left of the day's calls, and what has been answered."""

    left: int
    done: int = 0
    planned: int = 0
    answered: set[str] = field(default_factory=set)
    unreadable: set[str] = field(default_factory=set)
    unanswered: int = 0
    not_asked: int = 0


def look_up(task: LookUp, run: Run) -> RunState:
    """Ask for what matters; the state the run ended in.

    COMPLETE means that all that had to be asked was answered. A budget that ends while drilling
    down leaves the rest presumed and unexplained, which the reconciliation shows; where everything
    had to be asked it leaves the run INCOMPLETE.
    """
    try:
        state = _ask_what_matters(task, run)
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
    _end(task, run, state, task.trouble)
    return state


def _ask_what_matters(task: LookUp, run: Run) -> RunState:
    with Session(task.engine) as session:
        used = lookups.calls_used(session, run.source_id, local_day(task.clock()))
    asking = _Round(left=max(task.calls_per_day - used, 0))
    if task.codes:
        _ask(task, run, asking, [task.codes])
    else:
        _ask_by_plan(task, run, asking)
    run.counts["unanswered"], run.counts["not_asked"] = asking.unanswered, asking.not_asked
    whole = asking.unanswered == 0 and asking.not_asked == 0 and task.trouble is None
    return RunState.COMPLETE if whole else RunState.INCOMPLETE


def _ask_by_plan(task: LookUp, run: Run, asking: _Round) -> None:
    now = task.clock()
    with Session(task.engine) as session:
        known = _read_known(session, task, run, month_of(now))
    _ask(task, run, asking, first_to_ask(known, task.appetite, run.id, now))
    if not task.appetite.everything:
        for period in task.periods:
            _drill(task, run, asking, period)


def _heirs(task: LookUp, period: Period) -> Mapping[str, str]:
    """Which unit stands for which ended one where the period is counted now."""
    return task.directory.heirs_on(counting_day(task.clock(), period))


def _read_known(session: Session, task: LookUp, run: Run, period: Period) -> Known:
    heirs = _heirs(task, period)
    told = lookups.at_home(session, task.home_ids, run.source_id, task.rule)
    at_home = (replace(entry, unit=heirs.get(entry.unit, entry.unit)) for entry in told)
    wanted = None if task.unit is None else heirs.get(task.unit, task.unit)
    home = [entry for entry in at_home if wanted in (None, entry.unit)]
    last = runs.last_run(session, run.source_id, RunState.COMPLETE)
    return Known(
        home=home,
        portal=_on_portal(session, task, run, heirs),
        disputed=discrepancies.open_dossiers(session, task.home_ids, run.source_id),
        gone=lookups.gone_at_home(session, task.home_ids, run.source_id),
        last_complete=last.started_at if last else None,
        last_complete_run=last.id if last else None,
    )


def _on_portal(
    session: Session,
    task: LookUp,
    run: Run,
    heirs: Mapping[str, str],
    dossiers: Sequence[int] | None = None,
) -> Mapping[int, Sequence[OnPortal]]:
    """The portal's records by dossier, those of ended units under their heirs."""
    found: defaultdict[int, list[OnPortal]] = defaultdict(list)
    for record in lookups.on_portal(session, run.source_id, task.rule, dossiers):
        heir = heirs.get(record.unit, record.unit)
        found[record.dossier_id].append(replace(record, unit=heir))
    return found


def _drill(task: LookUp, run: Run, asking: _Round, period: Period) -> None:
    """Ask in the units whose published late count differs from our recount, until it doesn't."""
    now = task.clock()
    with Session(task.engine) as session:
        known = _read_known(session, task, run, period)
        figures = published.published_at(session, run.source_id, period, now)
        newest = records.newest_instant(session, task.home_ids[0], now)
    span = comparable_span(period, now, newest)
    heirs = _heirs(task, period)
    drill = drill_down(known, span, _published_late(figures, heirs))
    batch = drill.next_batch(_PORTION)
    while batch and asking.left > 0:
        _ask(task, run, asking, [candidate.codes for candidate in batch])
        _tell(task, run, asking, (drill, batch, span), heirs)
        batch = drill.next_batch(_PORTION)


def _published_late(
    figures: Mapping[str, PublishedCount], heirs: Mapping[str, str]
) -> dict[str, PublishedLate]:
    late = rolled_up_counts({unit: each.late for unit, each in figures.items()}, heirs)
    newest = max((each.run_id for each in figures.values()), default=0)
    return {
        unit: PublishedLate(count, figures[unit].run_id if unit in figures else newest)
        for unit, count in late.items()
        if unit != published.WHOLE and count is not None
    }


def _tell(
    task: LookUp,
    run: Run,
    asking: _Round,
    drilling: tuple[DrillDown, Sequence[Candidate], Span],
    heirs: Mapping[str, str],
) -> None:
    drill, batch, span = drilling
    read = asking.answered - asking.unreadable
    answered = [each for each in batch if read.issuperset(each.codes)]
    with Session(task.engine) as session:
        dossiers = [each.dossier_id for each in answered]
        there = _on_portal(session, task, run, heirs, dossiers)
    for each in answered:
        drill.tell(each, late_by_unit(there.get(each.dossier_id, ()), span))


def _ask(task: LookUp, run: Run, asking: _Round, wanted: Sequence[Codes]) -> None:
    """Ask portion by portion, each written with the checkpoint before the next is asked.

    What gets no answer is asked for once more at the end.
    """
    codes = (code for each in wanted for code in each)
    waiting = deque(code for code in codes if code not in asking.answered)
    asking.planned += len(waiting)
    silent: set[str] = set()
    while waiting and asking.left > 0:
        portion = [waiting.popleft() for _ in range(min(_PORTION, len(waiting)))]
        answers, rest = _ask_portion(task, run, asking, portion)
        waiting += rest
        unanswered = [each.code for each in answers if isinstance(each, NoAnswer)]
        asking.unanswered += sum(code in silent for code in unanswered)
        waiting += [code for code in unanswered if code not in silent]
        silent.update(unanswered)
        task.progress(asking.done, asking.planned)
    asking.unanswered += sum(code in silent for code in waiting)
    if task.codes or task.appetite.everything:
        asking.not_asked += sum(code not in silent for code in waiting)


def _ask_portion(
    task: LookUp, run: Run, asking: _Round, portion: Sequence[str]
) -> tuple[list[Answer], list[str]]:
    """Ask for some codes; the answers, and the codes for which the allowed calls did not suffice.

    Calls are booked before they are made: a process killed among them has spent them all the same.
    """
    allowed = min(asking.left, _CALLS_A_CODE * len(portion))
    _book(task, run, allowed)
    before = task.source.calls
    answers = list(task.source.look_up(portion, allowed))
    made = task.source.calls - before
    _book(task, run, made - allowed)
    asking.left -= made
    asking.unreadable |= _keep(task, run, answers)
    told = {each.code for each in answers}
    asking.done += len(told)
    asking.answered |= {each.code for each in answers if not isinstance(each, NoAnswer)}
    rest = [code for code in portion if code not in told]
    if rest and made < allowed:
        raise UpstreamUnavailable("upstream_circuit_open", source=task.source_name)
    return answers, rest


def _book(task: LookUp, run: Run, calls: int) -> None:
    now = task.clock()
    with Session(task.engine) as session, session.begin():
        lookups.spend_calls(session, run.source_id, local_day(now), calls)
        runs.save(session, run, now)


def _keep(task: LookUp, run: Run, answers: Sequence[Answer]) -> set[str]:
    """Write answers; returns the codes whose record could not be read."""
    now = task.clock()
    found = {each.code: each for each in answers if isinstance(each, Found)}
    missing = [each.code for each in answers if isinstance(each, NotFound)]
    told = [resolved(each, task.directory) for answer in found.values() for each in answer.readings]
    views = [each for each in told if isinstance(each, RecordView)]
    unreadable = [each for each in told if isinstance(each, Unreadable)]
    writing = Writing(run.source_id, run.id, now, task.judge)
    with Session(task.engine) as session, session.begin():
        written = records.upsert(session, views, writing)
        if task.says_gone:
            records.mark_code_gone(session, writing, missing)
        quarantine.put(session, run.source_id, run.id, unreadable, now)
        quarantine.solve(session, run.source_id, [view.external_id for view in views], now)
        answered = dict.fromkeys(found, True) | dict.fromkeys(missing, False)
        lookups.note_answers(session, run.source_id, run.id, answered, now)
        for name, by in (("looked_up", len(answers)), ("found", len(found))):
            run.count(name, by)
        run.count("new", written.new)
        run.count("changed", written.changed)
        runs.save(session, run, now)
    return {each.code for each in unreadable if each.code is not None}


def _end(task: LookUp, run: Run, state: RunState, reason: BaseException | None = None) -> None:
    now = task.clock()
    error = reason if isinstance(reason, DoisoatError) else None
    with Session(task.engine) as session, session.begin():
        run.counts["quarantined"] = quarantine.count(session, run.id)
        runs.finish(session, run, state, now, error)
        payload = {"run": run.id, "source": run.source_id, "state": state.value}
        events.append(session, EventKind.PULL_FINISHED, payload, now)
