"""Incidents: as items of a list, as a table, and one with its history."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from models.incident import Incident, IncidentStep
from models.types import IncidentStepKind
from worker.i18n import text
from worker.i18n.numbers import duration as length
from worker.i18n.numbers import instant, number, percent, signed
from worker.render.lists import how_many
from worker.render.tables import plain_table

Item = dict[str, Any]
Names = Mapping[str, str]

_STYLES = {"open": "yellow", "resolved": "green"}


def incident_item(row: Incident, sources: Mapping[int, str]) -> Item:
    """An incident as ``incidents --json`` shows it; ``unit`` is None for the whole province."""
    return {
        "id": row.id,
        "kind": row.kind.value,
        "unit": row.unit or None,
        "source": sources[row.source_id] if row.source_id else None,
        "state": row.state.value,
        "value": row.value,
        "opened_at": row.opened_at,
        "last_seen_at": row.last_seen_at,
        "resolved_at": row.resolved_at,
        "reconciliation": row.reconciliation_id,
        "notified_at": row.notified_at,
        "level": row.level,
        "acknowledged_at": row.acknowledged_at,
        "acknowledged_by": row.acknowledged_by,
        "muted_until": row.muted_until,
        "assigned_to": row.assigned_to,
    }


def step_item(row: IncidentStep) -> Item:
    """A step of its history; ``by`` is None where the program did it."""
    return {
        "at": row.at,
        "what": row.what.value,
        "by": row.by,
        "text": row.text,
        "value": row.value,
    }


def incidents_table(items: Sequence[Item], total: int, names: Names) -> list[RenderableType]:
    """Incidents, the open ones first; ``names`` gives a unit's name by its code."""
    if not items:
        return [text("incidents.none")]
    columns = ("id", "unit", "what", "since", "state", "told")
    headings = [text(f"incidents.column.{name}") for name in columns]
    table = plain_table(text("incidents.title"), headings, numbers=[0])
    for item in items:
        table.add_row(
            str(item["id"]),
            Text(where_text(item, names)),
            Text(says(item["kind"], item["value"])),
            instant(item["opened_at"]),
            Text(text(f"incidents.state.{item['state']}"), style=_STYLES[item["state"]]),
            Text("\n".join(handling(item))),
        )
    return [table, "", how_many("incidents.total", len(items), total), *_advice(items)]


def incident_told(item: Item, steps: Sequence[Item], names: Names) -> list[RenderableType]:
    """One incident with its history, the first step first."""
    kind = text(f"incidents.kind.{item['kind']}")
    head = text("incidents.one", id=item["id"], what=kind, where=where_text(item, names))
    return [
        Text(head, style="bold"),
        Text(says(item["kind"], item["value"])),
        Text("; ".join(handling(item))),
        "",
        *(Text(_step(each, names)) for each in steps),
    ]


def where_text(item: Mapping[str, Any], names: Names) -> str:
    """The unit or the source an incident is about."""
    if item["source"] is not None:
        return text("incidents.of_source", source=item["source"])
    if item["unit"] is None:
        return text("incidents.whole")
    return names.get(item["unit"], item["unit"])


def says(kind: str, value: Mapping[str, float]) -> str:
    """An incident's numbers in a few words."""
    return text(f"incidents.says.{kind}", **dict(_written(value)))


def _written(value: Mapping[str, float]) -> Iterator[tuple[str, str]]:
    for name, told in value.items():
        if name in ("share", "rate"):
            yield name, percent(told)
        elif name in ("difference", "unexplained"):
            yield name, signed(int(told))
        elif name == "lag":
            yield name, length(timedelta(seconds=told))
        else:
            yield name.removeprefix("late_"), number(told)


def handling(item: Item) -> Iterator[str]:
    """Who acts on an incident, until when it is muted, whether somebody was told."""
    if item["acknowledged_by"] is not None:
        yield text("incidents.taken_on", by=item["acknowledged_by"])
    if item["assigned_to"] is not None:
        yield text("incidents.assigned", to=item["assigned_to"])
    if item["level"]:
        yield text("incidents.level", level=item["level"] + 1)
    if item["muted_until"] is not None:
        yield text("incidents.until", at=instant(item["muted_until"]))
    if item["resolved_at"] is not None:
        yield text("incidents.over_at", at=instant(item["resolved_at"]))
    if item["notified_at"] is None:
        yield text("incidents.nobody_told")
    else:
        yield text("incidents.told_at", at=instant(item["notified_at"]))


def step_said(step: Item, names: Names) -> str:
    """What was said with a step: a reason in words, a unit by its name, people's own words."""
    said = step["text"] or ""
    if said and step["what"] == IncidentStepKind.NOTIFIED:
        return text(f"incidents.reason.{said}")
    return names.get(said, said) if step["what"] == IncidentStepKind.MOVED else said


def _step(step: Item, names: Names) -> str:
    said = step_said(step, names)
    return text(
        "incidents.step",
        at=instant(step["at"]),
        what=text(f"incidents.what.{step['what']}"),
        by=text("incidents.by", by=step["by"]) if step["by"] else "",
        text=text("incidents.said", text=said) if said else "",
    )


def _advice(items: Sequence[Item]) -> Iterator[RenderableType]:
    yield text("incidents.hint", id=items[0]["id"])
    waiting = [each for each in items if each["state"] == "open" and not each["acknowledged_by"]]
    if waiting:
        yield text("incidents.advice", id=waiting[0]["id"])
