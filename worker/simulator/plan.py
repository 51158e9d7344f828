"""How many dossiers each unit has, and how many of them the portal counts as late.

Volumes come from the province's folder, late shares from the figures printed for the month.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from models.types import UnitLevel
from worker.core.reference import Province
from worker.core.times import local_day, month_of
from worker.core.units import Unit

# Indicator 2.1 for departments, the progress group's rate for districts.
_ON_TIME_INDICATORS = ("2.1", "TDGQ_pct")
_USUAL_LATE_SHARE = 0.12
_USUAL_VOLUME = 200

# Below these sizes rounding would change the order of units by late share.
_LEAST = 20
_LEAST_OF_THE_LATEST = 50
_HIGH_LATE_SHARE = 0.4


@dataclass(frozen=True, slots=True)
class UnitPlan:
    """A unit, the dossiers the portal counts for it, and how many of those it counts as late."""

    unit: Unit
    dossiers: int
    late: int

    @property
    def late_share(self) -> float:
        """The late ones among those counted."""
        return self.late / self.dossiers


def plan_units(province: Province, as_of: datetime, wanted: int | None) -> tuple[UnitPlan, ...]:
    """The plan of each unit that has dossiers, in the order of the province's list.

    Args:
        province: The reference data; without volumes all units get the same number, without
            figures the same late share.
        as_of: The cut-off; its local month chooses the printed figures.
        wanted: How many dossiers the portal counts in all; never fewer than keep the order of
            units by late share. None: the volumes as given.
    """
    shares = _late_shares(province, as_of)
    volumes = _volumes(province, as_of, shares)
    sizes = _sizes(volumes, shares, wanted)
    return tuple(
        UnitPlan(unit, sizes[unit.code], round(sizes[unit.code] * _share(shares, unit.code)))
        for unit in province.units
        if sizes.get(unit.code)
    )


def _late_shares(province: Province, as_of: datetime) -> dict[str, float | None]:
    """1 - the printed on-time share by unit; None where there was no dossier."""
    month = month_of(as_of)
    return {
        figure.unit: None if figure.number is None else 1 - float(figure.number) / 100
        for figure in province.figures
        if figure.period == month and figure.indicator in _ON_TIME_INDICATORS
    }


def _share(shares: Mapping[str, float | None], unit: str) -> float:
    share = shares.get(unit, _USUAL_LATE_SHARE)
    return _USUAL_LATE_SHARE if share is None else share


def _volumes(
    province: Province, as_of: datetime, shares: Mapping[str, float | None]
) -> dict[str, int]:
    valid = _valid(province.units, as_of)
    at_work = {unit.code for unit in valid}
    given = {volume.unit: volume.dossiers for volume in province.volumes if volume.unit in at_work}
    if not given:
        given = {unit.code: _USUAL_VOLUME for unit in _upper(valid)}
    empty = {unit for unit, share in shares.items() if share is None}
    return {unit: volume for unit, volume in given.items() if volume > 0 and unit not in empty}


def _valid(units: Sequence[Unit], as_of: datetime) -> list[Unit]:
    """The units below the province that exist on the day."""
    day = local_day(as_of)
    return [
        unit
        for unit in units
        if unit.level is not UnitLevel.PROVINCE
        and (unit.valid_from is None or unit.valid_from <= day)
        and (unit.valid_to is None or day <= unit.valid_to)
    ]


def _upper(units: Sequence[Unit]) -> Sequence[Unit]:
    """Departments and districts, where there are any."""
    return [unit for unit in units if unit.level is not UnitLevel.COMMUNE] or units


def _sizes(
    volumes: Mapping[str, int], shares: Mapping[str, float | None], wanted: int | None
) -> dict[str, int]:
    if wanted is None:
        return dict(volumes)
    least = {
        unit: _LEAST_OF_THE_LATEST if _share(shares, unit) > _HIGH_LATE_SHARE else _LEAST
        for unit in volumes
    }
    spare = max(0, wanted - sum(least.values()))
    total = sum(volumes.values()) or 1
    return {unit: least[unit] + round(spare * volume / total) for unit, volume in volumes.items()}
