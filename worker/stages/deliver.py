"""Deliver: tell other systems what waits for them in the outbox, each in order."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session

from models.types import Channel, MessageState
from worker.db import outbox
from worker.db.outbox import Held, Lease
from worker.errors import DoisoatError
from worker.ports import Parcel, Sender

# Longer than one try may take.
LEASE = timedelta(minutes=2)

_SENT = MessageState.SENT.value
_LATER = "later"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliver:
    """One round over the outbox: at most ``most`` tries for each of the ``senders``, by target."""

    engine: Engine
    channel: Channel
    senders: Mapping[str, Sender]
    owner: str
    clock: Callable[[], datetime]
    most: int = 50


def deliver(task: Deliver) -> dict[str, int]:
    """Send what is due; how many were ``sent``, fail for now (``later``), and were ``given_up``.

    Killed between sending and marking, a message goes out once more after its lease, under the same
    delivery id. A target that fails is left alone until its first message is due again.
    """
    counts = {_SENT: 0, _LATER: 0, MessageState.GIVEN_UP.value: 0}
    for target in task.senders:
        for _ in range(task.most):
            outcome = _next(task, target)
            if outcome is None:
                break
            counts[outcome] += 1
    return counts


def _next(task: Deliver, target: str) -> str | None:
    """Try the first message of a target; None where there is nothing for us to do."""
    lease = Lease(owner=task.owner, lasts=LEASE)
    with Session(task.engine) as session, session.begin():
        held = outbox.claim_next(session, task.channel, target, lease, task.clock())
    if held is None:
        return None
    error = _sent(task, held)
    with Session(task.engine) as session, session.begin():
        if error is None:
            return _SENT if outbox.mark_sent(session, held, task.clock()) else None
        state = outbox.mark_failed(session, held, error, task.clock())
    return _LATER if state is MessageState.WAITING else state.value


def _sent(task: Deliver, held: Held) -> DoisoatError | None:
    """What went wrong in sending, None where the target took the message."""
    parcel = Parcel(delivery=held.delivery, payload=held.payload)
    try:
        task.senders[held.target].send(parcel, task.clock())
    except DoisoatError as error:
        return error
    return None
