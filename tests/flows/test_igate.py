"""Whole journeys over an iGate end in what was planted, as far as an iGate can tell it."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from models.source import SyncRun
from models.types import RunState
from tests.igates import configure_igate, told_by_igate
from tests.levers import calls_at
from tests.places import Place, connected, journey, reported
from tests.stores import KNOWLEDGE, contents, rows_of
from tests.truths import assert_exact, found_in, same_but_number
from worker.journey import Wish
from worker.settings.model import Settings
from worker.simulator.faults import NO_FAULTS, Fault, FaultPlan
from worker.simulator.igate import SEARCH_PATH
from worker.simulator.server import SimulatorOptions, running
from worker.simulator.truth import truth

IGATE = SimulatorOptions(province_kind="igate")


def kept(settings: Settings) -> dict[str, list[tuple[Any, ...]]]:
    with connected(settings) as engine:
        return contents(engine, *KNOWLEDGE)


def test_all_looked_up_the_report_is_the_planted_truth(place: Place) -> None:
    world = place.world(dossiers=400)
    assert told_by_igate(world) > 0
    with running(world, options=IGATE) as at:
        travelled = journey(configure_igate(place, at))
    assert travelled.is_complete
    assert travelled.troubles == []
    assert_exact(reported(travelled), world, published=False)


def test_the_real_province_gives_its_truth_beside_what_is_published(tmp_path: Path) -> None:
    place = Place(folder=tmp_path, code="H51", seeds="soc-trang")
    world = place.world(dossiers=600, seed=11)
    told_by_igate(world)
    with running(world, options=IGATE) as at:
        settings = configure_igate(place, at, reporting=True)
        report = reported(journey(settings, Wish(full=True)))
    assert_exact(report, world, published=True)


def test_by_the_portals_own_rule_every_difference_in_data_is_found_just_the_same(
    light_place: Place,
) -> None:
    world = light_place.world(dossiers=300)
    planted = [each for each in truth(world)["discrepancies"] if each["kind"] == "data"]
    assert planted
    with running(world, options=IGATE) as at:
        report = reported(journey(configure_igate(light_place, at, rule="portal")))
    found = [each for each in report["discrepancies"] if each["kind"] == "data"]
    assert found_in(found) == found_in(planted)
    assert report["totals"]["late_portal"] == truth(world)["totals"]["late_portal"]


@pytest.mark.slow
def test_a_second_journey_reads_the_last_days_alone_and_changes_nothing(
    light_place: Place,
) -> None:
    world = light_place.world(dossiers=900)
    with running(world, options=IGATE) as at:
        settings = configure_igate(light_place, at)
        first = reported(journey(settings))
        before, pages = kept(settings), calls_at(at.province_url)[SEARCH_PATH]
        second = journey(settings)
        read_again = calls_at(at.province_url)[SEARCH_PATH] - pages
        assert kept(settings) == before
    assert second.is_complete
    assert same_but_number(first, reported(second))
    assert 1 <= read_again < pages / 2


def test_what_arrives_later_is_read_with_the_changes(light_place: Place) -> None:
    world = light_place.world(dossiers=300)
    with running(world, options=IGATE) as at:
        settings = configure_igate(light_place, at)
        journey(settings)
        world.grow(4)
        assert journey(settings, Wish(pull_only=True)).is_complete
        with connected(settings) as engine:
            new = [run.counts.get("new", 0) for run in rows_of(engine, SyncRun)]
    assert Counter(new)[4] == 1


@pytest.mark.parametrize("seconds", [1, 300])
def test_faults_of_every_kind_and_short_lived_tokens_change_nothing(
    light_place: Place, seconds: int
) -> None:
    world = light_place.world(dossiers=300)
    told_by_igate(world)
    faults = FaultPlan(shares=dict.fromkeys(Fault, 0.02), hang_seconds=0.05, seed=7)
    options = SimulatorOptions(
        province_kind="igate", token_seconds=seconds, faults=faults, portal_faults=NO_FAULTS
    )
    with running(world, options=options) as at:
        travelled = journey(configure_igate(light_place, at))
    assert set(travelled.states.values()) == {RunState.COMPLETE}
    assert_exact(reported(travelled), world, published=False)
