import csv
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from sqlmodel import Session, select

from models.audit import AuditEntry
from models.reconciliation import BridgeStep, Discrepancy
from models.roles import Role
from models.types import Cause, DiscrepancyState
from tests.console.conftest import Console
from tests.console.people import Person, signed_in
from tests.stores import rows_of
from worker.bootstrap import services

API = "/api/v1/discrepancies"


@pytest.fixture
def viewer(office: Console) -> Iterator[Person]:
    with signed_in(office, Role.VIEWER) as person:
        yield person


@pytest.fixture
def operator(office: Console) -> Iterator[Person]:
    with signed_in(office, Role.OPERATOR) as person:
        yield person


@pytest.fixture
def stored(office: Console) -> list[Discrepancy]:
    with services(office.settings) as found:
        return rows_of(found.engine, Discrepancy)


def told(person: Person, **asked: str) -> dict[str, Any]:
    answer = person.get(API, **asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_page_and_api_list_what_is_open(viewer: Person, stored: list[Discrepancy]) -> None:
    open_now = [each for each in stored if each.state is DiscrepancyState.OPEN]
    found = told(viewer, limit="1000")
    assert found["total"] == len(open_now) > 20
    assert {each["id"] for each in found["items"]} == {each.id for each in open_now}
    page = viewer.get("/discrepancies").text
    for each in found["items"][:50]:
        assert f'href="/dossiers/{each["dossier_id"]}">{each["dossier"]}</a>' in page


def test_every_step_of_a_bridge_leads_to_as_many_as_it_says(
    office: Console, viewer: Person
) -> None:
    with services(office.settings) as found:
        steps = rows_of(found.engine, BridgeStep)
    assert steps
    for step in steps:
        items = told(viewer, unit=step.unit, cause=step.cause.value, limit="1000")["items"]
        parts = [
            (each["contributions"] or {each["unit"]: each["contribution"]}).get(step.unit, 0)
            for each in items
        ]
        assert sum(parts) == step.count, step
    page = viewer.get("/discrepancies", unit=steps[0].unit, cause=steps[0].cause.value).text
    assert f"thay đổi {steps[0].count:+}".replace("+0", "0") in page


def test_every_filter_narrows_the_list(viewer: Person, stored: list[Discrepancy]) -> None:
    def ids(**asked: str) -> set[int]:
        return {each["id"] for each in told(viewer, limit="1000", **asked)["items"]}

    row = next(each for each in stored if each.flags)
    assert ids(kind="rule") == {each.id for each in stored if each.kind.value == "rule"} != set()
    assert ids(flag=row.flags[0]) == {each.id for each in stored if row.flags[0] in each.flags}
    assert ids(q=row.code[-9:].lower()) == {
        each.id for each in stored if row.code[-9:] in each.code
    }
    assert ids(age="1") == set()
    assert ids(acknowledged="true") == set()
    assert ids(state="closed") == set()
    assert ids(pair="all") == ids() == {each.id for each in stored}


def test_a_code_of_the_dossier_that_the_list_does_not_show_finds_it(
    viewer: Person, stored: list[Discrepancy]
) -> None:
    row = next(each for each in stored if each.cause is Cause.TWO_CODES)
    other = next(each for each in viewer.get(f"/api/v1/dossiers/{row.dossier_id}").json()["codes"])
    assert row.id in {each["id"] for each in told(viewer, q=other)["items"]}


@pytest.mark.parametrize("sort", ["dossier", "unit", "cause", "contribution", "opened_at"])
def test_a_list_is_sorted_over_all_its_parts(viewer: Person, sort: str) -> None:
    whole = told(viewer, sort=sort, dir="asc", limit="1000")["items"]
    values = [each[sort] for each in whole]
    assert values == sorted(values)
    parts = [
        each["id"]
        for offset in range(0, len(whole), 20)
        for each in told(viewer, sort=sort, dir="asc", limit="20", offset=str(offset))["items"]
    ]
    assert parts == [each["id"] for each in whole]


def test_the_files_hold_every_row_of_the_list(viewer: Person, stored: list[Discrepancy]) -> None:
    answer = viewer.get("/discrepancies.csv", cause="STATUS_BEHIND", sort="dossier", dir="asc")
    assert 'filename="chenh-lech-2024-07-24.csv"' in answer.headers["content-disposition"]
    head, *rows = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))
    assert head[0] == "Mã hồ sơ"
    assert [row[0] for row in rows] == sorted(
        each.code for each in stored if each.cause is Cause.STATUS_BEHIND
    )
    assert viewer.get("/discrepancies.xlsx").content.startswith(b"PK")
    assert viewer.get("/discrepancies.pdf").status_code == 422


