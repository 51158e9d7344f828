"""Names of units in the console: the inbox, deciding, the lists."""

from html import unescape

import pytest
from sqlmodel import Session, select

from models.audit import AuditEntry
from models.decision import UnitAlias
from models.dossier import DossierRecord
from models.roles import Role
from models.source import Quarantine, Source, SyncRun
from models.types import SourceRecord, Status
from tests.console.conftest import Console
from tests.console.people import Person, signed_in
from tests.places import AS_OF
from worker.bootstrap import services
from worker.core.resolve import resolved
from worker.db.sources import identity

NAME = "Phòng Một cửa số 7"
NEAR = "Sở Gia Dinh"


def wait_for_names(console: Console, *names: str) -> None:
    """A record under each of these names, as a reading leaves it."""
    with services(console.settings) as found, Session(found.engine) as session, session.begin():
        source = session.exec(select(Source).where(Source.name == "tinh")).one()
        run = session.exec(select(SyncRun).where(SyncRun.source_id == source.id)).first()
        assert run is not None
        for place, name in enumerate(names):
            told = SourceRecord(
                external_id=f"{900_000 + place}",
                codes=(f"H99.07-240701-{place:04d}",),
                unit_code=None,
                unit_name=name,
                status=Status.IN_PROCESS,
                received_at=AS_OF,
            )
            kept = resolved(told, found.directory)
            session.add(
                Quarantine(
                    source_id=identity(source.id),
                    run_id=identity(run.id),
                    row=told.external_id,
                    at=AS_OF,
                    **{each: getattr(kept, each) for each in ("reason", "detail", "raw", "code")},
                    external_id=told.external_id,
                )
            )


def decide(person: Person, unit: str = "H99.03", reason: str = "Theo quyết định 12") -> None:
    answer = person.post("/names/decide", name=NAME, unit=unit, reason=reason)
    assert answer.headers["location"] == "/names?said=name_decided"


def test_the_inbox_shows_unknown_names_and_similar_units(office: Console) -> None:
    wait_for_names(office, NAME, NEAR)
    with signed_in(office, Role.VIEWER) as person:
        page = unescape(person.get("/names").text)
        told = person.get("/api/v1/names/unknown").json()
    assert NAME in page
    assert "/names/decide?" not in page
    by_name = {item["name"]: item for item in told["items"]}
    assert told["total"] == len(by_name)
    assert by_name[NEAR]["near"] == [{"code": "H99.03", "name": "Sở Giả Định"}]
    assert by_name[NAME]["near"] == []
    assert by_name[NAME]["count"] == 1
    assert by_name[NAME]["first_at"] == "2024-07-24T16:00:00+07:00"


def test_a_decision_reads_what_waited_and_stays_in_the_audit_trail(office: Console) -> None:
    wait_for_names(office, NAME)
    with signed_in(office, Role.OPERATOR) as person:
        form = unescape(person.get("/names/decide", name=NAME).text)
        assert 'value="H99.03"' in form
        assert "selected" not in form
        decide(person)
        assert "đã được đọc lại" in person.get("/names", said="name_decided").text
        assert NAME not in person.get("/names").text
        assert NAME in person.get("/names/decided").text
    with services(office.settings) as found, Session(found.engine) as session:
        record = session.exec(
            select(DossierRecord).where(DossierRecord.external_id == "900000")
        ).one()
        assert record.unit == "H99.03"
        entry = session.exec(
            select(AuditEntry).where(AuditEntry.action == "unit_name_assigned")
        ).one()
        assert (entry.by, entry.subject, entry.reason) == (
            "operator",
            "unit H99.03",
            "Theo quyết định 12",
        )


@pytest.mark.parametrize(
    ("unit", "reason", "said"),
    [
        ("", "vì thế", "Hãy chọn cơ quan, đơn vị."),
        ("H99.77", "vì thế", "H99.77"),
        ("H99.03", "  ", "Hãy nêu lý do."),
    ],
)
def test_a_refused_decision_says_why_and_keeps_what_was_typed(
    office: Console, unit: str, reason: str, said: str
) -> None:
    wait_for_names(office, NAME)
    with signed_in(office, Role.OPERATOR) as person:
        answer = person.post("/names/decide", name=NAME, unit=unit, reason=reason)
        assert answer.status_code == 409
        page = unescape(answer.text)
        assert said in page
        assert reason.strip() in page
        assert NAME in unescape(person.get("/names").text)


