import json
from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
import respx

from models.types import Period
from worker.errors import UpstreamContractError, UpstreamUnavailable
from worker.ports import Figures
from worker.sources.http import ClientPolicy
from worker.sources.legacy_reports import LegacyConfig, LegacyReports

URL = "http://cong.example/jsp/rest.jsp"
JULY = Period(date(2024, 7, 1), date(2024, 7, 31))
NO_ROWS: list[object] = []

PROVINCE = {
    "ID": "398051",
    "TEN": "Tỉnh Sóc Trăng",
    "MA_COQUAN": "H51",
    "CAPDONVIID": "0",
    "ROW_STT": "59",
    "TONG_SCORE": "66,31",
    "CKMB": "11,5",
    "TDGQ": "12.25",
    "CLGQ": "11,2",
    "TTTT": "5,66",
    "MDHL": "",
    "MDSH": "0",
}
OTHER = PROVINCE | {"ID": "398126", "MA_COQUAN": "H01", "TEN": "Tỉnh An Giang"}
UNIT = PROVINCE | {"ID": "7", "MA_COQUAN": "000.00.12.H51", "TEN": "Sở Nội vụ", "ROW_STT": "3"}
COUNTS = {
    "HS_TOTAL": "12000",
    "DB_TOTAL": "11640",
    "TILE_DB": "97.00",
    "HTDH_TOTAL": "9000",
    "HTQH_TOTAL": "300",
    "DXLTH_TOTAL": "2640",
    "DXLQH_TOTAL": "60",
    "HTN_TRUCTUYEN_TOTAL": "8000",
}


@pytest.fixture
def source(policy: ClientPolicy) -> Iterator[LegacyReports]:
    source = LegacyReports(config(), policy)
    yield source
    source.close()


def config(counts_id: str | None = "11051") -> LegacyConfig:
    return LegacyConfig(
        name="cong",
        legacy_url=URL,
        province_code="H51",
        province_id="398051",
        counts_id=counts_id,
    )


def read(source: LegacyReports, *bodies: object) -> tuple[Figures, list[dict[str, Any]]]:
    with respx.mock:
        route = respx.post(URL)
        route.side_effect = [
            body if isinstance(body, httpx.Response) else httpx.Response(200, json=body)
            for body in bodies
        ]
        told = source.figures(JULY)
        assert all(
            call.request.headers["content-type"]
            == "application/x-www-form-urlencoded; charset=UTF-8"
            and call.request.headers["x-requested-with"] == "XMLHttpRequest"
            for call in route.calls
        )
        forms = [parse_qs(call.request.content.decode()) for call in route.calls]
    return told, [json.loads(form["params"][0]) for form in forms]


def scores(told: Figures, code: str | None) -> dict[str, str | None]:
    return {
        each.group: each.score
        for each in told.figures
        if each.code == code and each.metric == "SCORE"
    }


def test_three_reports_are_asked_for_one_month(source: LegacyReports) -> None:
    told, asked = read(source, [OTHER, PROVINCE], [UNIT], [COUNTS])
    assert told.troubles == ()
    assert told.generation == "legacy"
    services = [(each["service"], each["p_tinh_id"]) for each in asked]
    assert services == [
        ("report_tinh_766_service", "0"),
        ("report_tinh_766_service", "398051"),
        ("report_by_month_sum_service", "11051"),
    ]
    assert asked[0] == {
        "type": "ref",
        "service": "report_tinh_766_service",
        "p_nam": "2024",
        "p_6thang": 0,
        "p_quy": 0,
        "p_thang": 7,
        "p_tinh_id": "0",
        "p_huyen_id": "",
        "p_xa_id": "0",
        "p_linhvuc": "",
        "p_thutuc_id": "",
        "p_loaidonvi": 1,
        "loaichitieu": 0,
        "p_default": 0,
        "pageIndex": 1,
        "pageSize": 1000,
    }


def test_decimals_come_with_a_comma_or_a_point_and_nothing_is_not_nought(
    source: LegacyReports,
) -> None:
    told, _ = read(source, [OTHER, PROVINCE], [UNIT], [COUNTS])
    assert told.unreadable == ()
    expected = {
        "": "66.31",
        "CKMB": "11.5",
        "TDGQ": "12.25",
        "CLGQ": "11.2",
        "TTTT": "5.66",
        "MDHL": None,
        "MDSH": "0",
    }
    assert scores(told, None) == expected
    assert scores(told, "000.00.12.H51") == expected
    ranks = {each.code: each.numerator for each in told.figures if each.metric == "RANK"}
    assert ranks == {None: 59, "000.00.12.H51": 3}
    assert not any(each.code == "H01" for each in told.figures)


def test_clgq_is_online_services_and_tttt_payment_and_swapped_columns_are_not_believed(
    source: LegacyReports,
) -> None:
    """CLGQ has at most 12 points and TTTT 10, so 11.2 can only be online services."""
    swapped = UNIT | {"CLGQ": PROVINCE["TTTT"], "TTTT": PROVINCE["CLGQ"]}
    told, _ = read(source, [PROVINCE], [swapped], NO_ROWS)
    assert (scores(told, None)["CLGQ"], scores(told, None)["TTTT"]) == ("11.2", "5.66")
    assert "TTTT" not in scores(told, "000.00.12.H51")
    (unreadable,) = told.unreadable
    assert (unreadable.reason, unreadable.detail) == ("score_above_maximum", "TTTT 11.2")


