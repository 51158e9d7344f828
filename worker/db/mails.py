"""The mails: written with what they tell of, kept until a mail server has taken them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import aliased, defer
from sqlmodel import Session, col, exists, func, or_, select, update

from models.mail import OutboundMail
from models.types import MailState
from worker.core.alerts import addressees
from worker.core.alerts.addressees import LATER, REFUSED, TAKEN
from worker.core.alerts.recipients import Recipients
from worker.core.outbox import expiry, next_try
from worker.db import incidents
from worker.db.outbox import Lease
from worker.db.sources import identity
from worker.errors import DoisoatError, NotFoundError, PermanentError
from worker.ports import Handed, OutgoingMail

_FREE: dict[str, Any] = {"claimed_by": None, "claimed_until": None}
# Others may be quicker; whoever loses so often finds the next one in the next round.
_MOST_RACES = 5

# A whole message, with these addresses in the place of those it was written to.
Readdress = Callable[[bytes, Sequence[str]], bytes]


@dataclass(frozen=True, slots=True)
class Held:
    """A mail in this process's hands until its lease is over; ``fence`` proves it.

    ``mail`` is for those who have not got it yet.
    """

    id: int
    mail: OutgoingMail
    answers: Mapping[str, Any]
    attempts: int
    expires_at: datetime
    fence: int


def claim_next(
    session: Session, lease: Lease, now: datetime, only: int | None = None
) -> Held | None:
    """Take up the first mail that is due, or just the one asked for; None where there is none.

    A unit's mails go in their order: while another process has one in its hands, the unit's later
    ones wait. One that waits for its next try holds up nobody.
    """
    for _ in range(_MOST_RACES):
        row = session.exec(_first_due(now, only)).one_or_none()
        if row is None:
            return None
        held = _held(row)
        taken = {
            "claimed_by": lease.owner,
            "claimed_until": now + lease.lasts,
            "attempts": held.attempts,
            "fence": held.fence,
        }
        if _write(session, held.id, row.fence, taken):
            return held
    return None


def _first_due(now: datetime, only: int | None) -> Any:
    earlier = aliased(OutboundMail)
    in_hand = (
        col(earlier.unit) == col(OutboundMail.unit),
        col(earlier.id) < col(OutboundMail.id),
        col(earlier.state) == MailState.WAITING,
        col(earlier.claimed_until) > now,
    )
    query = select(OutboundMail).where(
        OutboundMail.state == MailState.WAITING,
        OutboundMail.next_try_at <= now,
        _unclaimed(now),
        ~exists().where(*in_hand),
    )
    if only is not None:
        query = query.where(OutboundMail.id == only)
    # What this session read before may have been sent by another process since.
    return query.order_by(col(OutboundMail.id)).limit(1).execution_options(populate_existing=True)


def _unclaimed(now: datetime) -> Any:
    return or_(col(OutboundMail.claimed_until).is_(None), col(OutboundMail.claimed_until) <= now)


def _held(row: OutboundMail) -> Held:
    left = tuple(addressees.still_to_get(row.to, row.answers))
    return Held(
        id=identity(row.id),
        mail=OutgoingMail(to=left, content=row.content),
        answers=row.answers,
        attempts=row.attempts + 1,
        expires_at=row.expires_at or expiry(row.created_at),
        fence=row.fence + 1,
    )


def mark_handed(session: Session, held: Held, handed: Handed, now: datetime) -> MailState | None:
    """Keep what became of a mail, by address; the state it is in then.

    It is sent once somebody has it and nobody else can still get it. None where another process
    has taken it up since.
    """
    told = {each: held.answers.get(each, {}) | said for each, said in _told(handed).items()}
    answers = {**held.answers, **told}
    counted = [said for each, said in answers.items() if not addressees.is_left_out(answers, each)]
    again = next_try(held.attempts, held.expires_at, now) if handed.later else None
    state = _state(counted, again)
    values = {
        "state": state,
        "sent_at": now if state is MailState.SENT else None,
        "next_try_at": again or now,
        "answers": answers,
        "error": _error(counted, state),
    }
    return state if _write(session, held.id, held.fence, _FREE | values) else None


def _told(handed: Handed) -> dict[str, Any]:
    told = {address: {"state": TAKEN, "detail": ""} for address in handed.taken}
    told |= {each: {"state": REFUSED, "detail": why} for each, why in handed.refused.items()}
    told |= {each: {"state": LATER, "detail": why} for each, why in handed.later.items()}
    return told


def _state(answers: Sequence[Mapping[str, Any]], again: datetime | None) -> MailState:
    states = {answer["state"] for answer in answers}
    if again is not None:
        return MailState.WAITING
    if TAKEN in states:
        return MailState.SENT
    return MailState.GIVEN_UP if LATER in states else MailState.REFUSED


def _error(answers: Sequence[Mapping[str, Any]], state: MailState) -> dict[str, Any] | None:
    """What keeps some from getting it: what can't be mended by waiting first."""
    over = "mail_put_off" if state is MailState.WAITING else "mail_given_up"
    for answered, key in ((REFUSED, "mail_refused"), (LATER, over)):
        why = [answer["detail"] for answer in answers if answer["state"] == answered]
        if why:
            counts = {"left": len(why), "total": len(answers)}
            return {"key": key, "values": {**counts, "detail": why[0]}}
    return None


