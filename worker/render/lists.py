"""Runs, quarantine and discrepancies: as items of a list, and as tables."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from models.reconciliation import Discrepancy
from models.source import Quarantine, SyncRun
from worker.core.remedy import remedy_of
from worker.core.resend.selection import lasting_obstacle
from worker.errors import DataError, DoisoatError
from worker.i18n import has_text, sentence, text
from worker.i18n.numbers import duration, instant, number, signed
from worker.render.tables import Packed, plain_table

Item = dict[str, Any]

_STYLES = {"complete": "green", "incomplete": "yellow", "interrupted": "yellow", "failed": "red"}


def run_item(run: SyncRun, source: str) -> Item:
    """A run as ``runs --json`` shows it; its error is a sentence.

    ``source`` is empty where a run computes over the whole store: None in the item. One that has
    not begun has no ``started_at``.
    """
    error = DoisoatError(run.error["key"], **run.error["values"]) if run.error else None
    return {
        "id": run.id,
        "source": source or None,
        "trigger": run.trigger.value,
        "by": run.by,
        "reason": run.reason,
        "stage": run.stage,
        "state": run.state.value,
        "full": run.full,
        "queued_at": run.queued_at,
        "started_at": run.started_at if run.fence else None,
        "ended_at": run.ended_at,
        "slot": run.slot,
        "done": run.done,
        "total": run.total,
        "counts": dict(run.counts),
        "error": sentence(error) if error else None,
    }


def runs_table(items: Sequence[Item], total: int) -> list[RenderableType]:
    """Runs, the newest first, and what went wrong in them."""
    if not items:
        return [text("cli.runs.none")]
    names = ("id", "source", "stage", "state", "started_at", "took", "counts")
    headings = [text(f"cli.runs.{name}") for name in names]
    table = plain_table(text("cli.runs.title"), headings, numbers=[0])
    for item in items:
        table.add_row(*_run_row(item))
    errors = [
        text("cli.runs.error", id=item["id"], error=item["error"])
        for item in items
        if item["error"]
    ]
    return [table, "", *errors, how_many("cli.runs.total", len(items), total)]


def _run_row(item: Item) -> list[RenderableType]:
    began, ended = item["started_at"], item["ended_at"]
    return [
        str(item["id"]),
        item["source"] or text("runs.whole_store"),
        text(f"cli.stage_name.{item['stage']}"),
        state_text(item["state"]),
        instant(began) if began else "",
        duration(ended - began) if began and ended else "",
        counts_text(item["counts"]),
    ]


def state_text(state: str) -> Text:
    """A run's state in words."""
    return Text(text(f"states.run.{state}"), style=_STYLES.get(state, ""))


def counts_text(counts: Mapping[str, int]) -> Packed:
    """What a run counted, but for what it had none of."""
    return Packed(
        tuple(
            f"{text('cli.counts.' + name) if has_text('cli.counts.' + name) else name} "
            f"{number(count)}"
            for name, count in counts.items()
            if count
        )
    )


def quarantine_item(source: str, row: Quarantine) -> Item:
    """A row in quarantine as ``quarantine --json`` shows it; its reason is a sentence."""
    return {
        "id": row.id,
        "source": source,
        "run": row.run_id,
        "at": row.at,
        "code": row.code,
        "reason": sentence(DataError(row.reason, row.detail)),
        "raw": row.raw,
    }


def quarantine_table(items: Sequence[Item], total: int) -> list[RenderableType]:
    """What could not be read, and why."""
    if not items:
        return [text("cli.quarantine.none")]
    names = ("id", "source", "run", "at", "code", "reason")
    headings = [text(f"cli.quarantine.{name}") for name in names]
    table = plain_table(text("cli.quarantine.title"), headings, numbers=[0, 2])
    for item in items:
        table.add_row(
            str(item["id"]),
            item["source"],
            str(item["run"]),
            instant(item["at"]),
            item["code"] or text("cli.reconcile.unknown"),
            Text(item["reason"]),
        )
    return [
        table,
        "",
        how_many("cli.quarantine.total", len(items), total),
        text("cli.quarantine.advice"),
    ]


def discrepancy_item(row: Discrepancy, sources: Mapping[int, str]) -> Item:
    """A discrepancy as ``discrepancies --json`` shows it.

    ``sources`` gives a source's name by its id; an item names the two that disagree. ``not_resent``
    says why sending the dossier again would not mend it, null where it may.
    """
    item: Item = {
        "id": row.id,
        "sources": [sources[row.province_source_id], sources[row.portal_source_id]],
        "dossier": row.code,
        "dossier_id": row.dossier_id,
        "unit": row.unit,
        "portal_unit": row.portal_unit,
        "cause": row.cause.value,
        "kind": row.kind.value,
        "contribution": row.contribution,
        "fields": row.fields,
        "flags": list(row.flags),
        "remedy": remedy_of(row.cause).value,
        "not_resent": lasting_obstacle(row.cause, row.flags),
    }
    if set(row.contributions) - {row.unit}:
        item["contributions"] = dict(row.contributions)
    return item | {
        "opened_at": row.opened_at,
        "last_seen_at": row.last_seen_at,
        "closed_at": row.closed_at,
        "state": row.state.value,
        "acknowledged_at": row.acknowledged_at,
        "acknowledged_by": row.acknowledged_by,
        "note": row.note,
    }


def discrepancies_table(
    items: Sequence[Item], total: int, names: Mapping[str, str]
) -> list[RenderableType]:
    """Discrepancies, the open ones first; ``names`` gives a unit's name by its code."""
    if not items:
        return [text("cli.discrepancies.none")]
    several = len({tuple(item["sources"]) for item in items}) > 1
    columns = ("id", "dossier", "unit", "cause", "contribution", "resend", "opened_at", "state")
    pair = ("pair",) if several else ()
    headings = [text(f"cli.discrepancies.{name}") for name in (*columns, *pair)]
    table = plain_table(text("cli.discrepancies.title"), headings, numbers=[0, 4])
    for item in items:
        told = (" – ".join(item["sources"]),) if several else ()
        table.add_row(
            str(item["id"]),
            Text(item["dossier"]),
            Text(units_text(item, names)),
            Text(cause_text(item)),
            signed(item["contribution"]),
            text(f"resend.mends.{item['not_resent'] or 'resend'}"),
            instant(item["opened_at"]),
            text(f"states.discrepancy.{item['state']}"),
            *told,
        )
    return [
        table,
        "",
        how_many("cli.discrepancies.total", len(items), total),
        text("cli.discrepancies.hint", dossier=items[0]["dossier"]),
    ]


def units_text(item: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """The unit of a discrepancy; both, where the sides book it under different ones."""
    here, there = (names.get(item[key], item[key]) for key in ("unit", "portal_unit"))
    return here if item["unit"] == item["portal_unit"] else f"{here} → {there}"


def cause_text(item: Mapping[str, Any]) -> str:
    """The cause of a discrepancy and its kind, in words."""
    label = text(f"causes.label.{item['cause']}")
    return text("cli.discrepancies.rule", cause=label) if item["kind"] == "rule" else label


def how_many(key: str, shown: int, total: int) -> str:
    """The total in words, and that there is more where not every row is shown."""
    said = text(key, total=number(total))
    more = text("cli.more", shown=number(shown)) if shown < total else ""
    return f"{said} {more}".strip()
