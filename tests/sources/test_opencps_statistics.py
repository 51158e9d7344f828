"""OpenCPS's monthly table: which of its rows are a unit's total, and what they come to."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import httpx
import pytest
import respx

from models.types import Period
from worker.errors import (
    DoisoatError,
    LoginRefused,
    PermanentError,
    UpstreamContractError,
    UpstreamUnavailable,
)
from worker.ports import Published, PublishedUnit
from worker.sources.http import ClientPolicy
from worker.sources.opencps import OpenCpsConfig
from worker.sources.opencps_statistics import OpenCpsStatistics

CONFIG = OpenCpsConfig(
    name="tinh",
    url="http://motcua.example/",
    username="doisoat",
    password="mat-khau",
    group_id="35417",
)
URL = "http://motcua.example/o/rest/statistics"
JULY = Period(date(2024, 7, 1), date(2024, 7, 31))


def row(code: str | None = "000.00.12.H51", /, **fields: object) -> dict[str, object]:
    return {
        "month": 7,
        "year": 2024,
        "totalCount": 120,
        "processCount": 118,
        "releaseCount": 93,
        "overtimeCount": 2,
        "overdueCount": 3,
        "govAgencyCode": code,
        "govAgencyName": "Sở Mẫu" if code else "",
        "domainCode": "",
        "groupAgencyCode": "",
        "reporting": False,
        "system": "",
        **fields,
    }


def table(*rows: object, **more: object) -> dict[str, Any]:
    return {"total": len(rows), "agency": "all", "data": rows} | more


@pytest.fixture
def source(policy: ClientPolicy) -> Iterator[OpenCpsStatistics]:
    source = OpenCpsStatistics(CONFIG, policy)
    yield source
    source.close()


@respx.mock
def published(source: OpenCpsStatistics, *bodies: object) -> Published:
    respx.get(URL).side_effect = [httpx.Response(200, json=body) for body in bodies]
    return source.published(JULY)


def counts(source: OpenCpsStatistics, *rows: object) -> PublishedUnit:
    only: PublishedUnit
    (only,) = published(source, table(*rows)).units
    return only


def test_a_row_becomes_the_counts_of_its_unit(source: OpenCpsStatistics) -> None:
    whole = row(None, processCount=900, releaseCount=700, overtimeCount=50, overdueCount=60)
    assert published(source, table(whole, row())) == Published(
        period=JULY,
        whole=PublishedUnit(
            code=None,
            name=None,
            received=900,
            on_time=790,
            late=110,
            completed=700,
            resolved_late=50,
        ),
        units=(
            PublishedUnit(
                code="000.00.12.H51",
                name="Sở Mẫu",
                received=118,
                on_time=113,
                late=5,
                completed=93,
                resolved_late=2,
            ),
        ),
    )


@respx.mock
def test_it_asks_for_all_agencies_over_all_domains_and_systems(source: OpenCpsStatistics) -> None:
    route = respx.get(URL).respond(json=table())
    source.published(JULY)
    request = route.calls.last.request
    assert dict(request.url.params) == {
        "month": "7",
        "year": "2024",
        "agency": "all",
        "domain": "total",
        "system": "total",
    }
    assert request.headers["groupid"] == "35417"
    assert request.headers["authorization"].startswith("Basic ")


@respx.mock
def test_the_address_may_be_that_of_the_lists(policy: ClientPolicy) -> None:
    respx.get(URL).respond(json=table())
    source = OpenCpsStatistics(replace(CONFIG, url="http://motcua.example/o/rest/v2"), policy)
    assert source.published(JULY).units == ()
    source.close()


def test_breakdowns_are_never_added_to_their_total(source: OpenCpsStatistics) -> None:
    found = counts(
        source,
        row(domainCode="TNMT", processCount=70),
        row(domainCode="TP", processCount=48),
        row(system="0", processCount=100),
        row(system="1", processCount=18),
        row(domainCode="TP", system="0", processCount=48),
        row(),
    )
    assert found.received == 118


def test_groups_of_agencies_are_no_unit_and_not_the_province(source: OpenCpsStatistics) -> None:
    told = published(source, table(row(None, groupAgencyCode="000.00.12.H51,000.00.13.H51")))
    assert told == Published(JULY, None, ())


def test_where_no_row_covers_all_systems_those_of_single_ones_are_added(
    source: OpenCpsStatistics,
) -> None:
    zero = row(system="0", processCount=100, overtimeCount=2, overdueCount=3, releaseCount=90)
    one = row(system=1, processCount=18, overtimeCount=1, overdueCount=0, releaseCount=10)
    found = counts(source, zero, one, zero)
    assert (found.received, found.late, found.resolved_late) == (118, 6, 3)
    assert (found.completed, found.on_time) == (100, 112)


def test_two_rows_that_both_claim_to_be_the_total_tell_nothing(source: OpenCpsStatistics) -> None:
    found = counts(source, row(), row(processCount=119))
    assert found.code == "000.00.12.H51"
    assert (found.received, found.late, found.completed, found.resolved_late) == (None,) * 4


def test_rows_of_another_month_and_of_the_year_are_left_out(source: OpenCpsStatistics) -> None:
    others = (row(month=6), row(month=0), row(year=2023), row(month=None))
    assert published(source, table(*others)).units == ()


def test_a_frozen_month_is_told_as_any_other(source: OpenCpsStatistics) -> None:
    assert counts(source, row(reporting=True)) == counts(source, row())


@pytest.mark.parametrize(
    ("fields", "missing"),
    [
        ({"processCount": None}, {"received", "on_time"}),
        ({"releaseCount": "x"}, {"completed"}),
        ({"overdueCount": ""}, {"late", "on_time"}),
        ({"overtimeCount": -1}, {"late", "on_time", "resolved_late"}),
        ({"processCount": 4}, {"on_time"}),
        ({"overtimeCount": 2**31}, {"late", "on_time", "resolved_late"}),
    ],
)
def test_what_is_not_told_is_none_and_never_nothing(
    source: OpenCpsStatistics, fields: dict[str, object], missing: set[str]
) -> None:
    found = counts(source, row() | fields)
    told = {
        "received": found.received,
        "on_time": found.on_time,
        "late": found.late,
        "completed": found.completed,
        "resolved_late": found.resolved_late,
    }
    assert {name for name, value in told.items() if value is None} == missing


def test_numbers_may_come_as_text(source: OpenCpsStatistics) -> None:
    as_text = {name: str(value) for name, value in row().items()}
    assert counts(source, as_text) == counts(source, row())


def test_an_agency_without_a_code_is_known_by_its_name(source: OpenCpsStatistics) -> None:
    found = counts(source, row(None, govAgencyName="Sở Mẫu"))
    assert (found.code, found.name, found.received) == (None, "Sở Mẫu", 118)


def test_a_month_without_a_dossier_has_no_rows(source: OpenCpsStatistics) -> None:
    for body in (table(), {"total": 0, "agency": None}, {"total": "0", "data": None}):
        assert published(source, body) == Published(JULY, None, ())


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"faultCode": "500", "faultMessage": "null"}, UpstreamUnavailable),
        ({}, UpstreamContractError),
        ([], UpstreamContractError),
        (table(row(), total=2), UpstreamContractError),
        (table(row(), total=-1), UpstreamContractError),
        (table(["x"]), UpstreamContractError),
        (table(*[row()] * 5001), UpstreamContractError),
    ],
)
def test_an_answer_that_is_no_table_holds_no_counts(
    source: OpenCpsStatistics, body: object, error: type[DoisoatError]
) -> None:
    with pytest.raises(error):
        published(source, body, body, body, body)


@respx.mock
@pytest.mark.parametrize(
    ("status", "error"),
    [(401, LoginRefused), (500, UpstreamUnavailable), (503, UpstreamUnavailable)],
)
def test_a_fault_with_its_status_is_what_the_status_says(
    source: OpenCpsStatistics, status: int, error: type[DoisoatError]
) -> None:
    respx.get(URL).respond(status, json={"faultCode": str(status), "faultMessage": "x"})
    with pytest.raises(error):
        source.published(JULY)


@respx.mock
def test_the_check_asks_once_for_any_month(source: OpenCpsStatistics) -> None:
    route = respx.get(URL).respond(json=table())
    source.check()
    assert route.call_count == 1


@pytest.mark.parametrize(
    "period",
    [
        replace(JULY, last=date(2024, 7, 30)),
        replace(JULY, first=date(2024, 7, 2)),
        replace(JULY, first=date(2024, 6, 1)),
    ],
)
def test_only_a_whole_calendar_month_is_published(
    source: OpenCpsStatistics, period: Period
) -> None:
    with pytest.raises(PermanentError) as raised:
        source.published(period)
    assert raised.value.key == "published_needs_month"
