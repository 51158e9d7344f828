"""The catalogue of procedures over the portal's adapter."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import respx
from hypothesis import HealthCheck, given, settings

from tests.sources.catalogue_adapter import (
    CODE,
    Adapter,
    answer,
    channel,
    json_values,
    listening,
    procedure,
    unless_refused,
)
from tests.sources.test_portal import CONFIG, EXPIRED, LOGIN
from worker.errors import LoginRefused, UpstreamContractError, UpstreamUnavailable
from worker.ports import ListedProcedure, ProcedureLimit
from worker.sources.adapter import PortalAdapter
from worker.sources.http import ClientPolicy
from worker.sources.portal_catalogue import PortalCatalogue

KEY = "7001"


@pytest.fixture
def adapter() -> Iterator[Adapter]:
    with listening() as adapter:
        yield adapter


@pytest.fixture
def source(policy: ClientPolicy, adapter: Adapter) -> Iterator[PortalCatalogue]:
    assert adapter.logins == 0
    source = PortalCatalogue(PortalAdapter(CONFIG, policy))
    yield source
    source.close()


def test_the_list_comes_in_one_answer(source: PortalCatalogue, adapter: Adapter) -> None:
    rows = [
        {"MATTHC": "1.001612", "TENTTHC": "Một"},
        {"MATTHC": "2.002492.000.00.00.H51", "TENTTHC": "  Hai\n"},
        {"MATTHC": "1.001612", "TENTTHC": "Một lần nữa"},
        {"TENTTHC": "không mã"},
        {"MATTHC": "3.000181", "TENTTHC": None},
    ]
    adapter.answers = [answer(*rows, code="0")]
    assert source.procedures() == (
        ListedProcedure("1.001612", "Một lần nữa"),
        ListedProcedure("2.002492", "Hai"),
        ListedProcedure("3.000181", ""),
    )
    assert adapter.asked == [{"session": "phien-1", "madonvi": "H51", "service": "LayDanhSachTTHC"}]
    assert source.calls == 2


def test_a_procedure_comes_with_the_limits_of_every_channel(
    source: PortalCatalogue, adapter: Adapter
) -> None:
    channels = [
        channel((5, "Ngày làm việc"), (2.5, "Ngày")),
        channel(("8", "Giờ làm việc"), (None, "Ngày làm việc")),
        {"KENH": "3", "THOIGIAN": {"THOIGIANGIAIQUYET": 1, "DONVITINH": "Tuần"}},
        {"KENH": "3", "THOIGIAN": None},
    ]
    adapter.answers = [answer(procedure(*channels))]
    assert source.limit(CODE) == ProcedureLimit(
        code=CODE,
        name="Thủ tục mẫu",
        text="5 Ngày làm việc; 2.5 Ngày; 8 Giờ làm việc; 1 Tuần",
        field="Lĩnh vực mẫu",
    )
    assert adapter.asked[0]["service"] == "LayThuTuc"
    assert adapter.asked[0]["maTTHC"] == CODE


def test_a_limit_of_another_shape_is_kept_as_unreadable(
    source: PortalCatalogue, adapter: Adapter
) -> None:
    adapter.answers = [answer(procedure(channel(([5], "Ngày"))))]
    told = source.limit(CODE)
    assert told is not None
    assert told.text == "? Ngày"


@pytest.mark.parametrize("channels", [None, "", [], [{}]])
def test_a_procedure_without_channels_has_no_limit(
    source: PortalCatalogue, adapter: Adapter, channels: object
) -> None:
    adapter.answers = [answer(procedure(CACHTHUCTHUCHIEN=channels, LINHVUCTHUCHIEN=""))]
    assert source.limit(CODE) == ProcedureLimit(code=CODE, name="Thủ tục mẫu", text=None)


def test_only_an_empty_result_means_not_known(source: PortalCatalogue, adapter: Adapter) -> None:
    adapter.answers = [answer()]
    assert source.limit(CODE) is None


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"error_code": 0},
        {"error_code": 0, "result": None},
        {"error_code": -2, "message": "Dịch vụ không được hỗ trợ", "result": []},
        {"result": []},
        {"message": '{"result": []}'},
        {"error_code": 0, "message": '{"result"', "result": None},
    ],
)
def test_whatever_else_comes_is_no_answer(
    source: PortalCatalogue, adapter: Adapter, body: object
) -> None:
    adapter.answers = [httpx.Response(200, json=body)]
    with pytest.raises(UpstreamUnavailable):
        source.limit(CODE)


@pytest.mark.parametrize(
    "result",
    [
        [procedure(MATTHC="1.999999")],
        [procedure(MATTHC=None)],
        [{}],
        [procedure(CACHTHUCTHUCHIEN="5 ngày")],
        [procedure(CACHTHUCTHUCHIEN=[{"THOIGIAN": ["5 ngày"]}])],
        [procedure()] * 21,
    ],
)
def test_another_procedure_or_another_shape_is_refused_once(
    source: PortalCatalogue, adapter: Adapter, result: list[object]
) -> None:
    adapter.answers = [answer(*result)]
    with pytest.raises(UpstreamContractError):
        source.limit(CODE)
    assert len(adapter.asked) == 1


def test_a_list_of_other_things_is_no_list(source: PortalCatalogue, adapter: Adapter) -> None:
    adapter.answers = [answer({"MADONVI": "G99"}, {"MADONVI": "G98"}, {"MATTHC": CODE}, "x")]
    with pytest.raises(UpstreamContractError):
        source.procedures()


@pytest.mark.parametrize("outer", [{}, {"error_code": "0"}])
@pytest.mark.parametrize("inner", [{}, {"error_code": 0, "message": "Thành công"}])
def test_an_answer_that_a_wrapper_put_into_the_message_is_read(
    source: PortalCatalogue, adapter: Adapter, outer: dict[str, Any], inner: dict[str, Any]
) -> None:
    text = json.dumps({**inner, "result": [procedure(channel((7, "Ngày")))]}, ensure_ascii=False)
    adapter.answers = [httpx.Response(200, json={**outer, "message": text})]
    told = source.limit(CODE)
    assert told is not None
    assert told.text == "7 Ngày"


def test_the_error_inside_a_wrapper_counts(source: PortalCatalogue, adapter: Adapter) -> None:
    text = json.dumps({"error_code": -2, "result": []})
    adapter.answers = [httpx.Response(200, json={"error_code": 0, "message": text})]
    with pytest.raises(UpstreamUnavailable):
        source.limit(CODE)


def test_a_session_that_ran_out_is_renewed_once(source: PortalCatalogue, adapter: Adapter) -> None:
    adapter.answers = [httpx.Response(200, json=EXPIRED), answer()]
    assert source.limit(CODE) is None
    assert [each["session"] for each in adapter.asked] == ["phien-1", "phien-2"]


def test_no_more_calls_are_made_than_allowed(source: PortalCatalogue, adapter: Adapter) -> None:
    adapter.answers = [answer()]
    source.allow(3)
    assert source.limit(CODE) is None
    assert source.limit(CODE) is None
    with pytest.raises(UpstreamUnavailable):
        source.limit(CODE)
    assert source.calls == 3


@respx.mock
def test_a_refused_account_isunless_refused(policy: ClientPolicy) -> None:
    respx.post(LOGIN).respond(json={"session": "", "error_code": -1, "message": "Sai mật khẩu"})
    source = PortalCatalogue(PortalAdapter(CONFIG, policy))
    with pytest.raises(LoginRefused):
        source.check()
    source.close()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(json_values)
def test_whatever_the_channels_are_the_answer_is_a_limit_or_an_error_of_ours(
    adapter: Adapter, source: PortalCatalogue, channels: object
) -> None:
    adapter.answers = [answer(procedure(CACHTHUCTHUCHIEN=channels))]
    told = unless_refused(lambda: source.limit(CODE))
    assert told is None or told.text is None or told.text.isprintable()
