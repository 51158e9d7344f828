"""The doctor's look at what should move: queued runs, events, messages out, quarantine."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from models.types import Channel
from worker.cli.finding import Finding, Level
from worker.i18n import text
from worker.i18n.numbers import duration, number

if TYPE_CHECKING:
    from sqlmodel import Session

    from worker.db.outbox import Line
    from worker.settings.model import Settings

# What somebody looks after has moved by then.
_PATIENCE = timedelta(minutes=10)
_LONG_DOWN = timedelta(hours=1)
_FEW = 10


def movement_examined(session: "Session", settings: "Settings", now: datetime) -> Iterator[Finding]:
    """What stands still, and what grows that should not."""
    yield from _queue(session, now)
    yield from _webhooks(settings)
    yield from _outbox(session, settings, now)
    yield from _quarantine(session, now)


def _queue(session: "Session", now: datetime) -> Iterator[Finding]:
    from worker.db.metrics import waiting
    from worker.db.pulse import unhandled_events

    queued = waiting(session)
    told, told_since = unhandled_events(session)
    standing = False
    for name, count, since in (
        ("runs", queued.of_sources + queued.computing, queued.since),
        ("events", told, told_since),
    ):
        if since is None or now - since <= _PATIENCE:
            continue
        standing = True
        age = duration(now - since)
        said = text(f"doctor.queue.{name}", count=number(count), age=age)
        yield Finding("queue", Level.PROBLEM, said, text(f"doctor.queue.{name}_advice"))
    if not standing:
        yield Finding("queue", Level.OK, text("doctor.queue.moves"))


def _webhooks(settings: "Settings") -> Iterator[Finding]:
    for name, webhook in settings.webhooks.items():
        if webhook.secret is None:
            said = text("doctor.outbox.unsigned", webhook=name)
            variable = f"DOISOAT_WEBHOOKS__{name.upper()}__SECRET"
            advice = text("doctor.outbox.unsigned_advice", variable=variable)
            yield Finding("outbox", Level.PROBLEM, said, advice)


def _outbox(session: "Session", settings: "Settings", now: datetime) -> Iterator[Finding]:
    from worker.db.outbox import lines

    findings = [
        finding
        for line in lines(session, Channel.WEBHOOK)
        for finding in _line(line, settings, now)
    ]
    yield from findings
    if settings.webhooks and not findings:
        yield Finding("outbox", Level.OK, text("doctor.outbox.moves"))


def _line(line: "Line", settings: "Settings", now: datetime) -> Iterator[Finding]:
    counts = {"webhook": line.target, "count": number(line.waiting)}
    webhook = settings.webhooks.get(line.target)
    if line.waiting and webhook is None:
        said = text("doctor.outbox.unknown", **counts)
        yield Finding("outbox", Level.WARNING, said, text("doctor.outbox.unknown_advice"))
    elif webhook is not None and webhook.secret is None:
        # Said already: no worker can help there.
        pass
    elif line.due_since is not None and now - line.due_since > _PATIENCE:
        said = text("doctor.outbox.stands", age=duration(now - line.due_since), **counts)
        yield Finding("outbox", Level.PROBLEM, said, text("doctor.outbox.stands_advice"))
    elif line.oldest is not None and now - line.oldest > _LONG_DOWN:
        said = text("doctor.outbox.down", age=duration(now - line.oldest), **counts)
        yield Finding("outbox", Level.WARNING, said, text("doctor.outbox.down_advice"))
    if line.given_up:
        said = text("doctor.outbox.given_up", webhook=line.target, count=number(line.given_up))
        yield Finding("outbox", Level.WARNING, said, text("doctor.outbox.given_up_advice"))


def _quarantine(session: "Session", now: datetime) -> Iterator[Finding]:
    """Growth: more in a day than in the six days before it together."""
    from worker.db.pulse import quarantine_growth

    found = quarantine_growth(session, now)
    if not found.lying:
        yield Finding("quarantine", Level.OK, text("doctor.quarantine.empty"))
        return
    counts = {"lying": number(found.lying), "last_day": number(found.last_day)}
    said = text("doctor.quarantine.lying", **counts)
    grows = found.last_day >= _FEW and found.last_day > found.days_before
    # The first reading of all finds whatever there is.
    settled = found.lying > found.last_day
    level = Level.WARNING if grows and settled else Level.OK
    advice = text("doctor.quarantine.advice")
    yield Finding("quarantine", level, said, advice if level is Level.WARNING else None)
