"""How iGate's list is asked for page by page, and with what token."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import httpx
import pytest
import respx

from tests.igate_wire import ALL, CONFIG, ROW, URL, listing, mocked, numbered
from worker.errors import LoginRefused, UpstreamContractError, UpstreamUnavailable
from worker.ports import Page, Window
from worker.sources.http import ClientPolicy
from worker.sources.igate import IGateSource

Make = Callable[..., IGateSource]


@pytest.fixture
def upstream() -> Iterator[respx.MockRouter]:
    with mocked() as router:
        yield router


@pytest.fixture
def make(policy: ClientPolicy) -> Iterator[Make]:
    made = []

    def source(**more: Any) -> IGateSource:
        made.append(IGateSource(replace(CONFIG, **more), policy))
        return made[-1]

    yield source
    for each in made:
        each.close()


@pytest.fixture
def source(make: Make) -> IGateSource:
    return make()


def test_a_page_is_asked_for_by_number_with_a_token(upstream: respx.MockRouter, make: Make) -> None:
    route = upstream.get(URL).mock(return_value=listing(totalElements="412", number=8, last=False))
    page = make(agency_id="60f0").page(ALL, 400)
    request = route.calls.last.request
    assert list(request.url.params.multi_items()) == [
        ("page", "8"),
        ("size", "50"),
        ("spec", "page"),
        ("sort", "id,asc"),
        ("ancestor-agency-id", "60f0"),
        ("remove-status", "18"),
    ]
    assert request.headers["authorization"] == "Bearer t1"
    assert page == Page(400, 412, ())


def test_the_check_asks_for_one_row(upstream: respx.MockRouter, source: IGateSource) -> None:
    route = upstream.get(URL).mock(return_value=listing(ROW, size=1, totalElements=90_000))
    source.check()
    params = route.calls.last.request.url.params
    assert (params["page"], params["size"]) == ("0", "1")
    source.page(ALL, 0)
    assert route.calls.last.request.url.params["size"] == "50"


def test_a_sweep_is_one_list_from_local_midnight_on(source: IGateSource) -> None:
    (whole,) = source.windows(since=None, until=date(2024, 7, 24), changed_since=None)
    assert whole == Window("all", (("sort", "id,asc"),))
    (later,) = source.windows(since=date(2024, 7, 1), until=date(2024, 7, 24), changed_since=None)
    assert dict(later.query)["accepted-from"] == "2024-06-30T17:00:00.000Z"


def test_changes_are_listed_newest_first(source: IGateSource) -> None:
    (window,) = source.windows(
        since=date(2024, 1, 1), until=date(2024, 7, 24), changed_since=date(2024, 7, 23)
    )
    assert window.key == "changed:2024-07-23"
    assert window.query == (
        ("sort", "updatedDate,desc"),
        ("accepted-from", "2023-12-31T17:00:00.000Z"),
    )


CHANGES = Window("changed:2024-07-23", (("sort", "updatedDate,desc"),))
# A minute before local midnight, and a minute after.
KNOWN, FRESH = "2024-07-22T16:59:00.000+0000", "2024-07-22T17:01:00.000+0000"


def changing(upstream: respx.MockRouter, *pages: list[dict[str, Any]], **more: Any) -> respx.Route:
    """The list in these pages of two rows, of 90 000 in all."""
    answers = {
        str(number): listing(*rows, number=number, size=2, totalElements=90_000, last=False, **more)
        for number, rows in enumerate(pages)
    }
    return upstream.get(URL).mock(side_effect=lambda request: answers[request.url.params["page"]])


def test_a_reading_of_changes_ends_where_days_are_known(
    upstream: respx.MockRouter, make: Make
) -> None:
    fresh = numbered(1, 4, updatedDate=FRESH)
    known = numbered(4, 5, updatedDate=KNOWN)
    route = changing(upstream, fresh[:2], [*fresh[2:], *known])
    source = make(page_size=2)
    first, second = source.page(CHANGES, 0), source.page(CHANGES, 2)
    assert (first.total, len(first.readings)) == (3, 2)
    assert (second.total, len(second.readings)) == (4, 2)
    assert route.call_count == 2


def test_rows_that_do_not_tell_when_they_changed_are_read_to_the_end(
    upstream: respx.MockRouter, make: Make
) -> None:
    changing(upstream, numbered(1, 3), numbered(3, 5, updatedDate="hôm qua"))
    source = make(page_size=2)
    assert [source.page(CHANGES, offset).total for offset in (0, 2)] == [3, 5]


def test_a_row_pushed_over_the_end_of_a_page_counts_once(
    upstream: respx.MockRouter, make: Make
) -> None:
    fresh, known = numbered(1, 3, updatedDate=FRESH), numbered(3, 4, updatedDate=KNOWN)
    changing(upstream, fresh, [fresh[1], *known])
    source = make(page_size=2)
    assert [source.page(CHANGES, offset).total for offset in (0, 2)] == [3, 3]


def test_a_reading_in_which_rows_went_away_never_ends_in_a_proof(
    upstream: respx.MockRouter, make: Make
) -> None:
    first = listing(*numbered(1, 3, updatedDate=FRESH), size=2, totalElements=90)
    second = listing(*numbered(4, 6, updatedDate=KNOWN), size=2, totalElements=89)
    upstream.get(URL).mock(side_effect=[first, second])
    source = make(page_size=2)
    assert [source.page(CHANGES, offset).total for offset in (0, 2)] == [3, 5]
    assert source.page(CHANGES, 4) == Page(4, 5, ())


def paged(request: httpx.Request, rows: list[dict[str, Any]], cap: int, **more: Any) -> Any:
    """A server that makes pages of at most ``cap`` rows."""
    number, size = int(request.url.params["page"]), min(cap, int(request.url.params["size"]))
    found = rows[number * size : (number + 1) * size]
    last = (number + 1) * size >= len(rows)
    told = {"size": size, "number": number, "totalElements": len(rows), "last": last, **more}
    kept = {name: value for name, value in told.items() if value != "untold"}
    return httpx.Response(200, json={"content": found} | kept)


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"totalElements": "untold"},
        {"totalElements": 10},
    ],
)
@pytest.mark.parametrize("cap", [7, 20, 50, 200])
@pytest.mark.parametrize("start", [0, 7, 33, 100])
def test_pages_of_any_size_leave_no_row_out(
    upstream: respx.MockRouter, source: IGateSource, cap: int, start: int, told: dict[str, Any]
) -> None:
    rows = numbered(0, 120)
    upstream.get(URL).mock(side_effect=lambda request: paged(request, rows, cap, **told))
    offset, found, total = start, [], start + 1
    while offset < total:
        page = source.page(ALL, offset)
        found += [reading.external_id for reading in page.readings]
        offset, total = offset + len(page.readings), page.total
    assert found == [row["id"] for row in rows[start:]]
    assert total == 120


def test_a_list_that_tells_only_how_many_rows_a_page_has_is_never_taken_for_whole_too_soon(
    upstream: respx.MockRouter, make: Make
) -> None:
    rows = numbered(0, 6)
    upstream.get(URL).mock(
        side_effect=lambda request: paged(request, rows, 2, totalElements=2, last="untold")
    )
    source = make(page_size=2)
    pages = [source.page(ALL, offset) for offset in (0, 2, 4, 6)]
    assert [len(page.readings) for page in pages] == [2, 2, 2, 0]
    assert [page.total for page in pages] == [3, 5, 7, 2]


def test_a_slice_says_that_there_is_more_until_its_last_page(
    upstream: respx.MockRouter, make: Make
) -> None:
    rows = numbered(0, 5)
    upstream.get(URL).mock(
        side_effect=lambda request: paged(request, rows, 2, totalElements="untold")
    )
    source = make(page_size=2)
    assert [source.page(ALL, offset).total for offset in (0, 2, 4)] == [3, 5, 5]


def test_a_server_that_never_keeps_to_a_size_is_not_believed(
    upstream: respx.MockRouter, source: IGateSource
) -> None:
    sizes = iter(range(40, 10, -1))
    upstream.get(URL).mock(
        side_effect=lambda _: listing(ROW, size=next(sizes), totalElements=1000, last=False)
    )
    with pytest.raises(UpstreamContractError):
        source.page(ALL, 600)


def test_a_token_that_ends_in_mid_list_is_replaced_once(
    upstream: respx.MockRouter, source: IGateSource
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        good = request.headers["authorization"] == "Bearer t2"
        return listing(ROW) if good else httpx.Response(401)

    upstream.get(URL).mock(side_effect=answer)
    assert len(source.page(ALL, 0).readings) == 1
    assert len(source.page(ALL, 0).readings) == 1
    assert [call.request.url.host for call in upstream.calls] == [
        "sso.example", "api.example", "sso.example", "api.example", "api.example",
    ]  # fmt: skip


@pytest.mark.parametrize("status", [401, 403])
def test_an_account_that_may_not_read_the_list_is_said(
    upstream: respx.MockRouter, source: IGateSource, status: int
) -> None:
    route = upstream.get(URL).respond(status)
    with pytest.raises(LoginRefused) as raised:
        source.page(ALL, 0)
    assert route.call_count == 2
    assert not any(secret in repr(raised.value) for secret in ("mat-khau", "t1", "t2"))


def test_throttling_is_waited_for(
    upstream: respx.MockRouter, source: IGateSource, waits: list[float]
) -> None:
    throttled = httpx.Response(429, headers={"retry-after": "9"})
    upstream.get(URL).mock(side_effect=[throttled, httpx.Response(502), listing(ROW)])
    assert len(source.page(ALL, 0).readings) == 1
    assert max(waits) >= 9


def test_a_web_page_instead_of_the_list_is_no_answer(
    upstream: respx.MockRouter, source: IGateSource
) -> None:
    upstream.get(URL).respond(html="<html>bảo trì</html>")
    with pytest.raises(UpstreamUnavailable):
        source.page(ALL, 0)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"totalElements": 3},
        {"content": {}, "totalElements": 3},
        {"content": [], "last": False},
        {"error": "Canary Nguyễn"},
        {"content": [ROW], "size": 100_000},
        {"content": [ROW] * 251, "totalElements": 251},
        [],
    ],
)
def test_an_answer_that_is_no_page_is_a_broken_contract(
    upstream: respx.MockRouter, source: IGateSource, body: object
) -> None:
    upstream.get(URL).respond(json=body)
    with pytest.raises(UpstreamContractError) as raised:
        source.page(ALL, 0)
    assert "Canary" not in repr(raised.value)


@pytest.mark.parametrize(
    "body", [{"totalElements": 0}, {"content": [], "last": "true"}, {"content": []}]
)
def test_an_empty_list_is_empty(
    upstream: respx.MockRouter, source: IGateSource, body: object
) -> None:
    upstream.get(URL).respond(json=body)
    assert source.page(ALL, 0) == Page(0, 0, ())


def test_the_configuration_does_not_show_its_password() -> None:
    assert "mat-khau" not in repr(CONFIG)
