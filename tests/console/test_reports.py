"""``/reports`` and its API: files, statements, closes."""

import json
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook
from sqlmodel import Session, select

from models.audit import AuditEntry
from models.rates import StatementKind
from models.roles import Role
from models.source import SyncRun
from models.statement import Correction, Statement
from tests.console.conftest import Console
from tests.console.offices import UNIT
from tests.console.people import Person, signed_in
from tests.places import AS_OF, JULY, unwatched
from worker.bootstrap import services
from worker.core.statement import CLOSING, OPENING
from worker.i18n.numbers import number
from worker.journey import Wish
from worker.journey.signing import close_period, statement_at

OTHER = "H99.02"
ROLE = "Chánh Văn phòng"
SIGNS = {"xlsx": b"PK", "docx": b"PK", "html": b"<!DOCTYPE html>", "json": b"{", "csv": b"PK"}


def balances(console: Console) -> tuple[int, int]:
    """Late at home and on the portal, as the command's statement says."""
    with services(console.settings) as found:
        told = statement_at(found, None, JULY, AS_OF, unwatched).statement.main
    return told.count(OPENING) or 0, told.count(CLOSING) or 0


def sign(person: Person, **more: str) -> int:
    fields = {"month": "2024-07", "role": ROLE, "as_of": AS_OF.isoformat()}
    done = person.post("/reports/sign", **(fields | more))
    assert done.status_code == 303, done.text
    return int(done.headers["location"].split("?")[0].rpartition("/")[2])


def kept(console: Console) -> list[Statement]:
    with services(console.settings) as found, Session(found.engine) as session:
        return list(session.exec(select(Statement)))


def closed(console: Console) -> int:
    """Close July; the number of what was frozen."""
    with services(console.settings) as found:
        wish = Wish(
            as_of=AS_OF, month=JULY.first, closes=True, role=ROLE, by="an", reason="hết tháng"
        )
        close_period(found, wish, unwatched)
    (row,) = kept(console)
    return row.id or 0


def corrected(close: int, unit: str) -> Correction:
    """A figure of a unit that became another one after the close."""
    return Correction(
        statement_id=close,
        reconciliation_id=1,
        at=AS_OF,
        unit=unit,
        figure=CLOSING,
        before="3",
        after="777",
    )


@pytest.mark.parametrize("form", SIGNS)
def test_a_report_is_downloaded_in_every_form(office: Console, form: str) -> None:
    with signed_in(office, Role.VIEWER) as person:
        answer = person.get("/reports/file", month="2024-07", form=form)
        assert answer.status_code == 200
        assert answer.content.startswith(SIGNS[form])
        ending = "zip" if form == "csv" else form
        name = f'attachment; filename="doisoat-H99-2024-07.{ending}"'
        assert answer.headers["content-disposition"] == name


def test_the_workbook_says_what_the_statement_says(office: Console) -> None:
    late = balances(office)
    with signed_in(office, Role.VIEWER) as person:
        content = person.get("/api/v1/reports/file?month=2024-07&format=xlsx").content
        book = CalamineWorkbook.from_filelike(BytesIO(content))
        rows = [
            row for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python()
        ]
        totals = [row for row in rows if "Tổng cộng" in row]
        assert any(set(late) <= set(row) for row in totals)
        told = person.call("GET", "/api/v1/reports/file?month=2024-07&format=json").json()
        assert told["sections"]
        one = person.get("/reports/file", month="2024-07", unit=UNIT, form="csv")
        assert one.headers["content-disposition"].endswith(f'"doisoat-{UNIT}-2024-07.zip"')
        with ZipFile(BytesIO(one.content)) as found:
            assert found.testzip() is None


def test_what_can_not_be_reported_is_said(office: Console) -> None:
    with signed_in(office, Role.VIEWER) as person:
        assert person.get("/reports/file", month="2023-01").status_code == 404
        assert person.get("/reports/file", month="x").status_code == 409
        assert person.get("/reports/file", month="2024-07", unit="x").status_code == 404
        assert person.get("/reports/file", month="2024-07", form="exe").status_code == 422
        later = person.get("/reports/file", month="2024-07", compare="2024-08")
        assert later.status_code == 409


