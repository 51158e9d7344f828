"""Sending dossiers again on a journey, and looking what became of them."""

from dataclasses import replace
from datetime import timedelta

from sqlmodel import Session

from models.reconciliation import Reconciliation
from models.resend import ResendRequest
from models.types import RunState, Trigger
from worker.bootstrap import Services
from worker.core.resend.brake import Brake, Trial
from worker.core.resend.second_look import Waits, next_look
from worker.db import queue, resend_brake, resends
from worker.db.sources import identity
from worker.errors import ResendError
from worker.flow import Stage
from worker.journey.parties import begin, opened, sides_of
from worker.journey.queueing import order_of, portal_to_ask, queue_sync
from worker.journey.wish import Errand, Wish
from worker.stages.resend import LONG_PAUSE, PAUSE, Resending, resend
from worker.stages.watch import Watching, watch

_AT_ONCE = Waits(timedelta(), timedelta())


def resend_now(services: Services, errand: Errand) -> None:
    """Send the dossiers of a request that was approved, as far as the limits allow.

    Raises:
        ResendError: re-sends are off, or the province's system has no such call.
    """
    name, run, number = errand.name, errand.run, errand.wish.resend or 0
    begin(services, run, {"request": number}, full=False, partial=True)
    settings = services.settings.resend
    if not settings.enabled:
        raise ResendError("resend_off")
    with opened(services, name) as source:
        if source.resend is None:
            _put_off(services, number)
            raise ResendError("resend_no_call", source=name)
        task = Resending(
            engine=services.engine,
            source=source.resend,
            request=number,
            limits=settings.limits,
            trial=_trial_of(services),
            clock=services.clock,
            progress=errand.progress(Stage.RESEND),
        )
        resend(task, run)
    errand.travelled.states[name] = RunState.COMPLETE


def _put_off(services: Services, number: int) -> None:
    with Session(services.engine) as session, session.begin():
        resends.put_off(session, number, services.clock() + LONG_PAUSE)


def watch_now(services: Services, errand: Errand) -> None:
    """Judge what went by the reconciliation just made, where that tells of the present."""
    with Session(services.engine, expire_on_commit=False) as session:
        row = session.get(Reconciliation, errand.wish.reconciliation or 0)
    if row is None or row.by_hand or row.of_the_past or not row.complete:
        return
    task = Watching(
        engine=services.engine,
        reconciliation=row,
        waits=lambda request: waits_of(services, by_hand=request.by_hand),
        trial=_trial_of(services),
        clock=services.clock,
        run=errand.run,
    )
    watch(task)


def waits_of(services: Services, *, by_hand: bool) -> Waits:
    """How long dossiers are watched; not at all where the clock stands still."""
    if services.settings.now is not None:
        return _AT_ONCE
    return services.settings.resend.waits(by_hand=by_hand)


def _trial_of(services: Services) -> Trial:
    look_after = waits_of(services, by_hand=False).look_after
    return Trial(services.settings.resend.trial, look_after)


def tend_resends(services: Services) -> None:
    """Let go what may go by now, and have the portal asked about what went a while ago."""
    now = services.clock()
    with Session(services.engine, expire_on_commit=False) as session:
        to_send = resends.sending(session, now) if services.settings.resend.enabled else []
        to_look_at = resends.to_look_at(session, now)
    for request in to_send:
        if not _has_to_wait(services, request):
            queue_sending(services, request, request.decided_by)
    for request in to_look_at:
        _look_again(services, request)


def _has_to_wait(services: Services, request: ResendRequest) -> bool:
    """Whether nobody has looked yet at the first dossiers that went; then it has its turn later."""
    with Session(services.engine) as session, session.begin():
        if resend_brake.verdict(session, request, _trial_of(services)) is not Brake.WAIT:
            return False
        resends.put_off(session, identity(request.id), services.clock() + PAUSE)
    return True


def queue_sending(
    services: Services, request: ResendRequest, by: str | None, reserved: str = ""
) -> int:
    """Put in the queue what sends a request's dossiers; the run's id."""
    order = order_of(services, Stage.RESEND, sides_of(services)[0], sending_wish(request, by))
    with Session(services.engine) as session, session.begin():
        key = queue.put(session, replace(order, reserved=reserved), services.clock())
    return key or 0


def sending_wish(request: ResendRequest, by: str | None) -> Wish:
    """What a run that sends a request's dossiers serves."""
    return Wish(trigger=Trigger.OPERATOR, resend=identity(request.id), by=by, reason=request.reason)


def _look_again(services: Services, request: ResendRequest) -> None:
    """Queue look-ups for what went and is waited for, and say when to look next."""
    now, number = services.clock(), identity(request.id)
    waits = waits_of(services, by_hand=request.by_hand)
    with Session(services.engine) as session, session.begin():
        codes = [item.code for item in resends.going(session, number)]
        again = next_look(request.sent_at or now, now, waits)
        resends.take(session, number, [request.state], look_at=again)
    wish = Wish(trigger=Trigger.OPERATOR, by=request.decided_by, codes=tuple(codes))
    if codes and portal_to_ask(services, wish) is not None:
        queue_sync(services, wish, only=())
