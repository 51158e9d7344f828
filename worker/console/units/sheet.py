"""The table of units as a file: every figure of the page, and those it has no room for."""

from collections.abc import Sequence

from worker.console.units.told import Standing
from worker.i18n import text

_FIGURES = (
    "late_province",
    "late_province_by_portal_rule",
    "late_portal",
    "late_published",
    "difference",
    "unexplained",
    "late_share",
    "counted_province",
    "counted_portal",
    "received",
    "on_portal",
    "sync_rate",
    "presumed",
    "lag_p50",
    "lag_p95",
    "open_discrepancies",
    "incidents",
)
_SHARES = frozenset({"late_share", "sync_rate"})
_DIGITS = 4


def headings() -> Sequence[str]:
    """What stands above the columns; shares are parts of one, lags seconds."""
    names = ("code", "unit", "level", *_FIGURES)
    return [text(f"pages.units.sheet.{name}") for name in names]


def cells(unit: Standing) -> Sequence[object]:
    """A unit's row."""
    return [
        unit.code,
        unit.name,
        text(f"states.level.{unit.level.value}"),
        *(_cell(unit, name) for name in _FIGURES),
    ]


def _cell(unit: Standing, name: str) -> object:
    value = getattr(unit, name)
    return round(value, _DIGITS) if name in _SHARES and value is not None else value
