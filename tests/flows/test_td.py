"""Whole journeys over a TD end in what was planted, and in what TD counts itself."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from models.dossier import DossierRecord
from models.source import PublishedCount, SyncRun
from models.types import RunState, Status
from tests.places import AS_OF, JULY, Place, connected, journey, reported
from tests.stores import KNOWLEDGE, contents, rows_of
from tests.tds import configure_td, told_by_td
from tests.truths import assert_exact, found_in, same_but_number
from worker.bootstrap import upstream
from worker.core.outcome import Report
from worker.journey import Wish
from worker.settings.model import Settings
from worker.simulator.faults import NO_FAULTS, Fault, FaultPlan
from worker.simulator.records import Planted
from worker.simulator.server import SimulatorOptions, running
from worker.simulator.td_items import row_id
from worker.simulator.truth import truth
from worker.simulator.world import World

TD = SimulatorOptions(province_kind="td")


def kept(settings: Settings) -> dict[str, list[tuple[Any, ...]]]:
    with connected(settings) as engine:
        return contents(engine, *KNOWLEDGE)


def late_at_home(report: Report) -> dict[str, int]:
    return {unit["name"]: unit["late_province"] for unit in report["units"]}


def late_by_td(settings: Settings) -> dict[str, int]:
    """What TD's own report says, by the names of its units."""
    td = upstream(settings, "tinh")
    assert td.published is not None
    try:
        units = td.published.published(JULY).units
    finally:
        td.close()
    return {unit.name or "": unit.late or 0 for unit in units}


def test_all_looked_up_the_report_is_the_planted_truth(place: Place) -> None:
    world = place.world(dossiers=400)
    assert told_by_td(world) > 0
    with running(world, options=TD) as at:
        travelled = journey(configure_td(place, at))
    assert travelled.is_complete
    assert travelled.troubles == []
    assert_exact(reported(travelled), world, published=False)


@pytest.mark.slow
def test_the_real_province_gives_its_truth_beside_what_is_published(tmp_path: Path) -> None:
    place = Place(folder=tmp_path, code="H51", seeds="soc-trang")
    world = place.world(dossiers=600, seed=11)
    told_by_td(world)
    with running(world, options=TD) as at:
        settings = configure_td(place, at, reporting=True)
        report = reported(journey(settings, Wish(full=True)))
    assert_exact(report, world, published=True)


@pytest.mark.parametrize("ahead", [True, False])
def test_by_tds_own_rule_the_recount_is_tds_report_unit_by_unit(
    tmp_path: Path, *, ahead: bool
) -> None:
    place = Place(folder=tmp_path, code="H51", seeds="soc-trang")
    world = place.world(dossiers=900, seed=5)
    with running(world, options=TD) as at:
        settings = configure_td(place, at, rule="td_general", to_period_end=ahead)
        counted = late_at_home(reported(journey(settings)))
        told = late_by_td(settings)
    assert sum(told.values()) > 50
    assert counted == {name: told[name] for name in counted}
    assert sum(counted.values()) == sum(told.values())


def test_the_report_is_kept_with_the_journey(light_place: Place) -> None:
    world = light_place.world(dossiers=300)
    with running(world, options=TD) as at:
        settings = configure_td(light_place, at, rule="td_general")
        journey(settings)
        told = late_by_td(settings)
    with connected(settings) as engine:
        counts = [each for each in rows_of(engine, PublishedCount) if each.period_from.month == 7]
    assert sum(each.late or 0 for each in counts) == sum(told.values()) > 0
    assert all((each.resolved_late or 0) <= (each.late or 0) for each in counts)


def test_by_any_rule_every_difference_in_data_is_found_just_the_same(light_place: Place) -> None:
    world = light_place.world(dossiers=300)
    planted = [each for each in truth(world)["discrepancies"] if each["kind"] == "data"]
    assert planted
    with running(world, options=TD) as at:
        report = reported(journey(configure_td(light_place, at, rule="td_general")))
    found = [each for each in report["discrepancies"] if each["kind"] == "data"]
    assert found_in(found) == found_in(planted)
    assert report["totals"]["late_portal"] == truth(world)["totals"]["late_portal"]


@pytest.mark.slow
def test_a_second_journey_changes_nothing(light_place: Place) -> None:
    world = light_place.world(dossiers=300)
    with running(world, options=TD) as at:
        settings = configure_td(light_place, at)
        first = reported(journey(settings))
        before = kept(settings)
        second = journey(settings)
        assert kept(settings) == before
    assert second.is_complete
    assert same_but_number(first, reported(second))


def test_what_arrives_later_is_read_with_the_changes(light_place: Place) -> None:
    world = light_place.world(dossiers=300)
    with running(world, options=TD) as at:
        settings = configure_td(light_place, at)
        journey(settings)
        world.grow(4)
        assert journey(settings, Wish(pull_only=True)).is_complete
        with connected(settings) as engine:
            new = [run.counts.get("new", 0) for run in rows_of(engine, SyncRun)]
    assert Counter(new)[4] == 1


ENDS = {
    "denied": Status.NOT_ACCEPTED,
    "cancelled": Status.WITHDRAWN,
    "unresolved": Status.STOPPED,
    "releasing": Status.FINISHED,
}


@pytest.mark.parametrize("end", ENDS)
def test_an_old_dossier_that_ends_late_without_being_handed_over_is_not_missed(
    light_place: Place, end: str
) -> None:
    world = light_place.world(dossiers=300)
    code = make_old_and_overdue(world)
    with running(world, options=TD) as at:
        settings = configure_td(light_place, at)
        journey(settings, Wish(pull_only=True))
        change(world, code, status=end, released=world.as_of)
        assert journey(settings, Wish(pull_only=True)).is_complete
    with connected(settings) as engine:
        records = {each.external_id: each for each in rows_of(engine, DossierRecord)}
    record = records[row_id(dossier(world, code).homes[0])]
    assert (record.status, record.finished_at) == (ENDS[end], AS_OF)


def make_old_and_overdue(world: World) -> str:
    """A dossier that has been at work for a year; its code."""
    chosen = next(each for each in world.planted if each.homes[0].status == "processing")
    received = world.as_of - timedelta(days=365)
    change(world, chosen.code, received=received, due=received + timedelta(days=5))
    return chosen.code


def dossier(world: World, code: str) -> Planted:
    (chosen,) = [each for each in world.planted if each.code == code]
    return chosen


def change(world: World, code: str, **fields: Any) -> None:
    chosen = dossier(world, code)
    chosen.homes = (replace(chosen.homes[0], **fields),)
    world.version += 1


@pytest.mark.parametrize("seconds", [1, 300])
def test_faults_of_every_kind_and_short_lived_tokens_change_nothing(
    light_place: Place, seconds: int
) -> None:
    world = light_place.world(dossiers=300)
    told_by_td(world)
    faults = FaultPlan(shares=dict.fromkeys(Fault, 0.02), hang_seconds=0.05, seed=7)
    options = SimulatorOptions(
        province_kind="td", token_seconds=seconds, faults=faults, portal_faults=NO_FAULTS
    )
    with running(world, options=options) as at:
        travelled = journey(configure_td(light_place, at))
    assert set(travelled.states.values()) == {RunState.COMPLETE}
    assert_exact(reported(travelled), world, published=False)