def test_a_unit_viewer_sees_what_is_of_the_unit_and_no_other_unit(
    office: Console, stored: list[Discrepancy]
) -> None:
    row = stored[0]
    moved_to = next(each.unit for each in stored if each.unit != row.unit)
    with services(office.settings) as found, Session(found.engine) as session, session.begin():
        changed = session.get_one(Discrepancy, row.id)
        changed.portal_unit = moved_to
        changed.contributions = {row.unit: -1, moved_to: 1}
        changed.fields = {"unit": {"province": row.unit, "portal": moved_to}}
        session.add(changed)
    own = [each for each in stored if row.unit in (each.unit, each.portal_unit)]
    foreign = next(each for each in stored if row.unit not in (each.unit, each.portal_unit))
    with signed_in(office, Role.VIEWER, units=[row.unit]) as person:
        items = told(person, limit="1000")["items"]
        assert {each["id"] for each in items} == {each.id for each in own}
        (moved,) = [each for each in items if each["id"] == row.id]
        assert moved["portal_unit"] is None
        assert (moved["contribution"], moved["contributions"]) == (-1, {row.unit: -1})
        assert moved_to not in repr([moved["unit"], moved["fields"]])
        page = person.get("/discrepancies").text
        assert "đơn vị khác" in page
        assert foreign.code not in page
        assert foreign.code not in person.get("/discrepancies.csv").text
        assert person.get(f"{API}/{foreign.id}").status_code == 404
        assert person.get("/discrepancies", unit=foreign.unit).status_code == 404
        assert person.get(API, unit=foreign.unit).status_code == 404


def test_a_discrepancy_is_taken_on_with_a_note_and_an_audit_entry(
    office: Console, operator: Person, stored: list[Discrepancy]
) -> None:
    row = stored[0]
    note = "Đã gọi 0912345678, chờ trả lời"
    path = f"/dossiers/{row.dossier_id}"
    done = operator.post(f"{path}/acknowledge", discrepancy=str(row.id), text=note)
    assert done.headers["location"] == f"{path}?said=discrepancy_acknowledged"
    page = operator.get(path).text
    assert "operator đã nhận xử lý 16:00 24/7/2024" in page
    assert "0912345678" not in page
    (listed,) = told(operator, acknowledged="true")["items"]
    assert (listed["id"], listed["acknowledged_by"]) == (row.id, "operator")
    with services(office.settings) as found, Session(found.engine) as session:
        query = select(AuditEntry).where(AuditEntry.action == "discrepancy_acknowledged")
        (entry,) = session.exec(query).all()
        assert (entry.by, entry.subject) == ("operator", f"discrepancy {row.id}")
        assert "0912345678" not in repr(entry)


def test_the_api_takes_on_what_is_open_and_refuses_what_is_closed(
    office: Console, operator: Person, stored: list[Discrepancy]
) -> None:
    path = f"{API}/{stored[0].id}/acknowledgement"
    answer = operator.call("POST", path, {"note": "Đang xử lý"})
    assert (answer.json()["acknowledged_by"], answer.json()["note"]) == ("operator", "Đang xử lý")
    with services(office.settings) as found, Session(found.engine) as session, session.begin():
        row = session.get_one(Discrepancy, stored[0].id)
        row.state = DiscrepancyState.CLOSED
        session.add(row)
    refused = operator.call("POST", path, {})
    assert (refused.status_code, refused.json()["error"]) == (409, "discrepancy_closed")
    assert operator.call("POST", f"{API}/999999/acknowledgement", {}).status_code == 404


def test_a_viewer_takes_on_nothing(viewer: Person, stored: list[Discrepancy]) -> None:
    fields = {"discrepancy": str(stored[0].id), "text": ""}
    path = f"/dossiers/{stored[0].dossier_id}"
    assert viewer.post(f"{path}/acknowledge", **fields).status_code == 403
    assert "Nhận xử lý" not in viewer.get(path).text


def test_where_nothing_is_found_the_page_says_what_to_do(viewer: Person) -> None:
    page = viewer.get("/discrepancies", q="KHONG-CO").text
    assert "Không có hồ sơ chênh lệch nào như vậy." in page
    assert "Hãy bỏ bớt điều kiện lọc" in page


def test_a_code_with_letters_nobody_sees_is_looked_for_without_them(
    viewer: Person, stored: list[Discrepancy]
) -> None:
    found = told(viewer, q=f"\x00{stored[0].code[:9]}\u200b {stored[0].code[9:]}")
    assert stored[0].id in {each["id"] for each in found["items"]}


def test_what_an_address_says_wrongly_is_read_as_not_said(viewer: Person) -> None:
    wrong = {"cause": "X", "state": "Y", "age": "-1", "kind": "Z", "flag": "W", "page": "0"}
    plain, odd = (viewer.get("/discrepancies", **asked).text for asked in ({}, wrong))
    assert plain.count("<tr>") == odd.count("<tr>") > 20
