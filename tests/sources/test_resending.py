"""Orders to send dossiers again: what goes out, what an answer comes to, and nothing twice."""

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs

import httpx
import msgspec
import pytest
import respx

from models.resend_types import ResendAnswer
from tests import igate_wire, td_wire
from worker.errors import LoginRefused, TransientError
from worker.ports import Resend, ResendSource, Resent
from worker.sources.http import ClientPolicy
from worker.sources.igate_resend import IGateResends
from worker.sources.opencps import OpenCpsConfig
from worker.sources.opencps_resend import OpenCpsResends
from worker.sources.pace import BookAway, Budget
from worker.sources.td_resend import TdResends

OPENCPS = OpenCpsConfig(
    name="tinh",
    url="http://opencps.example",
    username="doisoat",
    password="mat-khau",
    group_id="35417",
)
HEADER_URL = "http://opencps.example/o/rest/v2/nps/syncdossier"
COURSE_URL = "http://opencps.example/o/rest/v2/nps/syncdossierstatus"
PUSH_URL = "http://td.example/api/v1/HoSos/PushDataDVCQGByMaHoSo"
RESEND_URL = "http://wsms.example/wsms/api/igate/resend-one"

NEW = Resend("H51.12.03-240702-0007", "70101", is_known=False)
KNOWN = replace(NEW, is_known=True)
GOOD = {"error_code": 0, "message": "Đồng bộ hồ sơ thành công"}
SEVEN = [replace(NEW, code=f"H51.12.03-240702-{n:04}", external_id=str(n)) for n in range(1, 8)]


@pytest.fixture
def opencps(policy: ClientPolicy) -> Iterator[OpenCpsResends]:
    source = OpenCpsResends(OPENCPS, policy)
    yield source
    source.close()


@pytest.fixture
def td(policy: ClientPolicy) -> Iterator[TdResends]:
    source = TdResends(td_wire.CONFIG, policy)
    yield source
    source.close()


@pytest.fixture
def igate(policy: ClientPolicy) -> Iterator[IGateResends]:
    source = IGateResends(igate_wire.CONFIG, RESEND_URL, policy)
    yield source
    source.close()


@pytest.fixture
def upstream() -> Iterator[respx.MockRouter]:
    with td_wire.mocked() as router:
        made = iter(range(1, 100))
        router.post(igate_wire.TOKEN_URL).mock(
            side_effect=lambda _: httpx.Response(
                200, json={"access_token": f"t{next(made)}", "expires_in": 300}
            )
        )
        yield router


def form_of(call: respx.models.Call) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(call.request.content.decode()).items()}


def body_of(call: respx.models.Call) -> dict[str, object]:
    body: dict[str, object] = msgspec.json.decode(call.request.content)
    return body


def only(source: ResendSource, dossier: Resend = NEW) -> Resent:
    (resent,) = source.resend([dossier])
    return resent


@pytest.mark.parametrize(("dossier", "updating"), [(NEW, "False"), (KNOWN, "True")])
def test_opencps_is_sent_the_header_and_then_the_course(
    opencps: OpenCpsResends, upstream: respx.MockRouter, dossier: Resend, updating: str
) -> None:
    header = upstream.post(HEADER_URL).respond(json=GOOD)
    course = upstream.post(COURSE_URL).respond(json={"error_code": "0", "message": "Thành công"})
    assert only(opencps, dossier) == Resent(NEW.code, ResendAnswer.TAKEN, "0: Thành công")
    assert form_of(header.calls.last) == {"strDossierId": "70101", "isUpdating": updating}
    assert form_of(course.calls.last) == {"strDossierId": "70101"}
    request = header.calls.last.request
    assert request.headers["groupId"] == "35417"
    assert request.headers["authorization"].startswith("Basic ")
    assert (header.call_count, course.call_count) == (1, 1)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ({"error_code": -3, "message": "Hồ sơ đã tồn tại"}, ResendAnswer.ALREADY_THERE),
        ({"error_code": "0", "message": ""}, ResendAnswer.NOTHING_SENT),
        ({"error_code": -1, "message": "Thiếu TrangThaiHoSo"}, ResendAnswer.REFUSED),
        ({"response_code": "-1", "response_data": "Sai mã"}, ResendAnswer.REFUSED),
        ({"error_code": 0, "message": "???"}, ResendAnswer.UNCLEAR),
        ({}, ResendAnswer.NO_ANSWER),
    ],
)
def test_after_a_header_that_was_not_taken_no_course_is_sent(
    opencps: OpenCpsResends,
    upstream: respx.MockRouter,
    answer: dict[str, object],
    outcome: ResendAnswer,
) -> None:
    upstream.post(HEADER_URL).respond(json=answer)
    course = upstream.post(COURSE_URL).respond(json=GOOD)
    assert only(opencps).outcome is outcome
    assert course.call_count == 0