def put_off(session: Session, held: Held, error: DoisoatError, now: datetime) -> MailState | None:
    """Keep that nothing could be sent at all; the state the mail is in then.

    What else waits is not tried before it either: one server takes them all. None where another
    process has taken the mail up since.
    """
    again = next_try(held.attempts, held.expires_at, now)
    state = MailState.GIVEN_UP if again is None else MailState.WAITING
    told = {"key": error.key, "values": error.values}
    values = {"state": state, "next_try_at": again or now, "error": told}
    if not _write(session, held.id, held.fence, _FREE | values):
        return None
    if again is not None:
        waiting = (
            col(OutboundMail.state) == MailState.WAITING,
            col(OutboundMail.next_try_at) < again,
            _unclaimed(now),
        )
        session.exec(update(OutboundMail).where(*waiting).values(next_try_at=again))
    return state


def listed_today(session: Session, row: OutboundMail, people: Recipients) -> tuple[str, ...]:
    """Who is to be told today of a mail's unit, at the levels it was meant for."""
    level = incidents.level_told(session, row.incidents, row.created_at)
    return people.today(row.unit, level)


def send_again(
    session: Session, mail: int, people: Recipients, readdress: Readdress, now: datetime
) -> OutboundMail:
    """Let a mail go once more, at once, to those ``listed_today`` who have not got it.

    Where it reached all of these, it goes to all of them again. It keeps its Message-ID, so mail
    programs may show it to those who have it only once.

    Raises:
        NotFoundError: there is no such mail.
        PermanentError: nobody is to be told today, or it is being sent just now.
    """
    row = find(session, mail)
    listed = listed_today(session, row, people)
    if not listed:
        raise PermanentError("mail_for_nobody", mail=mail)
    life = {
        "state": MailState.WAITING,
        "attempts": 0,
        "next_try_at": now,
        "expires_at": expiry(now),
        "sent_at": None,
        "answers": addressees.sent_again(row.to, row.answers, listed, now),
        "content": readdress(row.content, listed),
        "error": None,
        "fence": row.fence + 1,
    }
    held = row.claimed_until is not None and row.claimed_until > now
    if held or not _write(session, mail, row.fence, _FREE | life):
        raise PermanentError("mail_in_hand", mail=mail)
    session.refresh(row)
    return row


def _write(session: Session, mail: int, fence: int, values: Mapping[str, Any]) -> bool:
    """Change a mail that nobody else has taken up meanwhile."""
    unchanged = (col(OutboundMail.id) == mail, col(OutboundMail.fence) == fence)
    changed = session.exec(update(OutboundMail).where(*unchanged).values(values))
    return changed.rowcount == 1


def find(session: Session, mail: int) -> OutboundMail:
    """One mail.

    Raises:
        NotFoundError: there is no such mail.
    """
    row = session.get(OutboundMail, mail)
    if row is None:
        raise NotFoundError("mail_unknown", mail=mail)
    return row


def list_mails(
    session: Session, limit: int | None, state: MailState | None = None, offset: int = 0
) -> tuple[int, list[OutboundMail]]:
    """How many mails there are, and a part of them, the newest first, their content not read."""
    asked = [] if state is None else [OutboundMail.state == state]
    counted = select(func.count()).select_from(OutboundMail).where(*asked)
    newest = select(OutboundMail).where(*asked).order_by(col(OutboundMail.id).desc())
    rows = newest.limit(limit).offset(offset).options(_without_content())
    return session.exec(counted).one(), list(session.exec(rows))


def telling_of(session: Session, incident: int, threads: Collection[str]) -> list[OutboundMail]:
    """The mails of these threads that speak of an incident, the newest first, content not read."""
    query = select(OutboundMail).where(col(OutboundMail.thread).in_(threads))
    rows = session.exec(query.order_by(col(OutboundMail.id).desc()).options(_without_content()))
    return [row for row in rows if incident in row.incidents]


def _without_content() -> Any:
    return defer(OutboundMail.content)  # type: ignore[arg-type]


def waiting_ids(session: Session) -> list[int]:
    """The mails that are still to go, in their order."""
    query = select(OutboundMail.id).where(OutboundMail.state == MailState.WAITING)
    return [identity(each) for each in session.exec(query.order_by(col(OutboundMail.id)))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How the mails stand: how many wait, since when, and how many will never arrive.

    ``due_since`` is the time from which the one that is due longest could have been tried, None
    where somebody has it in hand or it is not due; ``error`` is what kept the oldest. Of those that
    will never arrive the ones written since an instant are counted.
    """

    waiting: int
    oldest: datetime | None
    due_since: datetime | None
    refused: int
    given_up: int
    error: Mapping[str, Any] | None


def standing(session: Session, now: datetime, failed_since: datetime) -> Standing:
    """How the mails stand."""
    waits = OutboundMail.state == MailState.WAITING
    waiting, oldest = session.exec(
        select(func.count(), func.min(OutboundMail.created_at)).where(waits)
    ).one()
    due = (waits, _unclaimed(now), OutboundMail.next_try_at <= now)
    since = session.exec(select(func.min(OutboundMail.next_try_at)).where(*due)).one()
    first = select(OutboundMail.error).where(waits).order_by(col(OutboundMail.id)).limit(1)
    counted = select(OutboundMail.state, func.count()).where(
        OutboundMail.created_at >= failed_since
    )
    by_state = dict(session.exec(counted.group_by(col(OutboundMail.state))).all())
    return Standing(
        waiting=waiting,
        oldest=oldest,
        due_since=since,
        refused=by_state.get(MailState.REFUSED, 0),
        given_up=by_state.get(MailState.GIVEN_UP, 0),
        error=session.exec(first).one_or_none(),
    )
