"""Runs under way: how far, how fast, how long still."""

from collections.abc import Sequence
from typing import Any

from rich.console import RenderableType

from models.source import SyncRun
from models.types import RunState
from worker.core.progress import Progress
from worker.i18n import text
from worker.i18n.numbers import duration, instant, number
from worker.render.lists import counts_text, run_item, state_text
from worker.render.tables import plain_table

Item = dict[str, Any]

_GOES_ON = frozenset({RunState.QUEUED, RunState.RUNNING})


def followed_item(run: SyncRun, source: str) -> Item:
    """A run as ``runs --follow --json`` shows it: as in the list, with its pace.

    ``rate`` is in records a second, ``left`` in seconds.
    """
    pace = Progress(
        done=run.done, total=run.total, began=run.started_at, seen=run.ended_at or run.heartbeat_at
    )
    going = run.state is RunState.RUNNING
    return run_item(run, source) | {
        "rate": pace.rate and round(pace.rate, 1),
        "left": pace.left if going else None,
        "stopping": run.stop is not None,
    }


def goes_on(item: Item) -> bool:
    """Whether a run is not over yet."""
    return item["state"] in _GOES_ON


def followed_table(items: Sequence[Item]) -> RenderableType:
    """Runs under way and those just over, one a line."""
    names = ("id", "source", "stage", "state", "progress", "rate", "left", "counts")
    table = plain_table(text("runs.now"), [text(f"runs.{name}") for name in names], numbers=[0])
    for item in items:
        table.add_row(*_row(item))
    return table


def _row(item: Item) -> list[RenderableType]:
    done, total = item["done"], item["total"]
    if total is None:
        progress = number(done) if done else ""
    else:
        progress = text("cli.progress.of", done=number(done), total=number(total))
    rate = text("cli.progress.rate", rate=number(round(item["rate"]))) if item["rate"] else ""
    return [
        str(item["id"]),
        item["source"] or text("runs.whole_store"),
        text(f"cli.stage_name.{item['stage']}"),
        text("runs.stopping") if item["stopping"] else state_text(item["state"]),
        progress,
        rate,
        text("cli.progress.left", left=duration(item["left"])) if item["left"] else "",
        counts_text(item["counts"]),
    ]


def queued_lines(items: Sequence[Item], *, told: bool) -> list[RenderableType]:
    """What was put in the queue, and what to do to see it done."""
    lines: list[RenderableType] = [
        text(
            "runs.queued",
            id=item["id"],
            stage=text(f"cli.stage_name.{item['stage']}"),
            source=item["source"] or text("runs.whole_store"),
            at=instant(item["queued_at"]),
        )
        for item in items
    ]
    advice = "runs.follow" if told else "runs.broker_away"
    return [*lines, text(advice)]
