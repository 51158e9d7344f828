"""Who gets the mails about a unit: seen on its page and in one table, entered and taken out."""

import csv
import re
from datetime import datetime
from html import unescape
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from models.audit import AuditEntry
from models.mail import Recipient
from models.roles import Role
from tests.console.conftest import Console, configured, consoled
from tests.console.offices import UNIT
from tests.console.people import Person, signed_in
from tests.places import AS_OF, Place, by_hand
from tests.provinces import write_merged_province
from worker.bootstrap import services
from worker.core.times import VIETNAM
from worker.db import recipients
from worker.journey.addressing import add_recipient
from worker.journey.alerting import people_of

OFFICER = "can-bo@so.example"
HEAD = "giam-doc@so.example"
PROVINCE = "tinh@tinh.example"
ELSEWHERE = "noi-khac@so-khac.example"
# As the office's settings name it.
DEFAULT = "vanphong@tinh.example"
OTHER = "H99.02"
# As no unit of the province is called.
GONE = "H99.77"
WHY = "Sở đề nghị bằng văn bản"


def enter(console: Console, unit: str, email: str, role: str = "officer") -> None:
    """As the command does it."""
    with services(console.settings) as found:
        chosen = found.directory.get(unit)
        assert chosen is not None
        add_recipient(found, chosen, email, role, "ca-truc")


def list_in_folder(seeds: Path, *lines: str) -> None:
    """Write the province's own list, before a console reads its folder."""
    text = "\n".join(("unit,email,role", *lines, ""))
    (seeds / "recipients.csv").write_text(text, encoding="utf-8")


def entered(console: Console) -> list[Recipient]:
    with services(console.settings) as found, Session(found.engine) as session:
        return list(session.exec(select(Recipient).order_by(col(Recipient.id))))


def audited(console: Console) -> list[AuditEntry]:
    with services(console.settings) as found, Session(found.engine) as session:
        query = select(AuditEntry).where(col(AuditEntry.action).startswith("recipient_"))
        return list(session.exec(query.order_by(col(AuditEntry.id))))


def part_of(person: Person, unit: str) -> str:
    """The words about recipients on a unit's page."""
    page = unescape(person.get(f"/units/{unit}").text)
    section = page.split('<section aria-labelledby="recipients">')[1].split("</section>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", section).split())


def told(person: Person, unit: str) -> list[tuple[str, int | None, bool, str]]:
    items = person.get(f"/api/v1/units/{unit}/recipients").json()["items"]
    return [(each["email"], each["level"], each["own"], each["from"]) for each in items]


def test_an_admin_enters_somebody_whom_the_next_mail_then_goes_to(office: Console) -> None:
    with signed_in(office, Role.ADMIN) as admin:
        assert "chưa có người nhận riêng" in part_of(admin, UNIT)
        form = {"email": f" {OFFICER} ", "role": "officer", "reason": WHY}
        done = admin.post(f"/units/{UNIT}/recipients", **form)
        assert done.headers["location"] == f"/units/{UNIT}?said=recipient_added"
        assert "Đã thêm người nhận thư" in admin.get(done.headers["location"]).text
        admin.post(f"/units/{UNIT}/recipients", email=HEAD, role="head")
        words = part_of(admin, UNIT)
    assert "chưa có người nhận riêng" not in words
    assert words.index(OFFICER) < words.index(HEAD) < words.index(DEFAULT)
    assert "cán bộ · nhận trước" in words
    assert "lãnh đạo · cấp 2" in words
    assert "admin thêm lúc 16:00 24/7/2024" in words
    assert "alerts.default_to" in words
    with services(office.settings) as found, Session(found.engine) as session:
        assert people_of(found, session).levels(UNIT) == ((OFFICER,), (HEAD,), (DEFAULT,))
    with signed_in(office, Role.APPROVER) as approver:
        trail = unescape(approver.get("/audit", kind="unit").text)
    assert "Thêm người nhận thư" in trail
    assert f"thư điện tử: {HEAD}" in trail
    assert "vai trò: lãnh đạo" in trail
    first, _ = audited(office)
    assert (first.by, first.action, first.subject) == ("admin", "recipient_added", f"unit {UNIT}")
    assert (first.reason, first.detail["email"], first.detail["role"]) == (WHY, OFFICER, "officer")


