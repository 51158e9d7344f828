import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from sqlmodel import Session, select

from models.audit import AuditEntry
from models.dossier import DossierRecord, RecordVersion
from models.reconciliation import Discrepancy, LateCount
from models.roles import Role
from models.types import Cause, CountView, Side
from tests.console.conftest import Console
from tests.console.people import Person, signed_in
from tests.places import AS_OF
from tests.stores import rows_of
from worker.bootstrap import Services, services
from worker.core.times import month_of
from worker.db import trail, views
from worker.db.sources import source_sides
from worker.journey.explaining import explaining
from worker.stages.explain import explain_dossier

API = "/api/v1/dossiers"


@pytest.fixture
def known(office: Console) -> Iterator[Services]:
    with services(office.settings) as found:
        yield found


@pytest.fixture
def viewer(office: Console) -> Iterator[Person]:
    with signed_in(office, Role.VIEWER) as person:
        yield person


def of_cause(known: Services, cause: Cause) -> Discrepancy:
    return next(each for each in rows_of(known.engine, Discrepancy) if each.cause is cause)


def words_in(page: str) -> str:
    """What a page says, its tags left out."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def told(person: Person, path: str, **asked: str) -> dict[str, Any]:
    answer = person.get(path, **asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_the_api_explains_a_dossier_as_the_command_does(viewer: Person, known: Services) -> None:
    row = of_cause(known, Cause.STATUS_BEHIND)
    task = explaining(known, AS_OF, month_of(AS_OF))
    expected = explain_dossier(task, row.dossier_id)
    found = told(viewer, f"{API}/{row.dossier_id}")
    assert (found["id"], found["dossier"]) == (row.dossier_id, row.code)
    for name in ("codes", "presumed", "records", "fields", "verdicts", "reception", "flags"):
        assert found[name] == expected[name], name
    assert [each["cause"] for each in found["effects"]] == ["STATUS_BEHIND"]
    assert found["as_of"] == "2024-07-24T16:00:00+07:00"
    assert found["period"] == {"from": "2024-07-01", "to": "2024-07-31"}


def test_the_page_says_why_and_what_to_do_first(viewer: Person, known: Services) -> None:
    row = of_cause(known, Cause.STATUS_BEHIND)
    page = viewer.get(f"/dossiers/{row.dossier_id}").text
    said = words_in(page)
    late = "Cổng tính là quá hạn, tỉnh tính là không quá hạn"
    assert said.index(late) < said.index("chậm cập nhật trạng thái") < said.index("Việc cần làm")
    assert '<a href="/help/causes#STATUS_BEHIND">' in page
    assert "làm cho hai bên tính khác nhau" in said
    assert f'href="/units/{row.unit}"' in page


@pytest.mark.parametrize("cause", list(Cause))
def test_a_dossier_of_every_cause_has_its_page(
    viewer: Person, known: Services, cause: Cause
) -> None:
    rows = [each for each in rows_of(known.engine, Discrepancy) if each.cause is cause]
    for row in rows[:2]:
        page = viewer.get(f"/dossiers/{row.dossier_id}")
        assert page.status_code == 200
        assert row.code in page.text
        assert page.text.count("<h1>") == 1
        assert f"/help/causes#{cause.value}" in page.text


def test_both_sides_stand_on_one_axis_with_what_differs_marked(
    viewer: Person, known: Services
) -> None:
    row = of_cause(known, Cause.END_DIFFERS)
    page = viewer.get(f"/dossiers/{row.dossier_id}").text
    drawing = page[page.index('class="chart timeline"') : page.index('class="legend"')]
    assert drawing.count('class="ring"') == 2
    assert drawing.count('class="link"') == 1
    assert "Hệ thống tỉnh" in drawing
    assert "Cổng DVCQG" in drawing
    assert "style=" not in page


def test_values_that_differ_are_never_called_the_same(viewer: Person, known: Services) -> None:
    row = of_cause(known, Cause.TWO_CODES)
    page = viewer.get(f"/dossiers/{row.dossier_id}").text
    (rows,) = re.findall(r'<table class="compared">.*?<tbody>(.*?)</tbody>', page, re.DOTALL)
    found = {}
    for line in rows.split("</tr>")[:-1]:
        field, *cells = [
            words_in(each) for each in re.findall(r"<t[hd].*?</t[hd]>", line, re.DOTALL)
        ]
        *values, said = cells
        found[field] = said
        assert (said == "giống nhau") == (len(set(values)) == 1), field
    assert found["Mã trong hệ thống nguồn"] == "không so sánh"
    assert "giống nhau" in found.values()


def test_a_code_leads_to_its_dossier_however_it_is_typed(viewer: Person, known: Services) -> None:
    row = of_cause(known, Cause.STATUS_BEHIND)
    answer = viewer.get("/dossiers", q=f"  {row.code.lower()} ")
    assert answer.headers["location"] == f"/dossiers/{row.dossier_id}"
    found = told(viewer, API, q=row.code.lower())
    assert found == {"total": 1, "items": [{"id": row.dossier_id, "dossier": row.code}]}


def test_the_beginning_of_a_code_lists_the_dossiers_it_may_mean(viewer: Person) -> None:
    found = told(viewer, API, q="H99.01-2407", limit="200")
    codes = [each["dossier"] for each in found["items"]]
    assert len(codes) > 3
    assert codes == sorted(codes)
    assert all(code.startswith("H99.01-2407") for code in codes)
    page = viewer.get("/dossiers", q="h99.01-2407").text
    assert f'href="/dossiers/{found["items"][0]["id"]}"' in page


def test_an_unknown_code_says_what_to_do(viewer: Person) -> None:
    page = viewer.get("/dossiers", q="H99.99-990101-0001")
    assert page.status_code == 200
    assert "Hãy kiểm tra lại mã." in page.text
    assert viewer.get("/dossiers/999999").status_code == 404
    assert viewer.get(f"{API}/999999").status_code == 404


def test_a_unit_is_found_by_its_code_too(viewer: Person) -> None:
    assert viewer.get("/dossiers", q="H99.01").headers["location"] == "/units/H99.01"


@pytest.mark.parametrize("view", list(CountView))
def test_every_late_count_opens_into_as_many_dossiers(
    viewer: Person, known: Services, view: CountView
) -> None:
    counts = [each for each in rows_of(known.engine, LateCount) if each.view is view]
    late = [each for each in counts if each.category.is_late and each.count]
    assert late
    path = "/api/v1/late-dossiers"
    for each in late:
        asked = {"unit": each.unit, "category": each.category.value, "limit": "1000"}
        found = told(viewer, path, view=view.value, **asked)
        assert found["total"] == len(found["items"]) == each.count
    whole = told(viewer, path, view=view.value, limit="1000")
    assert whole["total"] == len(whole["items"]) == sum(each.count for each in late)
    page = viewer.get("/dossiers", view=view.value)
    assert f"{whole['total']} hồ sơ, theo lần đối soát lúc 16:00 24/7/2024" in page.text


def test_the_parts_of_a_late_list_are_the_whole(viewer: Person) -> None:
    asked = {"view": "late_portal"}
    whole = told(viewer, "/api/v1/late-dossiers", **asked, limit="1000")["items"]
    parts = [
        each
        for offset in range(0, len(whole), 7)
        for each in told(viewer, "/api/v1/late-dossiers", **asked, limit="7", offset=str(offset))[
            "items"
        ]
    ]
    assert parts == whole
    timed = [(each["unit"], each["late_from"]) for each in whole if each["late_from"]]
    assert timed == sorted(timed)


def test_a_unit_viewer_finds_the_units_dossiers_and_no_other(
    office: Console, known: Services
) -> None:
    rows = rows_of(known.engine, Discrepancy)
    own = rows[0]
    foreign = next(each for each in rows if own.unit not in (each.unit, each.portal_unit))
    with signed_in(office, Role.VIEWER, units=[own.unit]) as person:
        assert person.get(f"/dossiers/{own.dossier_id}").status_code == 200
        hidden = (
            f"/dossiers/{foreign.dossier_id}",
            f"{API}/{foreign.dossier_id}",
            f"{API}/{foreign.dossier_id}/notes",
            f"/dossiers?view=late_portal&unit={foreign.unit}",
            f"/api/v1/late-dossiers?view=late_portal&unit={foreign.unit}",
        )
        assert [person.get(path).status_code for path in hidden] == [404] * len(hidden)
        assert told(person, API, q=foreign.code)["items"] == []
        assert foreign.code not in person.get("/dossiers", q=foreign.code[:-1]).text
        late = told(person, "/api/v1/late-dossiers", view="late_portal", limit="1000")["items"]
        assert {each["unit"] for each in late} == {own.unit}


def test_a_unit_viewer_is_not_told_which_other_unit_has_the_dossier(
    office: Console, known: Services
) -> None:
    row = of_cause(known, Cause.STATUS_BEHIND)
    other = next(each for each in known.directory.units if each.code not in (row.unit, "H99"))
    sides = {side: key for key, side in source_sides(Session(known.engine)).items()}
    with Session(known.engine) as session, session.begin():
        query = select(DossierRecord).where(
            DossierRecord.dossier_id == row.dossier_id,
            DossierRecord.source_id == sides[Side.PORTAL],
        )
        record = session.exec(query).one()
        record.unit = other.code
        session.add(record)
    with signed_in(office, Role.VIEWER, units=[row.unit]) as person:
        found = told(person, f"{API}/{row.dossier_id}")
        assert [each["unit"] for each in found["records"]] == [row.unit, None]
        page = person.get(f"/dossiers/{row.dossier_id}").text
        assert other.code not in page
        assert other.name not in page
        assert "đơn vị khác" in page


def test_what_was_known_earlier_can_be_looked_back_to(viewer: Person, known: Services) -> None:
    row = of_cause(known, Cause.DUE_DIFFERS)
    earlier = AS_OF - timedelta(days=2)
    with Session(known.engine) as session, session.begin():
        first = trail.known_since(session, row.dossier_id)[0]
        record = session.exec(
            select(DossierRecord).where(
                DossierRecord.dossier_id == row.dossier_id,
                DossierRecord.source_id == first.source_id,
            )
        ).one()
        view = views.view_of(record, [])
        before = views.encode(replace(view, due_at=AS_OF + timedelta(days=9)))
        version = RecordVersion(
            record_id=record.id or 0, observed_at=earlier, until=record.observed_at, view=before
        )
        session.add(version)
    now = viewer.get(f"/dossiers/{row.dossier_id}").text
    assert "Ngày hẹn trả: 16:00 2/8/2024 →" in words_in(now)
    at = "2024-07-22T16:00:00+07:00"
    assert f'<option value="{at}"' in now
    past = viewer.get(f"/dossiers/{row.dossier_id}", as_of=at).text
    assert "Đang xem lại như đã biết lúc 16:00 22/7/2024" in words_in(past)
    assert "16:00 2/8/2024" in past
    found = told(viewer, f"{API}/{row.dossier_id}", as_of=at)
    assert found["as_of"] == at
    assert found["records"][0]["due_at"] == "2024-08-02T16:00:00+07:00"
    odd = viewer.get(f"/dossiers/{row.dossier_id}", as_of="hôm qua", period="2024-13")
    assert "Đang xem lại" not in odd.text


def test_a_note_is_kept_without_personal_data_and_in_the_audit_trail(
    office: Console, known: Services
) -> None:
    row = of_cause(known, Cause.STATUS_BEHIND)
    path = f"/dossiers/{row.dossier_id}"
    with signed_in(office, Role.OPERATOR) as person:
        done = person.post(f"{path}/notes", text="Gọi a@b.vn; đơn vị hẹn sửa <b>thứ hai</b>")
        assert done.headers["location"] == f"{path}?said=note_added"
        page = person.get(path).text
        assert "đơn vị hẹn sửa &lt;b&gt;thứ hai" in page
        assert "a@b.vn" not in page
        listed = told(person, f"/api/v1{path}/notes")
        assert (listed["total"], listed["items"][0]["by"]) == (1, "operator")
        made = person.call("POST", f"/api/v1{path}/notes", {"text": "Đã sửa"})
        assert (made.status_code, made.json()["text"]) == (201, "Đã sửa")
    with Session(known.engine) as session:
        actions = session.exec(select(AuditEntry.action)).all()
    assert list(actions).count("note_added") == 2


def test_a_refused_note_keeps_what_was_typed(office: Console, known: Services) -> None:
    row = of_cause(known, Cause.STATUS_BEHIND)
    path = f"/dossiers/{row.dossier_id}"
    with signed_in(office, Role.OPERATOR) as person:
        answer = person.post(f"{path}/notes", text="dài " * 200)
        assert answer.status_code == 422
        assert "Ghi chú dài quá 500 ký tự" in answer.text
        assert "dài dài dài" in answer.text
        assert person.client.post(f"{path}/notes", data={"text": "x"}).status_code == 403
