"""The truth about a world, in the shape of ``doisoat reconcile --json``, and what is published."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from models.rates import Trait
from models.types import Cause, Flag, Period, UnitLevel
from worker.core.times import month_of
from worker.simulator.records import HomeRow, Planted, PortalObject
from worker.simulator.trait_truth import held_on_portal
from worker.simulator.truth_shapes import (
    DiscrepancyTruth,
    TotalsTruth,
    UnitTruth,
    WorldTruth,
)
from worker.simulator.world import World


@dataclass(frozen=True, slots=True)
class UnitFigures:
    """What the portal publishes of one unit for the month.

    ``synced`` of ``received_at_home`` dossiers are known to the portal (indicator 1.4). ``holding``
    is how many of the ``received`` have each trait on the portal.
    """

    unit: str
    name: str
    received: int
    late: int
    completed: int
    synced: int
    received_at_home: int
    holding: Mapping[Trait, int]


@dataclass(slots=True)
class _Counts:
    province: int = 0
    by_portal_rule: int = 0
    portal: int = 0


def truth(world: World) -> WorldTruth:
    """What a correct reconciliation finds at the world's cut-off.

    Steps that add up to nothing within a unit are left out, and so is the evidence (``fields``).
    ``received`` counts dossiers by their date of receipt at home, ``on_portal`` those of them the
    portal knows under any code.
    """
    counts = _late_counts(world.planted)
    bridges = _bridges(world.planted)
    figures = {figure.unit: figure for figure in published(world)}
    units = [
        _unit(code, name, counts[code], figures.get(code), bridges[code])
        for code, name in _listed(world)
    ]
    published_late = sum(figure.late for figure in figures.values())
    period = month_of(world.as_of)
    return {
        "as_of": world.as_of.isoformat(),
        "period": {"from": period.first.isoformat(), "to": period.last.isoformat()},
        "totals": _totals(units, published_late, _sync_counts(world, world.planted)),
        "units": units,
        "discrepancies": _discrepancies(world.planted),
    }


def published(world: World, procedure: str | None = None) -> tuple[UnitFigures, ...]:
    """The counts the portal publishes of the world's month, strangers included.

    With ``procedure`` (a code) only of the dossiers the portal holds under it.
    """
    received, late, completed = Counter[str](), Counter[str](), Counter[str]()
    planted = [each for each in world.planted if procedure in (None, _procedure(each))]
    for each in planted:
        received[each.portal_unit] += each.truth.counted
        late[each.portal_unit] += each.truth.late.portal
        completed[each.portal_unit] += each.truth.completed
    strangers = [each for each in world.strangers if procedure in (None, each.portal.procedure)]
    for stranger in strangers:
        received[stranger.portal.unit] += 1
        late[stranger.portal.unit] += stranger.late
        completed[stranger.portal.unit] += stranger.portal.ended_by_events is not None
    at_home, synced = _sync_counts(world, planted)
    holding = held_on_portal(planted, strangers)
    return tuple(
        UnitFigures(
            code,
            name,
            received[code],
            late[code],
            completed[code],
            synced[code],
            at_home[code],
            holding[code],
        )
        for code, name in _listed(world)
        if received[code]
    )


def _listed(world: World) -> list[tuple[str, str]]:
    return [(unit.code, unit.name) for unit in world.units if unit.level != UnitLevel.PROVINCE]


def _procedure(each: Planted) -> str | None:
    """The procedure a dossier counts under: as the portal has it, else as home has it."""
    procedures = [record.procedure for record in each.portals]
    procedures += [record.procedure for record in each.homes]
    return procedures[0] if procedures else None


def _sync_counts(world: World, planted: Iterable[Planted]) -> tuple[Counter[str], Counter[str]]:
    at_home, synced = Counter[str](), Counter[str]()
    period = month_of(world.as_of)
    for each in planted:
        if any(_received_in(row, period, world.as_of) for row in each.homes):
            at_home[each.unit] += 1
            synced[each.unit] += bool(each.portals)
    return at_home, synced


def _received_in(row: HomeRow, period: Period, as_of: datetime) -> bool:
    return (
        row.received is not None
        and period.first <= row.received.date() <= period.last
        and row.received <= as_of
    )


def _late_counts(planted: Iterable[Planted]) -> defaultdict[str, _Counts]:
    counts: defaultdict[str, _Counts] = defaultdict(_Counts)
    for each in planted:
        late = each.truth.late
        counts[each.unit].province += late.province
        counts[each.unit].by_portal_rule += late.by_portal_rule
        counts[each.portal_unit].portal += late.portal
    return counts


def contributions(each: Planted) -> dict[str, int]:
    """What a dossier's cause adds to the late count of units; empty where it has none."""
    late, cause = each.truth.late, each.truth.cause
    added: Counter[str] = Counter()
    if cause is not None and each.truth.kind == "rule":
        added[each.unit] += late.by_portal_rule - late.province
    elif cause is not None:
        added[each.portal_unit] += late.portal
        added[each.unit] -= late.by_portal_rule
    return {unit: count for unit, count in added.items() if count}