def test_whoever_was_entered_is_taken_out_again_with_a_reason(office: Console) -> None:
    enter(office, UNIT, OFFICER)
    with signed_in(office, Role.ADMIN) as admin:
        path = f"/units/{UNIT}/recipients/remove"
        silent = admin.post(path, email=OFFICER, reason=" ")
        assert silent.status_code == 409
        assert "Hãy nêu lý do" in silent.text
        assert len(entered(office)) == 1
        done = admin.post(path, email=OFFICER, reason="Chuyển công tác, gọi 0912345678")
        assert done.headers["location"] == f"/units/{UNIT}?said=recipient_removed"
        again = admin.post(path, email=OFFICER, reason="lần nữa")
        assert again.status_code == 409
        assert "tải lại trang" in again.text
        assert OFFICER not in part_of(admin, UNIT)
    assert entered(office) == []
    last = audited(office)[-1]
    assert (last.by, last.action, last.detail["email"]) == ("admin", "recipient_removed", OFFICER)
    assert "0912345678" not in (last.reason or "")


@pytest.mark.parametrize(
    "email", ["", "vanphong", "a b@x.example", "điện@x.example", "a@b@c", f"{'a' * 250}@x.vn"]
)
def test_what_is_no_address_is_refused_with_one_sentence_and_kept_in_the_form(
    office: Console, email: str
) -> None:
    with signed_in(office, Role.ADMIN) as admin:
        answer = admin.post(f"/units/{UNIT}/recipients", email=email, role="head", reason=WHY)
        assert answer.status_code == 409
        page = unescape(answer.text)
        assert page.count("không phải địa chỉ thư điện tử dùng được") == 1
        assert f'value="{email}"' in page
        assert f'value="{WHY}"' in page
        assert '<option value="head" selected>' in page
        admin.client.cookies["doisoat_language"] = "en"
        assert "is no usable e-mail address" in admin.post(f"/units/{UNIT}/recipients").text
    assert entered(office) == []
    assert audited(office) == []


def test_an_address_is_entered_once_however_it_is_written_and_only_in_a_role_there_is(
    office: Console,
) -> None:
    enter(office, UNIT, OFFICER)
    with signed_in(office, Role.ADMIN) as admin:
        twice = admin.post(f"/units/{UNIT}/recipients", email=OFFICER.upper())
        assert twice.status_code == 409
        assert "đã nhận thư của đơn vị này rồi" in twice.text
        odd = admin.post(f"/units/{UNIT}/recipients", email=HEAD, role="chủ tịch")
        assert odd.status_code == 409
        assert "không phải là vai trò" in odd.text
    assert [each.email for each in entered(office)] == [OFFICER]


def test_those_of_the_provinces_file_are_shown_and_changed_there_alone(
    office: Console, tmp_path: Path
) -> None:
    list_in_folder(tmp_path / "office" / "seeds", f"{UNIT},{OFFICER},chánh văn phòng")
    with signed_in(office, Role.ADMIN) as admin:
        words = part_of(admin, UNIT)
        assert f"{OFFICER} · chánh văn phòng · nhận trước theo tệp recipients.csv" in words
        assert "Bỏ người nhận này" not in words
        form = {"email": OFFICER, "reason": WHY}
        out = admin.post(f"/units/{UNIT}/recipients/remove", **form)
        assert out.status_code == 409
        assert "hãy bỏ dòng đó khỏi tệp" in out.text
        assert admin.post(f"/units/{UNIT}/recipients", email=OFFICER).status_code == 409
        assert told(admin, UNIT)[0] == (OFFICER, 1, True, "folder")
    assert entered(office) == []


