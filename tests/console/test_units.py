"""The table of units, the page of one, notes: what is shown is what was reckoned."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlmodel import Session, col, select

from models.audit import AuditEntry
from models.incident import Incident
from models.pair import PairVerdict
from models.reconciliation import Discrepancy
from models.roles import Role
from models.types import DiscrepancyState, IncidentState
from tests.console.conftest import Console, configured, consoled
from tests.console.offices import UNIT
from tests.console.people import Person, signed_in
from tests.places import AS_OF, JULY, Place, by_hand, connected, unwatched
from tests.provinces import write_merged_province
from tests.stores import rows_of
from worker.bootstrap import services
from worker.core.outcome import Report
from worker.core.times import VIETNAM
from worker.i18n import text
from worker.i18n.numbers import number, signed
from worker.journey import reconcile_at
from worker.journey.noting import LONGEST_NOTE

AFTER_THE_MERGER = datetime(2025, 3, 15, 9, tzinfo=VIETNAM)
OTHERS = ("H99.02", "H99.03", "H99.31", "H99.32")
OTHER_NAMES = ("Sở Ví Dụ và Minh Họa", "Sở Giả Định", "Huyện Đầu", "Huyện Cuối")


@pytest.fixture
def viewer(office: Console) -> Iterator[Person]:
    with signed_in(office, Role.VIEWER) as person:
        yield person


@pytest.fixture
def officer(office: Console) -> Iterator[Person]:
    """Somebody of one unit."""
    with signed_in(office, Role.VIEWER, "can-bo", [UNIT]) as person:
        yield person


@pytest.fixture
def operator(office: Console) -> Iterator[Person]:
    with signed_in(office, Role.OPERATOR) as person:
        yield person


def reckoned_anew(console: Console) -> Report:
    """What ``doisoat reconcile`` prints of the same store."""
    with services(console.settings) as found:
        return reconcile_at(found, AS_OF, JULY, unwatched, by_hand=True)


def codes_in(page: str) -> list[str]:
    """The units of a table, in its order."""
    return re.findall(r'<th scope="row"><a href="/units/([^"]+)">', page)


def plain(page: str) -> str:
    """A page's words, without its marks."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_the_units_are_those_that_reconciling_tells(office: Console, viewer: Person) -> None:
    report = reckoned_anew(office)
    told = viewer.get("/api/v1/units").json()
    assert told["as_of"] == report["as_of"]
    assert told["period"] == report["period"]
    fields = {*report["units"][0]} - {"presumed", "predecessors"}
    ours = {unit["code"]: {name: unit[name] for name in fields} for unit in told["items"]}
    theirs = {unit["code"]: {name: unit[name] for name in fields} for unit in report["units"]}
    assert ours == theirs
    assert told["totals"]["difference"] == report["totals"]["difference"] != 0


def test_the_page_shows_the_same_units_as_the_call_the_worst_first(viewer: Person) -> None:
    told = viewer.get("/api/v1/units").json()["items"]
    page = viewer.get("/units").text
    assert codes_in(page) == [unit["code"] for unit in told]
    shares = [unit["late_share"] for unit in told]
    assert shares == sorted(shares, reverse=True)
    for unit in told:
        row = page[page.index(f'/units/{unit["code"]}"') :].split("</tr>")[0]
        assert f">{signed(unit['difference'])}<" in row or unit["difference"] == 0
        assert number(unit["late_portal"]) in row


@pytest.mark.parametrize("column", ["name", "late_province", "difference", "sync_rate"])
def test_every_column_sorts_either_way(viewer: Person, column: str) -> None:
    up = codes_in(viewer.get("/units", sort=column, dir="asc").text)
    down = codes_in(viewer.get("/units", sort=column, dir="desc").text)
    told = viewer.get("/api/v1/units", sort=column, ascending="true").json()["items"]
    assert up == [unit["code"] for unit in told]
    assert up == down[::-1]
    figures = [abs(unit[column]) if column == "difference" else unit[column] for unit in told]
    assert column == "name" or figures == sorted(figures)


def test_units_are_found_by_part_of_their_name_without_diacritics(viewer: Person) -> None:
    assert codes_in(viewer.get("/units", q="huyen").text) == codes_in(
        viewer.get("/units", level="district").text
    )
    assert codes_in(viewer.get("/units", q="gia dinh").text) == ["H99.03"]
    assert codes_in(viewer.get("/units", q="h99.31").text) == ["H99.31"]
    none = viewer.get("/units", q="không có đâu")
    assert codes_in(none.text) == []
    assert text("pages.units.none_such_advice") in none.text


def test_a_list_of_units_comes_in_parts(viewer: Person) -> None:
    whole = viewer.get("/api/v1/units", sort="name").json()
    part = viewer.get("/api/v1/units", sort="name", limit="2", offset="1").json()
    assert part["total"] == whole["total"] == 5
    assert part["items"] == whole["items"][1:3]
    assert viewer.get("/api/v1/units", limit="0").status_code == 422


