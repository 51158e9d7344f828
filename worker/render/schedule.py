"""The schedule: as items for programs, and as a table of what runs next."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from models.source import SyncRun
from worker.core.schedule import ClosedMonth, Days, Every, Job, Work
from worker.i18n import text
from worker.i18n.numbers import duration, instant, number
from worker.render.lists import how_many, state_text
from worker.render.tables import plain_table

Item = dict[str, Any]

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A job with its last turn, the run that took it, and its next turn, where there are such."""

    job: Job
    last: datetime | None
    run: SyncRun | None
    next: datetime | None


def schedule_item(turn: Turn) -> Item:
    """A job as ``schedule --json`` shows it; ``state`` is None where its last turn was not taken.

    ``period`` is told of closing jobs alone.
    """
    job = turn.job
    period = {"period": job.month.value} if job.work is Work.CLOSE else {}
    return {
        "name": job.name,
        "does": job.work.value,
        **period,
        "source": job.source,
        "when": when_text(job),
        "last": turn.last,
        "run": turn.run.id if turn.run else None,
        "state": turn.run.state.value if turn.run else None,
        "next": turn.next,
    }


def schedule_table(
    items: Sequence[Item], total: int, now: datetime, folders: Mapping[str, str]
) -> list[RenderableType]:
    """What runs next, the soonest first; ``folders`` are the watched ones by source."""
    watched = [
        text("schedule.folder", source=source, folder=folder) for source, folder in folders.items()
    ]
    if not items:
        return [text("schedule.none"), *watched]
    names = ("next", "name", "does", "source", "when", "last", "state")
    table = plain_table(text("schedule.title"), [text(f"schedule.column.{name}") for name in names])
    for item in items:
        table.add_row(*_row(item))
    asked = text("schedule.asked_at", now=instant(now))
    return [table, "", how_many("schedule.total", len(items), total), asked, *watched]


def when_text(job: Job) -> str:
    """When a job has its turns, in words: ``16:00, ngày 23 hằng tháng``."""
    return ", ".join(_when_parts(job))


def _row(item: Item) -> list[RenderableType]:
    return [
        instant(item["next"]) if item["next"] else text("schedule.never"),
        item["name"],
        _work_text(item),
        item["source"] or text("schedule.whole_store"),
        Text(item["when"]),
        instant(item["last"]) if item["last"] else text("schedule.no_turn_yet"),
        _state(item),
    ]


def _work_text(item: Item) -> str:
    last = item.get("period") == ClosedMonth.LAST.value
    return text("schedule.work.close_last" if last else f"schedule.work.{item['does']}")


def _state(item: Item) -> RenderableType:
    if item["last"] is None:
        return ""
    if item["state"] is None:
        return Text(text("schedule.not_run"), style="yellow")
    return Text.assemble(state_text(item["state"]), text("schedule.of_run", run=item["run"]))


def _when_parts(job: Job) -> Iterator[str]:
    if isinstance(job.when, Every):
        yield text("schedule.every", interval=_interval(job.when.interval))
    else:
        yield text("schedule.at", times=_listed([f"{each:%H:%M}" for each in job.when.times]))
    days = _days_text(job.days)
    if days or not isinstance(job.when, Every):
        yield days or text("schedule.days.all")
    if job.in_office_hours:
        yield text("schedule.in_office_hours")


def _interval(value: timedelta) -> str:
    """A whole number of minutes in the largest parts, any other in seconds."""
    if value % _MINUTE:
        return text("schedule.seconds", n=number(value.total_seconds()))
    return duration(value)


def _days_text(days: Days) -> str:
    if days.of_month is not None:
        return text("schedule.days.of_month", day=days.of_month)
    if days.working_only:
        return text("schedule.days.working")
    if days == Days():
        return ""
    return _listed([text(f"schedule.weekday.{each}") for each in sorted(days.weekdays)])


def _listed(parts: Sequence[str]) -> str:
    """``02:00, 10:00 và 18:00``."""
    *before, last = parts
    return text("schedule.and", first=", ".join(before), last=last) if before else last
