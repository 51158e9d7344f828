"""Planted traits: drawn apart, told by every source, known by the truth, published as they are."""

import json
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rates import Trait
from models.types import Reading, Side, SourceRecord
from tests.places import JULY
from tests.simulator.test_figures import of, reporting_of
from worker.simulator.build import WorldOptions
from worker.simulator.igate_items import IGateItems
from worker.simulator.opencps_items import Items
from worker.simulator.portal_objects import portal_object
from worker.simulator.records import HomeRow, Planted
from worker.simulator.server import running
from worker.simulator.td_items import TdItems
from worker.simulator.trait_truth import trait_truth
from worker.simulator.traits import TraitPlan, TraitShares
from worker.simulator.truth import published, truth
from worker.simulator.world import World
from worker.sources import igate_rows, opencps_rows
from worker.sources.igate_rows import IGateRow, IGateStatuses
from worker.sources.opencps_rows import OpenCpsRow, StatusNames
from worker.sources.portal_rows import PortalRows
from worker.sources.rows import RowReader
from worker.sources.td_dates import TdDates
from worker.sources.td_page import TdPageReader
from worker.sources.td_rows import TdStatuses

Make = Callable[[WorldOptions], World]
Told = Callable[[World, HomeRow], Reading]

EVERY = Trait(sum(Trait))
MANY = [f"H99.01-240718-{number:04d}" for number in range(4000)]


def raw(value: object) -> msgspec.Raw:
    return msgspec.Raw(json.dumps(value).encode())


def from_opencps(world: World, row: HomeRow) -> Reading:
    reader = RowReader(OpenCpsRow, id_field="dossierId", code_field="dossierNo")
    names = StatusNames("tinh", {})
    return reader.read(
        raw(Items(world).item(row)), lambda read: opencps_rows.record_of(read, names)
    )


def from_igate(world: World, row: HomeRow) -> Reading:
    reader = RowReader(IGateRow, id_field="id", code_field="code")
    statuses = IGateStatuses("tinh", {})
    return reader.read(
        raw(IGateItems(world).item(row)), lambda read: igate_rows.record_of(read, statuses)
    )


def from_td(world: World, row: HomeRow) -> Reading:
    item = TdItems(world).item(row)
    page: dict[str, Any] = {"data": [item], "totalCount": 1, "currentPage": 1, "pageSize": 1}
    reader = TdPageReader(TdStatuses("tinh", {}), TdDates())
    (reading,) = reader.read(json.dumps(page).encode(), 1, 1).readings
    return reading


def share(trait: Trait, drawn: Iterable[int], among: int = 0) -> float:
    """How many of those that have all of ``among`` have a trait."""
    held = [traits for traits in drawn if traits & among == among]
    return sum(bool(traits & trait) for traits in held) / len(held)


def undrawn(world: World) -> list[Planted]:
    """The planted dossiers without what was drawn for them."""
    return [
        replace(
            each,
            homes=tuple(replace(row, drawn=0) for row in each.homes),
            portals=tuple(replace(held, drawn=0) for held in each.portals),
        )
        for each in world.planted
    ]


@given(seed=st.integers(0, 99), code=st.sampled_from(MANY))
def test_traits_hang_on_the_seed_and_the_code_alone(seed: int, code: str) -> None:
    one, other = TraitPlan(seed), TraitPlan(seed)
    other.at_home(MANY[-1])
    assert (one.at_home(code), one.at_portal(code)) == (other.at_home(code), other.at_portal(code))
    assert any(TraitPlan(seed + 1).at_home(each) != one.at_home(each) for each in MANY[:50])


def test_no_trait_changes_what_else_a_world_holds(make_world: Make) -> None:
    usual = WorldOptions(seed=7, dossiers=300, broken=3, portal_only=2)
    first = make_world(usual)
    second = make_world(replace(usual, traits=TraitShares(filed_online=1.0, unsynced=0.5)))
    assert undrawn(first) == undrawn(second)
    assert first.planted != second.planted
    assert truth(first) == truth(second)


def test_the_usual_shares_are_those_of_the_document() -> None:
    drawn = [TraitPlan(3).at_home(code) for code in MANY]
    assert share(Trait.FILED_ONLINE, drawn) == pytest.approx(0.41, abs=0.03)
    assert share(Trait.PAID_ONLINE, drawn, Trait.HAS_FEE) == pytest.approx(0.12, abs=0.03)
    assert share(Trait.E_RESULT, drawn) == pytest.approx(0.51, abs=0.03)
    assert share(Trait.REUSED, drawn) == pytest.approx(0.44, abs=0.03)
    both = [traits for traits in drawn if traits & Trait.E_RESULT and traits & Trait.DIGITISED]
    assert len(both) / len(drawn) == pytest.approx(0.44, abs=0.03)


