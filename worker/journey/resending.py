"""What people do about requests to send dossiers again: approve, refuse, send, stop, hand over."""

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from models.resend import ResendItem, ResendRequest
from models.resend_types import ResendState
from models.roles import Role
from worker.bootstrap import Services
from worker.core.privacy import scrub
from worker.core.resend.effect import Effect
from worker.db import resend_brake, resend_effects, resends
from worker.db.sources import identity
from worker.errors import ResendError
from worker.journey.sending_again import queue_sending, waits_of
from worker.journey.taking_part import LONGEST_REASON, note, require_on, require_role


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A request with its dossiers and what it did."""

    request: ResendRequest
    items: tuple[ResendItem, ...]
    effect: Effect


def approve(services: Services, number: int, by: str, words: str | None = None) -> ResendRequest:
    """Let a request be sent; it goes once somebody says so (``send``, ``hand_over``).

    One that has stopped by itself goes on at once.

    Raises:
        NotFoundError: there is none of this number.
        ResendError: re-sends are off, it was decided before, or ``by`` asked for it.
        AccessError: ``by`` may not.
    """
    require_on(services)
    now, told = services.clock(), _kept(words)
    decided: dict[str, Any] = {"decided_by": by, "decided_at": now, "decision": told}
    with Session(services.engine, expire_on_commit=False) as session, session.begin():
        require_role(session, by, Role.APPROVER)
        row = resends.get(session, number)
        if row.asked_by.casefold() == by.casefold():
            raise ResendError("resend_same_person", request=number, by=row.asked_by)
        if row.state is ResendState.HELD:
            resend_brake.go_on(session, row, now, **decided)
        else:
            approved = ResendState.APPROVED
            resends.step(session, number, [ResendState.ASKED], state=approved, **decided)
        note(session, by, "resend_approved", number, now, told)
    return row


def reject(services: Services, number: int, by: str, words: str) -> ResendRequest:
    """Refuse a request that nothing of has gone; its dossiers may be asked for again.

    Raises:
        NotFoundError: there is none of this number.
        ResendError: it was decided before, or no reason is given.
        AccessError: ``by`` may not.
    """
    now, told = services.clock(), _kept(words)
    if told is None:
        raise ResendError("resend_reason")
    decided: dict[str, Any] = {"decided_by": by, "decided_at": now, "decision": told}
    with Session(services.engine, expire_on_commit=False) as session, session.begin():
        require_role(session, by, Role.APPROVER)
        before, state = [ResendState.ASKED, ResendState.APPROVED], ResendState.REJECTED
        row = resends.step(session, number, before, state=state, ended_at=now, **decided)
        resends.release(session, number)
        note(session, by, "resend_rejected", number, now, told)
    return row


def _kept(words: str | None) -> str | None:
    return scrub((words or "").strip(), LONGEST_REASON) or None


def send(services: Services, number: int, by: str, reserved: str = "") -> int:
    """Put in the queue what sends an approved request, or goes on with one; the run's id.

    ``reserved``: the process that means to send them itself.

    Raises:
        NotFoundError: there is none of this number.
        ResendError: re-sends are off, it is not approved, or goes by a list.
        AccessError: ``by`` may not.
    """
    require_on(services)
    now = services.clock()
    with Session(services.engine, expire_on_commit=False) as session, session.begin():
        require_role(session, by, Role.OPERATOR)
        if resends.get(session, number).by_hand:
            raise ResendError("resend_by_list", request=number)
        before = [ResendState.APPROVED, ResendState.SENDING]
        row = resends.step(session, number, before, state=ResendState.SENDING, send_at=now)
        note(session, by, "resend_sent", number, now)
    return queue_sending(services, row, by, reserved)


def stop(services: Services, number: int, by: str, reason: str | None = None) -> ResendRequest:
    """Let no further dossier of a request go, at once; those that went are still watched.

    Raises:
        NotFoundError: there is none of this number.
        ResendError: it is over.
        AccessError: ``by`` may not.
    """
    now, told = services.clock(), _kept(reason)
    with Session(services.engine, expire_on_commit=False) as session, session.begin():
        require_role(session, by, Role.OPERATOR)
        row = resends.stop(session, number, by, now)
        note(session, by, "resend_stopped", number, now, told)
    return row


def hand_over(services: Services, number: int, by: str) -> Shown:
    """Count an approved request as handed to the system's operator, as a list; what stands in it.

    From now on the dossiers are watched as if they had been sent. Once more gives the same list.

    Raises:
        NotFoundError: there is none of this number.
        ResendError: it is not approved, or the system is asked by a call of its own.
        AccessError: ``by`` may not.
    """
    now = services.clock()
    look_at = now + waits_of(services, by_hand=True).look_after
    with Session(services.engine, expire_on_commit=False) as session, session.begin():
        require_role(session, by, Role.OPERATOR)
        row = resends.get(session, number)
        if not row.by_hand:
            raise ResendError("resend_by_call", request=number)
        if row.state is not ResendState.HANDED_OVER:
            told = {"state": ResendState.HANDED_OVER, "sent_at": now, "look_at": look_at}
            resends.step(session, number, [ResendState.APPROVED], **told)
            resends.count_as_sent(session, number, now)
            note(session, by, "resend_handed_over", number, now)
    return shown(services, number)


def shown(services: Services, number: int) -> Shown:
    """A request with its dossiers and what it did.

    Raises:
        NotFoundError: there is none of this number.
    """
    with Session(services.engine, expire_on_commit=False) as session:
        row = resends.get(session, number)
        items = tuple(resends.items_of(session, number))
        return Shown(request=row, items=items, effect=resend_effects.effect(row, items))


def listed(services: Services, wanted: resends.Wanted) -> tuple[int, list[Shown]]:
    """How many requests there are, and the newest of them."""
    with Session(services.engine, expire_on_commit=False) as session:
        total, rows = resends.list_rows(session, wanted)
        items = resends.items_by_request(session, [identity(row.id) for row in rows])
        return total, [
            Shown(
                request=row,
                items=tuple(items[identity(row.id)]),
                effect=resend_effects.effect(row, items[identity(row.id)]),
            )
            for row in rows
        ]
