"""The world is what its seed and the province's folder say, and its truth adds up."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.types import Cause
from worker.core.calendar import Calendar
from worker.core.reference import Province
from worker.core.times import VIETNAM
from worker.core.units import UnitDirectory
from worker.simulator.build import DEFAULT_AS_OF, WorldOptions, build_world
from worker.simulator.truth import published, truth
from worker.simulator.truth_shapes import WorldTruth
from worker.simulator.world import World
from worker.sources.calendars import national_calendar
from worker.sources.folder import read_folder

Make = Callable[[WorldOptions], World]

SEEDS = Path(__file__).parents[2] / "seeds"
QUICK = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def causes(found: WorldTruth) -> Counter[str]:
    return Counter(each["cause"] for each in found["discrepancies"])


def test_the_same_seed_makes_the_same_world(make_world: Make) -> None:
    options = WorldOptions(seed=7, dossiers=400, broken=6, portal_only=2)
    first, second = make_world(options), make_world(options)
    assert first.planted == second.planted
    assert first.home_rows() == second.home_rows()
    assert first.strangers == second.strangers
    assert truth(first) == truth(second)


def test_another_seed_makes_another_world(make_world: Make) -> None:
    one, other = (make_world(WorldOptions(seed=seed, dossiers=400)) for seed in (1, 2))
    assert one.planted != other.planted


@QUICK
@given(seed=st.integers(0, 10_000))
def test_every_cause_is_planted(make_world: Make, seed: int) -> None:
    found = causes(truth(make_world(WorldOptions(seed=seed))))
    absent = {Cause.ONLY_ON_PORTAL, Cause.IN_MINISTRY_SOFTWARE, Cause.OTHER}
    assert set(found) == {cause.value for cause in Cause if cause not in absent}


@QUICK
@given(seed=st.integers(0, 10_000), dossiers=st.sampled_from([None, 1, 700, 2000]))
def test_each_units_late_count_on_the_portal_follows_the_printed_share(
    make_world: Make, seed: int, dossiers: int | None
) -> None:
    printed = {"H99.01": 0.5211, "H99.02": 0.025, "H99.31": 0.5713, "H99.32": 0.12}
    figures = published(make_world(WorldOptions(seed=seed, dossiers=dossiers)))
    assert {figure.unit for figure in figures} == set(printed)
    for figure in figures:
        assert abs(figure.late - figure.received * printed[figure.unit]) <= 0.5


@QUICK
@given(seed=st.integers(0, 10_000), strangers=st.integers(0, 5), broken=st.integers(0, 9))
def test_the_bridge_adds_up(make_world: Make, seed: int, strangers: int, broken: int) -> None:
    options = WorldOptions(seed=seed, dossiers=500, portal_only=strangers, broken=broken)
    found = truth(make_world(options))
    for unit in found["units"]:
        assert unit["difference"] == sum(step["count"] for step in unit["bridge"])
        assert unit["difference"] == unit["late_portal"] - unit["late_province"]
        rules = sum(step["count"] for step in unit["bridge"] if step["kind"] == "rule")
        assert rules == unit["late_province_by_portal_rule"] - unit["late_province"]
    totals = found["totals"]
    assert totals["difference"] == sum(each["contribution"] for each in found["discrepancies"])
    assert totals["difference"] == sum(unit["difference"] for unit in found["units"])
    assert totals["unexplained"] == strangers
    assert 0 < totals["on_portal"] < totals["received"]


def test_a_dossier_under_another_unit_moves_from_one_to_the_other(make_world: Make) -> None:
    found = truth(make_world(WorldOptions(seed=3)))
    moved = [each for each in found["discrepancies"] if each["cause"] == Cause.UNIT_DIFFERS]
    assert moved
    for each in moved:
        assert each["contribution"] == 0
        assert each["contributions"] == {each["unit"]: -1, each["portal_unit"]: 1}


@pytest.mark.parametrize("dossiers", [None, 1, 1500, 30_000])
def test_the_units_named_by_the_provinces_letter_come_out_on_top(dossiers: int | None) -> None:
    options = WorldOptions(seed=11, dossiers=dossiers, portal_only=3)
    world = build_world(
        read_folder(SEEDS / "soc-trang"), "H51", national_calendar(SEEDS).calendar, options
    )
    ranked = sorted(published(world), key=lambda each: -each.late / each.received)
    assert [each.name for each in ranked[:4]] == [
        "Huyện Mỹ Tú",
        "Sở Tài nguyên và Môi trường",
        "Sở Nội vụ",
        "Sở Khoa học và Công nghệ",
    ]
    assert "Sở Tài chính" not in {each.name for each in ranked}


def test_a_province_without_volumes_and_figures_has_the_same_for_every_unit(
    bare_province: Province, calendar: Calendar
) -> None:
    world = build_world(bare_province, "H99", calendar, WorldOptions(seed=1))
    figures = published(world)
    assert {(figure.received, figure.late) for figure in figures} == {(200, 24)}
    without_limits = {Cause.PROCEDURE_DIFFERS.value, Cause.NO_DUE_DATE.value}
    assert not without_limits & set(causes(truth(world)))


def test_a_cut_off_in_the_first_days_of_a_month_is_refused(make_world: Make) -> None:
    with pytest.raises(ValueError, match="2024"):
        make_world(WorldOptions(as_of=datetime(2024, 7, 3, 10, tzinfo=VIETNAM)))


def test_nothing_but_what_is_in_flight_happened_within_the_grace_time(make_world: Make) -> None:
    recent = DEFAULT_AS_OF - timedelta(minutes=31)
    for each in make_world(WorldOptions(seed=5)).planted:
        if each.truth.cause is Cause.IN_FLIGHT:
            continue
        instants = [at for portal in each.portals for at, _ in portal.events]
        for row in each.homes:
            instants += filter(None, (row.submitted, row.received, row.released, row.finished))
        assert max(instants) <= recent


def test_every_name_the_portal_writes_means_its_unit(make_world: Make, province: Province) -> None:
    directory = UnitDirectory(province.units)
    for each in make_world(WorldOptions(seed=5)).planted:
        for portal in each.portals:
            assert directory.resolve(None, portal.unit_name) == portal.unit


def test_codes_are_of_all_three_kinds_and_never_given_twice(make_world: Make) -> None:
    world = make_world(WorldOptions(seed=5))
    codes = [each.code for each in world.planted]
    seconds = {p.code for each in world.planted for p in each.portals if p.code != each.code}
    assert len(set(codes)) == len(codes)
    assert any(code.startswith("H99.01-2407") for code in codes)
    assert any(code.startswith("000.00.01.H99-") for code in codes)
    assert seconds
    assert all(code.startswith("G22.99-") for code in seconds)


def test_flags_are_told_for_discrepancies(make_world: Make) -> None:
    found = truth(make_world(WorldOptions(seed=5)))
    by_cause: dict[str, set[str]] = {}
    for each in found["discrepancies"]:
        by_cause.setdefault(each["cause"], set()).update(each["flags"])
    assert by_cause["REWRITTEN"] == {"END_AT_RECEIPT"}
    assert by_cause["END_DIFFERS"] == {"END_EQUALS_DUE", "SYNTHETIC_EVENT_TWICE"}


def test_a_late_dossier_deleted_at_home_is_only_on_the_portal(make_world: Make) -> None:
    world = make_world(WorldOptions(seed=5))
    before = truth(world)
    chosen = next(each for each in world.planted if each.scenario == "finished_late")
    assert world.delete_at_home([chosen.code, "H99.01-000000-0000"]) == 1
    after = truth(world)
    added = [each for each in after["discrepancies"] if each["cause"] == "ONLY_ON_PORTAL"]
    assert [(each["dossier"], each["contribution"]) for each in added] == [(chosen.code, 1)]
    assert after["totals"]["late_portal"] == before["totals"]["late_portal"]
    assert after["totals"]["late_province"] == before["totals"]["late_province"] - 1
    assert all(row.code != chosen.code for row in world.home_rows())
    assert world.on_portal(chosen.code) is not None


def test_a_dossier_deleted_on_both_sides_is_gone(make_world: Make) -> None:
    world = make_world(WorldOptions(seed=5))
    chosen = next(each for each in world.planted if each.scenario == "never_arrived")
    world.delete_at_home([chosen.code])
    assert chosen.code not in {each["dossier"] for each in truth(world)["discrepancies"]}


def test_newcomers_stand_at_the_end_and_change_no_difference(make_world: Make) -> None:
    world = make_world(WorldOptions(seed=5, dossiers=300))
    before, rows = truth(world)["totals"], world.home_rows()
    world.grow(3)
    after = truth(world)["totals"]
    assert world.home_rows()[: len(rows)] == rows
    assert len(world.home_rows()) == len(rows) + 3
    assert after["received"] == before["received"] + 3
    assert {**after, "received": 0} == {**before, "received": 0}