def test_the_statements_are_downloaded_as_they_are_filtered(office: Console) -> None:
    with signed_in(office, Role.APPROVER, "nguoi-duyet") as person:
        sign(person, note="đã kiểm tra")
        sign(person, unit=UNIT)
    first, second = kept(office)
    with signed_in(office, Role.VIEWER) as person:
        assert 'href="/reports/statements/file?' in person.get("/reports/statements").text
        _, *rows = person.get("/reports/statements/file", form="csv").text.splitlines()
        assert [row.split(",")[0] for row in rows] == [str(second.id), str(first.id)]
        assert first.digest in rows[1]
        assert "đã kiểm tra" in rows[1]
        closed = person.get("/reports/statements/file", form="csv", kind="close").text
        assert len(closed.splitlines()) == 1


def test_an_approver_looks_signs_and_anybody_verifies(office: Console) -> None:
    at_home, on_portal = balances(office)
    with signed_in(office, Role.APPROVER, "nguoi-duyet") as person:
        looked = person.post("/reports/sign/look", month="2024-07", unit="").text
        assert "Quá hạn tại tỉnh" in looked
        for count in (at_home, on_portal):
            assert f'<td class="number">{number(count)}</td>' in looked
        assert kept(office) == []
        key = sign(person, note="đã kiểm tra")
        again = person.post("/reports/sign", month="2024-07", role=ROLE, as_of=AS_OF.isoformat())
        assert again.headers["location"] == f"/reports/statements/{key}?said=statement_already"
        sign(person, unit=UNIT)
    (row, _) = kept(office)
    assert (row.kind, row.role, row.signed_by) == (StatementKind.SIGNED, ROLE, "nguoi-duyet")
    assert row.note == "đã kiểm tra"
    with signed_in(office, Role.VIEWER) as person:
        page = person.get(f"/reports/statements/{key}").text
        assert row.digest in page
        assert f'<td class="number">{number(on_portal)}</td>' in page
        assert "2 dòng" in person.get("/reports/statements").text
        assert "Giống hệt" in person.post(f"/reports/statements/{key}/verify").text
        told = person.call("POST", f"/api/v1/statements/{key}/verify").json()
        assert (told["intact"], told["same"], told["digest"]) == (True, True, row.digest)
        listed = person.call("GET", "/api/v1/statements?limit=1").json()
        assert (listed["total"], listed["items"][0]["unit"]) == (2, UNIT)
        one = person.call("GET", f"/api/v1/statements/{key}").json()
        counts = {each["name"]: each["count"] for each in one["statement"]["accounts"][0]["lines"]}
        assert (counts[OPENING], counts[CLOSING]) == (at_home, on_portal)
    with services(office.settings) as found, Session(found.engine) as session:
        query = select(AuditEntry).where(AuditEntry.action == "statement_signed")
        assert [each.by for each in session.exec(query)] == ["nguoi-duyet", "nguoi-duyet"]


def test_a_statement_that_was_changed_is_told_from_one_that_holds(office: Console) -> None:
    with signed_in(office, Role.APPROVER) as person:
        key = sign(person)
        with services(office.settings) as found, Session(found.engine) as session, session.begin():
            row = session.get_one(Statement, key)
            row.content = row.content.replace("late", "l4te")
            session.add(row)
        page = person.post(f"/reports/statements/{key}/verify")
        assert page.status_code == 200
        assert "Đã bị sửa sau khi ký" in page.text
        assert person.call("POST", f"/api/v1/statements/{key}/verify").json()["intact"] is False


