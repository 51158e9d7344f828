import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import respx
from hypothesis import given
from hypothesis import strategies as st

from models.types import Progress, SourceRecord, Status
from worker.errors import LoginRefused, UpstreamContractError, UpstreamUnavailable
from worker.ports import Answer, Found, NoAnswer, NotFound
from worker.sources.adapter import PortalAdapter, PortalConfig
from worker.sources.http import ClientPolicy
from worker.sources.portal import PortalSource

CONFIG = PortalConfig(
    name="cong",
    adapter_url="http://cong.example/",
    auth_endpoint="/mapi/login",
    integration_endpoint="/mapi/g",
    dstcode="VN:GOV:000.00.00.G22:vpcpdvcqg",
    madonvi="H51",
    username="doisoat",
    password="mat-khau",
    lookups_per_second=1000.0,
)
LOGIN = "http://cong.example/mapi/login"
LOOK_UP = "http://cong.example/mapi/g"
CODE = "H51.12-240702-0007"
CANARIES = ("Canary Nguyễn", "079012345678", "0912345678", "canary@thu.example", "Canary việc")

DOSSIER: dict[str, Any] = {
    "MaHoSo": CODE,
    "MaTTHC": "1.009999",
    "TenTTHC": "Thủ tục mẫu",
    "ChuHoSo": CANARIES[0],
    "SoGiayToChuHoSo": CANARIES[1],
    "SoDienThoai": CANARIES[2],
    "Email": CANARIES[3],
    "TrichYeuHoSo": CANARIES[4],
    "DinhDanhCHS": [{"LoaiDinhDanh": "1", "SoDinhDanh": CANARIES[1]}],
    "NgayNopHoSo": "20240702080512",
    "NgayTiepNhan": "20240702093000",
    "NgayHenTra": "20240709170000",
    "TrangThaiHoSo": "10",
    "NgayTra": "20240709084100",
    "NgayKetThucXuLy": "20240706153000",
    "DonViXuLy": "Sở Mẫu",
    "DanhSachTienDo": [
        {"NguoiXuLy": CANARIES[0], "ThoiDiemXuLy": "20240702101500", "TrangThai": "2"},
        {"NoiDungXuLy": CANARIES[4], "ThoiDiemXuLy": "20240706153000", "TrangThai": 9},
    ],
}


