"""Watch: after a reconciliation, judge what became of dossiers that were sent again."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from models.reconciliation import Reconciliation
from models.resend import ResendItem, ResendRequest
from models.resend_types import ResendResult, ResendState
from models.types import EventKind, Status
from worker.core.improvement import Standing
from worker.core.resend.brake import Brake, Trial
from worker.core.resend.figures import UnitFigures
from worker.core.resend.second_look import Alike, Before, Waits, ground_of, is_over, result_of
from worker.db import events, resend_brake, resend_sights, resends, runs
from worker.db.improvement import standings
from worker.db.resend_sights import Sight
from worker.db.runs import Run
from worker.db.sources import identity

WaitsOf = Callable[[ResendRequest], Waits]


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """By which reconciliation to judge, and how long a request's dossiers are waited for.

    The reconciliation is complete and of the present: what is unread or past shows nothing.
    """

    engine: Engine
    reconciliation: Reconciliation
    waits: WaitsOf
    trial: Trial
    clock: Callable[[], datetime]
    run: Run


def watch(task: Watching) -> None:
    """Judge every dossier that went and is waited for, and end the requests that wait for none."""
    now = task.clock()
    with Session(task.engine, expire_on_commit=False) as session, session.begin():
        figures = standings(session, task.reconciliation)
        for request in resends.watched(session):
            if _is_of(request, task.reconciliation):
                before = resend_brake.verdict(session, request, task.trial)
                _judge(session, task, request, now)
                _brake(session, task, request, before, now)
                _keep(session, task, request, figures, now)
        runs.save(session, task.run, now)


def _is_of(request: ResendRequest, row: Reconciliation) -> bool:
    pair = (row.province_source_id, row.portal_source_id)
    return (request.source_id, request.portal_source_id) == pair


def _judge(session: Session, task: Watching, request: ResendRequest, now: datetime) -> None:
    """What the portal shows of each; those that agree, or wait too long, are let go."""
    number = identity(request.id)
    waiting = resends.going(session, number)
    seen = resend_sights.sights(session, request, waiting, task.reconciliation.as_of)
    for item in waiting:
        sight = seen[identity(item.id)]
        item.result = result = result_of(_before(item), sight.now)
        item.looked_at = sight.looked_at or item.looked_at
        task.run.count(f"resend_{result.value}")
    everything = resends.items_of(session, number)
    waits = task.waits(request)
    for item in waiting:
        _settle(item, seen[identity(item.id)], everything, waits, now)
        session.add(item)


def _settle(
    item: ResendItem, sight: Sight, everything: Sequence[ResendItem], waits: Waits, now: datetime
) -> None:
    sent_at = item.sent_at or now
    over = is_over(sent_at, sight.looked_at, now, waits)
    item.ground = ground_of(_before(item), sight.now, _alike(item, everything), is_over=over)
    item.is_open = item.result is not ResendResult.CLOSED and not over


def _before(item: ResendItem) -> Before:
    return Before(
        cause=item.cause,
        contribution=item.contribution,
        shows=item.shows,
        answer=item.answer,
        words=item.words or "",
    )


def _alike(item: ResendItem, everything: Sequence[ResendItem]) -> Alike:
    """How those with the same status at home fared, and the others."""
    sent: Counter[Status] = Counter(each.status for each in everything if each.sent_at)
    closed: Counter[Status] = Counter(
        each.status for each in everything if each.sent_at and each.result is ResendResult.CLOSED
    )
    others = closed.total() - closed[item.status]
    return Alike(sent[item.status], closed[item.status], others)


def _brake(
    session: Session, task: Watching, request: ResendRequest, before: Brake, now: datetime
) -> None:
    """Let the rest of a request go once its first dossiers were looked at, or stop it."""
    number = identity(request.id)
    is_sending = request.state is ResendState.SENDING and not request.by_hand
    if not is_sending or resends.next_unsent(session, number) is None:
        return
    after = resend_brake.verdict(session, request, task.trial)
    if after is Brake.STOP:
        resend_brake.hold(session, request, now)
    if (before, after) == (Brake.WAIT, Brake.GO):
        payload = {"request": number, "unit": request.unit, "source": request.source_id}
        events.append(session, EventKind.RESEND_GOES_ON, payload, now)


def _keep(
    session: Session,
    task: Watching,
    request: ResendRequest,
    figures: Mapping[str, Standing],
    now: datetime,
) -> None:
    """Keep the unit's figures of now, and end the request once nothing of it is waited for."""
    row = task.reconciliation
    standing = figures.get(request.unit, Standing(0, 0))
    after = UnitFigures(identity(row.id), row.as_of, standing).stored()
    told: dict[str, Any] = {"after": after}
    number = identity(request.id)
    is_done = not any(item.is_open for item in resends.items_of(session, number))
    if is_done:
        state = ResendState.STOPPED if request.stopped_at else ResendState.DONE
        told |= {"state": state, "ended_at": now, "look_at": None, "send_at": None}
    if resends.take(session, number, [request.state], **told) and is_done:
        payload = {"request": number, "unit": request.unit, "reconciliation": row.id}
        events.append(session, EventKind.RESEND_DONE, payload, now)
