"""Journeys over sources that change between them."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from models.dossier import DossierRecord
from models.reconciliation import Discrepancy, DiscrepancyChange
from models.types import DiscrepancyState, RunState
from tests.levers import calls_at, delete_at_home, truth_at
from tests.places import AS_OF, Place, by_hand, connected, journey, reported, serving
from tests.stores import rows_of
from tests.truths import assert_exact, same_but_number
from tests.worlds import changed, put_right, with_cause
from worker.journey import Wish
from worker.settings.model import Settings
from worker.simulator.truth import truth
from worker.simulator.world import World

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
_MENDED = ("STATUS_BEHIND", "NOT_ON_PORTAL", "END_EVENT_MISSING", "DUE_DIFFERS")


def visit(place: Place, world: World, wish: Wish | None = None) -> Settings:
    """A complete journey over a world, whose report is its truth.

    Flags are those of the world in a first journey alone: later ones see what has moved.
    """
    with serving(world) as at:
        settings = place.configure(at)
        report = reported(journey(settings, wish))
        assert_exact(report, world, published=False, flags=wish is None)
    return settings


def open_codes(settings: Settings) -> set[str]:
    with connected(settings) as engine:
        rows = rows_of(engine, Discrepancy)
    return {each.code for each in rows if each.state is DiscrepancyState.OPEN}


def steps(settings: Settings) -> Counter[str]:
    with connected(settings) as engine:
        return Counter(each.step.value for each in rows_of(engine, DiscrepancyChange))


def test_what_the_portal_puts_right_closes_and_what_parts_again_reopens(place: Place) -> None:
    world = place.world(200)
    codes = with_cause(world, *_MENDED)
    assert len(codes) > 10
    settings = visit(place, world)
    before = open_codes(settings)
    assert set(codes) <= before
    visit(place, changed(world, codes, put_right(world)), Wish(full=True))
    assert open_codes(settings) == before - set(codes)
    visit(place, world, Wish(full=True))
    assert open_codes(settings) == before
    found = steps(settings)
    assert (found["closed"], found["reopened"], found["changed"]) == (len(codes), len(codes), 0)
    assert found["opened"] == len(before)


@pytest.mark.slow
def test_an_ordinary_journey_sees_what_the_portal_puts_right(light_place: Place) -> None:
    world = light_place.world(200)
    codes = with_cause(world, *_MENDED)
    settings = visit(light_place, world)
    visit(light_place, changed(world, codes, put_right(world)))
    assert open_codes(settings).isdisjoint(codes)


def test_a_past_cut_off_says_what_it_said_then(place: Place) -> None:
    world = place.world(200)
    settings = visit(place, world)
    then = by_hand(settings, AS_OF)
    earlier = by_hand(settings, AS_OF - 10 * DAY)
    codes = with_cause(world, *_MENDED)
    with serving(changed(world, codes, put_right(world))) as at:
        later = place.configure(at, now=AS_OF + DAY)
        now = reported(journey(later, Wish(full=True)))
    assert now["totals"] != then["totals"]
    assert same_but_number(by_hand(later, AS_OF), then)
    assert same_but_number(by_hand(later, AS_OF - 10 * DAY), earlier)
    assert earlier["totals"] != then["totals"]


@pytest.mark.slow
def test_dossiers_deleted_at_home_are_gone_after_a_full_sweep_alone(place: Place) -> None:
    world = place.world(200)
    late = [each for each in world.planted if each.truth.late.portal and each.portals]
    chosen = [each.code for each in late[::3]]
    with serving(world) as at:
        settings = place.configure(at)
        journey(settings)
        assert delete_at_home(at.province_url, chosen) == len(chosen)
        ordinary = reported(journey(settings))
        with connected(settings) as engine:
            assert [each for each in rows_of(engine, DossierRecord) if each.gone_at] == []
        assert "ONLY_ON_PORTAL" not in {each["cause"] for each in ordinary["discrepancies"]}
        report = reported(journey(settings, Wish(full=True)))
        assert_exact(report, truth_at(at.province_url), published=False)
    found = [each for each in report["discrepancies"] if each["cause"] == "ONLY_ON_PORTAL"]
    assert {each["dossier"] for each in found} == set(chosen)


def test_a_sweep_that_loses_most_of_the_province_is_not_believed(light_place: Place) -> None:
    world = light_place.world(200)
    with serving(world) as at:
        settings = light_place.configure(at)
        before = reported(journey(settings))
        codes = [each.code for each in world.planted]
        delete_at_home(at.province_url, codes[: len(codes) * 2 // 3])
        travelled = journey(settings, Wish(full=True))
    assert travelled.states["tinh"] is RunState.INCOMPLETE
    report = reported(travelled)
    assert report["complete"] is False
    assert report["discrepancies"] == before["discrepancies"]
    with connected(settings) as engine:
        assert [each for each in rows_of(engine, DossierRecord) if each.gone_at] == []


@pytest.mark.slow
def test_a_small_budget_comes_round_to_all_in_some_days(light_place: Place) -> None:
    world = light_place.world(200)
    calls: list[int] = []
    nows = [AS_OF + day * DAY + hour * HOUR for day in range(6) for hour in range(2)]
    states: list[RunState] = []
    with serving(world) as at:
        settings = light_place.configure(at, lookups_per_day=130)
        for now in nows:
            before = calls_at(at.adapter_url)
            states.append(journey(settings, now=now).states["cong"])
            made = calls_at(at.adapter_url) - before
            calls.append(made["/mapi/g"] + made["/mapi/login"])
    assert states[0] is RunState.INCOMPLETE
    for day in range(6):
        assert sum(calls[2 * day : 2 * day + 2]) <= 130
    assert min(calls[0::2]) > 100
    assert_exact(by_hand(settings, AS_OF), world, published=False)


@pytest.mark.slow
def test_a_folder_with_units_alone_is_enough(tmp_path: Path) -> None:
    folder = tmp_path / "tinh-khac"
    folder.mkdir()
    (folder / "units.csv").write_text(
        "code,name,short_name,level,parent,valid_from,valid_to,successor,aliases\n"
        "H98,Tỉnh Khác,Khác,province,,,,,\n"
        "H98.01,Sở Một,Sở Một,department,H98,,,,\n"
        "H98.02,Sở Hai,Sở Hai,department,H98,2020-01-01,2025-02-28,H98.01,Sở 2\n"
        "H98.31,Huyện Ba,Huyện Ba,district,H98,,2025-06-30,,\n"
        "H98.31.01,Xã Bốn,Xã Bốn,commune,H98.31,,,,UBND xã Bốn\n"
        "H98.31.02,Xã Năm,Xã Năm,commune,H98.31,,,,\n",
        encoding="utf-8",
    )
    place = Place(folder=tmp_path, code="H98", seeds="tinh-khac")
    world = place.world(dossiers=None)
    assert {each["unit"] for each in truth(world)["discrepancies"]} >= {"H98.01", "H98.31"}
    with serving(world) as at:
        settings = place.configure(at, reporting=True, sample_share=1)
        assert_exact(reported(journey(settings)), world, published=True)