def test_what_concerns_the_whole_province_goes_to_whom_its_own_page_names(office: Console) -> None:
    with signed_in(office, Role.ADMIN) as admin:
        assert "việc chung của toàn tỉnh" in part_of(admin, "H99")
        admin.post("/units/H99/recipients", email=PROVINCE, role="office")
        assert told(admin, "H99")[0] == (PROVINCE, 1, True, "store")
        # They stand in for a unit without people of its own, and are taken out on their own page.
        words = part_of(admin, UNIT)
        assert "Đơn vị chưa có người nhận riêng" in words
        assert f"{PROVINCE} · văn phòng · nhận trước người nhận của Tỉnh Mẫu" in words
        assert "Bỏ người nhận này" not in words
    with services(office.settings) as found, Session(found.engine) as session:
        assert people_of(found, session).levels("") == ((PROVINCE,), (DEFAULT,))


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR, Role.APPROVER])
def test_only_admins_change_who_gets_mails(office: Console, role: Role) -> None:
    enter(office, UNIT, OFFICER)
    with signed_in(office, role) as person:
        page = person.get(f"/units/{UNIT}").text
        assert OFFICER in page
        assert f"/units/{UNIT}/recipients" not in page
        for path in (f"/units/{UNIT}/recipients", f"/units/{UNIT}/recipients/remove"):
            assert person.post(path, email=HEAD, reason=WHY).status_code == 403
        call = f"/api/v1/units/{UNIT}/recipients"
        assert person.call("POST", call, {"email": HEAD}).status_code == 403
        assert person.call("DELETE", f"{call}?email={OFFICER}&reason=x").status_code == 403
    assert [each.email for each in entered(office)] == [OFFICER]


def test_an_officer_of_one_unit_neither_sees_nor_changes_those_of_another(office: Console) -> None:
    enter(office, UNIT, OFFICER)
    enter(office, OTHER, ELSEWHERE)
    with signed_in(office, Role.VIEWER, "can-bo", [UNIT]) as bound:
        assert OFFICER in bound.get(f"/units/{UNIT}").text
        assert told(bound, UNIT)[0] == (OFFICER, 1, True, "store")
        for path in (f"/units/{OTHER}", f"/api/v1/units/{OTHER}/recipients"):
            answer = bound.get(path)
            assert answer.status_code == 404
            assert ELSEWHERE not in answer.text
        for path in ("/mails/recipients", "/api/v1/recipients"):
            assert bound.get(path).status_code == 403
        call = f"/api/v1/units/{OTHER}/recipients"
        assert bound.call("POST", call, {"email": OFFICER}).status_code == 403
        assert bound.call("DELETE", f"{call}?email={ELSEWHERE}&reason=x").status_code == 403
    assert len(entered(office)) == 2


def test_whoever_sees_one_unit_is_told_who_stands_in_and_no_more_of_them(office: Console) -> None:
    enter(office, "H99", PROVINCE, "head")
    with signed_in(office, Role.VIEWER, "can-bo", [UNIT]) as bound:
        assert f"{PROVINCE} · lãnh đạo · nhận trước người nhận của cơ quan cấp trên" in part_of(
            bound, UNIT
        )
        (first, _) = bound.get(f"/api/v1/units/{UNIT}/recipients").json()["items"]
    assert first["email"] == PROVINCE
    assert [first[name] for name in ("unit", "unit_name", "added_by", "added_at")] == [None] * 4


def test_programs_enter_and_take_out_as_people_do(office: Console) -> None:
    call = f"/api/v1/units/{UNIT}/recipients"
    with signed_in(office, Role.ADMIN) as admin:
        done = admin.call("POST", call, {"email": OFFICER, "role": "head", "reason": WHY})
        assert done.status_code == 201
        assert done.json() == {
            "unit": UNIT,
            "email": OFFICER,
            "role": "head",
            "from": "store",
            "added_by": "admin",
            "added_at": AS_OF.isoformat(timespec="seconds"),
        }
        again = admin.call("POST", call, {"email": OFFICER})
        assert (again.status_code, again.json()["error"]) == (409, "recipient_listed")
        odd = admin.call("POST", call, {"email": "vanphong"})
        assert (odd.status_code, odd.json()["error"]) == (409, "recipient_no_address")
        assert admin.call("POST", call, {"email": HEAD, "role": "boss"}).status_code == 422
        assert admin.call("DELETE", f"{call}?email={OFFICER}").status_code == 422
        out = admin.call("DELETE", f"{call}?email={OFFICER}&reason=thôi việc")
        assert (out.status_code, out.json()["email"]) == (200, OFFICER)
        assert admin.call("DELETE", f"{call}?email={OFFICER}&reason=x").status_code == 404
        assert admin.call("POST", "/api/v1/units/H99.77/recipients", {"email": HEAD}).is_error
    actions = [each.action for each in audited(office)]
    assert actions == ["recipient_added", "recipient_removed"]


