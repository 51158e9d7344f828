"""What a journey brought: per source what was read, and what to do where it stayed incomplete."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import RenderableType

from worker.i18n import has_text, text
from worker.i18n.numbers import number
from worker.render.lists import state_text
from worker.render.tables import plain_table

_COUNTS = ("rows", "looked_up", "found", "new", "changed", "gone", "quarantined")


def journey_table(items: Sequence[Mapping[str, Any]]) -> list[RenderableType]:
    """One line a source, then a sentence for each that stayed incomplete."""
    if not items:
        return []
    names = [name for name in _COUNTS if any(item["counts"].get(name) for item in items)]
    headings = [text("cli.runs.source"), text("cli.runs.state")]
    headings += [text(f"cli.counts.{name}") for name in names]
    table = plain_table(text("cli.sync.title"), headings, numbers=range(2, len(headings)))
    for item in items:
        told = item["counts"]
        counts = [number(told[name]) if name in told else "" for name in names]
        table.add_row(item["source"], state_text(item["state"]), *counts)
    return [table, "", *map(_unfinished, filter(_is_unfinished, items))]


def _is_unfinished(item: Mapping[str, Any]) -> bool:
    return bool(item["state"] != "complete")


def _unfinished(item: Mapping[str, Any]) -> str:
    key = f"cli.sync.{item['state']}"
    reason = item["error"] or why_incomplete(item["counts"])
    return text(key if has_text(key) else "cli.sync.incomplete", source=item["source"], why=reason)


def why_incomplete(counts: Mapping[str, int]) -> str:
    """Why a run that had no error still is not complete."""
    for name in ("missing", "not_asked", "unanswered"):
        if counts.get(name):
            return text(f"cli.sync.why.{name}", count=number(counts[name]))
    return text("cli.sync.why.unproven")
