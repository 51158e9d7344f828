from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook
from sqlmodel import Session, select

from models.audit import AuditEntry
from models.resend import ResendItem, ResendRequest
from models.resend_types import ResendState
from models.roles import Role
from models.source import SyncRun
from tests.console.conftest import Console
from tests.console.people import Person, signed_in
from worker.bootstrap import services
from worker.core.resend.selection import Selection
from worker.flow import Stage
from worker.journey.asking_again import preview

UNIT = "H99.01"


def chosen(console: Console, unit: str = UNIT) -> list[str]:
    """The codes that a request for a unit asks for."""
    with services(console.settings) as found:
        units = preview(found, Selection(unit=unit)).units
        return [one.code for each in units for one in each.chosen]


def asked(person: Person, **fields: str) -> str:
    """Ask for a re-send; where it leads."""
    told = {"unit": UNIT, "step": "ask", "reason": "Cổng chưa nhận kết quả", **fields}
    answer = person.post("/resends/new", **told)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].partition("?")[0]


def request_of(console: Console) -> ResendRequest:
    with services(console.settings) as found, Session(found.engine) as session:
        return session.exec(select(ResendRequest)).one()


def test_the_preview_names_what_would_go_and_what_would_not_and_changes_nothing(
    office: Console,
) -> None:
    codes = chosen(office)
    assert codes
    with signed_in(office, Role.OPERATOR) as operator:
        page = operator.get("/resends/new", unit=UNIT).text
        assert [code for code in codes if code not in page] == []
        assert "hai bên tính theo quy tắc khác nhau" in page
        told = operator.call("POST", "/api/v1/resends/preview", {"unit": UNIT}).json()
    assert [one["dossier"] for one in told["items"][0]["dossiers"]] == codes
    with services(office.settings) as found, Session(found.engine) as session:
        assert session.exec(select(ResendRequest)).all() == []


def test_of_many_units_the_first_dossiers_are_shown_and_where_all_are(office: Console) -> None:
    with services(office.settings) as found:
        units = preview(found, Selection(again=True)).units
    (large,) = (each for each in units if each.unit == UNIT)
    codes = [one.code for one in large.chosen]
    with signed_in(office, Role.OPERATOR) as operator:
        page = operator.get("/resends/new", again="yes").text
        whole = operator.get("/resends/new", unit=UNIT, again="yes").text
    assert len(units) > 1
    assert [code for code in codes if code in page] == codes[:10] != codes
    assert f"Xem cả {len(codes)} hồ sơ của đơn vị này" in page
    assert f'href="/resends/new?unit={UNIT}&amp;cause=&amp;days=0&amp;again=yes"' in page
    assert [code for code in codes if code in whole] == codes


def test_pasted_codes_choose_just_those(office: Console) -> None:
    first, second = chosen(office)[:2]
    with signed_in(office, Role.OPERATOR) as operator:
        page = operator.post("/resends/new", codes=f" {first.lower()};\n{second}", step="look").text
        assert first in page
        assert second in page
        asked(operator, unit="", codes=f"{first} {second}")
    with services(office.settings) as found, Session(found.engine) as session:
        assert {each.code for each in session.exec(select(ResendItem))} == {first, second}


@pytest.mark.parametrize(
    ("codes", "step", "says"),
    [
        ("A" * 65, "ask", "Không phải mã hồ sơ: AAAA"),
        (" ".join(f"m-{each}" for each in range(1001)), "ask", "Danh sách có 1.001 mã"),
        (" , ;", "look", "Hãy dán ít nhất một mã hồ sơ"),
    ],
)
def test_a_list_that_can_not_be_taken_whole_is_shown_again_and_nothing_is_asked_for(
    office: Console, codes: str, step: str, says: str
) -> None:
    with signed_in(office, Role.OPERATOR) as operator:
        answer = operator.post("/resends/new", codes=codes, reason="thử", step=step)
    assert (answer.status_code, says in answer.text) == (409, True)
    assert codes.strip() in answer.text
    with services(office.settings) as found, Session(found.engine) as session:
        assert session.exec(select(ResendRequest)).all() == []


def test_one_asks_another_approves_and_the_first_has_it_sent(office: Console) -> None:
    with signed_in(office, Role.OPERATOR) as operator, signed_in(office, Role.APPROVER) as approver:
        path = asked(operator)
        assert "chờ duyệt" in operator.get(path).text
        assert operator.post(f"{path}/approve").status_code == 403
        done = approver.post(f"{path}/approve", words="Đồng ý")
        assert done.headers["location"] == f"{path}?said=resend_approved"
        assert "Đồng ý" in operator.get(path).text
        sent = operator.post(f"{path}/send")
        assert sent.headers["location"] == f"{path}?said=resend_sent"
    assert request_of(office).state is ResendState.SENDING
    with services(office.settings) as found, Session(found.engine) as session:
        run = session.exec(select(SyncRun).where(SyncRun.stage == Stage.RESEND)).one()
        actions = {each.action: each.by for each in session.exec(select(AuditEntry))}
    assert office.desk.heard(1) == [(run.id,)]
    assert actions["resend_asked"] == actions["resend_sent"] == "operator"
    assert actions["resend_approved"] == "approver"