def test_a_signature_needs_an_office_and_a_cut_off_of_the_month(office: Console) -> None:
    with signed_in(office, Role.APPROVER) as person:
        silent = person.post("/reports/sign", month="2024-07", role=" ", note="giữ lại")
        assert silent.status_code == 409
        assert "Hãy ghi chức danh" in silent.text
        assert "giữ lại" in silent.text
        body = {"month": "2024-07", "role": ROLE, "incomplete": True}
        refused = person.call("POST", "/api/v1/statements", body)
        assert (refused.status_code, refused.json()["error"]) == (409, "reason_wanted")
        other = {"month": "2024-07", "role": ROLE, "as_of": "2024-06-01T00:00:00+07:00"}
        assert person.call("POST", "/api/v1/statements", other).status_code == 409
        done = person.call("POST", "/api/v1/statements", {"month": "2024-07", "role": ROLE})
        assert (done.status_code, done.json()["as_of"]) == (201, AS_OF.isoformat())
    assert len(kept(office)) == 1


def test_a_close_is_queued_once_with_who_and_why(office: Console) -> None:
    with signed_in(office, Role.APPROVER, "nguoi-duyet") as person:
        silent = person.post("/reports/close", month="2024-07", role=ROLE, reason="")
        assert silent.status_code == 409
        assert "Hãy nêu lý do" in silent.text
        assert f'value="{ROLE}"' in silent.text
        done = person.post("/reports/close", month="2024-07", role=ROLE, reason="hết tháng")
        assert done.headers["location"] == "/reports?said=close_queued"
        headers = {"X-CSRF-Token": person.csrf, "Idempotency-Key": "chot-2024-07"}
        body = {"month": "2024-07", "role": ROLE, "reason": "hết tháng"}
        calls = [person.client.post("/api/v1/closes", json=body, headers=headers) for _ in range(2)]
        assert [each.status_code for each in calls] == [202, 202]
        assert calls[0].json() == calls[1].json()
    with services(office.settings) as found, Session(found.engine) as session:
        rows = [session.get_one(SyncRun, ids[0]) for ids in office.desk.heard(2)]
        assert len(rows) == 2
        assert rows[0].wish["closes"] is True
        assert (rows[0].by, rows[0].reason) == ("nguoi-duyet", "hết tháng")
        query = select(AuditEntry).where(AuditEntry.action == "close_asked")
        assert [each.reason for each in session.exec(query)] == ["hết tháng", "hết tháng"]


def test_a_closed_month_says_so_and_shows_what_changed_since(office: Console) -> None:
    key = closed(office)
    with services(office.settings) as found, Session(found.engine) as session, session.begin():
        session.add(corrected(key, UNIT))
    (row,) = kept(office)
    with signed_in(office, Role.APPROVER) as person:
        page = person.get("/reports").text
        assert f'href="/reports/statements/{row.id}"' in page
        assert "/reports/close" not in page
        refused = person.post("/reports/close", month="2024-07", role=ROLE, reason="lần nữa")
        assert refused.status_code == 409
        changed = person.get("/reports/corrections", month="2024-07").text
        assert "777" in changed
        assert (
            "Không có số liệu nào thay đổi"
            in person.get("/reports/corrections", month="2024-06").text
        )
        closes = person.call("GET", "/api/v1/closes").json()
        assert (closes["total"], closes["items"][0]["corrections"]) == (1, 1)
        told = person.call("GET", "/api/v1/closes/2024-07/corrections").json()
        assert [(each["before"], each["after"]) for each in told["items"]] == [(3, 777)]


def test_signing_and_closing_are_for_approvers_alone(
    office: Console,
) -> None:
    with signed_in(office, Role.OPERATOR) as person:
        assert person.get("/reports/sign").status_code == 403
        assert person.post("/reports/sign", month="2024-07", role=ROLE).status_code == 403
        asked = {"month": "2024-07", "role": ROLE, "reason": "x"}
        assert person.post("/reports/close", **asked).status_code == 403
        assert person.call("POST", "/api/v1/closes", asked).status_code == 403
        assert "/reports/close" not in person.get("/reports").text
    with signed_in(office, Role.VIEWER, units=[UNIT]) as person:
        for path in ("/reports/sign", "/api/v1/closes"):
            assert person.get(path).status_code == 403
        assert "/reports/sign" not in person.get("/reports").text
    assert kept(office) == []


