"""The overview: the province's figures, their course, and what goes on around them."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select

from models.incident import Incident
from models.reconciliation import Reconciliation, SyncHealth
from models.roles import Role
from models.source import SyncRun
from models.types import IncidentKind, IncidentState, Period, RunState, Trigger
from tests.console.conftest import Console, consoled
from tests.console.offices import UNIT, office_in
from tests.console.people import Person, signed_in
from tests.places import AS_OF, JULY, connected, opened, unwatched
from worker.core.times import day_start
from worker.db.health import WHOLE
from worker.i18n import text
from worker.i18n.numbers import instant, number, percent, signed
from worker.journey import reconcile_at
from worker.settings.model import Settings

HOURS = (10, 30)
NOW = AS_OF + timedelta(hours=HOURS[-1])
JUNE = Period(JULY.first.replace(month=6), JULY.first - timedelta(days=1))


@pytest.fixture
def viewer(office: Console) -> Iterator[Person]:
    with signed_in(office, Role.VIEWER) as person:
        yield person


@pytest.fixture
def later(made_office: Path, tmp_path: Path) -> Iterator[Console]:
    """The office's console a day on, reconciled twice since and once for June."""
    settings = office_in(made_office, tmp_path / "later").model_copy(update={"now": NOW})
    with opened(settings) as found:
        reconcile_at(found, day_start(JULY.first), JUNE, unwatched, of_the_past=True)
    for hours in HOURS:
        reconciled(settings, AS_OF + timedelta(hours=hours))
    with consoled(settings) as found_console:
        yield found_console


def reconciled(settings: Settings, at: datetime) -> None:
    """As the schedule does it."""
    with opened(settings, at) as found:
        reconcile_at(found, at, JULY, unwatched)


def figures_in(page: str) -> dict[str, str]:
    """The large figures of a page by their names."""
    found = re.findall(r"<dt>([^<]+)</dt><dd>(?:<a[^>]*>)?([^<]+)", page)
    return dict(found)


def test_the_overview_shows_the_figures_that_the_call_tells(viewer: Person) -> None:
    told = viewer.get("/api/v1/overview").json()["figures"]
    totals = told["totals"]
    shown = figures_in(viewer.get("/").text)
    assert shown[text("pages.units.at_home")] == number(totals["late_province"])
    assert shown[text("pages.units.on_portal")] == number(totals["late_portal"])
    assert shown[text("pages.units.published")] == number(totals["late_published"])
    assert shown[text("pages.units.difference")] == signed(totals["difference"])
    assert shown[text("pages.units.sync_rate")] == percent(told["sync"]["sync_rate"])
    assert totals["late_portal"] > totals["late_province"] > 0


def test_the_sync_figures_are_those_that_were_measured(office: Console, viewer: Person) -> None:
    with connected(office.settings) as engine, Session(engine) as session:
        query = select(SyncHealth).where(SyncHealth.unit == WHOLE)
        measured = session.exec(query).one()
        sync = viewer.get("/api/v1/overview").json()["figures"]["sync"]
        assert sync["sync_rate"] == measured.on_portal / measured.received
        assert sync["lag_p95"] == measured.lag_p95
        assert sync["open_discrepancies"] == measured.open_discrepancies > 0


def test_the_worst_units_stand_first_and_lead_to_their_pages(viewer: Person) -> None:
    units = viewer.get("/api/v1/units").json()["items"]
    told = viewer.get("/api/v1/overview").json()["figures"]["worst_units"]
    assert told == units[:10]
    page = viewer.get("/").text
    rows = re.findall(r'<th scope="row"><a href="/units/([^"]+)">', page)
    assert rows == [unit["code"] for unit in told]


def test_whoever_belongs_to_some_units_is_shown_those_instead(office: Console) -> None:
    with signed_in(office, Role.VIEWER, "can-bo", [UNIT]) as officer:
        answer = officer.get("/")
        assert (answer.status_code, answer.headers["location"]) == (303, f"/units/{UNIT}")
        paths = ("overview", "reconciliations", "reconciliations/latest", "reconciliations/1")
        for path in paths:
            assert officer.get(f"/api/v1/{path}").status_code == 403, path


