"""Digest: the daily mails: what each unit has to do, what becomes late, what nobody decides."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session

from models.reconciliation import Reconciliation
from models.resend import ResendRequest
from models.types import IncidentKind, IncidentState
from worker.core.alerts.incidents import IncidentView
from worker.core.alerts.notices import Moment, digest
from worker.core.alerts.policy import Policy
from worker.core.alerts.recipients import Recipients
from worker.core.alerts.signals import OF_UNITS, WHOLE
from worker.core.alerts.warnings import reach
from worker.core.calendar import Calendar
from worker.core.hours import Hours
from worker.core.times import day_start, local_day
from worker.db import alert_signals, early_warnings, incidents, resend_pulse, runs
from worker.db.early_warnings import EarlyWarning
from worker.db.posting import Draft, Occasion, Write, post, post_all
from worker.db.runs import Run
from worker.ports import Progress

# A reconciliation older than this says nothing of today.
FRESH_FOR = timedelta(days=1)

Warned = Mapping[str, Sequence[EarlyWarning]]
# Writes the mail about requests that somebody has to decide about, to addresses, at an instant.
Remind = Callable[[Session, Sequence[ResendRequest], Sequence[str], datetime], Draft]


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """The daily mails of one day, by the last reconciliation of the province with the portal.

    ``remind`` writes the one about requests to send dossiers again; None where these are off.
    """

    engine: Engine
    run: Run
    province_id: int
    portal_id: int
    heirs: Mapping[str, str]
    policy: Policy
    calendar: Calendar
    hours: Hours
    people: Callable[[Session], Recipients]
    write: Write
    remind: Remind | None
    progress: Progress
    clock: Callable[[], datetime]


def write_digest(task: Digest) -> dict[str, int]:
    """Put the daily mails in the outbox; how many mails and how many warnings there are."""
    with Session(task.engine) as session, session.begin():
        now = task.clock()
        known = incidents.known(session, task.policy, now)
        row = _fresh(session, task, now)
        down = _down(known)
        warned = _warned(session, task, row, down, now)
        moment = Moment(
            now=now,
            policy=task.policy,
            calendar=task.calendar,
            levels=task.people(session).levels,
            may_speak=lambda view: _may_speak(view, down, task, fresh=row is not None),
        )
        found = digest(known, warned.keys(), moment)
        occasion = Occasion(notices=found, row=row, now=now, warned=warned)
        posted = post_all(session, occasion, task.write) + _reminded(session, task, now)
        runs.save(session, task.run, now)
    task.progress(posted, posted)
    return {"mails": posted, "warnings": sum(map(len, warned.values()))}


def _reminded(session: Session, task: Digest, now: datetime) -> bool:
    """Whether those of the whole province are told what waits for a decision since yesterday."""
    rows = resend_pulse.undecided(session, day_start(local_day(now)))
    to = next(iter(task.people(session).levels(WHOLE)), ())
    if task.remind is None or not rows or not to:
        return False
    return post(session, task.remind(session, rows, to, now), now)


def _fresh(session: Session, task: Digest, now: datetime) -> Reconciliation | None:
    row = alert_signals.latest(session, task.province_id, task.portal_id)
    return row if row is not None and now - row.as_of <= FRESH_FOR else None


def _down(known: Sequence[IncidentView]) -> frozenset[int]:
    """The sources that have an open incident of not answering."""
    return frozenset(
        view.source_id
        for view in known
        if view.kind is IncidentKind.SOURCE_DOWN
        and view.state is IncidentState.OPEN
        and view.source_id is not None
    )


def _may_speak(view: IncidentView, down: frozenset[int], task: Digest, *, fresh: bool) -> bool:
    """No unit is blamed on old data, nor while a source is down (design, promise 11)."""
    if view.kind in OF_UNITS:
        return fresh and down.isdisjoint({task.province_id, task.portal_id})
    return view.kind is IncidentKind.SOURCE_DOWN or view.source_id not in down


def _warned(
    session: Session,
    task: Digest,
    row: Reconciliation | None,
    down: frozenset[int],
    now: datetime,
) -> Warned:
    """What becomes late next, by unit: it rests on what the province tells alone."""
    if row is None or task.province_id in down:
        return {}
    until = reach(now, task.calendar, task.hours)
    found: defaultdict[str, list[EarlyWarning]] = defaultdict(list)
    for each in early_warnings.warnings(session, row, now, until, task.heirs):
        found[each.unit].append(each)
    return found