def test_the_portal_lacks_a_little_of_what_home_has_and_nothing_else() -> None:
    plan = TraitPlan(3, TraitShares(has_fee=1.0, paid_online=1.0, unsynced=0.1))
    pairs = [(plan.at_home(code), plan.at_portal(code)) for code in MANY]
    assert all(portal & ~home == 0 for home, portal in pairs)
    assert share(Trait.HAS_FEE, [portal for _, portal in pairs]) == 1
    assert share(Trait.PAID_ONLINE, [home for home, _ in pairs]) == 1
    paid = share(Trait.PAID_ONLINE, [portal for _, portal in pairs])
    assert paid == pytest.approx(0.9, abs=0.03)


@pytest.mark.parametrize(
    ("told", "traits"),
    [
        (from_opencps, Trait.FILED_ONLINE),
        (from_igate, Trait.FILED_ONLINE),
        (from_td, Trait.FILED_ONLINE | Trait.E_RESULT),
    ],
)
def test_each_system_tells_the_traits_it_has_fields_for(
    make_world: Make, told: Told, traits: Trait
) -> None:
    world = make_world(WorldOptions(seed=5, dossiers=300))
    for row in world.home_rows():
        reading = told(world, row)
        assert isinstance(reading, SourceRecord)
        assert (reading.traits, reading.traits_told) == (row.traits & traits, traits)


def test_the_portal_tells_all_of_them_and_none_before_there_is_a_result(make_world: Make) -> None:
    world = make_world(WorldOptions(seed=5, dossiers=300))
    rows = PortalRows("H99")
    portals = [held for each in world.planted for held in each.portals]
    for held in portals:
        (reading,) = rows.readings(held.code, [raw(portal_object(held, {}))])
        assert isinstance(reading, SourceRecord)
        assert (reading.traits, reading.traits_told) == (held.traits, EVERY)
        assert held.is_resolved or not held.traits & Trait.E_RESULT
    assert any(held.traits & Trait.E_RESULT for held in portals)


def test_the_truth_counts_what_each_side_received_in_the_month(make_world: Make) -> None:
    world = make_world(WorldOptions(seed=4, dossiers=400, broken=6, portal_only=2))
    found = trait_truth(world)
    july = Counter[str]()
    online = Counter[str]()
    for row in {row.code: row for row in world.home_rows() if row.broken is None}.values():
        if row.received and f"{row.received:%Y-%m}" == "2024-07":
            july[row.unit] += 1
            online[row.unit] += bool(row.traits & Trait.FILED_ONLINE)
    home = {unit: each for (unit, side), each in found.items() if side is Side.PROVINCE}
    assert {unit: each.having() for unit, each in home.items()} == july
    for unit, each in home.items():
        assert each.having(Trait.FILED_ONLINE) == online[unit]
        assert each.having(Trait.E_RESULT) == each.having(Trait.E_RESULT, resolved=True)
        assert each.having(Trait.HAS_FEE, Trait.PAID_ONLINE) == each.having(Trait.PAID_ONLINE)
        assert each.having(resolved=True) < each.having()
    portal = [each for (_, side), each in found.items() if side is Side.PORTAL]
    assert sum(each.having(Trait.E_RESULT) for each in portal) > 0
    assert sum(each.having(Trait.REUSED) for each in portal) < sum(
        each.having(Trait.REUSED) for each in home.values()
    )


def test_the_portal_publishes_the_traits_it_has(make_world: Make) -> None:
    world = make_world(WorldOptions(seed=2, dossiers=400, portal_only=2))
    with running(world) as at, closing(reporting_of(at)) as reporting:
        told = reporting.figures(JULY)
    counted = [(each.portals[0], each.truth.counted) for each in world.planted if each.portals]
    counted += [(stranger.portal, 1) for stranger in world.strangers]
    for metric, trait in (
        ("ORIGINAL_RESULT_AVAILABLE", Trait.E_RESULT),
        ("SO_HOA_GIAY_TO_GIAI_QUYET", Trait.DIGITISED),
        ("REUSED_DIGITIZED_DATA", Trait.REUSED),
        ("SYNCED_WITH_DVCQG_PERSONAL_STORAGE", Trait.FROM_STORE),
        ("CITIZEN_DATA_CONNECTED_DOSSIER", Trait.IDENTIFIED),
        ("FILED_ONLINE", Trait.FILED_ONLINE),
        ("PAID_ONLINE", Trait.PAID_ONLINE),
    ):
        holding = sum(times for held, times in counted if held.traits & trait)
        assert (metric, of(told, metric).numerator) == (metric, holding)
    for figure in published(world):
        assert max(figure.holding.values()) <= figure.received
