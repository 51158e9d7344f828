"""``doisoat schedule``: what runs next by itself, and what became of each job's last turn."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from worker.cli.invocation import JsonOption
from worker.cli.options import LimitOption, rows_shown
from worker.cli.output import listing, print_json, show
from worker.cli.stored import opened

if TYPE_CHECKING:
    from worker.bootstrap import Services
    from worker.render.schedule import Turn
    from worker.settings.model import Settings

_AT_LAST = datetime.max.replace(tzinfo=UTC)


def run(ctx: typer.Context, *, limit: LimitOption = None, as_json: JsonOption = False) -> int:
    """Print the jobs of the schedule, the soonest first."""
    from worker.render.schedule import schedule_item, schedule_table

    limit = rows_shown(limit, 40, as_json=as_json)
    with opened(ctx) as services:
        turns = sorted(_turns(services), key=lambda turn: turn.next or _AT_LAST)
        items = [schedule_item(turn) for turn in turns[:limit]]
        folders = _folders(services.settings)
        now = services.clock()
    if as_json:
        print_json(listing(items, len(turns)) | {"folders": folders})
    else:
        show(*schedule_table(items, len(turns), now, folders))
    return 0


def _turns(services: "Services") -> "list[Turn]":
    """Every job with its turns around now, and the runs that took the last ones."""
    from sqlmodel import Session

    from worker.core.schedule import Office, last_slot, next_slot, slot_key
    from worker.db.slots import runs_of_slots
    from worker.render.schedule import Turn
    from worker.settings.jobs import jobs_of

    now = services.clock()
    office = Office(services.statutes.calendar, services.statutes.hours)
    last = [(job, last_slot(job, now, office)) for job in jobs_of(services.settings)]
    keys = [slot_key(job, slot) if slot else "" for job, slot in last]
    with Session(services.engine, expire_on_commit=False) as session:
        runs = runs_of_slots(session, keys)
    return [
        Turn(job=job, last=slot, run=runs.get(key), next=next_slot(job, now, office))
        for (job, slot), key in zip(last, keys, strict=True)
    ]


def _folders(settings: "Settings") -> dict[str, str]:
    """The watched folders by source."""
    from worker.settings.model import WorkbookSettings

    return {
        name: str(source.folder)
        for name, source in settings.sources.items()
        if isinstance(source, WorkbookSettings) and source.folder is not None
    }
