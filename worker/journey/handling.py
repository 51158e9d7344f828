"""Handling incidents: what people do about them, by a command or in the console."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from models.incident import Incident
from models.mail import OutboundMail
from models.types import IncidentStepKind
from worker.bootstrap import Services
from worker.core.privacy import scrub
from worker.core.times import month_of, period_start
from worker.db import incidents, mails
from worker.db.incidents import Act
from worker.errors import PermanentError
from worker.i18n.numbers import instant
from worker.journey.letters import thread_of

LONGEST_WORDS: Final = 500
LONGEST_MUTE: Final = timedelta(days=366)

# Mails of an incident are looked for no further back.
_MOST_MONTHS = 12


def handle(services: Services, number: int, done: Act) -> Incident:
    """Keep what somebody does about an incident; their words without personal data, and short.

    Raises:
        NotFoundError: there is none of this number.
        PermanentError: it is over, somebody has to say why or whom, or it would be muted until an
            instant that is over or more than a year ahead.
    """
    now = services.clock()
    text = scrub(done.text, LONGEST_WORDS).strip() if done.text else None
    to = scrub(done.to, LONGEST_WORDS).strip() if done.to else None
    said = replace(done, text=text or None, to=to or None)
    _require_said(said, now)
    with Session(services.engine, expire_on_commit=False) as session, session.begin():
        row = incidents.act(session, number, said, now)
        session.flush()
        return row


def mails_of(services: Services, session: Session, row: Incident) -> list[OutboundMail]:
    """The mails of the last year that spoke of an incident, the newest first, content not read."""
    at, first = services.clock(), row.opened_at
    threads: list[str] = []
    while at >= first and len(threads) < 2 * _MOST_MONTHS:
        threads += [thread_of(services, unit, at) for unit in dict.fromkeys((row.unit, ""))]
        at = period_start(month_of(at)) - timedelta(seconds=1)
    threads += [thread_of(services, unit, first) for unit in (row.unit, "")]
    return mails.telling_of(session, row.id or 0, threads)


def _require_said(done: Act, now: datetime) -> None:
    """That what an act needs is there."""
    match done.what:
        case IncidentStepKind.MUTED:
            if done.text is None:
                raise PermanentError("reason_wanted")
            if done.until is None or not now < done.until <= now + LONGEST_MUTE:
                raise PermanentError("mute_until", now=instant(now))
        case IncidentStepKind.ASSIGNED if done.to is None:
            raise PermanentError("assignee_wanted")
        case IncidentStepKind.COMMENTED if done.text is None:
            raise PermanentError("words_wanted")
