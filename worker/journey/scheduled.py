"""What the schedule starts: each turn once, whoever looks, however often."""

from datetime import UTC, datetime

from sqlmodel import Session

from models.types import RunState, Trigger
from worker.bootstrap import Services
from worker.core.schedule import (
    Job,
    Office,
    Work,
    closed_period,
    last_slot,
    month_before,
    next_slot,
    slot_key,
)
from worker.db import runs, slots, statements
from worker.flow import Stage
from worker.journey.parties import homes_of, id_of, register_sources, sides_of
from worker.journey.queueing import queue_computation, queue_sync
from worker.journey.wish import Wish
from worker.render.schedule import Turn
from worker.settings.jobs import jobs_of
from worker.settings.model import Settings, WorkbookSettings

_STAGES = {
    Work.CLOSE: Stage.RECONCILE,
    Work.REVIEW: Stage.RECONCILE,
    Work.PRUNE: Stage.PRUNE,
    Work.BACKUP: Stage.BACKUP,
    Work.DIGEST: Stage.DIGEST,
    Work.PUBLISH: Stage.PUBLISH,
}

_AT_LAST = datetime.max.replace(tzinfo=UTC)


def turns_of(services: Services) -> list[Turn]:
    """Every job with its turns around now and the run that took the last one, the soonest first."""
    now = services.clock()
    office = Office(services.statutes.calendar, services.statutes.hours)
    last = [(job, last_slot(job, now, office)) for job in jobs_of(services.settings)]
    keys = [slot_key(job, slot) if slot else "" for job, slot in last]
    with Session(services.engine, expire_on_commit=False) as session:
        taken = slots.runs_of_slots(session, keys)
    turns = [
        Turn(job=job, last=slot, run=taken.get(key), next=next_slot(job, now, office))
        for (job, slot), key in zip(last, keys, strict=True)
    ]
    return sorted(turns, key=lambda turn: turn.next or _AT_LAST)


def watched_folders(settings: Settings) -> dict[str, str]:
    """The folders into which files are put, by source."""
    return {
        name: str(source.folder)
        for name, source in settings.sources.items()
        if isinstance(source, WorkbookSettings) and source.folder is not None
    }


def start_due(services: Services) -> tuple[int, ...]:
    """Put the latest turn of every job in the queue, unless it is or was there; ids of new runs."""
    register_sources(services)
    now = services.clock()
    office = Office(services.statutes.calendar, services.statutes.hours)
    found: list[int] = []
    for job in jobs_of(services.settings):
        slot = last_slot(job, now, office)
        if slot is not None and _is_wanted(services, job, slot):
            found += _start(services, job, slot)
    return tuple(found)


def _is_wanted(services: Services, job: Job, slot: datetime) -> bool:
    """A sweep of everything is not, where everything has been read since, or was not even once.

    The first reading takes everything by itself; until then there is nothing to close a month by.
    The month before is looked at again only once it is closed.
    """
    if job.work is Work.REVIEW:
        with Session(services.engine) as session:
            return statements.latest_close(session, month_before(slot)) is not None
    if job.work not in (Work.FULL, Work.CLOSE):
        return True
    name = job.source or sides_of(services)[0]
    with Session(services.engine) as session:
        key = id_of(services, name)
        whole = runs.last_run(session, key, RunState.COMPLETE, full=True)
    if whole is None:
        return False
    return job.work is Work.CLOSE or whole.started_at < slot


def _start(services: Services, job: Job, slot: datetime) -> tuple[int, ...]:
    key = slot_key(job, slot)
    wish = Wish(trigger=Trigger.SCHEDULE, full=job.work is Work.FULL)
    if job.source in homes_of(services):
        return queue_sync(services, wish, slot=key, only=(job.source,))
    if job.source is not None:
        return queue_sync(services, wish, slot=key, only=())
    if job.work is Work.CLOSE:
        month = closed_period(job, slot).first
        wish = Wish(trigger=Trigger.SCHEDULE, as_of=slot, month=month, closes=True)
    if job.work is Work.REVIEW:
        wish = Wish(trigger=Trigger.SCHEDULE, as_of=slot, month=month_before(slot).first)
    return queue_computation(services, _STAGES[job.work], wish, slot=key)