def test_open_incidents_are_counted_by_kind_and_a_source_that_is_down_is_named(
    office: Console, viewer: Person
) -> None:
    with connected(office.settings) as engine, Session(engine) as session, session.begin():
        down = Incident(
            kind=IncidentKind.SOURCE_DOWN,
            unit="",
            source_id=1,
            key="source_down/1",
            state=IncidentState.OPEN,
            seen_at=AS_OF,
            opened_at=AS_OF,
            last_seen_at=AS_OF,
            value={"run": 7},
        )
        session.add(down)
        query = select(Incident).where(Incident.state == IncidentState.OPEN, Incident.unit != "")
        kinds = [each.kind.value for each in session.exec(query)]
        session.flush()
        number_of = down.id
    told = viewer.get("/api/v1/overview").json()
    assert {each["kind"]: each["count"] for each in told["incidents_by_kind"]} == {
        kind: kinds.count(kind) for kind in kinds
    }
    assert told["incidents_open"] == len(kinds) + 1
    assert [each["id"] for each in told["incidents_of_all"]] == [number_of]
    assert f'href="/incidents/{number_of}"' in viewer.get("/").text


def test_sources_say_how_old_their_data_is(office: Console, viewer: Person) -> None:
    fresh = viewer.get("/api/v1/overview").json()["sources"]
    assert [(each["name"], each["is_stale"]) for each in fresh] == [
        ("tinh", False),
        ("cong", False),
    ]
    with connected(office.settings) as engine, Session(engine) as session, session.begin():
        for run in session.exec(select(SyncRun).where(SyncRun.source_id == 1)):
            run.ended_at = AS_OF - timedelta(days=3)
            session.add(run)
    stale = viewer.get("/api/v1/overview").json()["sources"]
    assert [each["is_stale"] for each in stale] == [True, False]
    assert text("pages.overview.stale") in viewer.get("/").text


def test_what_runs_now_and_what_runs_next_is_shown(office: Console, viewer: Person) -> None:
    assert text("pages.overview.nothing_runs") in viewer.get("/").text
    with connected(office.settings) as engine, Session(engine) as session, session.begin():
        run = SyncRun(
            source_id=1,
            trigger=Trigger.OPERATOR,
            by="lan",
            stage="pull",
            state=RunState.RUNNING,
            started_at=AS_OF,
            heartbeat_at=AS_OF,
            owner="x/1:1",
            done=40,
            total=120,
        )
        session.add(run)
        session.flush()
        number_of = run.id
    told = viewer.get("/api/v1/overview").json()
    assert [(each["id"], each["done"], each["total"]) for each in told["running"]] == [
        (number_of, 40, 120)
    ]
    instants = [each["next"] for each in told["next"]]
    assert instants == sorted(instants)
    assert instants[0] > told["now"]
    page = viewer.get("/").text
    assert f'href="/runs/{number_of}"' in page
    assert "40/120" in page
    assert instant(datetime.fromisoformat(instants[0])) in page


def test_the_latest_reconciliation_is_told_as_the_command_prints_it(
    office: Console, viewer: Person
) -> None:
    with opened(office.settings) as found:
        report = reconcile_at(found, AS_OF, JULY, unwatched, by_hand=True)
    told = viewer.get("/api/v1/reconciliations/latest").json()
    for name in ("as_of", "period", "complete"):
        assert told[name] == report[name]
    same = {*report["totals"]} - {"presumed"}
    assert {name: told["totals"][name] for name in same} == {
        name: report["totals"][name] for name in same
    }
    assert [unit["bridge"] for unit in told["units"]] == [
        unit["bridge"] for unit in report["units"]
    ]
    number_of = told["reconciliation"]
    assert viewer.get(f"/api/v1/reconciliations/{number_of}").json() == told
    assert viewer.get("/api/v1/reconciliations/999").status_code == 404


