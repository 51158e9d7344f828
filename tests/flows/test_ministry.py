"""Three ways: line-ministry software, the province's system, the portal; each pair its bridge."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from models.reconciliation import Discrepancy
from models.types import Cause, RunState
from tests.places import AS_OF, Place, connected, journey, reported, serving
from tests.stores import rows_of
from tests.truths import assert_exact, found_in, lines_of
from worker.core.outcome import Report
from worker.journey import Wish
from worker.simulator.ministry import handed_over
from worker.simulator.records import Planted
from worker.simulator.server import SimulatedEndpoints, SimulatorOptions, running
from worker.simulator.truth import truth
from worker.simulator.world import World

_SOFTWARE = """
[sources.datdai]
side = "ministry"
kind = "opencps"
url = "{at.province_url}"
username = "{at.username}"
password_file = "password"
group_id = "{at.group_id}"
"""
_BACK = {
    "late_home": "late_province",
    "late_home_by_other_rule": "late_province_by_portal_rule",
    "late_other": "late_portal",
    "other_unit": "portal_unit",
    "on_other": "on_portal",
}


def _as_of_two(pair: Report) -> Report:
    """A pair's report with the names of the province's and the portal's."""
    told = {key: [_named(item) for item in pair[key]] for key in ("units", "discrepancies")}
    return pair | told | {"totals": _named(pair["totals"])}


def _named(item: Report) -> Report:
    return {_BACK.get(key, key): value for key, value in item.items()}


def _more(at: SimulatedEndpoints) -> str:
    return _SOFTWARE.format(at=at)


def _handed_over(world: World, share: float = 0.3) -> tuple[World, World]:
    province, software = handed_over(world, share)
    alone = [each for each in province.planted if not each.homes]
    assert len(alone) > 10
    assert any(each.truth.cause is Cause.IN_MINISTRY_SOFTWARE for each in alone)
    return province, software


def test_all_three_sides_are_reconciled_each_pair_by_itself(place: Place) -> None:
    province, software = _handed_over(place.world(dossiers=400))
    with serving(province) as at, running(software) as there:
        travelled = journey(place.configure(at, more=_more(there)))
    assert travelled.is_complete
    report = reported(travelled)
    assert_exact(report, province, published=False)
    with_portal, with_province = report["pairs"]
    assert with_portal["home"] == {"source": "datdai", "side": "ministry"}
    assert with_portal["other"] == {"source": "cong", "side": "portal"}
    assert_exact(_as_of_two(with_portal), software, published=False)
    assert with_province["other"] == {"source": "tinh", "side": "province"}
    assert with_province["discrepancies"] == []
    assert with_province["totals"]["difference"] == 0
    assert with_province["totals"]["late_home"] > 0


def test_what_the_software_handles_is_never_called_missing_at_home(light_place: Place) -> None:
    province, software = _handed_over(light_place.world(dossiers=300))
    alone = {each.code for each in province.planted if not each.homes}
    with serving(province) as at, running(software) as there:
        settings = light_place.configure(at, more=_more(there))
        report = reported(journey(settings))
    causes = Counter(item["cause"] for item in report["discrepancies"] if item["dossier"] in alone)
    assert set(causes) == {Cause.IN_MINISTRY_SOFTWARE.value}
    assert not any(item["dossier"] in alone for item in report["pairs"][1]["discrepancies"])
    with connected(settings) as engine:
        kept = rows_of(engine, Discrepancy)
    assert not any(
        row.cause in (Cause.ONLY_ON_PORTAL, Cause.NOT_ON_PORTAL) and row.code in alone
        for row in kept
        if row.cause is not Cause.NOT_ON_PORTAL or row.code not in _unknown_to_portal(province)
    )


def _unknown_to_portal(world: World) -> set[str]:
    return {each.code for each in world.planted if not each.portals}