class Adapter:
    """The adapter as a test wants it: how it logs in, and what it says to a look-up."""

    def __init__(self) -> None:
        self.sessions: list[str] = []
        self.asked: list[dict[str, str]] = []
        self.login: Callable[[], httpx.Response] = self.next_session
        self.answer: Callable[[dict[str, str]], httpx.Response] = lambda _: found(DOSSIER)

    def next_session(self) -> httpx.Response:
        self.sessions.append(f"phien-{len(self.sessions) + 1}")
        body = {"session": self.sessions[-1], "error_code": 0, "message": "Thành công"}
        return httpx.Response(200, json=body)

    def look_up(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(json.loads(request.content))
        return self.answer(self.asked[-1])


def found(*dossiers: object) -> httpx.Response:
    return httpx.Response(200, json={"error_code": 0, "message": "", "result": list(dossiers)})


def says(body: object) -> Callable[[dict[str, str]], httpx.Response]:
    return lambda _: httpx.Response(200, json=body)


EXPIRED = {"error_code": -1, "message": "Phiên làm việc không hợp lệ"}


@pytest.fixture
def adapter() -> Iterator[Adapter]:
    adapter = Adapter()
    with respx.mock(assert_all_called=False) as router:
        router.post(LOGIN).mock(side_effect=lambda _: adapter.login())
        router.post(LOOK_UP).mock(side_effect=adapter.look_up)
        yield adapter


@pytest.fixture
def source(policy: ClientPolicy, adapter: Adapter) -> Iterator[PortalSource]:
    assert adapter.sessions == []
    source = PortalSource(PortalAdapter(CONFIG, policy))
    yield source
    source.close()


def ask(source: PortalSource, code: str = CODE) -> Answer:
    (answer,) = source.look_up([code])
    return answer


def test_a_dossier_becomes_a_record_with_its_events(source: PortalSource, adapter: Adapter) -> None:
    record = SourceRecord(
        external_id=CODE,
        codes=(CODE,),
        unit_code=None,
        unit_name="Sở Mẫu",
        status=Status.RETURNED,
        procedure="1.009999",
        submitted_at=datetime(2024, 7, 2, 1, 5, 12, tzinfo=UTC),
        received_at=datetime(2024, 7, 2, 2, 30, tzinfo=UTC),
        due_at=datetime(2024, 7, 9, 10, 0, tzinfo=UTC),
        finished_at=datetime(2024, 7, 6, 8, 30, tzinfo=UTC),
        returned_at=datetime(2024, 7, 9, 1, 41, tzinfo=UTC),
        events=(
            Progress(datetime(2024, 7, 2, 3, 15, tzinfo=UTC), Status.RECEIVED),
            Progress(datetime(2024, 7, 6, 8, 30, tzinfo=UTC), Status.FINISHED),
        ),
    )
    assert ask(source) == Found(CODE, (record,))
    assert adapter.asked == [
        {"session": "phien-1", "madonvi": "H51", "service": "TraCuuHoSo", "mahoso": CODE}
    ]


@respx.mock
def test_it_logs_in_as_the_adapter_wants(policy: ClientPolicy) -> None:
    route = respx.post(LOGIN).respond(json={"session": "s", "error_code": "00"})
    source = PortalSource(PortalAdapter(CONFIG, policy))
    source.check()
    source.close()
    request = route.calls.last.request
    assert json.loads(request.content) == {"username": "doisoat", "password": "mat-khau"}
    assert request.headers["dstcode"] == "VN:GOV:000.00.00.G22:vpcpdvcqg"
    assert request.headers["charset"] == "utf-8"


@pytest.mark.parametrize("code", [0, "0", "00", " 0 ", 0.0])
def test_success_may_be_a_number_or_a_text(
    source: PortalSource, adapter: Adapter, code: object
) -> None:
    adapter.login = lambda: httpx.Response(200, json={"session": "s", "error_code": code})
    adapter.answer = says({"error_code": code, "result": []})
    assert ask(source) == NotFound(CODE)


@pytest.mark.parametrize("code", [-1, "-1", "3", 7])
def test_a_refused_account_is_said(source: PortalSource, adapter: Adapter, code: object) -> None:
    body = {"session": "", "error_code": code, "message": "Sai mật khẩu của Canary"}
    adapter.login = lambda: httpx.Response(200, json=body)
    with pytest.raises(LoginRefused) as raised:
        source.check()
    assert raised.value.values == {"source": "cong", "detail": f"error_code {int(str(code))}"}
    with pytest.raises(LoginRefused):
        ask(source)


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(200, json={}),
        httpx.Response(200, json={"session": "", "error_code": 0}),
        httpx.Response(200, json={"session": "s", "error_code": "lỗi"}),
        httpx.Response(200, json={"session": "s", "error_code": ""}),
        httpx.Response(200, json={"session": 5, "error_code": 0}),
        httpx.Response(200, html="<html>bảo trì</html>"),
        httpx.Response(503),
    ],
)
def test_a_login_without_a_proper_answer_is_no_refusal(
    source: PortalSource, adapter: Adapter, response: httpx.Response
) -> None:
    adapter.login = lambda: response
    with pytest.raises(UpstreamUnavailable):
        source.check()
    assert isinstance(ask(source), NoAnswer)


def test_an_adapter_that_is_none_breaks_the_contract(
    source: PortalSource, adapter: Adapter
) -> None:
    adapter.login = lambda: httpx.Response(404)
    with pytest.raises(UpstreamContractError):
        source.check()


def test_one_session_serves_until_it_is_nine_minutes_old(
    source: PortalSource, adapter: Adapter, advance: Callable[[float], None]
) -> None:
    ask(source)
    advance(500.0)
    ask(source)
    assert len(adapter.sessions) == 1
    advance(60.0)
    ask(source)
    assert len(adapter.sessions) == 2
    assert adapter.asked[-1]["session"] == "phien-2"


