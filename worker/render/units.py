"""Units and names of units: as items of a list, as tables, and in sentences."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from models.decision import UnitAlias
from worker.core.units import Unit
from worker.i18n import text
from worker.i18n.numbers import day, instant, number
from worker.render.tables import plain_table

if TYPE_CHECKING:
    from worker.db.unit_names import UnknownName

Item = Mapping[str, Any]


def unit_item(unit: Unit) -> dict[str, Any]:
    """A unit as `units --json` shows it."""
    return {
        "code": unit.code,
        "name": unit.name,
        "short_name": unit.short_name,
        "level": unit.level.value,
        "parent": unit.parent,
        "valid_from": unit.valid_from,
        "valid_to": unit.valid_to,
        "successor": unit.successor,
        "aliases": list(unit.aliases),
    }


def units_table(province: str, items: Sequence[Item]) -> list[RenderableType]:
    """The units as `units --json` shows them, in the order given.

    When a unit began and ended, and what followed it, are columns only where that is so of any.
    """
    names = {item["code"]: item["short_name"] or item["name"] for item in items}
    columns = ["code", "name", "level", "parent"]
    if any(item["valid_from"] or item["valid_to"] for item in items):
        columns.append("valid")
    if any(item["successor"] for item in items):
        columns.append("successor")
    table: Table = plain_table(
        text("cli.units.title", province=province), [text(f"cli.units.{key}") for key in columns]
    )
    for item in items:
        table.add_row(*_unit_row(item, names)[: len(columns)])
    return [table, text("cli.units.total", total=number(len(items)))]


def _unit_row(item: Item, names: Mapping[str, str]) -> list[RenderableType]:
    parent, successor = item["parent"], item["successor"]
    return [
        item["code"],
        item["name"],
        text(f"states.level.{item['level']}"),
        names.get(parent, parent) or "",
        _validity(item["valid_from"], item["valid_to"]),
        names.get(successor, successor) or "",
    ]


def _validity(start: date | None, end: date | None) -> str:
    parts = []
    if start is not None:
        parts.append(text("cli.units.from", day=day(start)))
    if end is not None:
        parts.append(text("cli.units.until", day=day(end)))
    return " ".join(parts)


def unknown_item(name: "UnknownName", near: Sequence[Unit]) -> dict[str, Any]:
    """A name as `units unknown --json` shows it; ``near`` are the units it looks like."""
    return {
        "name": name.name,
        "codes": sorted(name.codes),
        "count": name.count,
        "sources": sorted(name.sources),
        "first_at": name.first_at,
        "last_at": name.last_at,
        "near": [{"code": unit.code, "name": unit.name} for unit in near],
    }


def unknown_table(items: Sequence[Item]) -> list[RenderableType]:
    """The inbox of names, and what to do about them."""
    if not items:
        return [text("cli.units.none_unknown")]
    columns = ("told", "count", "sources", "first_at", "last_at", "near")
    headings = [text(f"cli.units.{key}") for key in columns]
    table = plain_table(text("cli.units.unknown_title"), headings, numbers=[1])
    for item in items:
        near = "; ".join(f"{unit['name']} ({unit['code']})" for unit in item["near"])
        table.add_row(
            Text(_told(item)),
            number(item["count"]),
            ", ".join(item["sources"]),
            instant(item["first_at"]),
            instant(item["last_at"]),
            Text(near),
        )
    total = text("cli.units.unknown_total", total=number(len(items)))
    return [table, "", total, text("cli.units.near_note"), text("cli.units.what_to_do")]


def _told(item: Item) -> str:
    """The name with the codes it came with, where they say more than the name."""
    codes = ", ".join(code for code in item["codes"] if code != item["name"])
    return f"{item['name']} ({codes})" if codes else str(item["name"])


def assigned_item(row: UnitAlias, unit: Unit | None) -> dict[str, Any]:
    """A decision as `units assigned --json` shows it; ``unit`` is None where it isn't listed."""
    return {
        "name": row.name,
        "unit": row.unit,
        "unit_name": unit.name if unit else None,
        "by": row.by,
        "reason": row.reason,
        "at": row.at,
        "applied_at": row.applied_at,
    }


def assigned_table(items: Sequence[Item]) -> list[RenderableType]:
    """The decisions about names."""
    if not items:
        return [text("cli.units.none_assigned")]
    columns = ("told", "meant", "by", "at", "reason")
    headings = [text(f"cli.units.{key}") for key in columns]
    table = plain_table(text("cli.units.assigned_title"), headings)
    for item in items:
        table.add_row(
            Text(item["name"]),
            Text(f"{item['unit_name'] or text('cli.units.unlisted')} ({item['unit']})"),
            Text(item["by"]),
            instant(item["at"]),
            Text(item["reason"] or ""),
        )
    return [table, "", text("cli.units.assigned_total", total=number(len(items)))]


def assignment_item(name: str, unit: Unit, read: Mapping[str, Any]) -> dict[str, Any]:
    """A decision just made as `units assign --json` shows it; ``read``: what came of it."""
    return {
        "name": name,
        "unit": {"code": unit.code, "name": unit.name},
        "read": read["records"],
        "to_come": read["to_come"],
        "incomplete": read["incomplete"],
        "busy": read["busy"],
    }


def assignment_told(told: Item) -> Iterator[RenderableType]:
    """What came of a decision: what was read by it, and what still waits and for what."""
    unit = told["unit"]
    yield text("cli.units.assigned", name=told["name"], unit=unit["name"], code=unit["code"])
    for key in ("read", "to_come", "incomplete"):
        if told[key]:
            yield text(f"cli.units.{key}", count=number(told[key]))
    if not any(told[key] for key in ("read", "to_come", "incomplete", "busy")):
        yield text("cli.units.nothing_waited")
    if told["busy"]:
        yield text("cli.units.busy", sources=", ".join(told["busy"]))
