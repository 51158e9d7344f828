"""What the province's own system reports of itself, beside our recount of its dossiers."""

from collections.abc import Mapping
from typing import Any

from worker.i18n import text
from worker.i18n.numbers import number, signed

_MOST_NAMED = 5
_FIGURES = {"reported": ("late_reported", "late_province")}
_RESOLVED = {"reported_resolved": ("resolved_late_reported", "resolved_late_province")}


def home_statistics(result: Mapping[str, Any]) -> list[str]:
    """One sentence where the province's system publishes late counts, else none.

    A gap says that the rule configured for the source is not the one it counts by, or that its
    statistics are older than its lists. Where it tells only the resolved late dossiers, those are
    compared.
    """
    totals = result["totals"]
    for name, (reported, counted) in (_FIGURES | _RESOLVED).items():
        if totals.get(reported) is not None:
            return [_compared(name, result, reported, counted)]
    return []


def _compared(name: str, result: Mapping[str, Any], reported: str, counted: str) -> str:
    totals = result["totals"]
    late = number(totals[reported])
    differing = [
        f"{unit['name']} {signed(unit[reported] - unit[counted])}"
        for unit in result["units"]
        if unit.get(reported) is not None and unit[reported] != unit[counted]
    ]
    if not differing:
        return text(f"cli.reconcile.{name}_agrees", late=late)
    gap = signed(totals[reported] - totals[counted])
    more = [text("cli.reconcile.and_more")] if len(differing) > _MOST_NAMED else []
    units = ", ".join([*differing[:_MOST_NAMED], *more])
    return text(f"cli.reconcile.{name}", late=late, gap=gap, units=units)