@pytest.mark.parametrize(
    "message", ["Phiên hết hạn", "PHIÊN", "phie\u0302n", "Invalid Session", ""]
)
def test_an_expired_session_is_renewed_once(
    source: PortalSource, adapter: Adapter, message: str
) -> None:
    told = {"error_code": "-1" if message.isupper() else 3, "message": message}
    refusal = httpx.Response(200 if message else 401, json=told)
    adapter.answer = lambda asked: refusal if asked["session"] == "phien-1" else found(DOSSIER)
    assert isinstance(ask(source), Found)
    assert len(adapter.sessions) == 2


def test_no_session_is_renewed_in_vain(source: PortalSource, adapter: Adapter) -> None:
    adapter.answer = lambda _: httpx.Response(403)
    assert [ask(source), ask(source)] == [NoAnswer(CODE, "HTTP 403")] * 2
    assert (len(adapter.sessions), len(adapter.asked)) == (2, 3)


def test_a_session_that_never_holds_is_no_answer(source: PortalSource, adapter: Adapter) -> None:
    adapter.answer = says(EXPIRED)
    assert ask(source) == NoAnswer(CODE, "session expired")
    assert len(adapter.sessions) == 2
    assert len(adapter.asked) == 2


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({}, "no error_code"),
        ({"error_code": "", "result": []}, "no error_code"),
        ({"error_code": False, "result": []}, "no error_code"),
        ({"error_code": 0}, "no result"),
        ({"error_code": 0, "result": None}, "no result"),
        ({"error_code": 0, "result": ""}, "no result"),
        ({"error_code": 0, "result": {}}, "no result"),
        ({"error_code": 0, "result": [{}]}, "no result"),
        ({"error_code": 0, "result": [None]}, "no result"),
        ({"error_code": 3, "result": []}, "error_code 3"),
        ({"error_code": "-3", "message": "Canary Nguyễn"}, "error_code -3"),
        ({"error_code": -1, "message": "Hệ thống bận", "result": []}, "error_code -1"),
        ([], "another shape"),
        ("", "another shape"),
    ],
)
def test_an_answer_that_does_not_say_it_in_full_is_no_answer(
    source: PortalSource, adapter: Adapter, body: object, reason: str
) -> None:
    adapter.answer = says(body)
    assert ask(source) == NoAnswer(CODE, reason)
    assert len(adapter.asked) == 3


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        (httpx.Response(429), "HTTP 429"),
        (httpx.Response(502), "HTTP 502"),
        (httpx.Response(403), "HTTP 403"),
        (httpx.Response(404), "HTTP 404"),
        (httpx.Response(200, html="<html></html>"), "not JSON"),
        (httpx.Response(200, text=""), "not JSON"),
        (httpx.Response(200, text='{"error_code": 0, "result": []'), "not JSON"),
        (httpx.Response(200, json={"error_code": 0, "result": [DOSSIER] * 21}), "too many rows"),
    ],
)
def test_a_portal_that_is_down_says_nothing_about_the_dossier(
    source: PortalSource, adapter: Adapter, response: httpx.Response, reason: str
) -> None:
    adapter.answer = lambda _: response
    assert ask(source) == NoAnswer(CODE, reason)


def test_a_fault_that_passes_is_not_seen(source: PortalSource, adapter: Adapter) -> None:
    responses = iter([httpx.Response(503), httpx.Response(200, json={}), found(DOSSIER)])
    adapter.answer = lambda _: next(responses)
    assert isinstance(ask(source), Found)


codes_sent: st.SearchStrategy[object] = st.sampled_from(
    [0, "0", "00", "-0", 1, -1, "3", "", None, True, False, 0.5, [], {}]
)
results_sent: st.SearchStrategy[object] = st.sampled_from(
    ["absent", [], [{}], {}, None, "", 0, [[]], [DOSSIER], "[]"]
)