def test_whoever_belongs_to_one_unit_finds_nothing_of_another(officer: Person) -> None:
    told = officer.get("/api/v1/units").json()
    assert [unit["code"] for unit in told["items"]] == [UNIT]
    assert told["totals"] is None
    assert officer.get("/units").headers["location"] == f"/units/{UNIT}"
    month = officer.get("/units", period="2024-07").headers["location"]
    assert month == f"/units/{UNIT}?period=2024-07"
    for path in ("/units.csv", f"/units/{UNIT}", f"/api/v1/units/{UNIT}"):
        answer = officer.get(path)
        assert answer.status_code == 200, path
        assert not [name for name in (*OTHERS, *OTHER_NAMES) if name in answer.text], path
    for code in (*OTHERS, "H99", "H99.77"):
        for path in (f"/units/{code}", f"/api/v1/units/{code}", f"/api/v1/units/{code}/notes"):
            assert officer.get(path).status_code == 404, path


def test_the_table_is_downloaded_whole_and_as_it_is_sorted(viewer: Person) -> None:
    answer = viewer.get("/units.csv", sort="late_portal", dir="desc", q="so")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    told = viewer.get("/api/v1/units", sort="late_portal", q="so").json()["items"]
    assert [row["Mã"] for row in rows] == [unit["code"] for unit in told]
    assert [int(row["Quá hạn trên Cổng"]) for row in rows] == [unit["late_portal"] for unit in told]
    assert 'filename="don-vi-2024-07-24.csv"' in answer.headers["content-disposition"]
    assert viewer.get("/units.xlsx").content.startswith(b"PK")
    assert viewer.get("/units.exe").status_code == 422


def test_a_units_bridge_leads_line_by_line_from_one_count_to_the_other(
    office: Console, viewer: Person
) -> None:
    (unit,) = (each for each in reckoned_anew(office)["units"] if each["code"] == UNIT)
    told = viewer.get(f"/api/v1/units/{UNIT}").json()
    steps = [line for line in told["statement"] if "cause" in line]
    assert unit["late_province"] + sum(step["count"] for step in steps) == unit["late_portal"]
    assert [(step["cause"], step["count"]) for step in steps] == [
        (step["cause"], step["count"]) for step in unit["bridge"]
    ]
    page = viewer.get(f"/units/{UNIT}").text
    bridge = page[page.index('<table class="bridge">') : page.index("</table>")]
    shown = re.findall(r'cause=([A-Z_]+)">.*?<td class="number">([^<]+)</td>', bridge, re.DOTALL)
    assert shown == [(step["cause"], signed(step["count"])) for step in steps]
    assert f"/dossiers?unit={UNIT}&amp;view=late_province" in bridge
    assert f"/discrepancies?unit={UNIT}&amp;cause={steps[0]['cause']}" in bridge


def test_each_cause_says_how_many_dossiers_it_has_and_what_to_do(
    office: Console, viewer: Person
) -> None:
    with connected(office.settings) as engine:
        rows = [
            row
            for row in rows_of(engine, Discrepancy)
            if UNIT in (row.unit, row.portal_unit) and row.state is DiscrepancyState.OPEN
        ]
    told = viewer.get(f"/api/v1/units/{UNIT}").json()["causes"]
    sizes = [abs(cause["count"]) for cause in told]
    assert sizes == sorted(sizes, reverse=True)
    page = plain(viewer.get(f"/units/{UNIT}").text)
    for cause in told:
        assert cause["dossiers"] == sum(row.cause.value == cause["cause"] for row in rows)
        assert text(f"causes.advice.{cause['cause']}") in page
        assert text(f"causes.meaning.{cause['cause']}") in page


def test_open_incidents_of_the_unit_are_counted_and_named(office: Console, viewer: Person) -> None:
    with connected(office.settings) as engine, Session(engine) as session:
        query = select(Incident).where(Incident.unit != "")
        rows = session.exec(query).all()
        assert rows
        code = rows[0].unit
        mine = [each for each in rows if each.unit == code and each.state is IncidentState.OPEN]
    told = viewer.get(f"/api/v1/units/{code}").json()
    assert {each["id"] for each in told["incidents"]} == {each.id for each in mine}
    assert told["unit"]["incidents"] == len(mine)
    page = viewer.get(f"/units/{code}").text
    assert all(f'href="/incidents/{each.id}"' in page for each in mine)


