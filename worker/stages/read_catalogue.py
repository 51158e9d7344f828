"""Read catalogue: the national list of procedures once a day, what is needed of each before it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from sqlalchemy import Engine
from sqlmodel import Session

from models.types import DayKind, Unreadable
from worker.core.limits import read_limits
from worker.core.privacy import scrub
from worker.core.times import day_start, local_day
from worker.db import catalogue, lookups, publication, quarantine, runs
from worker.db.catalogue import Usage
from worker.db.runs import Run
from worker.errors import TransientError, UpstreamContractError, UpstreamUnavailable
from worker.ports import CatalogueSource, ProcedureLimit, Progress, ToldDecision

T = TypeVar("T")

_READ_AGAIN_AFTER = timedelta(days=30)
_MOST_A_ROUND = 200
_PORTION = 20
# Retries and logins are calls too; one that fails for good must not look as if calls were spent.
_CALLS_A_QUESTION = 6
_SILENT_TOO_OFTEN = 3
# Ten working days with a long Tết among them: until then a ministry's may become public in time.
_YOUNG = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadCatalogue:
    """One round of reading.

    ``calls_per_day`` bounds all calls to the source on a local day, look-ups and these together.
    ``settled`` are the procedures whose limit the province's folder tells, so that only their
    publication is wanted; ``own`` are all of the folder's, also those no dossier bears.
    ``afresh``: read again what was not read today, however recently.
    """

    engine: Engine
    source: CatalogueSource
    clock: Callable[[], datetime]
    progress: Progress
    calls_per_day: int
    settled: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()
    afresh: bool = False


@dataclass(slots=True)
class _Portion(Generic[T]):
    """What came of asking for some keys; ``silent`` are those that got no answer.

    ``trouble`` is the last one's, where so many in a row got none that the service seems to fail.
    """

    answers: dict[str, T | None] = field(default_factory=dict)
    silent: int = 0
    trouble: TransientError | UpstreamContractError | None = None

    @property
    def asked(self) -> int:
        """How many keys were asked for; fewer than wanted once the calls are spent."""
        return len(self.answers) + self.silent


def read_catalogue(task: ReadCatalogue, run: Run) -> int:
    """Read the procedures that are needed, then the decisions they name, and last the list.

    A round reads a bounded number. The list closes the day: until it is read, the next round goes
    on where this one stopped. A procedure that gets no answer does not stop the others and is asked
    for again the next day; several in a row do. Not every adapter tells decisions, so silence about
    them stops nothing: they stay untold.

    Returns:
        How many limits are other than before; verdicts that rest on them have to be judged anew.

    Raises:
        UpstreamUnavailable: the list, or several procedures in a row, got no answer.
        UpstreamContractError: what came is no list.
        LoginRefused: the account is refused.
        RunError: another process has taken the run over.
    """
    now = task.clock()
    today = day_start(local_day(now))
    with Session(task.engine) as session:
        listed = catalogue.last_listed(session)
        if listed is not None and listed >= today and not task.afresh:
            return 0
        used = catalogue.usage(session)
        before = today if task.afresh else now - _READ_AGAIN_AFTER
        asked_of = [*used, *_unused(task, used)]
        wanted = catalogue.codes_to_read(session, asked_of, before, task.settled)
    changed, done = _read_limits(task, run, wanted[:_MOST_A_ROUND])
    done = done and len(wanted) <= _MOST_A_ROUND
    if done and _read_decisions(task, run, before):
        _read_list(task, run, used)
    return changed


def _unused(task: ReadCatalogue, used: Sequence[Usage]) -> list[Usage]:
    """The procedures of the province's folder that no dossier bears."""
    return [Usage(code, 0, 0) for code in sorted(task.own - {each.code for each in used})]


def _read_limits(task: ReadCatalogue, run: Run, wanted: Sequence[str]) -> tuple[int, bool]:
    """Ask portion by portion; how many limits changed, and whether the calls sufficed."""
    changed = 0
    for start in range(0, len(wanted), _PORTION):
        portion = wanted[start : start + _PORTION]
        with _calls(task, run, len(portion)) as allowed:
            told = _ask(task, portion, allowed, task.source.limit)
        changed += _keep(task, run, told)
        task.progress(start + told.asked, len(wanted))
        if told.trouble is not None:
            raise told.trouble
        if told.asked < len(portion):
            return changed, False
    return changed, True


def _read_decisions(task: ReadCatalogue, run: Run, before: datetime) -> bool:
    """Ask for the decisions procedures name; whether none is left for another round of the day."""
    today = local_day(task.clock())
    with Session(task.engine) as session:
        wanted = publication.decisions_to_read(session, before, day_start(today), today - _YOUNG)
    for start in range(0, len(wanted[:_MOST_A_ROUND]), _PORTION):
        portion = wanted[start : start + _PORTION]
        with _calls(task, run, len(portion)) as allowed:
            told = _ask(task, portion, allowed, task.source.decision)
        _keep_decisions(task, run, told)
        if told.trouble is not None:
            return True
        if told.asked < len(portion):
            return False
    return len(wanted) <= _MOST_A_ROUND