def test_the_months_counts_hold_the_sync_rate_and_the_late(source: LegacyReports) -> None:
    told, _ = read(source, NO_ROWS, NO_ROWS, {"TOTAL": "1", "ROW": [COUNTS]})
    found = {each.metric: (each.group, each.numerator, each.denominator) for each in told.figures}
    assert found == {
        "DOSSIER_SYNC": ("CKMB", 11640, 12000),
        "RESOLVED_ON_TIME": ("TDGQ", 9000, None),
        "RESOLVED_LATE": ("TDGQ", 300, None),
        "OPEN_IN_TIME": ("TDGQ", 2640, None),
        "OPEN_LATE": ("TDGQ", 60, None),
        "OVERDUE": ("TDGQ", 360, 12000),
        "FILED_ONLINE": ("CLGQ", 8000, 12000),
    }
    (sync,) = (each for each in told.figures if each.metric == "DOSSIER_SYNC")
    assert sync.ratio == "97.00"
    assert {each.code for each in told.figures} == {None}


def test_late_is_unknown_where_one_part_of_it_is(source: LegacyReports) -> None:
    told, _ = read(source, NO_ROWS, NO_ROWS, [COUNTS | {"DXLQH_TOTAL": ""}])
    (late,) = (each for each in told.figures if each.metric == "OVERDUE")
    assert late.numerator is None


@pytest.mark.parametrize("wrap", [lambda rows: rows, lambda rows: {"data": rows}])
def test_rows_come_bare_or_wrapped(source: LegacyReports, wrap: Any) -> None:
    told, _ = read(source, wrap([PROVINCE]), wrap([UNIT]), wrap([COUNTS]))
    assert told.troubles == ()
    assert scores(told, None)[""] == "66.31"


def test_without_the_other_number_no_counts_are_read(policy: ClientPolicy) -> None:
    source = LegacyReports(config(counts_id=None), policy)
    try:
        told, asked = read(source, [PROVINCE], [UNIT])
    finally:
        source.close()
    assert {each["service"] for each in asked} == {"report_tinh_766_service"}
    assert not any(each.metric == "DOSSIER_SYNC" for each in told.figures)


@pytest.mark.parametrize(
    ("provinces", "units"),
    [([OTHER], NO_ROWS), (NO_ROWS, [UNIT | {"MA_COQUAN": "H01.12"}])],
)
def test_an_answer_for_another_province_is_no_answer(
    source: LegacyReports, provinces: object, units: object
) -> None:
    told, _ = read(source, provinces, units, NO_ROWS)
    assert told.figures == ()
    (trouble,) = told.troubles
    assert isinstance(trouble, UpstreamContractError)
    assert trouble.values["detail"] == "another department"


def test_more_than_one_row_of_counts_is_not_understood(source: LegacyReports) -> None:
    told, _ = read(source, NO_ROWS, NO_ROWS, [COUNTS, COUNTS])
    assert [each.values["detail"] for each in told.troubles] == ["too many rows"]


def test_an_unreadable_value_spoils_itself_alone(source: LegacyReports) -> None:
    told, _ = read(source, [PROVINCE | {"CKMB": "mười"}], [UNIT | {"MA_COQUAN": "", "TEN": ""}], [])
    assert [each.detail for each in told.unreadable] == ["CKMB", "TEN"]
    assert scores(told, None)["TDGQ"] == "12.25"


def test_a_full_page_is_followed_by_another_and_a_repeated_one_is_an_error(
    source: LegacyReports,
) -> None:
    full = [UNIT | {"ID": str(number)} for number in range(1000)]
    told, asked = read(source, [PROVINCE], full, [UNIT], NO_ROWS)
    assert told.troubles == ()
    assert [each["pageIndex"] for each in asked] == [1, 1, 2, 1]
    told, _ = read(source, [PROVINCE], full, full, NO_ROWS)
    assert [each.values["detail"] for each in told.troubles] == ["page repeated"]


@pytest.mark.parametrize(
    "refusal",
    [
        httpx.Response(403),
        httpx.Response(429),
        httpx.Response(200, html="<html><head><title>Request Rejected</title></head></html>"),
    ],
)
def test_a_portal_that_refuses_is_left_alone_and_what_came_is_kept(
    source: LegacyReports, refusal: httpx.Response
) -> None:
    told, asked = read(source, [PROVINCE], refusal)
    assert len(asked) == 2
    assert scores(told, None)[""] == "66.31"
    (trouble,) = told.troubles
    assert isinstance(trouble, UpstreamUnavailable)


@pytest.mark.parametrize("body", [{}, {"ERROR": "1"}, "x", [1]])
def test_what_is_no_report_is_no_answer(source: LegacyReports, body: object) -> None:
    told, _ = read(source, *[body] * 3, NO_ROWS, NO_ROWS)
    assert told.figures == ()
    (trouble,) = told.troubles
    assert isinstance(trouble, UpstreamContractError)


@respx.mock
def test_the_check_asks_for_one_province(source: LegacyReports) -> None:
    route = respx.post(URL).respond(json=[PROVINCE])
    source.check()
    params = json.loads(parse_qs(route.calls.last.request.content.decode())["params"][0])
    assert (params["p_tinh_id"], params["pageSize"]) == ("0", 1)
