"""The rates of index 766 counted from dossiers: for programs, and a table of both sides."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from models.rates import Indicator
from models.types import Side
from worker.core.indicators import INDEX_CODE, NO_DOSSIERS, Key, Rate
from worker.i18n import text
from worker.i18n.numbers import number, percent
from worker.render.tables import plain_table

_SIDES = (Side.PROVINCE, Side.PORTAL)
# Told of one side's records alone: what the portal holds, and how soon the province received.
_ONLY_OF = {Indicator.SYNC: Side.PORTAL, Indicator.RECEPTION: Side.PROVINCE}
_PARTS = ("rate", "counts", "untold")
_CENT = Decimal("0.01")


def rate_items(rates: Mapping[Key, Rate], unit: str) -> list[dict[str, Any]]:
    """One unit's rates as `health --json` shows them, in the order of the indicators.

    ``percent`` is in points of a hundred, null where there are no dossiers; a side is null where an
    indicator is not of its records. Nothing is shown where no rates were measured at all.
    """
    if not rates:
        return []
    return [
        {"indicator": indicator.value, "code": INDEX_CODE.get(indicator)}
        | {side.value: _side_item(rates, (unit, side, indicator)) for side in _SIDES}
        for indicator in Indicator
    ]


def _side_item(rates: Mapping[Key, Rate], key: Key) -> dict[str, Any] | None:
    _, side, indicator = key
    if _ONLY_OF.get(indicator, side) is not side:
        return None
    rate = rates.get(key, NO_DOSSIERS)
    share = rate.percent
    return {
        "numerator": rate.numerator,
        "denominator": rate.denominator,
        "untold": rate.untold,
        "percent": None if share is None else float(share.quantize(_CENT)),
    }


def rate_table(name: str, items: list[dict[str, Any]]) -> list[RenderableType]:
    """One unit's rates by both sides' records, and the lines below them; nothing of none."""
    if not items:
        return []
    headings = ("code", "indicator", *(f"{part}_{side}" for side in _SIDES for part in _PARTS))
    table = plain_table(
        text("health.rates.title", unit=name),
        [text(f"health.rates.column.{each}") for each in headings],
        numbers=range(2, len(headings)),
    )
    for item in items:
        _add(table, item)
    return ["", table, "", *_notes(items)]


def _add(table: Table, item: Mapping[str, Any]) -> None:
    cells = [cell for side in _SIDES for cell in _cells(item[side.value])]
    table.add_row(item["code"] or "", Text(_name(item)), *cells)


def _name(item: Mapping[str, Any]) -> str:
    code = item["code"]
    return text(f"index.component.{code}") if code else text("health.rates.reception")


def _cells(told: Mapping[str, Any] | None) -> tuple[str, str, str]:
    if told is None:
        return "", "", ""
    untold = number(told["untold"]) if told["untold"] else ""
    if not told["denominator"]:
        key = "index.value.untold" if untold else "health.no_dossiers"
        return text(key), "", untold
    counts = f"{number(told['numerator'])}/{number(told['denominator'])}"
    return percent(Decimal(told["numerator"]) / told["denominator"]), counts, untold


def _notes(items: list[dict[str, Any]]) -> Iterator[str]:
    told = [item[side.value] for item in items for side in _SIDES if item[side.value]]
    yield text("health.rates.population")
    if any(each["untold"] for each in told):
        yield text("health.rates.untold")
