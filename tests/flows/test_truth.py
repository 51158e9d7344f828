"""Whole journeys over HTTP end in exactly what was planted."""

from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest

from models.source import SyncRun
from models.types import RunState
from tests.places import Place, connected, journey, reported, serving
from tests.stores import KNOWLEDGE, contents, rows_of
from tests.truths import added_by, assert_exact, found_in, lines_of, same_but_number
from worker.journey import Wish
from worker.settings.model import Settings
from worker.simulator.truth import truth
from worker.simulator.world import World


def _causes(world: World) -> set[str]:
    return {each["cause"] for each in truth(world)["discrepancies"]}


def test_all_looked_up_the_report_is_the_planted_truth(place: Place) -> None:
    world = place.world(dossiers=400)
    assert len(_causes(world)) > 20
    with serving(world) as at:
        travelled = journey(place.configure(at))
    assert travelled.is_complete
    assert travelled.troubles == []
    report = reported(travelled)
    assert report["complete"] is True
    assert report["totals"]["presumed"] == 0
    assert_exact(report, world, published=False)
    assert report["totals"]["late_published"] is None


@pytest.mark.parametrize("seed", [2, 3, 4])
def test_any_seed_gives_its_own_truth(light_place: Place, seed: int) -> None:
    world = light_place.world(seed=seed)
    with serving(world) as at:
        assert_exact(reported(journey(light_place.configure(at))), world, published=False)


@pytest.mark.parametrize("seed", [11, 12])
def test_the_real_province_gives_its_truth_beside_what_is_published(
    tmp_path: Path, seed: int
) -> None:
    place = Place(folder=tmp_path, code="H51", seeds="soc-trang")
    world = place.world(dossiers=600, seed=seed)
    with serving(world) as at:
        settings = place.configure(at, reporting=True, sample_share=1)
        assert_exact(reported(journey(settings)), world, published=True)


def test_a_full_journey_asks_for_everything_though_counts_are_published(place: Place) -> None:
    world = place.world()
    with serving(world) as at:
        settings = place.configure(at, reporting=True)
        assert_exact(reported(journey(settings, Wish(full=True))), world, published=True)


@pytest.mark.parametrize("seed", [1, 5, 6])
def test_with_few_look_ups_every_units_late_count_is_right_and_nothing_is_invented(
    place: Place, seed: int
) -> None:
    world = place.world(dossiers=500, seed=seed)
    expected = truth(world)
    with serving(world) as at:
        travelled = journey(place.configure(at, reporting=True))
        asked = _calls(at.adapter_url)["/mapi/g"]
    assert travelled.states["cong"] is RunState.COMPLETE
    report = reported(travelled)
    late = ("late_province", "late_portal", "late_published", "unexplained")
    assert lines_of(report["units"], late) == lines_of(expected["units"], late)
    assert report["totals"]["unexplained"] == 0
    found, planted = found_in(report["discrepancies"]), found_in(expected["discrepancies"])
    assert found - planted == Counter(), "invented"
    assert found.total() > planted.total() / 2
    assert asked < len(world.home_rows())
    assert report["totals"]["presumed"] > 0


@pytest.mark.slow
def test_what_few_look_ups_miss_cancels_inside_its_unit(light_place: Place) -> None:
    missed_at_all = 0
    for seed in range(20, 24):
        world = light_place.world(dossiers=400, seed=seed)
        place = Place(folder=light_place.folder / str(seed), code="H99", seeds=light_place.seeds)
        place.folder.mkdir()
        with serving(world) as at:
            report = reported(journey(place.configure(at, reporting=True)))
        found = set(found_in(report["discrepancies"]))
        missed = [
            each
            for each in truth(world)["discrepancies"]
            if not found.intersection(found_in([each]))
        ]
        left = Counter[str]()
        for each in missed:
            left.update(added_by(each))
        assert not any(left.values()), left
        missed_at_all += len(missed)
    assert missed_at_all > 0


def test_dossiers_only_the_portal_knows_stay_unexplained_to_the_last_one(place: Place) -> None:
    world = place.world(portal_only=7)
    strangers = Counter(each.portal.unit for each in world.strangers if each.late)
    assert strangers.total() == 7
    with serving(world) as at:
        report = reported(journey(place.configure(at, reporting=True, sample_share=1)))
    assert_exact(report, world, published=True)
    unexplained = {
        unit["code"]: unit["unexplained"] for unit in report["units"] if unit["unexplained"]
    }
    assert unexplained == dict(strangers)
    assert report["totals"]["unexplained"] == 7


def test_a_second_journey_changes_nothing(place: Place) -> None:
    world = place.world()
    with serving(world) as at:
        settings = place.configure(at, reporting=True)
        first = reported(journey(settings))
        kept = _kept(settings)
        again = journey(settings)
        assert _kept(settings) == kept
        with connected(settings) as engine:
            runs = rows_of(engine, SyncRun)
    assert {run.counts.get(name, 0) for run in runs[2:] for name in ("new", "changed")} == {0}
    assert first["reconciliation"] != reported(again)["reconciliation"]
    assert same_but_number(first, reported(again))


def _kept(settings: Settings) -> dict[str, list[tuple[Any, ...]]]:
    """All that a journey over unchanged sources must leave as it is."""
    with connected(settings) as engine:
        return contents(engine, *KNOWLEDGE)


def _calls(url: str) -> dict[str, int]:
    calls: dict[str, int] = httpx.get(f"{url}/simulator/calls").json()["calls"]
    return calls