@given(
    code=codes_sent,
    result=results_sent,
    message=st.none() | st.text(max_size=5) | st.just("Phiên lỗi"),
    status=st.sampled_from([200, 201, 204, 302, 400, 403, 404, 429, 500, 503]),
    cut=st.integers(0, 3),
)
def test_down_is_never_read_as_not_there(
    code: object, result: object, message: str | None, status: int, cut: int
) -> None:
    body: dict[str, object] = {"error_code": code, "message": message, "result": result}
    if result == "absent":
        del body["result"]
    text = json.dumps(body).encode()
    adapter = Adapter()
    adapter.answer = lambda _: httpx.Response(status, content=text[: len(text) - cut])
    source = PortalSource(PortalAdapter(CONFIG, ClientPolicy(attempts=1, concurrency=1)))
    with respx.mock() as router:
        router.post(LOGIN).mock(side_effect=lambda _: adapter.login())
        router.post(LOOK_UP).mock(side_effect=adapter.look_up)
        answer = ask(source)
    source.close()
    said_so = code in (0, "0", "00", "-0") and code is not False and result == [] and not cut
    assert isinstance(answer, NotFound) == (said_so and status in (200, 201, 204))


def test_a_dossier_may_stand_alone_instead_of_in_a_list(
    source: PortalSource, adapter: Adapter
) -> None:
    adapter.answer = says({"error_code": 0, "result": DOSSIER})
    answer = ask(source)
    assert isinstance(answer, Found)
    assert isinstance(answer.readings[0], SourceRecord)


def test_many_codes_are_each_answered_once(policy: ClientPolicy, adapter: Adapter) -> None:
    source = PortalSource(PortalAdapter(CONFIG, replace(policy, concurrency=8)))
    adapter.answer = says({"error_code": 0, "result": []})
    codes = [f"H51.12-240702-{number:04}" for number in range(200)]
    answers = list(source.look_up(codes))
    source.close()
    assert sorted(answer.code for answer in answers) == codes
    assert len(adapter.sessions) == 1


def test_threads_whose_session_ran_out_log_in_once(policy: ClientPolicy, adapter: Adapter) -> None:
    source = PortalSource(PortalAdapter(CONFIG, replace(policy, concurrency=4)))
    everybody = threading.Barrier(4, timeout=30)

    def answer(asked: dict[str, str]) -> httpx.Response:
        if asked["session"] == "phien-1":
            everybody.wait()
            return httpx.Response(200, json=EXPIRED)
        return found()

    adapter.answer = answer
    answers = list(source.look_up([f"H51.12-240702-{number:04}" for number in range(4)]))
    source.close()
    assert all(isinstance(answer, NotFound) for answer in answers)
    assert len(adapter.sessions) == 2


def test_the_rate_holds_over_all_threads_and_the_login(
    policy: ClientPolicy, adapter: Adapter, fake_time: Any
) -> None:
    config = replace(CONFIG, lookups_per_second=20.0)
    source = PortalSource(PortalAdapter(config, replace(policy, concurrency=4, clock=lambda: 0.0)))
    adapter.answer = says({"error_code": 0, "result": []})
    list(source.look_up([f"H51.12-240702-{number:04}" for number in range(40)]))
    source.close()
    assert sorted(fake_time.waits) == pytest.approx([0.05 * slot for slot in range(1, 41)])


def test_a_portal_that_stays_down_is_left_alone(source: PortalSource, adapter: Adapter) -> None:
    adapter.answer = lambda _: httpx.Response(503)
    codes = [f"H51.12-240702-{number:04}" for number in range(100)]
    answers = list(source.look_up(codes))
    assert 1 <= len(answers) <= 3
    assert all(isinstance(answer, NoAnswer) for answer in answers)
    assert len(adapter.asked) <= 3 * 3


def test_answers_with_an_error_code_do_not_count_as_down(
    source: PortalSource, adapter: Adapter
) -> None:
    adapter.answer = says({"error_code": 5, "message": "Mã không hợp lệ"})
    codes = [f"H51.12-240702-{number:04}" for number in range(20)]
    assert len(list(source.look_up(codes))) == 20


def test_nothing_more_is_asked_when_the_listener_leaves(
    source: PortalSource, adapter: Adapter
) -> None:
    before = threading.active_count()
    answers = source.look_up([f"H51.12-240702-{number:04}" for number in range(100)])
    next(answers)
    answers.close()  # type: ignore[attr-defined]
    assert len(adapter.asked) <= 4
    assert threading.active_count() == before


def test_the_configuration_does_not_show_its_password() -> None:
    assert "mat-khau" not in repr(CONFIG)
