"""Units as items of a list, and as a table."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from rich.console import RenderableType
from rich.table import Table

from worker.core.units import Unit
from worker.i18n import text
from worker.i18n.numbers import day, number
from worker.render.tables import plain_table


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


def units_table(province: str, items: Sequence[Mapping[str, Any]]) -> list[RenderableType]:
    """The units as `units --json` shows them, in the order given."""
    names = {item["code"]: item["short_name"] or item["name"] for item in items}
    table: Table = plain_table(
        text("cli.units.title", province=province),
        [text(f"cli.units.{key}") for key in ("code", "name", "level", "parent", "valid")],
    )
    for item in items:
        parent = item["parent"]
        table.add_row(
            item["code"],
            item["name"],
            text(f"states.level.{item['level']}"),
            names.get(parent, parent) or "",
            _validity(item["valid_from"], item["valid_to"]),
        )
    return [table, text("cli.units.total", total=number(len(items)))]


def _validity(start: date | None, end: date | None) -> str:
    parts = []
    if start is not None:
        parts.append(text("cli.units.from", day=day(start)))
    if end is not None:
        parts.append(text("cli.units.until", day=day(end)))
    return " ".join(parts)
