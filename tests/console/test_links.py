"""Two codes of one dossier in the console: decided with a reason, taken back, kept."""

from datetime import datetime
from html import unescape

import pytest
from sqlmodel import Session, col, delete, select

from models.audit import AuditEntry
from models.decision import LinkSearch
from models.dossier import DossierCode
from models.roles import Role
from models.types import Side
from tests.console.conftest import Console
from tests.console.people import Person, signed_in
from tests.records import enter, put, view
from worker.bootstrap import services
from worker.core.times import VIETNAM
from worker.db import link_search
from worker.i18n.numbers import exact
from worker.journey.linking import parties_of

A, B = "H99.01-240701-0012", "G22.99-240701-000012"
WHY = "Đã hỏi bộ phận một cửa, số 0912345678"


@pytest.fixture
def desk(office: Console) -> Console:
    """An office that has a dossier on either side which nobody told to be one."""
    with services(office.settings) as found:
        for name, side, code in (("tinh", Side.PROVINCE, A), ("cong", Side.PORTAL, B)):
            put(found.engine, enter(found.engine, name, side), [view(code, unit="H99.01")])
    return office


def searched(console: Console) -> datetime:
    """When there was a search, as before a reconciliation, after which nothing was linked."""
    with services(console.settings) as found, Session(found.engine) as session, session.begin():
        now = found.clock()
        told = link_search.search(session, parties_of(found), now)
        link_search.keep_waiting(session, told)
    return now


def decide(person: Person, are: str, code: str = A, other: str = B, reason: str = WHY) -> str:
    form = {"code": code, "other": other, "are": are, "reason": reason}
    answer = person.post("/names/links/decide", **form)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def owners(console: Console) -> set[int]:
    with services(console.settings) as found, Session(found.engine) as session:
        rows = session.exec(select(DossierCode).where(col(DossierCode.code).in_([A, B])))
        return {row.dossier_id for row in rows}


def audited(console: Console) -> list[AuditEntry]:
    with services(console.settings) as found, Session(found.engine) as session:
        told = col(AuditEntry.action).in_(["codes_linked", "codes_parted"])
        return list(session.exec(select(AuditEntry).where(told).order_by(col(AuditEntry.id))))


def test_two_codes_become_one_dossier_and_two_again_each_with_its_reason(desk: Console) -> None:
    with signed_in(desk, Role.OPERATOR) as person:
        form = unescape(person.get("/names/links/decide", code=A.lower(), other=B).text)
        assert "cùng ngày và số thứ tự trong mã" in form
        assert decide(person, "one", A.lower()) == "/names/links?said=codes_linked"
        assert len(owners(desk)) == 1
        shown = unescape(person.get(f"/dossiers/{owners(desk).pop()}").text)
        assert f"Liên kết {B} – {A}: do operator xác nhận" in shown
        assert decide(person, "one").endswith("codes_were_linked")
        page = unescape(person.get("/names/links").text)
        assert "đang liên kết" in page
        assert decide(person, "two") == "/names/links?said=codes_parted"
        assert "hai hồ sơ khác nhau, do operator xác nhận" in unescape(
            person.get("/names/links").text
        )
    assert len(owners(desk)) == 2
    linked, parted = audited(desk)
    assert (linked.action, linked.by, linked.subject, linked.detail) == (
        "codes_linked",
        "operator",
        f"dossier {A}",
        {"other": B},
    )
    assert parted.action == "codes_parted"
    assert "Đã hỏi" in (linked.reason or "")
    assert "0912345678" not in (linked.reason or "")


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"reason": "  "}, "Hãy nêu lý do."),
        ({"are": ""}, "Hãy chọn"),
        ({"other": A}, "Hai mã phải khác nhau"),
        ({"other": "H99-KHONG-CO"}, "Không có hồ sơ nào mang mã"),
        ({"other": ""}, "Hồ sơ không có mã"),
        ({"other": "\x07"}, "Mã hồ sơ không đọc được"),
    ],
)
def test_what_can_not_be_decided_says_why_and_changes_nothing(
    desk: Console, fields: dict[str, str], says: str
) -> None:
    with signed_in(desk, Role.OPERATOR) as person:
        form = {"code": A, "other": B, "are": "one", "reason": "đã hỏi"} | fields
        answer = person.post("/names/links/decide", **form)
    assert answer.status_code == 409
    assert says in unescape(answer.text)
    assert len(owners(desk)) == 2
    assert audited(desk) == []