@pytest.mark.parametrize(
    ("response", "outcome"),
    [
        (
            httpx.Response(200, json={"error_code": -1, "message": "Thiếu NoiDungXuLy"}),
            ResendAnswer.HEADER_ONLY,
        ),
        (httpx.Response(404), ResendAnswer.HEADER_ONLY),
        (httpx.Response(401), ResendAnswer.HEADER_ONLY),
        (httpx.Response(500, text="error"), ResendAnswer.NO_ANSWER),
        (httpx.Response(200, text="{"), ResendAnswer.NO_ANSWER),
    ],
)
def test_a_header_without_its_course_is_told_as_such(
    opencps: OpenCpsResends,
    upstream: respx.MockRouter,
    response: httpx.Response,
    outcome: ResendAnswer,
) -> None:
    upstream.post(HEADER_URL).respond(json=GOOD)
    course = upstream.post(COURSE_URL).mock(return_value=response)
    assert only(opencps).outcome is outcome
    assert course.call_count == 1


@pytest.mark.parametrize("number", ["1,2", "", "abc", "-1", "٣"])
def test_what_is_no_number_of_one_dossier_never_goes_out(
    opencps: OpenCpsResends, upstream: respx.MockRouter, number: str
) -> None:
    header = upstream.post(HEADER_URL).respond(json=GOOD)
    assert only(opencps, replace(NEW, external_id=number)).outcome is ResendAnswer.REFUSED
    assert header.call_count == 0


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (httpx.ReadTimeout("long"), "timeout"),
        (httpx.ConnectError("no"), "ConnectError"),
        (httpx.Response(500, text="error"), "HTTP 500"),
        (httpx.Response(503, headers={"retry-after": "1"}), "HTTP 503"),
        (httpx.Response(429), "HTTP 429"),
        (httpx.Response(200, text="<html>Bảo trì</html>"), "not JSON"),
        (httpx.Response(200, json=[1]), "another shape"),
    ],
)
def test_an_order_without_a_readable_answer_is_given_once_and_never_again(
    opencps: OpenCpsResends,
    upstream: respx.MockRouter,
    trouble: httpx.Response | Exception,
    words: str,
) -> None:
    header = upstream.post(HEADER_URL).mock(side_effect=[trouble] * 9)
    assert only(opencps) == Resent(NEW.code, ResendAnswer.NO_ANSWER, words)
    assert header.call_count == 1


@pytest.mark.parametrize("status", [302, 400, 404, 405])
def test_a_call_that_the_system_does_not_have_is_a_refusal(
    opencps: OpenCpsResends, upstream: respx.MockRouter, status: int
) -> None:
    upstream.post(HEADER_URL).respond(status)
    assert only(opencps) == Resent(NEW.code, ResendAnswer.REFUSED, f"HTTP {status}")


def test_a_system_that_is_down_is_left_alone_and_the_rest_unanswered(
    opencps: OpenCpsResends, upstream: respx.MockRouter
) -> None:
    header = upstream.post(HEADER_URL).respond(503)
    answers = list(opencps.resend(SEVEN))
    assert [answer.code for answer in answers] == [each.code for each in SEVEN[:3]]
    assert header.call_count == 3