@pytest.mark.slow
def test_with_published_counts_what_only_the_software_has_is_presumed(place: Place) -> None:
    province, software = _handed_over(place.world(dossiers=400))
    with serving(province) as at, running(software) as there:
        travelled = journey(place.configure(at, reporting=True, more=_more(there)))
    report = reported(travelled)
    expected = truth(province)
    late = ("late_province", "late_portal", "late_published", "unexplained")
    assert lines_of(report["units"], late) == lines_of(expected["units"], late)
    assert report["totals"]["presumed"] > 0
    invented = found_in(report["discrepancies"]) - found_in(expected["discrepancies"])
    assert invented == Counter()


def test_software_that_is_ahead_of_the_provinces_system_shows_in_their_bridge(
    light_place: Place,
) -> None:
    world = light_place.world(dossiers=300)
    chosen = next(each for each in world.planted if _is_open_and_late(each))
    home = chosen.homes[0]
    assert home.received is not None
    assert home.due is not None
    ended = home.received + (home.due - home.received) / 2
    finished = replace(home, status="releasing", released=ended, dossier_id=9_000_001)
    software = World(
        frame=world.frame,
        units=world.units,
        desks=(),
        planted=[replace(chosen, homes=(finished,))],
        broken=(),
        strangers=(),
    )
    with serving(world) as at, running(software) as there:
        report = reported(journey(light_place.configure(at, more=_more(there))))
    assert_exact(report, world, published=False)
    for pair in report["pairs"]:
        (item,) = pair["discrepancies"]
        assert (item["dossier"], item["cause"]) == (chosen.code, Cause.STATUS_BEHIND.value)
        assert (item["contribution"], pair["totals"]["difference"]) == (1, 1)
        assert item["fields"]["status"] == {"home": 9, "other": 4}


def _is_open_and_late(each: Planted) -> bool:
    late = each.truth.late
    agreed = each.truth.cause is None and (late.province, late.portal) == (1, 1)
    return agreed and len(each.homes) == 1 and each.homes[0].status == "processing"


@pytest.mark.slow
def test_software_that_is_down_keeps_nobody_else_from_being_reconciled(
    light_place: Place,
) -> None:
    province, software = _handed_over(light_place.world(dossiers=300))
    with serving(province) as at:
        with running(software) as there:
            settings = light_place.configure(at, more=_more(there))
            journey(settings)
        travelled = journey(settings, now=AS_OF + timedelta(minutes=5))
    assert travelled.states["datdai"] is not RunState.COMPLETE
    assert travelled.states["tinh"] is RunState.COMPLETE
    report = reported(travelled)
    assert report["complete"] is True
    assert not any(item["cause"] == Cause.ONLY_ON_PORTAL.value for item in report["discrepancies"])
    assert [pair["complete"] for pair in report["pairs"]] == [False, False]


@pytest.mark.parametrize("kind", ["igate"])
def test_the_software_may_be_of_another_kind(light_place: Place, kind: str) -> None:
    province, software = _handed_over(light_place.world(dossiers=300))
    options = SimulatorOptions(province_kind="igate")
    with serving(province) as at, running(software, options=options) as there:
        more = f"""
[sources.hotich]
side = "ministry"
kind = "{kind}"
sso_url = "{there.province_url}"
api_url = "{there.province_url}"
realm = "{there.realm}"
client_id = "{there.client_id}"
username = "{there.username}"
password_file = "password"
rule = "opencps_month"
"""
        report = reported(journey(light_place.configure(at, more=more)))
    assert_exact(report, province, published=False)
    assert report["pairs"][1]["totals"]["difference"] == 0


@pytest.mark.slow
def test_only_the_software_may_be_read(light_place: Place) -> None:
    province, software = _handed_over(light_place.world(dossiers=300))
    with serving(province) as at, running(software) as there:
        settings = light_place.configure(at, more=_more(there))
        first = reported(journey(settings))
        travelled = journey(settings, Wish(source="datdai"))
    assert set(travelled.states) == {"datdai"}
    assert reported(travelled)["totals"] == first["totals"]
