"""Tell: the mail to those of the whole province that a request to send again stopped by itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session

from models.resend import ResendRequest
from models.resend_types import ResendState
from worker.core.alerts.recipients import Recipients
from worker.core.alerts.signals import WHOLE
from worker.db import resends, runs
from worker.db.posting import Draft, post
from worker.db.runs import Run

# Writes the mail about a request, to these addresses, at an instant.
WriteHeld = Callable[[Session, ResendRequest, Sequence[str], datetime], Draft]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tell:
    """Which request stopped, who is told of it, and what makes a mail of it."""

    engine: Engine
    run: Run
    request: int
    people: Callable[[Session], Recipients]
    write: WriteHeld
    clock: Callable[[], datetime]


def tell(task: Tell) -> dict[str, int]:
    """Put the mail in the outbox, once for each time a request stops; how many mails are new.

    None where nobody is told of the whole province, or somebody has decided about it meanwhile.
    """
    with Session(task.engine) as session, session.begin():
        now = task.clock()
        request = resends.get(session, task.request)
        to = next(iter(task.people(session).levels(WHOLE)), ())
        is_due = bool(to) and request.state is ResendState.HELD
        posted = is_due and post(session, task.write(session, request, to, now), now)
        runs.save(session, task.run, now)
    return {"mails": int(posted)}