def test_what_waits_is_as_of_the_search_before_the_last_reconciliation(desk: Console) -> None:
    with signed_in(desk, Role.VIEWER) as viewer:
        told = viewer.call("GET", "/api/v1/links/waiting", None).json()
        assert [B, A] not in [each["codes"] for each in told["items"]]
        at = searched(desk)
        page = unescape(viewer.get("/names/links/waiting").text)
        told = viewer.call("GET", "/api/v1/links/waiting", None).json()
    pair = next(each for each in told["items"] if each["codes"] == [B, A])
    assert (pair["sources"], pair["evidence"]["same_sequence"]) == (["cong", "tinh"], True)
    assert told["searched_at"] == at.astimezone(VIETNAM).isoformat(timespec="seconds")
    assert A in page
    assert f"Kết quả tìm lúc {exact(at)}." in page
    assert "/names/links/decide" not in page


def test_before_the_first_search_nothing_is_said_to_wait(desk: Console) -> None:
    with services(desk.settings) as found, Session(found.engine) as session, session.begin():
        session.exec(delete(LinkSearch))
    with signed_in(desk, Role.VIEWER) as viewer:
        page = unescape(viewer.get("/names/links/waiting").text)
        told = viewer.call("GET", "/api/v1/links/waiting", None).json()
    assert "Chưa tìm lần nào." in page
    assert told == {"total": 0, "items": [], "crowded": 0, "searched_at": None}


@pytest.mark.parametrize("are", ["one", "two"])
def test_what_was_decided_waits_no_longer(desk: Console, are: str) -> None:
    searched(desk)
    with signed_in(desk, Role.OPERATOR) as person:
        before = person.call("GET", "/api/v1/links/waiting", None).json()
        decide(person, are)
        after = person.call("GET", "/api/v1/links/waiting", None).json()
        page = unescape(person.get("/names/links/waiting").text)
    assert [B, A] in [each["codes"] for each in before["items"]]
    assert [B, A] not in [each["codes"] for each in after["items"]]
    assert after["total"] == before["total"] - 1
    assert A not in page


def test_programs_link_and_part_as_people_do(desk: Console) -> None:
    wanted = {"code": A, "other": B, "reason": "Đã hỏi"}
    with signed_in(desk, Role.OPERATOR) as person:
        first = person.call("PUT", "/api/v1/links", wanted).json()
        again = person.call("PUT", "/api/v1/links", wanted).json()
        (listed,) = person.call("GET", "/api/v1/links", None).json()["items"]
        gone = person.call("DELETE", f"/api/v1/links?code={A}&other={B}&reason=nham", None).json()
        same = person.call("PUT", "/api/v1/links", wanted | {"other": A})
    assert (first["codes"], first["new"], again["new"]) == ([A, B], True, False)
    assert (listed["state"], listed["by"]) == ("linked", "operator")
    assert gone == {"codes": [A, B], "apart": True}
    assert (same.status_code, same.json()["error"]) == (409, "link_same_code")


def test_who_only_looks_links_nothing(desk: Console) -> None:
    with signed_in(desk, Role.VIEWER) as viewer:
        form = {"code": A, "other": B, "are": "one", "reason": "đã hỏi"}
        assert viewer.post("/names/links/decide", **form).status_code == 403
        assert viewer.call("PUT", "/api/v1/links", {**form}).status_code == 403
    assert len(owners(desk)) == 2