def test_what_becomes_late_within_24_working_hours_is_listed_the_soonest_first(
    office: Console, viewer: Person
) -> None:
    soon, far = AS_OF + timedelta(hours=3), AS_OF + timedelta(days=20)
    with connected(office.settings) as engine, Session(engine) as session, session.begin():
        open_ones = session.exec(
            select(PairVerdict)
            .where(PairVerdict.home_unit == UNIT, col(PairVerdict.home_ends_at).is_(None))
            .order_by(col(PairVerdict.dossier_id))
        ).all()
        assert len(open_ones) > 2
        session.exec(update(PairVerdict).values(home_late_from=far))
        for place, verdict in enumerate(open_ones[:2]):
            at = soon - timedelta(hours=place)
            session.exec(
                update(PairVerdict)
                .where(col(PairVerdict.dossier_id) == verdict.dossier_id)
                .values(home_late_from=at, turns_at=at, home_waiting=False)
            )
    told = viewer.get(f"/api/v1/units/{UNIT}").json()
    assert told["late_soon_total"] == 2
    assert [each["late_from"] for each in told["late_soon"]] == [
        "2024-07-24T18:00:00+07:00",
        "2024-07-24T19:00:00+07:00",
    ]
    page = viewer.get(f"/units/{UNIT}").text
    assert f'/dossiers?q={told["late_soon"][0]["dossier"]}"' in page
    assert viewer.get("/api/v1/units/H99.02").json()["late_soon_total"] == 0


def test_a_note_is_kept_without_personal_data_and_stands_in_the_audit_trail(
    office: Console, operator: Person, officer: Person
) -> None:
    said = "Đã gọi 0912 345 678, Sở gửi lại trong tuần"
    answer = operator.post(f"/units/{UNIT}/notes", text=said)
    assert answer.headers["location"] == f"/units/{UNIT}?said=note_added"
    shown = officer.get(f"/units/{UNIT}").text
    assert "Sở gửi lại trong tuần" in shown
    assert "0912" not in shown
    (note,) = officer.get(f"/api/v1/units/{UNIT}/notes").json()["items"]
    assert (note["by"], note["at"]) == ("operator", "2024-07-24T16:00:00+07:00")
    with connected(office.settings) as engine:
        (entry,) = (row for row in rows_of(engine, AuditEntry) if row.action == "note_added")
    assert (entry.by, entry.subject) == ("operator", f"unit {UNIT}")
    assert operator.get("/api/v1/units/H99.02/notes").json()["total"] == 0


@pytest.mark.parametrize("words", ["", "   ", "a" * (LONGEST_NOTE + 1)])
def test_a_note_that_is_empty_or_too_long_is_refused_and_not_lost(
    operator: Person, words: str
) -> None:
    answer = operator.post(f"/units/{UNIT}/notes", text=words)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert f">{words}</textarea>" in answer.text
    assert operator.get(f"/api/v1/units/{UNIT}/notes").json()["total"] == 0


def test_only_operators_write_notes_and_only_from_our_own_page(
    viewer: Person, operator: Person
) -> None:
    assert viewer.post(f"/units/{UNIT}/notes", text="x").status_code == 403
    assert f"/units/{UNIT}/notes" not in viewer.get(f"/units/{UNIT}").text
    assert operator.client.post(f"/units/{UNIT}/notes", data={"text": "x"}).status_code == 403
    assert operator.post("/units/H99.77/notes", text="x").status_code == 404
    path = f"/api/v1/units/{UNIT}/notes"
    assert operator.call("POST", path, {"text": "Đã nhắc"}).status_code == 201
    assert operator.call("POST", path, {"text": ""}).status_code == 422
    assert viewer.call("POST", path, {"text": "x"}).status_code == 403


@pytest.fixture
def merged(tmp_path: Path) -> Iterator[Console]:
    """The console of a province where units were merged; it was reconciled after that."""
    write_merged_province(tmp_path / "seeds")
    place = Place(folder=tmp_path, code="H98", seeds="seeds")
    settings = configured(place, now=AFTER_THE_MERGER)
    by_hand(settings, AFTER_THE_MERGER)
    with consoled(settings) as found:
        yield found


def test_a_unit_that_was_merged_leads_to_its_successor(merged: Console) -> None:
    with signed_in(merged, Role.VIEWER) as viewer:
        answer = viewer.get("/units/H98.01", period="2025-03")
        assert answer.headers["location"] == "/units/H98.11?period=2025-03&said=unit_merged"
        told = viewer.get("/api/v1/units/H98.01").json()["unit"]
        assert (told["code"], told["predecessors"]) == ("H98.11", ["H98.01"])
        assert "Sở Kế hoạch và Đầu tư" in viewer.get("/units/H98.11").text


def test_whoever_belongs_to_a_merged_unit_alone_does_not_see_its_successor(
    merged: Console,
) -> None:
    with signed_in(merged, Role.VIEWER, "can-bo", ["H98.01"]) as officer:
        for path in ("/units/H98.01", "/units/H98.11", "/api/v1/units/H98.01"):
            answer = officer.get(path)
            assert answer.status_code == 404, path
            assert "Sở Tài chính" not in answer.text


def test_one_reconciliation_makes_no_course_and_the_page_says_so(viewer: Person) -> None:
    page = viewer.get(f"/units/{UNIT}").text
    assert text("pages.units.no_course") in page
    assert '<div class="chart course"' not in page
    assert viewer.get(f"/api/v1/units/{UNIT}").json()["day_before"] is None