def test_an_order_is_given_when_its_answer_is_asked_for(
    opencps: OpenCpsResends, upstream: respx.MockRouter
) -> None:
    header = upstream.post(HEADER_URL).respond(json=GOOD)
    upstream.post(COURSE_URL).respond(json=GOOD)
    answers = opencps.resend(SEVEN)
    assert header.call_count == 0
    next(answers)
    next(answers)
    assert [form_of(call)["strDossierId"] for call in header.calls] == ["1", "2"]


def test_a_refused_account_is_said_and_not_taken_for_an_answer(
    opencps: OpenCpsResends, upstream: respx.MockRouter
) -> None:
    upstream.post(HEADER_URL).respond(401)
    with pytest.raises(LoginRefused):
        list(opencps.resend(SEVEN))


def test_a_limit_out_of_reach_between_header_and_course_does_not_undo_the_header(
    policy: ClientPolicy, upstream: respx.MockRouter
) -> None:
    book = _BookThatGetsLost()
    source = OpenCpsResends(OPENCPS, replace(policy, book=book, calls_per_second=10))
    header = upstream.post(HEADER_URL).respond(json=GOOD)
    course = upstream.post(COURSE_URL).respond(json=GOOD)
    assert only(source).outcome is ResendAnswer.HEADER_ONLY
    with pytest.raises(TransientError):
        only(source)
    assert (header.call_count, course.call_count) == (1, 0)
    source.close()


class _BookThatGetsLost:
    """Lets a single call through, and can't be read after that."""

    place = "sổ mẫu"

    def __init__(self) -> None:
        self._asked = 0

    def ask(self, budget: Budget, hold: float) -> float:  # noqa: ARG002 - the port's words
        self._asked += 1
        if self._asked > 1:
            raise BookAway
        return 0.0

    def close(self) -> None:
        """Nothing is held open."""


def test_td_is_sent_the_code_and_answers_with_a_flag(
    td: TdResends, upstream: respx.MockRouter
) -> None:
    told = {"data": {"data": "trangThaiDongBoDVC:1", "succeeded": True, "message": None}}
    push = upstream.post(PUSH_URL).respond(json=told)
    assert only(td) == Resent(NEW.code, ResendAnswer.TAKEN, "trangThaiDongBoDVC:1")
    assert body_of(push.calls.last) == {"maHoSo": NEW.code}
    assert push.calls.last.request.headers["authorization"] == "Bearer t1"


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        ({"Data": {"Data": "trangThaiDongBoDVC:0", "Succeeded": True}}, ResendAnswer.NOTHING_SENT),
        (
            {"data": {"succeeded": False, "message": "Không tồn tại dữ liệu"}},
            ResendAnswer.REFUSED,
        ),
        ({"data": "trangThaiDongBoDVC:1"}, ResendAnswer.TAKEN),
        ({"data": {"succeeded": True, "message": "Thao tác thành công"}}, ResendAnswer.TAKEN),
        ({"data": None}, ResendAnswer.NO_ANSWER),
        ({"data": [1]}, ResendAnswer.NO_ANSWER),
        ({"data": {"succeeded": "?"}}, ResendAnswer.NO_ANSWER),
        ({}, ResendAnswer.NO_ANSWER),
    ],
)
def test_tds_answers(
    td: TdResends, upstream: respx.MockRouter, told: dict[str, object], outcome: ResendAnswer
) -> None:
    upstream.post(PUSH_URL).respond(json=told)
    assert only(td).outcome is outcome


def test_td_that_breaks_over_a_dossier_is_not_asked_for_it_again(
    td: TdResends, upstream: respx.MockRouter
) -> None:
    push = upstream.post(PUSH_URL).respond(500, text="Object reference not set")
    assert only(td) == Resent(NEW.code, ResendAnswer.NO_ANSWER, "HTTP 500")
    assert push.call_count == 1