def test_nobody_approves_their_own_request(office: Console) -> None:
    with signed_in(office, Role.ADMIN) as admin:
        path = asked(admin)
        assert "phải do người khác duyệt" in admin.get(path).text
        answer = admin.post(f"{path}/approve")
        assert answer.status_code == 409
        assert 'role="alert"' in answer.text
    assert request_of(office).state is ResendState.ASKED


def test_a_refused_request_says_why_and_frees_its_dossiers(office: Console) -> None:
    with signed_in(office, Role.OPERATOR) as operator, signed_in(office, Role.APPROVER) as approver:
        path = asked(operator)
        assert approver.post(f"{path}/reject", words=" ").status_code == 409
        approver.post(f"{path}/reject", words="Hỏi nhà cung cấp trước")
        assert "Hỏi nhà cung cấp trước" in operator.get(path).text
        assert asked(operator) != path


def test_a_request_needs_a_reason(office: Console) -> None:
    with signed_in(office, Role.OPERATOR) as operator:
        answer = operator.post("/resends/new", unit=UNIT, step="ask", reason="  ")
    assert answer.status_code == 409
    assert 'role="alert"' in answer.text


def test_what_is_stopped_is_sent_no_more(office: Console) -> None:
    with signed_in(office, Role.OPERATOR) as operator, signed_in(office, Role.APPROVER) as approver:
        path = asked(operator)
        approver.post(f"{path}/approve")
        operator.post(f"{path}/stop", words="Hệ thống đang bảo trì")
        assert operator.post(f"{path}/send").status_code == 409
    assert request_of(office).state is ResendState.STOPPED


def test_one_that_stopped_by_itself_says_why_and_goes_on_by_an_approver(office: Console) -> None:
    with signed_in(office, Role.OPERATOR) as operator, signed_in(office, Role.APPROVER) as approver:
        path = asked(operator)
        with services(office.settings) as found, Session(found.engine) as session, session.begin():
            row = session.exec(select(ResendRequest)).one()
            row.state = ResendState.HELD
            session.add(row)
        assert "Yêu cầu đã tự dừng" in operator.get(path).text
        assert "Cho gửi tiếp" not in operator.get(path).text
        page = approver.get(path).text
        assert "Cho gửi tiếp" in page
        assert "Từ chối" not in page
        assert "tự dừng, chờ duyệt lại" in operator.get("/resends").text
        assert 'href="/resends?state=held"' in operator.get("/").text
        told = operator.call("GET", "/api/v1/overview").json()
        assert (told["resends_asked"], told["resends_held"]) == (0, 1)
        approver.post(f"{path}/approve", words="Đã báo nhà cung cấp")
    assert request_of(office).state is ResendState.SENDING


def test_a_viewer_of_one_unit_finds_its_requests_alone(office: Console) -> None:
    with signed_in(office, Role.OPERATOR) as operator:
        path = asked(operator)
    with (
        signed_in(office, Role.VIEWER, "cua-so", [UNIT]) as own,
        signed_in(office, Role.VIEWER, "cho-khac", ["H99.02"]) as other,
    ):
        assert own.get(path).status_code == 200
        assert own.get("/api/v1/resends").json()["total"] == 1
        assert other.get(path).status_code == 404
        assert other.get("/api/v1/resends").json() == {"total": 0, "items": []}
        assert own.post(f"{path}/stop").status_code == 403


def test_where_nothing_is_sent_again_an_officer_reads_no_settings(console: Console) -> None:
    with signed_in(console, Role.VIEWER, "cua-so", [UNIT]) as person:
        page = person.get("/resends").text
        assert "Tỉnh chưa dùng chức năng gửi lại" in page
        assert "[resend]" not in page
    with signed_in(console, Role.ADMIN) as person:
        assert "[resend] enabled = true" in person.get("/resends").text


def test_a_program_asks_once_however_often_it_calls(office: Console) -> None:
    with signed_in(office, Role.OPERATOR) as operator:
        headers = {"X-CSRF-Token": operator.csrf, "Idempotency-Key": "mot-lan-thoi"}
        body = {"unit": UNIT, "reason": "Cổng chưa nhận kết quả"}
        first, second = (
            operator.client.post("/api/v1/resends", json=body, headers=headers) for _ in range(2)
        )
        other = operator.client.post("/api/v1/resends", json=body | {"unit": None}, headers=headers)
    assert first.status_code == second.status_code == 202
    assert first.json() == second.json()
    assert second.headers["idempotent-replayed"] == "true"
    assert other.status_code == 422
    assert request_of(office).unit == UNIT


@pytest.mark.parametrize("by_hand", [True, False])
def test_a_system_without_such_a_call_gets_a_list(office: Console, *, by_hand: bool) -> None:
    codes = set(chosen(office))
    assert codes
    with signed_in(office, Role.OPERATOR) as operator, signed_in(office, Role.APPROVER) as approver:
        path = asked(operator)
        with services(office.settings) as found, Session(found.engine) as session, session.begin():
            row = session.exec(select(ResendRequest)).one()
            row.by_hand = by_hand
            session.add(row)
        approver.post(f"{path}/approve")
        answer = operator.post(f"{path}/list")
        if not by_hand:
            assert answer.status_code == 409
            return
        sheet = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0)
        told = {str(cell) for row in sheet.to_python() for cell in row}
        assert codes <= told
        assert "đã giao danh sách" in operator.get(path).text
