"""How units stand: the figures of a reconciliation with rates, sync health and open incidents."""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, get_args

from models.reconciliation import SyncHealth
from models.types import UnitLevel
from worker.bootstrap import Services
from worker.console.reckoned import Reckoned
from worker.console.units.told import Basis, Days, Figures, Standing
from worker.db.sources import identity

# By what the table of units can be sorted, in the order of its columns; what stands first.
Sort = Literal[
    "late_share",
    "name",
    "late_province",
    "late_portal",
    "late_published",
    "difference",
    "unexplained",
    "sync_rate",
    "lag_p95",
    "open_discrepancies",
    "incidents",
]
COLUMNS: tuple[Sort, ...] = get_args(Sort)
# The larger, the worse, whatever its sign.
_BY_SIZE = frozenset({"difference", "unexplained"})


def basis_of(known: Reckoned) -> dict[str, Any]:
    """The fields of ``Basis``."""
    return {
        "reconciliation": identity(known.row.id),
        "as_of": known.row.as_of,
        "period": Days(first=known.period.first, last=known.period.last),
        "complete": known.row.complete,
        "newer_incomplete": known.newer.as_of if known.newer else None,
    }


def told_basis(known: Reckoned) -> Basis:
    """What figures rest on."""
    return Basis(**basis_of(known))


def totals_of(known: Reckoned) -> Figures:
    """The figures of the whole report."""
    return Figures(**known.report["totals"])


def standings(
    services: Services, known: Reckoned, incidents: Mapping[str, int]
) -> Sequence[Standing]:
    """Every unit of a reconciliation, in the order of the province's list."""
    return [_standing(services, known, line, incidents) for line in known.report["units"]]


def _standing(
    services: Services, known: Reckoned, line: Mapping[str, Any], incidents: Mapping[str, int]
) -> Standing:
    unit = services.directory.get(line["code"])
    health = known.health.get(line["code"])
    counted = line["counted_portal"]
    return Standing(
        **line,
        short_name=unit.short_name if unit and unit.short_name else line["name"],
        level=unit.level if unit else UnitLevel.DEPARTMENT,
        late_share=line["late_portal"] / counted if counted else None,
        sync_rate=rate_of(health),
        lag_p50=health.lag_p50 if health else None,
        lag_p95=health.lag_p95 if health else None,
        open_discrepancies=health.open_discrepancies if health else None,
        age_max=health.age_max if health else None,
        incidents=incidents.get(line["code"], 0),
    )


def rate_of(health: SyncHealth | None) -> float | None:
    """On the portal of all that was received; None where nothing was, or nobody measured."""
    return health.on_portal / health.received if health and health.received else None


def chosen(units: Sequence[Standing], words: str = "", level: str = "") -> list[Standing]:
    """Those whose name or code holds ``words``, with diacritics or without, of one level."""
    wanted = _bare(words)
    return [
        each
        for each in units
        if level in ("", each.level.value) and wanted in _bare(f"{each.code} {each.name}")
    ]


def _bare(words: str) -> str:
    """Words as people type them in a hurry: no diacritics, no capitals."""
    letters = unicodedata.normalize("NFD", words.lower().replace("đ", "d"))
    return "".join(each for each in letters if not unicodedata.combining(each))


def ordered(units: Sequence[Standing], column: str, *, is_descending: bool) -> list[Standing]:
    """Sorted by a column; units without dossiers, or without that figure, come last either way."""
    known = [each for each in units if _has(each, column)]
    rest = [each for each in units if not _has(each, column)]
    return [
        *sorted(known, key=_key(column), reverse=is_descending),
        *sorted(rest, key=lambda unit: unit.code),
    ]


def _has(unit: Standing, column: str) -> bool:
    return column == "name" or not (unit.is_empty or getattr(unit, column) is None)


def _key(column: str) -> Callable[[Standing], tuple[Any, ...]]:
    """As the commands put the worst first: of equals the one with more late dossiers."""
    if column == "name":
        return lambda unit: (_bare(unit.name), unit.code)
    if column in _BY_SIZE:
        return lambda unit: (abs(getattr(unit, column)), unit.late_portal, unit.code)
    return lambda unit: (getattr(unit, column), unit.late_portal, unit.code)
