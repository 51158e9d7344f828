"""What a report must say of a simulated world."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from worker.core.outcome import Report
from worker.simulator.truth import truth
from worker.simulator.truth_shapes import DiscrepancyTruth, UnitTruth, WorldTruth
from worker.simulator.world import World

_LATE = ("late_province", "late_province_by_portal_rule", "late_portal", "difference")
_PUBLISHED = ("late_published", "unexplained")

Line = Mapping[str, Any]


def added_by(item: Line | DiscrepancyTruth) -> dict[str, int]:
    """What a discrepancy of a report or of the truth adds to units."""
    told: dict[str, int] | None = item.get("contributions")
    return {item["unit"]: item["contribution"]} if told is None else dict(told)


def found_in(items: Iterable[Line | DiscrepancyTruth], *, flags: bool = True) -> Counter[str]:
    """Discrepancies with all that is known of them, comparable; ``flags`` may be left out."""
    return Counter(
        repr(
            (
                item["dossier"],
                item["unit"],
                item["portal_unit"],
                item["cause"],
                item["kind"],
                item["contribution"],
                sorted(added_by(item).items()),
                sorted(item["flags"]) if flags else None,
            )
        )
        for item in items
    )


def assert_exact(
    report: Report, world: World | WorldTruth, *, published: bool, flags: bool = True
) -> None:
    """The report says what was planted, all of it and nothing else."""
    expected = world if isinstance(world, dict) else truth(world)
    found = found_in(report["discrepancies"], flags=flags)
    planted = found_in(expected["discrepancies"], flags=flags)
    assert found - planted == Counter(), "invented"
    assert planted - found == Counter(), "missed"
    keys = (*_LATE, *(_PUBLISHED if published else ()))
    assert lines_of(report["units"], keys) == lines_of(expected["units"], keys)
    assert bridges_of(report["units"]) == bridges_of(expected["units"])
    for key in (*keys, "received", "on_portal"):
        assert report["totals"][key] == expected["totals"][key], key  # type: ignore[literal-required]


def lines_of(units: Iterable[Line | UnitTruth], keys: Iterable[str]) -> dict[str, dict[str, int]]:
    """Figures by unit, leaving out what is nothing."""
    keys = tuple(keys)
    lines = {
        unit["code"]: {key: unit[key] for key in keys if unit[key]}  # type: ignore[literal-required]
        for unit in units
    }
    return {code: line for code, line in lines.items() if line}


def bridges_of(units: Iterable[Line | UnitTruth]) -> dict[str, list[Any]]:
    """Bridges by unit, leaving out those without steps."""
    return {unit["code"]: list(unit["bridge"]) for unit in units if unit["bridge"]}


def same_but_number(report: Report, other: Report) -> bool:
    """Whether two reports say the same; each has a number of its own."""
    return {**report, "reconciliation": 0} == {**other, "reconciliation": 0}
