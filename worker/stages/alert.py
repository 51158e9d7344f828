"""Alert: what became of incidents by what is known now, and the mails about it, in one step."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session

from models.reconciliation import Reconciliation
from models.types import IncidentState
from worker.core.alerts.incidents import Evaluation, IncidentView, Seen, evaluation, turns
from worker.core.alerts.notices import Moment, notices
from worker.core.alerts.policy import Policy
from worker.core.alerts.recipients import Recipients
from worker.core.alerts.signals import UnitSight
from worker.core.calendar import Calendar
from worker.db import alert_signals, incidents, runs
from worker.db.posting import Occasion, Write, post_all
from worker.db.runs import Run
from worker.ports import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """An evaluation, beside a reconciliation that was just measured.

    One that rests on readings that are not whole tells of sources alone. ``source_ids`` are all
    configured sources, ``rereadable`` those of them that can be read at any time. ``people`` says
    who is told of what. ``write`` makes mails of notices.
    """

    engine: Engine
    run: Run
    reconciliation: Reconciliation | None
    source_ids: Sequence[int]
    rereadable: Collection[int]
    heirs: Mapping[str, str]
    policy: Policy
    calendar: Calendar
    people: Callable[[Session], Recipients]
    write: Write
    progress: Progress
    clock: Callable[[], datetime]


def alert(task: Alert) -> dict[str, int]:
    """Evaluate, keep what became of incidents, and put the mails about it in the outbox.

    All in one transaction: a mail and what it is about are there both or not at all. Made once
    more it finds nothing new. How many incidents there are, and how many mails were written.
    """
    with Session(task.engine) as session, session.begin():
        now = task.clock()
        seen = _evaluated(session, task, now)
        known = incidents.known(session, task.policy, now)
        views = incidents.keep(session, turns(known, seen, task.policy), now)
        found = notices(views, _moment(session, task, seen))
        row = task.reconciliation if seen.basis is not None else None
        occasion = Occasion(notices=found, row=row, now=now)
        posted = post_all(session, occasion, task.write)
        runs.save(session, task.run, now)
    task.progress(len(found), len(found))
    return {"incidents": _open(views), "mails": posted}


def _evaluated(session: Session, task: Alert, now: datetime) -> Evaluation:
    row = task.reconciliation
    basis = None if row is None else alert_signals.basis_of(session, row, task.rereadable)
    units: list[UnitSight] = []
    if row is not None and basis is not None:
        after = task.policy.confirm_after
        confirmed = alert_signals.confirmed(session, row, basis, after, task.heirs)
        units = alert_signals.unit_sights(session, row, task.heirs, confirmed)
    seen = Seen(
        basis=basis,
        units=units,
        sources=alert_signals.source_sights(session, task.source_ids, now),
        heirs=task.heirs,
    )
    return evaluation(seen, task.policy, now)


def _moment(session: Session, task: Alert, seen: Evaluation) -> Moment:
    people = task.people(session)
    return Moment(
        now=seen.now,
        policy=task.policy,
        calendar=task.calendar,
        levels=people.levels,
        may_speak=seen.may_speak,
    )


def _open(views: Sequence[IncidentView]) -> int:
    return sum(view.state is IncidentState.OPEN for view in views)
