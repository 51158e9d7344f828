"""Whatever an upstream does wrong for a while, the journey ends complete and with the truth."""

import pytest

from models.types import RunState
from tests.places import Place, journey, opened, reported, serving
from tests.pulls import pull_in_pages
from tests.truths import assert_exact
from worker.journey import Wish
from worker.simulator.faults import Fault, FaultPlan

_LISTS = (Fault.WRONG_ORDER, Fault.REPEATED_PAGE, Fault.GROWING_LIST)
_ANSWERS = tuple(fault for fault in Fault if fault not in _LISTS)


def plan(*faults: Fault, share: float = 0.12) -> FaultPlan:
    each = share / len(faults)
    return FaultPlan(shares=dict.fromkeys(faults, each), hang_seconds=0.05, seed=7)


@pytest.mark.parametrize("fault", _ANSWERS)
def test_a_fault_in_the_answers_changes_nothing(light_place: Place, fault: Fault) -> None:
    world = light_place.world(dossiers=140)
    with serving(world, plan(fault)) as at:
        travelled = journey(light_place.configure(at))
    assert travelled.troubles == []
    assert set(travelled.states.values()) == {RunState.COMPLETE}
    assert_exact(reported(travelled), world, published=False)


@pytest.mark.parametrize("fault", _LISTS)
@pytest.mark.parametrize("size", [13, 50])
def test_a_fault_in_the_lists_changes_nothing(light_place: Place, fault: Fault, size: int) -> None:
    world = light_place.world(dossiers=140)
    rows = len(world.home_rows())
    with serving(world, plan(fault, share=0.5), FaultPlan()) as at:
        settings = light_place.configure(at)
        with opened(settings) as services:
            assert pull_in_pages(services, at, size) is RunState.COMPLETE
        report = reported(journey(settings, Wish(source="cong")))
    assert report["complete"] is True
    assert_exact(report, world, published=False)
    assert (len(world.home_rows()) > rows) is (fault is Fault.GROWING_LIST)


@pytest.mark.parametrize("size", [7, 40])
def test_page_size_and_page_order_change_nothing(light_place: Place, size: int) -> None:
    world = light_place.world(dossiers=140)
    with serving(world, FaultPlan(unordered=True), FaultPlan()) as at:
        settings = light_place.configure(at)
        with opened(settings) as services:
            assert pull_in_pages(services, at, size) is RunState.COMPLETE
        assert_exact(reported(journey(settings, Wish(source="cong"))), world, published=False)


def test_all_faults_at_once_change_nothing(place: Place) -> None:
    world = place.world(dossiers=200)
    mixed = plan(*Fault, share=0.25)
    with serving(world, mixed) as at:
        settings = place.configure(at)
        with opened(settings) as services:
            assert pull_in_pages(services, at, 20) is RunState.COMPLETE
        travelled = journey(settings, Wish(source="cong"))
    assert set(travelled.states.values()) == {RunState.COMPLETE}
    assert_exact(reported(travelled), world, published=False)


def test_published_counts_survive_faults_too(light_place: Place) -> None:
    world = light_place.world(dossiers=140)
    with serving(world, FaultPlan(), plan(*_ANSWERS, share=0.15)) as at:
        report = reported(journey(light_place.configure(at, reporting=True, sample_share=1)))
    assert report["complete"] is True
    assert_exact(report, world, published=True)