def test_a_token_that_is_over_was_no_order_yet(td: TdResends, upstream: respx.MockRouter) -> None:
    good = httpx.Response(200, json={"data": "trangThaiDongBoDVC:1"})
    push = upstream.post(PUSH_URL).mock(side_effect=[httpx.Response(401), good])
    assert only(td).outcome is ResendAnswer.TAKEN
    tokens = [call.request.headers["authorization"] for call in push.calls]
    assert tokens == ["Bearer t1", "Bearer t2"]


def test_without_a_login_nothing_is_ordered(
    td: TdResends, igate: IGateResends, upstream: respx.MockRouter
) -> None:
    upstream.post(td_wire.LOGIN_URL).respond(503)
    upstream.post(igate_wire.TOKEN_URL).respond(503)
    push = upstream.post(PUSH_URL).respond(json={})
    resend = upstream.post(RESEND_URL).respond(json={})
    assert list(td.resend(SEVEN)) == []
    assert list(igate.resend(SEVEN)) == []
    assert push.call_count == resend.call_count == 0


def test_igate_is_sent_the_code_with_the_token_in_the_body(
    igate: IGateResends, upstream: respx.MockRouter
) -> None:
    told = {"status": "success", "message": "Gửi lại thành công"}
    resend = upstream.post(RESEND_URL).respond(json=told)
    assert only(igate) == Resent(NEW.code, ResendAnswer.TAKEN, "success: Gửi lại thành công")
    assert body_of(resend.calls.last) == {"nationCode": NEW.code, "token": "t1"}


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        ({"status": "success"}, ResendAnswer.TAKEN),
        ({"status": "SUCCESS", "message": "Không có hồ sơ nào"}, ResendAnswer.NOTHING_SENT),
        (
            {"status": "success", "message": "Hồ sơ thành công, tiến độ thất bại"},
            ResendAnswer.HEADER_ONLY,
        ),
        ({"status": "error", "message": "Hồ sơ đã tồn tại"}, ResendAnswer.ALREADY_THERE),
        ({"status": "error", "message": None}, ResendAnswer.REFUSED),
        ({"status": 200, "message": "ok"}, ResendAnswer.UNCLEAR),
        ({"message": None}, ResendAnswer.NO_ANSWER),
    ],
)
def test_igates_answers(
    igate: IGateResends, upstream: respx.MockRouter, told: dict[str, object], outcome: ResendAnswer
) -> None:
    upstream.post(RESEND_URL).respond(json=told)
    assert only(igate).outcome is outcome


def test_igate_is_asked_again_only_where_the_token_was_over(
    igate: IGateResends, upstream: respx.MockRouter
) -> None:
    good = httpx.Response(200, json={"status": "success"})
    resend = upstream.post(RESEND_URL).mock(
        side_effect=[httpx.Response(401), good, httpx.ReadTimeout("long")]
    )
    assert only(igate).outcome is ResendAnswer.TAKEN
    assert only(igate).outcome is ResendAnswer.NO_ANSWER
    tokens = [body_of(call)["token"] for call in resend.calls]
    assert tokens == ["t1", "t2", "t2"]


def test_an_account_that_stays_refused_is_said(
    td: TdResends, igate: IGateResends, upstream: respx.MockRouter
) -> None:
    upstream.post(PUSH_URL).respond(403)
    upstream.post(RESEND_URL).respond(403)
    for source in (td, igate):
        with pytest.raises(LoginRefused):
            list(source.resend(SEVEN))


def test_no_name_in_an_answer_is_kept(opencps: OpenCpsResends, upstream: respx.MockRouter) -> None:
    words = "Hồ sơ của Canary Nguyễn, số 079012345678, đã tồn tại"
    upstream.post(HEADER_URL).respond(json={"error_code": 3, "message": words})
    resent = only(opencps)
    assert resent.outcome is ResendAnswer.ALREADY_THERE
    assert not any(canary in resent.words for canary in td_wire.CANARIES)
    assert "Nguyễn" not in resent.words