def test_a_listed_name_is_not_given_to_another_unit(office: Console) -> None:
    with signed_in(office, Role.OPERATOR) as person:
        form = {"name": "Sở Giả Định", "unit": "H99.01", "reason": "nhầm"}
        answer = person.post("/names/decide", **form)
        assert "đã có trong danh mục" in answer.text
        told = person.call("PUT", "/api/v1/names/decisions", form)
    assert (told.status_code, told.json()["error"]) == (409, "unit_name_listed")


def test_a_decision_is_taken_back_with_a_reason(office: Console) -> None:
    wait_for_names(office, NAME)
    with signed_in(office, Role.OPERATOR) as person:
        decide(person)
        assert NAME in unescape(person.get("/names/forget", name=NAME).text)
        assert person.post("/names/forget", name=NAME, reason="").status_code == 409
        done = person.post("/names/forget", name=NAME, reason="Nhầm đơn vị 0912345678")
        assert done.headers["location"] == "/names/decided?said=name_forgotten"
        again = person.post("/names/forget", name=NAME, reason="Nhầm")
        assert "Chưa ai xác định" in unescape(again.text)
    with services(office.settings) as found, Session(found.engine) as session:
        assert session.exec(select(UnitAlias)).all() == []
        entry = session.exec(
            select(AuditEntry).where(AuditEntry.action == "unit_name_forgotten")
        ).one()
        assert "0912345678" not in (entry.reason or "")


def test_only_operators_decide_and_units_viewers_see_no_names(office: Console) -> None:
    wait_for_names(office, NAME)
    form = {"name": NAME, "unit": "H99.03", "reason": "vì thế"}
    with signed_in(office, Role.VIEWER) as person:
        assert person.get("/names/decide", name=NAME).status_code == 403
        assert person.post("/names/decide", **form).status_code == 403
        assert person.call("PUT", "/api/v1/names/decisions", form).status_code == 403
    with signed_in(office, Role.VIEWER, "cua-so", ["H99.01"]) as person:
        for path in ("/names", "/names/decided", "/names/units", "/names/procedures"):
            answer = person.get(path)
            assert answer.status_code == 403, path
            assert "H99.03" not in answer.text


def test_programs_decide_and_take_back_as_people_do(office: Console) -> None:
    wait_for_names(office, NAME)
    with signed_in(office, Role.OPERATOR) as person:
        form = {"name": NAME, "unit": "H99.03", "reason": "vì thế"}
        done = person.call("PUT", "/api/v1/names/decisions", form).json()
        assert done["unit"] == {"code": "H99.03", "name": "Sở Giả Định"}
        assert (done["read"], done["busy"]) == (1, [])
        again = person.call("PUT", "/api/v1/names/decisions", form)
        assert again.json()["read"] == 0
        listed = person.get("/api/v1/names/decisions").json()
        assert [each["name"] for each in listed["items"]] == [NAME]
        path = f"/api/v1/names/decisions?name={NAME}&reason=nham"
        assert person.call("DELETE", path).json() == {"name": NAME, "unit": "H99.03"}
        assert person.call("DELETE", path).status_code == 404


def test_units_are_found_by_code_by_name_without_marks_and_by_level(office: Console) -> None:
    with signed_in(office, Role.VIEWER) as person:

        def codes(**asked: str) -> list[str]:
            page = person.get("/names/units", **asked).text
            return [code for code in ("H99", "H99.01", "H99.03", "H99.31") if f'/{code}"' in page]

        assert codes() == ["H99", "H99.01", "H99.03", "H99.31"]
        assert codes(q="so gia dinh") == ["H99.03"]
        assert codes(q="h99.31") == ["H99.31"]
        assert codes(level="department") == ["H99.01", "H99.03"]
        assert "Bỏ bớt điều kiện lọc" in person.get("/names/units", q="không có đâu").text
        told = person.get("/api/v1/names/units", q="sở thử nghiệm").json()
    assert told["total"] == 1
    assert told["items"][0]["aliases"] == ["Sở Thử nghiệm tỉnh"]


def test_procedures_are_shown_with_their_limits(office: Console) -> None:
    with signed_in(office, Role.VIEWER) as person:
        page = person.get("/names/procedures", q="1.990003").text
        assert "Thủ tục năm ngày" in page
        assert "5 ngày làm việc" in page
        assert "Thủ tục ba ngày" not in page
        assert "Thủ tục ba ngày" in person.get("/names/procedures", q="ba ngay").text
        assert "Không có thủ tục nào như vậy" in person.get("/names/procedures", q="zzz").text
