"""What TD's report by unit says, in each of its wrappings."""

import json
from collections.abc import Iterator
from datetime import date

import httpx
import pytest
import respx

from models.types import Period
from tests.td_wire import CONFIG, LOGIN_URL, REPORT_URL, mocked
from worker.errors import LoginRefused, UpstreamContractError, UpstreamUnavailable
from worker.ports import PublishedUnit
from worker.sources.http import ClientPolicy
from worker.sources.td_reports import TdReports

JULY = Period(date(2024, 7, 1), date(2024, 7, 31))
ROW: dict[str, object] = {
    "maThongKe": "0A97F0DB-325A-6205-69D4-F7131F368F64",
    "tenThongKe": "Sở Mẫu",
    "tongSo": 100,
    "tongTiepNhan": 0,
    "daXuLyTruocHan": 40,
    "daXuLyDungHan": 20,
    "daXuLyQuaHan": 7,
    "dangXuLyTrongHan": 18,
    "dangXuLyQuaHan": 5,
    "tongBoSung": 6,
    "tongTraLai": 4,
}
UNIT = PublishedUnit(
    code="0A97F0DB-325A-6205-69D4-F7131F368F64",
    name="Sở Mẫu",
    received=100,
    on_time=78,
    late=12,
    completed=67,
    resolved_late=7,
)


@pytest.fixture
def upstream() -> Iterator[respx.MockRouter]:
    with mocked() as router:
        yield router


@pytest.fixture
def reports(policy: ClientPolicy) -> Iterator[TdReports]:
    reports = TdReports(CONFIG, policy)
    yield reports
    reports.close()


def unit(upstream: respx.MockRouter, reports: TdReports, **fields: object) -> PublishedUnit:
    upstream.post(REPORT_URL).respond(json={"data": [ROW | fields]})
    found: PublishedUnit
    (found,) = reports.published(JULY).units
    return found


@pytest.mark.parametrize(
    "answer",
    [
        {"data": [ROW]},
        {"Data": [ROW]},
        {"succeeded": True, "data": [ROW]},
        [ROW],
        [{key[0].upper() + key[1:]: value for key, value in ROW.items()}],
        [{key: str(value) for key, value in ROW.items()}],
    ],
)
def test_a_report_is_read_in_any_wrapping(
    upstream: respx.MockRouter, reports: TdReports, answer: object
) -> None:
    upstream.post(REPORT_URL).respond(json=answer)
    published = reports.published(JULY)
    assert (published.period, published.whole, published.units) == (JULY, None, (UNIT,))


def test_it_asks_for_local_days_and_for_counts_of_now(
    upstream: respx.MockRouter, reports: TdReports
) -> None:
    route = upstream.post(REPORT_URL).respond(json=[])
    reports.published(JULY)
    request = route.calls.last.request
    assert json.loads(request.content) == {
        "TuNgay": "2024-07-01",
        "DenNgay": "2024-07-31",
        "cache": False,
    }
    assert request.headers["authorization"] == "Bearer t1"


@pytest.mark.parametrize(
    ("today", "last"),
    [
        (date(2024, 7, 24), "2024-07-24"),
        (date(2024, 8, 9), "2024-07-31"),
        (date(2024, 6, 30), "2024-07-01"),
    ],
)
def test_a_month_that_is_not_over_is_asked_for_up_to_today(
    upstream: respx.MockRouter, policy: ClientPolicy, today: date, last: str
) -> None:
    route = upstream.post(REPORT_URL).respond(json=[])
    reports = TdReports(CONFIG, policy, today=lambda: today)
    assert reports.published(JULY).period == JULY
    reports.close()
    assert json.loads(route.calls.last.request.content)["DenNgay"] == last


@pytest.mark.parametrize(
    ("fields", "missing"),
    [
        ({"tongSo": None}, {"received"}),
        ({"daXuLyQuaHan": None}, {"late", "completed", "resolved_late"}),
        ({"dangXuLyQuaHan": "nhiều"}, {"late"}),
        ({"daXuLyTruocHan": -1}, {"on_time", "completed"}),
        ({"dangXuLyTrongHan": None}, {"on_time"}),
        ({"tenThongKe": None}, {"name"}),
        ({"maThongKe": ""}, {"code"}),
    ],
)
def test_a_part_that_is_missing_is_not_published_and_never_nothing(
    upstream: respx.MockRouter, reports: TdReports, fields: dict[str, object], missing: set[str]
) -> None:
    found = unit(upstream, reports, **fields)
    assert {name for name in UNIT.__slots__ if getattr(found, name) is None} == missing


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({}, UpstreamContractError),
        ({"data": None}, UpstreamContractError),
        ({"succeeded": False, "data": []}, UpstreamUnavailable),
        ({"data": ["Sở Mẫu"]}, UpstreamContractError),
        ([{"tongSo": {"x": 1}}], UpstreamContractError),
        ({"data": [ROW] * 5001}, UpstreamContractError),
        ("chưa có", UpstreamContractError),
    ],
)
def test_what_is_no_report_is_not_believed(
    upstream: respx.MockRouter, reports: TdReports, answer: object, error: type[Exception]
) -> None:
    upstream.post(REPORT_URL).respond(json=answer)
    with pytest.raises(error):
        reports.published(JULY)


def test_trouble_is_asked_again(upstream: respx.MockRouter, reports: TdReports) -> None:
    troubles = [httpx.Response(503), httpx.Response(200, json={}), httpx.Response(401)]
    upstream.post(REPORT_URL).mock(side_effect=[*troubles, httpx.Response(200, json=[ROW])])
    assert reports.published(JULY).units == (UNIT,)


def test_the_check_logs_in(upstream: respx.MockRouter, reports: TdReports) -> None:
    upstream.post(LOGIN_URL).respond(401)
    with pytest.raises(LoginRefused):
        reports.check()
