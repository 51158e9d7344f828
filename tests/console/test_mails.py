"""``/mails`` and its API: what lies in the outbox, one mail to read, sending it again."""

import re

from sqlmodel import Session, select

from models.audit import AuditEntry
from models.mail import OutboundMail
from models.roles import Role
from models.types import MailState
from tests.console.conftest import Console
from tests.console.offices import UNIT
from tests.console.people import signed_in
from tests.places import AS_OF
from worker.bootstrap import services
from worker.render.mails import words_of

RIGHT = "van-thu@so.example"


def stored(console: Console) -> list[OutboundMail]:
    with services(console.settings) as found, Session(found.engine) as session:
        newest = select(OutboundMail).order_by(OutboundMail.id.desc())  # type: ignore[union-attr]
        return list(session.exec(newest))


def test_the_mails_are_listed_the_newest_first_and_by_state(office: Console) -> None:
    known = stored(office)
    assert len(known) > 1
    with signed_in(office, Role.VIEWER) as person:
        page = person.get("/mails").text
        assert f"{len(known)} dòng" in page
        assert page.index(f"/mails/{known[0].id}") < page.index(f"/mails/{known[1].id}")
        assert "Chưa khai báo máy chủ thư" in page
        assert "Chưa có thư nào" in person.get("/mails", state="sent").text
        told = person.call("GET", "/api/v1/mails?limit=1&state=waiting").json()
        assert (told["total"], told["items"][0]["id"]) == (len(known), known[0].id)
        assert told["items"][0]["created_at"] == AS_OF.isoformat(timespec="seconds")


def test_the_list_is_downloaded_as_it_is_filtered(office: Console) -> None:
    known = stored(office)
    with signed_in(office, Role.VIEWER) as person:
        assert 'href="/mails/file?' in person.get("/mails").text
        first, *rows = person.get("/mails/file", form="csv").text.splitlines()
        assert first.lstrip("\ufeff").startswith("Số,Tiêu đề,Gửi tới")
        assert [row.split(",")[0] for row in rows] == [str(each.id) for each in known]
        assert person.get("/mails/file", form="csv", state="sent").text.count("\n") == 1
        book = person.get("/mails/file")
        assert 'filename="thu-gui-di.xlsx"' in book.headers["content-disposition"]


def test_a_mail_can_be_read_with_whom_it_is_for_and_what_it_is_about(office: Console) -> None:
    row = stored(office)[-1]
    with signed_in(office, Role.VIEWER) as person:
        page = person.get(f"/mails/{row.id}").text
        assert words_of(row).splitlines()[0][:40] in page
        assert all(address in page for address in row.to)
        assert all(f'href="/incidents/{each}"' in page for each in row.incidents)
        told = person.call("GET", f"/api/v1/mails/{row.id}").json()
        assert told["text"] == words_of(row)
        assert any(name.endswith(".xlsx") for name in told["attachments"])
        assert person.get("/mails/999999").status_code == 404


def test_sending_again_needs_a_reason_and_stands_in_the_audit_trail(office: Console) -> None:
    number = stored(office)[0].id
    with services(office.settings) as found, Session(found.engine) as session, session.begin():
        row = session.get_one(OutboundMail, number)
        row.state, row.attempts = MailState.REFUSED, 3
        session.add(row)
    with signed_in(office, Role.OPERATOR) as person:
        silent = person.post(f"/mails/{number}/send", reason=" ")
        assert silent.status_code == 409
        assert "Hãy nêu lý do" in silent.text
        done = person.post(f"/mails/{number}/send", reason="đã sửa địa chỉ")
        assert done.headers["location"] == f"/mails/{number}?said=mail_sent_again"
        assert "hàng gửi lại" in person.get(done.headers["location"]).text
        again = person.call("POST", f"/api/v1/mails/{number}/send", {"reason": "lần nữa"})
        assert again.json()["state"] == "waiting"
    assert stored(office)[0].attempts == 0
    with services(office.settings) as found, Session(found.engine) as session:
        query = select(AuditEntry).where(AuditEntry.action == "mail_sent_again")
        reasons = [each.reason for each in session.exec(query)]
        assert reasons == ["đã sửa địa chỉ", "lần nữa"]


def test_a_mail_sent_again_goes_to_the_corrected_address_and_its_page_tells_of_both(
    office: Console,
) -> None:
    row = next(each for each in stored(office) if each.unit == UNIT)
    (wrong,) = row.to
    with services(office.settings) as found, Session(found.engine) as session, session.begin():
        stale = session.get_one(OutboundMail, row.id)
        stale.state = MailState.REFUSED
        stale.answers = {wrong: {"state": "refused", "detail": "550 5.1.1"}}
        session.add(stale)
    with signed_in(office, Role.ADMIN) as admin:
        assert "Gửi lần đầu tới" not in admin.get(f"/mails/{row.id}").text
        assert f"<strong>{wrong}</strong>" in admin.get(f"/mails/{row.id}").text
        admin.post(f"/units/{UNIT}/recipients", email=RIGHT)
        assert f"<strong>{RIGHT}</strong>" in admin.get(f"/mails/{row.id}").text
        done = admin.post(f"/mails/{row.id}/send", reason="đã sửa địa chỉ")
        page = " ".join(re.sub(r"<[^>]+>", " ", admin.get(done.headers["location"]).text).split())
        first, again = page.split("Gửi lần đầu tới")[1].split("Gửi lại tới")
        assert f"{wrong} (bị từ chối: 550 5.1.1; nay không còn là người nhận thư này)" in first
        assert re.search(rf"{RIGHT} \( 16:00 24/7/2024 ; đang chờ gửi\)", again)
        told = admin.call("GET", f"/api/v1/mails/{row.id}").json()
        assert (told["first_to"], told["to"]) == ([wrong], [RIGHT])
        assert told["recipients"][RIGHT]["again"] == AS_OF.isoformat(timespec="seconds")
        assert told["recipients"][wrong] == {
            "state": "refused",
            "detail": "550 5.1.1",
            "again": None,
            "left_out": True,
        }
        listed = admin.get("/mails").text
        assert RIGHT in listed


def test_mails_are_not_for_viewers_of_a_unit_and_only_operators_send(office: Console) -> None:
    number = stored(office)[0].id
    with signed_in(office, Role.VIEWER, units=[UNIT]) as person:
        assert person.get("/mails").status_code == 403
        assert person.get(f"/mails/{number}").status_code == 403
        assert person.call("GET", "/api/v1/mails").status_code == 403
    with signed_in(office, Role.VIEWER, "nguoi-xem") as person:
        assert person.post(f"/mails/{number}/send", reason="x").status_code == 403
        assert f"/mails/{number}/send" not in person.get(f"/mails/{number}").text