def _ask(
    task: ReadCatalogue, keys: Sequence[str], allowed: int, question: Callable[[str], T | None]
) -> _Portion[T]:
    told, ends = _Portion[T](), task.source.calls + allowed
    in_a_row = 0
    for key in keys:
        if task.source.calls >= ends:
            break
        try:
            told.answers[key] = question(key)
        except (UpstreamUnavailable, UpstreamContractError) as trouble:
            told.silent += task.source.calls < ends
            in_a_row += 1
            if in_a_row == _SILENT_TOO_OFTEN and task.source.calls < ends:
                told.trouble = trouble
                break
        else:
            in_a_row = 0
    return told


def _keep(task: ReadCatalogue, run: Run, told: _Portion[ProcedureLimit]) -> int:
    now = task.clock()
    unreadable = [
        reading
        for code, answer in told.answers.items()
        if answer is not None
        and code not in task.settled
        and (reading := _unreadable(code, answer.text)) is not None
    ]
    with Session(task.engine) as session, session.begin():
        changed = catalogue.put_answers(session, told.answers, now)
        _put_aside(session, run, unreadable, map(_row, told.answers), now)
        run.count("limits_read", len(told.answers))
        run.count("limits_unanswered", told.silent)
        runs.save(session, run, now)
    return changed


def _keep_decisions(task: ReadCatalogue, run: Run, told: _Portion[ToldDecision]) -> None:
    now = task.clock()
    unreadable = [
        _unreadable_decision(key, answer)
        for key, answer in told.answers.items()
        if answer is not None and answer.unreadable
    ]
    with Session(task.engine) as session, session.begin():
        publication.put_decisions(session, told.answers, now)
        _put_aside(session, run, unreadable, map(_decision_row, told.answers), now)
        run.count("decisions_read", len(told.answers))
        run.count("decisions_unanswered", told.silent)
        runs.save(session, run, now)


def _put_aside(
    session: Session,
    run: Run,
    unreadable: Sequence[Unreadable],
    read: Iterable[str],
    now: datetime,
) -> None:
    """Keep what can't be read; the other rows of those read have been understood after all."""
    in_doubt = {each.external_id for each in unreadable}
    quarantine.put(session, run.source_id, run.id, unreadable, now)
    understood = [row for row in read if row not in in_doubt]
    quarantine.solve(session, run.source_id, understood, now)


def _unreadable(code: str, text: str | None) -> Unreadable | None:
    """The limits of a procedure that no one can read; the readable ones count all the same."""
    words = read_limits(text, DayKind.WORKING).unreadable
    if not words:
        return None
    return Unreadable(
        reason="limit_unreadable",
        detail="; ".join(words),
        raw=scrub({"MATTHC": code, "THOIGIANGIAIQUYET": text}),
        external_id=_row(code),
    )


def _row(code: str) -> str:
    """A procedure's row in quarantine, which no dossier's can be taken for."""
    return f"tthc:{code}"


def _unreadable_decision(key: str, told: ToldDecision) -> Unreadable:
    return Unreadable(
        reason="decision_unreadable",
        detail="; ".join(told.unreadable),
        raw=scrub({"IDQUYETDINHCONGBO": key, "number": told.number}),
        external_id=_decision_row(key),
    )


def _decision_row(key: str) -> str:
    return f"qdcb:{key}"


def _read_list(task: ReadCatalogue, run: Run, used: Sequence[Usage]) -> None:
    with _calls(task, run, 1) as allowed:
        if not allowed:
            return
        listed = task.source.procedures()
    now = task.clock()
    with Session(task.engine) as session, session.begin():
        catalogue.put_list(session, listed, now)
        run.counts["procedures"] = len(listed)
        run.counts["procedures_unknown"] = len(catalogue.unknown_codes(session, used))
        runs.save(session, run, now)


@contextmanager
def _calls(task: ReadCatalogue, run: Run, questions: int) -> Iterator[int]:
    """Room for some questions among the day's calls; how many calls there are.

    Calls are booked before they are made: a process killed among them has spent them all the same.
    """
    with Session(task.engine) as session:
        used = lookups.calls_used(session, run.source_id, local_day(task.clock()))
    allowed = max(0, min(task.calls_per_day - used, _CALLS_A_QUESTION * questions))
    _book(task, run, allowed)
    before = task.source.calls
    task.source.allow(allowed)
    try:
        yield allowed
    finally:
        task.source.allow(None)
        _book(task, run, task.source.calls - before - allowed)


def _book(task: ReadCatalogue, run: Run, calls: int) -> None:
    now = task.clock()
    with Session(task.engine) as session, session.begin():
        lookups.spend_calls(session, run.source_id, local_day(now), calls)
        runs.save(session, run, now)