def test_the_course_leads_through_the_period_and_says_what_changed_in_a_day(
    later: Console,
) -> None:
    with signed_in(later, Role.VIEWER) as viewer:
        told = viewer.get("/api/v1/overview").json()["figures"]
        page = viewer.get("/").text
        unit = viewer.get(f"/units/{UNIT}").text
    assert [each["as_of"][:13] for each in told["course"]] == [
        "2024-07-24T16",
        "2024-07-25T02",
        "2024-07-25T22",
    ]
    assert told["day_before"] == told["course"][0]
    last = told["course"][-1]
    assert last["late_portal"] == told["totals"]["late_portal"]
    assert last["difference"] == told["totals"]["difference"]
    change = signed(last["difference"] - told["day_before"]["difference"])
    assert f"{change} so với {instant(AS_OF)}" in page
    for shown in (page, unit):
        chart = shown[shown.index('<div class="chart course"') :].split("</svg>")[0]
        assert 'stroke="var(--total)"' in chart
        assert "style=" not in chart


def test_a_period_that_is_over_is_shown_when_asked_for_and_leads_to_no_dossiers(
    later: Console,
) -> None:
    with signed_in(later, Role.VIEWER) as viewer:
        told = viewer.get("/api/v1/overview", period="2024-06").json()["figures"]
        assert told["period"] == {"from": "2024-06-01", "to": "2024-06-30"}
        page = viewer.get("/", period="2024-06").text
        assert '<option value="2024-06" selected>' in page
        assert figures_in(page)[text("pages.units.on_portal")] == number(
            told["totals"]["late_portal"]
        )
        assert f'href="/units/{UNIT}?period=2024-06"' in page
        assert f'href="/units/{UNIT}?period=2024-06"' in viewer.get("/units", period="2024-06").text
        unit = viewer.get(f"/units/{UNIT}", period="2024-06").text
        assert text("pages.units.past_note") in unit
        assert "/dossiers?" not in page + unit
        assert "cause=" not in page
        assert "/dossiers?" in viewer.get("/", period="nonsense").text
        listed = viewer.get("/api/v1/reconciliations").json()
        june = viewer.get("/api/v1/reconciliations", period="2024-06").json()
    assert (listed["total"], june["total"]) == (4, 1)
    assert june["items"][0]["of_the_past"] is True
    cutoffs = [each["as_of"] for each in listed["items"]]
    assert cutoffs == sorted(cutoffs, reverse=True)


def test_figures_on_incomplete_data_do_not_take_the_place_of_complete_ones(
    later: Console,
) -> None:
    with connected(later.settings) as engine, Session(engine) as session, session.begin():
        query = select(Reconciliation).where(Reconciliation.as_of == NOW)
        row = session.exec(query).one()
        row.complete = False
        session.add(row)
    with signed_in(later, Role.VIEWER) as viewer:
        told = viewer.get("/api/v1/overview").json()["figures"]
        page = viewer.get("/").text
    assert told["as_of"] == "2024-07-25T02:00:00+07:00"
    assert told["newer_incomplete"] == "2024-07-25T22:00:00+07:00"
    assert text("pages.units.newer", at=instant(NOW)) in page


def test_before_anything_was_reconciled_the_pages_say_what_to_do(console: Console) -> None:
    with signed_in(console, Role.VIEWER) as viewer:
        for path in ("/", "/units", f"/units/{UNIT}"):
            page = viewer.get(path)
            assert page.status_code == 200
            assert text("pages.units.nothing_advice") in page.text, path
        assert viewer.get("/api/v1/overview").json()["figures"] is None
        answer = viewer.get("/api/v1/units")
        assert (answer.status_code, answer.json()["error"]) == (404, "nothing_reconciled")
        assert viewer.get("/api/v1/reconciliations").json() == {"total": 0, "items": []}
