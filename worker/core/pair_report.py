"""The report of a pair with line-ministry software, in words that fit any two sources.

The report of the province and the portal has fixed names (``late_province``, ``late_portal``); a
pair says ``home`` for the source nearer to the handling and ``other`` for what it is held against.
"""

from collections.abc import Mapping
from typing import Any

from models.types import Side
from worker.core.outcome import Report

_RENAMED = {
    "late_province": "late_home",
    "late_province_by_portal_rule": "late_home_by_other_rule",
    "late_portal": "late_other",
    "counted_province": "counted_home",
    "counted_portal": "counted_other",
    "on_portal": "on_other",
    "portal_unit": "other_unit",
    "province": "home",
    "portal": "other",
}
# Nobody publishes counts of the dossiers of a pair alone.
_LEFT_OUT = frozenset(
    {
        "late_published",
        "unexplained",
        "late_reported",
        "resolved_late_reported",
        "resolved_late_province",
    }
)

Party = tuple[str, Side]


def pair_report(report: Report, home: Party, other: Party) -> Report:
    """A reconciliation's report for two named sources and the sides they speak for."""
    told = {
        "home": {"source": home[0], "side": home[1].value},
        "other": {"source": other[0], "side": other[1].value},
    }
    return told | {name: _renamed(value) for name, value in report.items()}


def _renamed(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {
            _RENAMED.get(name, name): _renamed(each)
            for name, each in value.items()
            if name not in _LEFT_OUT
        }
    if isinstance(value, list):
        return [_renamed(each) for each in value]
    return value
