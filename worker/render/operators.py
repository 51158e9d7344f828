"""Accounts of the console: as items for programs, and as a table."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from models.operator import Operator
from worker.core.access import state_of
from worker.i18n import text
from worker.i18n.numbers import instant, number
from worker.render.tables import plain_table

Item = dict[str, Any]

_STYLES = {"active": "green", "waiting": "yellow", "disabled": "red"}


def operator_item(row: Operator, sessions: int, tokens: int) -> Item:
    """An account as ``operator list --json`` shows it; ``units`` empty are all of them.

    ``state`` is ``active``, ``waiting`` (no password yet) or ``disabled``; ``sessions`` and
    ``tokens`` are those that hold now.
    """
    return {
        "name": row.name,
        "role": row.role.value,
        "units": list(row.units),
        "state": state_of(row.password_hash, row.disabled_at).value,
        "sessions": sessions,
        "tokens": tokens,
        "created_at": row.created_at,
        "created_by": row.created_by,
        "signed_in_at": row.signed_in_at,
        "disabled_at": row.disabled_at,
    }


def operators_table(items: Sequence[Item], names: Mapping[str, str]) -> list[RenderableType]:
    """Accounts by name; ``names`` gives a unit's name by its code."""
    if not items:
        return [text("cli.operator.none"), text("cli.operator.first")]
    columns = ("name", "role", "units", "state", "signed_in_at")
    headings = [text(f"cli.operator.{column}") for column in columns]
    table = plain_table(text("cli.operator.title"), headings)
    for item in items:
        signed_in = item["signed_in_at"]
        table.add_row(
            item["name"],
            text(f"pages.role.{item['role']}"),
            Text(units_shown(item["units"], names)),
            Text(text(f"pages.people.state.{item['state']}"), style=_STYLES[item["state"]]),
            instant(signed_in) if signed_in else "",
        )
    return [table, "", text("cli.operator.total", total=number(len(items)))]


def units_shown(units: Sequence[str], names: Mapping[str, str]) -> str:
    """The units an account sees, by name."""
    shown = ", ".join(names.get(unit, unit) for unit in units)
    return shown or text("pages.people.all_units")
