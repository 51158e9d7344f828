"""A source that is down is never read as one that has nothing."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from models.dossier import DossierRecord, LookupAnswer
from models.reconciliation import Discrepancy, DiscrepancyChange
from models.source import SyncRun
from models.types import RunState
from tests.levers import once, set_down
from tests.places import Place, connected, journey, reported, serving
from tests.stores import contents, rows_of
from tests.truths import assert_exact
from worker.errors import LoginRefused
from worker.flow import Stage
from worker.journey import Wish
from worker.settings.model import Settings
from worker.simulator.faults import NO_FAULTS, FaultPlan

DOWN = FaultPlan(down=True)


def lives(settings: Settings) -> list[tuple[int, str]]:
    with connected(settings) as engine:
        return [(each.discrepancy_id, each.step) for each in rows_of(engine, DiscrepancyChange)]


def runs(settings: Settings) -> list[SyncRun]:
    with connected(settings) as engine:
        return sorted(rows_of(engine, SyncRun), key=lambda run: run.id or 0)


def test_a_province_down_from_the_start_leaves_everything_open(light_place: Place) -> None:
    with serving(light_place.world(200), DOWN, NO_FAULTS) as at:
        settings = light_place.configure(at)
        travelled = journey(settings)
    assert travelled.states["tinh"] is RunState.INTERRUPTED
    assert not travelled.is_complete
    (trouble,) = travelled.troubles
    assert trouble.values["source"] == "tinh"
    report = reported(travelled)
    assert report["complete"] is False
    assert report["discrepancies"] == []
    assert lives(settings) == []


@pytest.mark.parametrize("side", ["province", "portal"])
def test_a_source_down_later_changes_nothing_that_is_known(light_place: Place, side: str) -> None:
    world = light_place.world(200)
    with serving(world) as at:
        settings = light_place.configure(at)
        first = reported(journey(settings))
        opened = lives(settings)
        url = at.province_url if side == "province" else at.adapter_url
        set_down(url, down=True)
        travelled = journey(settings, Wish(full=True))
    assert RunState.INTERRUPTED in travelled.states.values()
    assert travelled.troubles[0].values["source"] == ("tinh" if side == "province" else "cong")
    report = reported(travelled)
    assert report["complete"] is False
    assert report["totals"] == first["totals"]
    assert report["discrepancies"] == first["discrepancies"]
    assert lives(settings) == opened
    with connected(settings) as engine:
        assert [each for each in rows_of(engine, DossierRecord) if each.gone_at] == []


def test_a_portal_down_amid_the_look_ups_leaves_the_rest_presumed(place: Place) -> None:
    world = place.world(dossiers=400)
    with serving(world) as at:
        settings = place.configure(at)
        down: Callable[[], None] = lambda: set_down(at.adapter_url, down=True)  # noqa: E731
        stopped = journey(settings, watch=once(Stage.LOOK_UP, 150, down))
        report = reported(stopped)
        with connected(settings) as engine:
            came = contents(engine, "lookupanswer")["lookupanswer"]
            asked = {each.code for each in rows_of(engine, LookupAnswer)}
            assert rows_of(engine, Discrepancy) == []
        set_down(at.adapter_url, down=False)
        finished = journey(settings)
        assert_exact(reported(finished), world, published=False)
        with connected(settings) as engine:
            assert contents(engine, "lookupanswer")["lookupanswer"][: len(came)] == came
    assert stopped.states == {"tinh": RunState.COMPLETE, "cong": RunState.INTERRUPTED}
    assert stopped.troubles[0].values["source"] == "cong"
    assert report["complete"] is False
    assert 150 <= len(asked) < len(world.home_rows())
    assert report["totals"]["presumed"] > 0
    blamed = {each["dossier"] for each in report["discrepancies"] if each["kind"] == "data"}
    assert blamed <= asked
    assert finished.is_complete
    look_ups = [run for run in runs(settings) if run.stage == "look_up"]
    assert [(run.state, run.fence) for run in look_ups] == [(RunState.COMPLETE, 2)]


def test_published_counts_out_of_reach_are_told_and_stop_no_look_up(light_place: Place) -> None:
    world = light_place.world(dossiers=140)
    with serving(world) as at:
        elsewhere = replace(at, reporting_url=at.reporting_url.replace("v1", "v9"))
        settings = light_place.configure(elsewhere, reporting=True, sample_share=1)
        travelled = journey(settings)
    assert travelled.states["cong"] is RunState.INCOMPLETE
    told = {trouble.key for trouble in travelled.troubles}
    assert told == {"upstream_contract", "upstream_circuit_open"}
    report = reported(travelled)
    assert report["complete"] is False
    assert_exact(report, world, published=False)
    assert lives(settings) == []


def test_a_refused_password_is_told_and_leaves_no_run_behind(light_place: Place) -> None:
    with serving(light_place.world(dossiers=140)) as at:
        settings = light_place.configure(replace(at, password="khac"))
        with pytest.raises(LoginRefused) as refused:
            journey(settings)
        assert refused.value.values["source"] == "tinh"
        (run,) = runs(settings)
        assert run.state is RunState.FAILED
        assert journey(light_place.configure(at)).is_complete
