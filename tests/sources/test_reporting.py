import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import httpx
import pytest
import respx

from models.types import Period
from worker.errors import PermanentError, UpstreamContractError, UpstreamUnavailable
from worker.ports import Published, PublishedUnit
from worker.sources.http import ClientPolicy
from worker.sources.reporting import PortalReporting, ReportingConfig

CONFIG = ReportingConfig(
    name="cong",
    reporting_url="http://cong.example/api/v1/reporting/",
    root_department_id="019d2be3-0000-7000-8000-000000000051",
)
URL = "http://cong.example/api/v1/reporting/evaluation/dvc-progress-tree"
JULY = Period(date(2024, 7, 1), date(2024, 7, 31))


def unit(code: str, **fields: object) -> dict[str, object]:
    return {
        "departmentId": "00000000-0000-7000-8000-0000000000aa",
        "departmentCode": code,
        "departmentName": f"Đơn vị {code}",
        "childGroup": "AGENCY",
        "totalReceived": 800,
        "totalOnTime": 776,
        "totalOverdue": 24,
        "totalCompleted": 741,
        "ratio": 97.0,
        **fields,
    }


def tree(*children: object, pages: object = None, code: object = "OK") -> dict[str, Any]:
    data: dict[str, Any] = {"parent": unit("H51", totalReceived=12000), "children": children}
    if pages is not None:
        data["pagination"] = {"currentPage": 1, "pageSize": 100, "total": 3, "totalPages": pages}
    return {"code": code, "data": data}


@pytest.fixture
def source(policy: ClientPolicy) -> Iterator[PortalReporting]:
    source = PortalReporting(CONFIG, policy)
    yield source
    source.close()


@respx.mock
def published(source: PortalReporting, *bodies: object) -> Published:
    respx.post(URL).side_effect = [httpx.Response(201, json=body) for body in bodies]
    return source.published(JULY)


def counts(source: PortalReporting, **fields: object) -> PublishedUnit:
    only: PublishedUnit
    (only,) = published(source, tree(unit("H51.12", **fields), pages=1)).units
    return only


def test_the_counts_of_a_month_are_those_of_the_province_and_its_units(
    source: PortalReporting,
) -> None:
    assert published(source, tree(unit("H51.12"), pages=1)) == Published(
        period=JULY,
        whole=PublishedUnit(
            code="H51", name="Đơn vị H51", received=12000, on_time=776, late=24, completed=741
        ),
        units=(
            PublishedUnit(
                code="H51.12",
                name="Đơn vị H51.12",
                received=800,
                on_time=776,
                late=24,
                completed=741,
            ),
        ),
    )


@respx.mock
def test_it_asks_for_one_month_page_by_page(source: PortalReporting) -> None:
    route = respx.post(URL)
    route.side_effect = [
        httpx.Response(200, json=tree(unit("H51.12"), unit("H51.13"), pages="2")),
        httpx.Response(201, json=tree(unit("H51.14"), pages=2)),
    ]
    units = source.published(JULY).units
    assert [each.code for each in units] == ["H51.12", "H51.13", "H51.14"]
    asked = [json.loads(call.request.content) for call in route.calls]
    first = {
        "timeType": "month",
        "year": 2024,
        "month": 7,
        "rootDepartmentId": "019d2be3-0000-7000-8000-000000000051",
        "currentPage": 1,
        "pageSize": 100,
    }
    assert asked == [first, first | {"currentPage": 2}]
    assert "authorization" not in route.calls.last.request.headers


def test_without_pagination_a_full_page_is_not_taken_for_the_last(
    source: PortalReporting,
) -> None:
    full = [unit(f"H51.{number}") for number in range(100)]
    units = published(source, tree(*full), tree(unit("H51.200"))).units
    assert len(units) == 101


def test_a_page_shown_twice_is_an_error(source: PortalReporting) -> None:
    page = tree(unit("H51.12"), pages=3)
    with pytest.raises(UpstreamContractError) as raised:
        published(source, page, page)
    assert raised.value.values == {"source": "cong", "detail": "page repeated"}


def test_pages_without_end_are_an_error(source: PortalReporting) -> None:
    bodies = [tree(unit(f"H51.{number}"), pages=10**6) for number in range(300)]
    with pytest.raises(UpstreamContractError) as raised:
        published(source, *bodies)
    assert raised.value.values["detail"] == "too many pages"


def test_late_is_what_was_not_on_time_where_it_is_not_said(source: PortalReporting) -> None:
    assert counts(source, totalOverdue=None).late == 24
    assert counts(source, totalOverdue=None, totalOnTime=None).late is None
    assert counts(source, totalOverdue=None, totalReceived=700).late is None
    assert counts(source, totalOverdue=0).late == 0


@pytest.mark.parametrize(
    ("sent", "number"),
    [
        (7, 7),
        ("7", 7),
        (7.0, 7),
        ("", None),
        (None, None),
        (7.5, None),
        ("7,5", None),
        (-7, None),
        (True, None),
        ("Không có hồ sơ", None),
    ],
)
def test_a_count_may_come_in_any_form_and_what_is_none_is_not_published(
    source: PortalReporting, sent: object, number: int | None
) -> None:
    assert counts(source, totalCompleted=sent).completed == number


def test_a_tree_may_be_empty(source: PortalReporting) -> None:
    assert published(source, {"code": "OK", "data": {}}) == Published(JULY, None, ())


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (tree(code="ERROR"), UpstreamUnavailable),
        ({}, UpstreamUnavailable),
        ({"code": "OK"}, UpstreamContractError),
        ({"code": "OK", "data": []}, UpstreamContractError),
        ({"code": "OK", "data": {"children": ["x"]}}, UpstreamContractError),
    ],
)
def test_an_answer_that_is_not_ok_holds_no_counts(
    source: PortalReporting, body: object, error: type[Exception]
) -> None:
    with pytest.raises(error):
        published(source, body, body, body)


@respx.mock
def test_a_reporting_interface_that_is_down_is_unavailable(source: PortalReporting) -> None:
    respx.post(URL).respond(503)
    with pytest.raises(UpstreamUnavailable):
        source.published(JULY)


@respx.mock
def test_the_check_asks_for_one_unit(source: PortalReporting) -> None:
    route = respx.post(URL).respond(201, json=tree(unit("H51.12"), pages=27))
    source.check()
    assert json.loads(route.calls.last.request.content)["pageSize"] == 1
    assert route.call_count == 1


@pytest.mark.parametrize(
    "period",
    [
        replace(JULY, last=date(2024, 7, 30)),
        replace(JULY, first=date(2024, 7, 2)),
        replace(JULY, first=date(2024, 6, 1)),
        replace(JULY, first=date(2023, 7, 1)),
    ],
)
def test_only_a_whole_calendar_month_is_published(source: PortalReporting, period: Period) -> None:
    with pytest.raises(PermanentError) as raised:
        source.published(period)
    assert raised.value.key == "published_needs_month"


@respx.mock
def test_december_is_a_month_too(source: PortalReporting) -> None:
    respx.post(URL).respond(json=tree(pages=1))
    december = Period(date(2024, 12, 1), date(2024, 12, 31))
    assert source.published(december).units == ()