def test_a_unit_finds_its_own_part_of_the_report_and_no_more(office: Console) -> None:
    with signed_in(office, Role.VIEWER, "xem-het") as person:
        whole = person.get("/reports/file", month="2024-07", form="json").json()
        same = person.get("/reports/file", month="2024-07", form="json", unit=UNIT).json()
    with signed_in(office, Role.VIEWER, "can-bo", [UNIT]) as officer:
        answer = officer.get("/reports/file", month="2024-07", form="json")
        own = answer.json()
        assert answer.headers["content-disposition"].endswith(f'"doisoat-{UNIT}-2024-07.json"')
        assert own == officer.get("/api/v1/reports/file?month=2024-07&format=json").json()
    name = own["subtitle"].split(",")[0].split(":")[-1].strip()
    assert own["unit"] == UNIT
    assert masked(own) == masked(same)
    (health,) = rows_in(own, "sync_health")
    assert values(health) in [values(row) for row in rows_in(whole, "sync_health")], name
    late = {row["code"]: row for row in rows_in(own, "dossiers")}
    assert late
    assert set(late) >= {
        row["code"] for row in rows_in(whole, "dossiers") if row["unit"] == health["unit"]
    }


Told = dict[str, Any]


def rows_in(told: Told, key: str) -> list[Told]:
    """The rows of one table of a report, by the keys of its columns."""
    tables = [table for section in told["sections"] for table in section["tables"]]
    (found,) = (table for table in tables if table["key"] == key)
    return [row["values"] for row in found["rows"]]


def values(row: Told) -> Told:
    """A row without its running number."""
    return {key: value for key, value in row.items() if key != "place"}


def masked(told: Told) -> str:
    """A report without the names of units that dossiers belong to, which an officer may not see."""
    for row in rows_in(told, "dossiers"):
        row["unit"] = ""
    return json.dumps(told, sort_keys=True)


def test_a_unit_finds_the_statements_signed_for_it(office: Console) -> None:
    with signed_in(office, Role.APPROVER, "nguoi-duyet") as person:
        whole, own, other = sign(person), sign(person, unit=UNIT), sign(person, unit=OTHER)
    with signed_in(office, Role.VIEWER, "can-bo", [UNIT]) as officer:
        listed = officer.call("GET", "/api/v1/statements").json()
        assert [each["id"] for each in listed["items"]] == [own]
        page = officer.get("/reports/statements").text
        assert f"/reports/statements/{own}" in page
        assert "1 dòng" in page
        months = officer.get("/reports").text
        assert '<td class="number">1</td>' in months
        assert officer.get(f"/reports/statements/{own}").status_code == 200
        assert "Giống hệt" in officer.post(f"/reports/statements/{own}/verify").text
        for key in (whole, other, 77):
            for path in (f"/reports/statements/{key}", f"/api/v1/statements/{key}"):
                assert officer.get(path).status_code == 404
            assert officer.post(f"/reports/statements/{key}/verify").status_code == 404
            verified = officer.call("POST", f"/api/v1/statements/{key}/verify")
            assert verified.status_code == 404


def test_of_a_closed_month_a_unit_finds_its_own_corrections(office: Console) -> None:
    key = closed(office)
    with services(office.settings) as found, Session(found.engine) as session, session.begin():
        for unit in ("", UNIT, OTHER):
            session.add(corrected(key, unit))
    with signed_in(office, Role.VIEWER, "can-bo", [UNIT]) as officer:
        told = officer.call("GET", "/api/v1/closes/2024-07/corrections").json()
        assert (told["total"], [each["unit"] for each in told["items"]]) == (1, [UNIT])
        assert "1 dòng" in officer.get("/reports/corrections", month="2024-07").text
        page = officer.get("/reports").text
        assert ">1</a>" in page
        assert "đã chốt" in page
        assert f"/reports/statements/{key}" not in page