def _bridges(planted: Iterable[Planted]) -> defaultdict[str, Counter[Cause]]:
    bridges: defaultdict[str, Counter[Cause]] = defaultdict(Counter)
    for each in planted:
        for unit, count in contributions(each).items():
            if each.truth.cause is not None:
                bridges[unit][each.truth.cause] += count
    return bridges


def _unit(
    code: str, name: str, counts: _Counts, figures: UnitFigures | None, bridge: Counter[Cause]
) -> UnitTruth:
    late_published = figures.late if figures else None
    return {
        "code": code,
        "name": name,
        "late_province": counts.province,
        "late_province_by_portal_rule": counts.by_portal_rule,
        "late_portal": counts.portal,
        "late_published": late_published,
        "difference": counts.portal - counts.province,
        "unexplained": None if late_published is None else late_published - counts.portal,
        "bridge": [
            {"cause": cause.value, "kind": cause.kind.value, "count": bridge[cause]}
            for cause in Cause
            if bridge[cause]
        ],
    }


def _totals(
    units: Iterable[UnitTruth], late_published: int, synced: tuple[Counter[str], Counter[str]]
) -> TotalsTruth:
    units = list(units)
    late_portal = sum(unit["late_portal"] for unit in units)
    late_province = sum(unit["late_province"] for unit in units)
    by_portal_rule = sum(unit["late_province_by_portal_rule"] for unit in units)
    received, on_portal = synced
    return {
        "late_province": late_province,
        "late_province_by_portal_rule": by_portal_rule,
        "late_portal": late_portal,
        "late_published": late_published,
        "difference": late_portal - late_province,
        "unexplained": late_published - late_portal,
        "received": received.total(),
        "on_portal": on_portal.total(),
    }


def _discrepancies(planted: Iterable[Planted]) -> list[DiscrepancyTruth]:
    found = [_discrepancy(each, cause) for each in planted if (cause := each.truth.cause)]
    return sorted(found, key=lambda each: each["dossier"])


def _discrepancy(each: Planted, cause: Cause) -> DiscrepancyTruth:
    added = contributions(each)
    return {
        "dossier": each.code,
        "unit": each.unit,
        "portal_unit": each.portal_unit,
        "cause": cause.value,
        "kind": cause.kind.value,
        "contribution": sum(added.values()),
        "contributions": added,
        "flags": [flag.value for flag in Flag if flag in flags_of(each)],
    }


def flags_of(each: Planted) -> set[Flag]:
    """The signs in a dossier's records that times were made to fit."""
    found: set[Flag] = set()
    for row in each.homes:
        found |= _end_flags(row.ended, row.due, row.received)
    for portal in each.portals:
        found |= _end_flags(portal.ended_by_events, portal.due, portal.received)
        found |= _event_flags(portal)
    return found


def _end_flags(end: datetime | None, due: datetime | None, received: datetime | None) -> set[Flag]:
    found: set[Flag] = set()
    if end is not None and end == due:
        found.add(Flag.END_EQUALS_DUE)
    if end is not None and end == received:
        found.add(Flag.END_AT_RECEIPT)
    return found


def _event_flags(portal: PortalObject) -> set[Flag]:
    repeated = len(set(portal.events)) < len(portal.events)
    return {Flag.SYNTHETIC_EVENT_TWICE} if repeated else set()
