"""Send mail: hand the mails that are due to the mail server, in their order."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session

from models.types import MailState
from worker.db import mails
from worker.db.mails import Held
from worker.db.outbox import Lease
from worker.errors import DoisoatError
from worker.ports import Handed, Postman

# Longer than one try may take, with a server that thinks long about what it was given.
LEASE = timedelta(minutes=15)

_LATER = "later"
# So many one after the other that nobody took: the server is the trouble, not the mails.
_MOST_IN_A_ROW = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SendMail:
    """One round over the mails, at most ``most`` of them; of ``only`` one where it is named."""

    engine: Engine
    postman: Postman
    owner: str
    clock: Callable[[], datetime]
    most: int = 100
    only: int | None = None


def send_mail(task: SendMail) -> dict[str, int]:
    """Send what is due; how many were ``sent``, ``refused``, ``given_up``, put off (``later``).

    Killed between sending and marking, a mail goes out once more after its lease, with the same
    Message-ID. A round ends where the server can't be worked with.
    """
    counts = {state.value: 0 for state in MailState if state is not MailState.WAITING}
    counts[_LATER] = 0
    in_a_row = 0
    for _ in range(task.most):
        held = _claimed(task)
        if held is None:
            break
        state, reachable = _tried(task, held)
        if state is not None:
            counts[_LATER if state is MailState.WAITING else state.value] += 1
        in_a_row = in_a_row + 1 if state is MailState.WAITING else 0
        if not reachable or in_a_row >= _MOST_IN_A_ROW:
            break
    return counts


def _claimed(task: SendMail) -> Held | None:
    lease = Lease(owner=task.owner, lasts=LEASE)
    with Session(task.engine) as session, session.begin():
        return mails.claim_next(session, lease, task.clock(), task.only)


def _tried(task: SendMail, held: Held) -> tuple[MailState | None, bool]:
    """The state a mail is in after a try, and whether the server could be worked with."""
    became = _sent(task, held)
    with Session(task.engine) as session, session.begin():
        if isinstance(became, DoisoatError):
            return mails.put_off(session, held, became, task.clock()), False
        return mails.mark_handed(session, held, became, task.clock()), True


def _sent(task: SendMail, held: Held) -> Handed | DoisoatError:
    try:
        return task.postman.send(held.mail)
    except DoisoatError as error:
        return error