def test_one_table_shows_every_unit_and_which_have_nobody(office: Console) -> None:
    enter(office, UNIT, OFFICER)
    with signed_in(office, Role.VIEWER) as person:
        page = unescape(person.get("/mails/recipients").text)
        assert OFFICER in page
        whole = person.get("/api/v1/recipients").json()
        without = person.get("/api/v1/recipients", own="no").json()
        named = person.get("/mails/recipients", own="no").text
        found = person.get("/api/v1/recipients", q="so thu nghiem").json()
        part = person.get("/api/v1/recipients", limit="1", offset="1").json()
        nothing = person.get("/mails/recipients", q="không có đâu").text
        assert 'href="/mails/recipients"' in person.get("/mails").text
    assert f"{whole['total'] - 1} đơn vị chưa có người nhận riêng" in page
    assert whole["without"] == without["total"] == whole["total"] - 1
    assert UNIT not in {each["code"] for each in without["items"]}
    assert OFFICER not in named
    assert [each["code"] for each in found["items"]] == [UNIT]
    assert found["items"][0]["own"] is True
    assert part["items"] == whole["items"][1:2]
    assert "Không có đơn vị nào như vậy" in nothing


def test_those_of_a_merged_unit_get_its_successors_mails_until_it_has_its_own(
    tmp_path: Path,
) -> None:
    write_merged_province(tmp_path / "seeds")
    list_in_folder(tmp_path / "seeds", f"H98.02,{ELSEWHERE},officer")
    after = datetime(2025, 3, 15, 9, tzinfo=VIETNAM)
    settings = configured(Place(folder=tmp_path, code="H98", seeds="seeds"), now=after)
    by_hand(settings, after)
    with consoled(settings) as merged, signed_in(merged, Role.ADMIN) as admin:
        enter(merged, "H98.01", OFFICER)
        words = part_of(admin, "H98.11")
        assert f"{OFFICER} · cán bộ · nhận trước" in words
        assert "khai báo cho đơn vị cũ Sở Kế hoạch và Đầu tư; ca-truc thêm" in words
        admin.post("/units/H98.11/recipients", email=HEAD, role="head")
        assert told(admin, "H98.11") == [(HEAD, 1, True, "store"), (OFFICER, None, True, "store")]
        assert "không nhận, vì đơn vị kế thừa" in part_of(admin, "H98.11")
        form = {"email": OFFICER, "named_for": "H98.01", "reason": WHY}
        gone = admin.post("/units/H98.11/recipients/remove", **form)
        assert gone.headers["location"] == "/units/H98.11?said=recipient_removed"
        assert [each.email for each in entered(merged)] == [HEAD]
        listed = {each["code"]: each for each in admin.get("/api/v1/recipients").json()["items"]}
        assert "H98.02" not in listed
        assert [each["email"] for each in listed["H98.12"]["recipients"]] == [ELSEWHERE]


def test_who_gets_mails_is_said_before_anything_is_reconciled(console: Console) -> None:
    with signed_in(console, Role.ADMIN) as admin:
        assert "Chưa có ai nhận thư về đơn vị này." in part_of(admin, UNIT)
        assert "chưa có ai nhận thư" in admin.get("/mails/recipients").text
        admin.post(f"/units/{UNIT}/recipients", email=OFFICER)
        assert f"{OFFICER} · cán bộ · nhận trước" in part_of(admin, UNIT)
        twice = [admin.post(f"/units/{UNIT}/recipients", email=HEAD) for _ in range(2)]
        assert [each.status_code for each in twice] == [303, 409]


def enter_for_gone(console: Console, email: str) -> None:
    """As it stands after a unit was taken out of units.csv."""
    with services(console.settings) as found, Session(found.engine) as session, session.begin():
        recipients.add(session, GONE, email, "head", by="ca-truc", now=AS_OF)


