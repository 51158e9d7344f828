"""Resend: have the dossiers of one request sent again, one call each, within the limits.

That a dossier goes is written before its call is made, and its answer after it. So whatever ends
the process in between, no dossier goes twice: one without an answer counts as gone, and the portal
is asked what became of it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session

from models.reconciliation import Discrepancy
from models.resend import ResendItem, ResendRequest
from models.resend_types import ResendAnswer, ResendGround, ResendResult, ResendState
from models.types import DiscrepancyState, EventKind, RunState
from worker.core.resend.brake import Brake, Trial
from worker.core.resend.limits import Allowance, Limits, allowance
from worker.core.resend.selection import lasting_obstacle
from worker.core.times import day_start, local_day
from worker.db import events, resend_brake, resends, runs
from worker.db.runs import Run
from worker.db.sources import identity
from worker.errors import DoisoatError
from worker.ports import Progress, Resend, ResendSource

# How long a province's system that is down is left alone, and until somebody looks again.
PAUSE = timedelta(minutes=5)
# Somebody has to act first, and each try may count against our account.
LONG_PAUSE = timedelta(hours=1)
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resending:
    """One request, and who sends its dossiers.

    ``trial`` says how many go before the rest, and when the portal is asked again.
    """

    engine: Engine
    source: ResendSource
    request: int
    limits: Limits
    trial: Trial
    clock: Callable[[], datetime]
    progress: Progress


@dataclass(frozen=True, slots=True)
class _Step:
    """What is done next: a dossier that goes, or (None) why none does."""

    item: int | None = None
    dossier: Resend | None = None
    again_at: datetime | None = None


def resend(task: Resending, run: Run) -> None:
    """Send what may go now, one dossier after the other, until a limit, an end, or a stop.

    The run ends complete; what is left to send has its time in the request.
    """
    _take_stock(task, run)
    done = run.counts.get("resent", 0)
    step = _next(task, run)
    while step.item is not None and step.dossier is not None:
        if not _send(task, run, step.item, step.dossier):
            step = _Step(again_at=task.clock() + PAUSE)
            break
        done += 1
        task.progress(done, None)
        step = _next(task, run)
    _end(task, run, step.again_at)


def _take_stock(task: Resending, run: Run) -> None:
    """What went before its process ended may have been done: it is never called for again."""
    now = task.clock()
    with Session(task.engine) as session, session.begin():
        for item in resends.unanswered(session, task.request):
            resends.keep_answer(session, identity(item.id), ResendAnswer.NO_ANSWER, "", now)
            run.count("unanswered")
        runs.save(session, run, now)


def _next(task: Resending, run: Run) -> _Step:
    """Note that the next dossier goes; nothing does once the request is no longer being sent."""
    now = task.clock()
    with Session(task.engine) as session, session.begin():
        # Before anything is read, so that a process that was taken over notes nothing.
        runs.save(session, run, now)
        request = resends.get(session, task.request)
        if request.state is not ResendState.SENDING:
            return _Step()
        item = _next_that_still_differs(session, task.request, now)
        if item is None:
            return _Step()
        rest = resend_brake.verdict(session, request, task.trial)
        if rest is Brake.STOP:
            resend_brake.hold(session, request, now)
        if rest is not Brake.GO:
            return _Step(again_at=now + PAUSE if rest is Brake.WAIT else None)
        allowed = _allowance(session, request, task.limits, now)
        if allowed.left <= 0:
            return _Step(again_at=allowed.next_at)
        # Whatever becomes of this run, somebody looks, and no other goes on at once.
        times = {"sent_at": now, "look_at": now + task.trial.look_after, "send_at": now + PAUSE}
        if not resends.take(session, task.request, [ResendState.SENDING], **times):
            return _Step()
        item.sent_at, item.run_id = now, run.id
        item.is_known = resends.is_on_portal(session, request, item)
        session.add(item)
        return _Step(identity(item.id), Resend(item.code, item.external_id, item.is_known))


def _next_that_still_differs(session: Session, request: int, now: datetime) -> ResendItem | None:
    """What agrees by now, or differs for a reason that a re-send doesn't mend, does not go."""
    item = resends.next_unsent(session, request)
    while item is not None:
        row = session.get(Discrepancy, item.discrepancy_id)
        is_open = row is not None and row.state is DiscrepancyState.OPEN
        if row is not None and is_open and lasting_obstacle(row.cause, row.flags) is None:
            return item
        item.is_open = False
        if is_open:
            item.ground = ResendGround.NOT_ASKED
        else:
            item.result, item.looked_at = ResendResult.CLOSED, now
        session.add(item)
        session.flush()
        item = resends.next_unsent(session, request)
    return None


def _allowance(
    session: Session, request: ResendRequest, limits: Limits, now: datetime
) -> Allowance:
    since = min(now - _HOUR, day_start(local_day(now)))
    return allowance(limits, resends.sent_since(session, request.source_id, since), now)


def _send(task: Resending, run: Run, item: int, dossier: Resend) -> bool:
    """Make the call, keep the answer; False where the system is down and no call was made.

    Raises:
        DoisoatError: what keeps any call from being made; the dossier has its turn again later.
    """
    try:
        answer = next(iter(task.source.resend([dossier])), None)
    except DoisoatError:
        _put_off(task, item)
        raise
    now = task.clock()
    with Session(task.engine) as session, session.begin():
        if answer is None:
            resends.not_sent(session, item)
        else:
            resends.keep_answer(session, item, answer.outcome, answer.words, now)
            run.count("resent")
        runs.save(session, run, now)
    return answer is not None


def _put_off(task: Resending, item: int) -> None:
    with Session(task.engine) as session, session.begin():
        resends.not_sent(session, item)
        resends.put_off(session, task.request, task.clock() + LONG_PAUSE)


def _end(task: Resending, run: Run, again_at: datetime | None) -> None:
    """Say when the rest goes, and tell the journey what went, with the end of the run."""
    now = task.clock()
    with Session(task.engine) as session, session.begin():
        request = resends.get(session, task.request)
        has_rest = resends.next_unsent(session, task.request) is not None
        going = resends.going(session, task.request)
        told: dict[str, object] = {"send_at": again_at if has_rest else None}
        if request.state is ResendState.SENDING and not has_rest:
            state = ResendState.WATCHING if going else ResendState.DONE
            told |= {"state": state, "ended_at": None if going else now}
        resends.take(session, task.request, [request.state], **told)
        fresh = [item.code for item in going if item.run_id == run.id]
        if fresh:
            payload = {
                "run": run.id,
                "source": request.source_id,
                "request": task.request,
                "unit": request.unit,
                "codes": fresh,
            }
            events.append(session, EventKind.RESENT, payload, now)
        runs.finish(session, run, RunState.COMPLETE, now)