def test_those_of_a_unit_that_is_listed_no_longer_are_shown_and_taken_out(office: Console) -> None:
    with signed_in(office, Role.ADMIN) as admin:
        assert "Đơn vị không còn trong danh sách" not in admin.get("/mails/recipients").text
        enter_for_gone(office, OFFICER)
        page = admin.get("/mails/recipients").text.split("Đơn vị không còn trong danh sách")[1]
        assert OFFICER in page
        assert GONE in page
        assert "ca-truc thêm lúc 16:00 24/7/2024" in page
        (gone,) = admin.get("/api/v1/recipients").json()["unlisted"]
        assert (gone["unit"], gone["email"], gone["from"]) == (GONE, OFFICER, "store")
        form = {"unit": GONE, "email": OFFICER}
        silent = admin.post("/mails/recipients/remove", **form, reason=" ")
        assert silent.status_code == 409
        assert "Hãy nêu lý do" in silent.text
        done = admin.post("/mails/recipients/remove", **form, reason=WHY)
        assert done.headers["location"] == "/mails/recipients?said=recipient_removed"
        again = admin.post("/mails/recipients/remove", **form, reason=WHY)
        assert (again.status_code, again.text.count('role="alert"')) == (409, 1)
        enter_for_gone(office, HEAD)
        call = f"/api/v1/units/{GONE}/recipients?email={HEAD}&reason=x"
        assert admin.call("DELETE", call).json()["email"] == HEAD
        assert admin.call("DELETE", call).status_code == 404
    assert entered(office) == []
    last = audited(office)[0]
    assert (last.by, last.subject, last.reason) == ("admin", f"unit {GONE}", WHY)


def test_only_admins_take_out_those_of_a_unit_that_is_listed_no_longer(office: Console) -> None:
    enter_for_gone(office, OFFICER)
    with signed_in(office, Role.APPROVER) as person:
        page = person.get("/mails/recipients").text
        assert OFFICER in page
        assert "Hãy đề nghị người quản trị." in page
        assert "/mails/recipients/remove" not in page
        form = {"unit": GONE, "email": OFFICER, "reason": WHY}
        assert person.post("/mails/recipients/remove", **form).status_code == 403
    assert len(entered(office)) == 1


def test_the_table_is_downloaded_as_it_is_filtered_a_row_for_everybody(office: Console) -> None:
    enter(office, UNIT, OFFICER)
    enter(office, UNIT, HEAD, "head")
    enter_for_gone(office, ELSEWHERE)
    with signed_in(office, Role.VIEWER) as person:
        assert 'href="/mails/recipients/file?' in person.get("/mails/recipients").text
        text = person.get("/mails/recipients/file", form="csv", own="yes").text
        first, *rows = csv.reader(text.lstrip("\ufeff").splitlines())
        everything = person.get("/mails/recipients/file", form="csv").text
        book = person.get("/mails/recipients/file")
    assert first[:5] == ["Mã", "Cơ quan, đơn vị", "Địa chỉ thư điện tử", "Vai trò", "Nhận khi nào"]
    assert [(row[0], row[2], row[3], row[4]) for row in rows] == [
        (UNIT, OFFICER, "cán bộ", "nhận trước"),
        (UNIT, HEAD, "lãnh đạo", "cấp 2, khi chưa ai xử lý"),
        (UNIT, DEFAULT, "", "cấp 3, khi chưa ai xử lý"),
        (GONE, ELSEWHERE, "lãnh đạo", "không nhận thư"),
    ]
    assert rows[0][5:] == ["chương trình", UNIT, "ca-truc", "2024-07-24 16:00:00"]
    assert rows[2][5:] == ["cài đặt chung alerts.default_to", "", "", ""]
    assert everything.count("\n") > text.count("\n")
    assert 'filename="nguoi-nhan-thu.xlsx"' in book.headers["content-disposition"]


def test_a_unit_nobody_is_told_of_has_a_row_of_its_own_in_the_file(console: Console) -> None:
    with signed_in(console, Role.VIEWER) as person:
        text = person.get("/mails/recipients/file", form="csv").text
    rows = list(csv.reader(text.lstrip("\ufeff").splitlines()))[1:]
    assert {(row[2], row[4]) for row in rows} == {("", "chưa có ai nhận thư")}
