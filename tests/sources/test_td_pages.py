"""How TD's list is asked for page by page, from its end, and with what token."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import httpx
import pytest
import respx

from models.types import Reading, SourceRecord
from tests.td_wire import ALL, CONFIG, LOGIN_URL, ROW, URL, listing, mocked, numbered, served
from worker.errors import LoginRefused, UpstreamContractError, UpstreamUnavailable
from worker.ports import Page, Window
from worker.sources.http import ClientPolicy
from worker.sources.td import TdSource

Make = Callable[..., TdSource]
TODAY = date(2024, 7, 24)


@pytest.fixture
def upstream() -> Iterator[respx.MockRouter]:
    with mocked() as router:
        yield router


@pytest.fixture
def make(policy: ClientPolicy) -> Iterator[Make]:
    made = []

    def source(**more: Any) -> TdSource:
        made.append(TdSource(replace(CONFIG, **more), policy))
        return made[-1]

    yield source
    for each in made:
        each.close()


@pytest.fixture
def source(make: Make) -> TdSource:
    return make()


def ids(readings: tuple[Reading, ...]) -> list[int]:
    return [int(each.external_id or -1) for each in readings]


def read_whole(
    source: TdSource, between: Callable[[Page], None] = lambda _page: None
) -> list[Page]:
    """All pages as the pull reads them; ``between`` sees each page before the next is asked for."""
    pages: list[Page] = []
    offset, total = 0, 1
    while offset < total:
        page = source.page(ALL, offset)
        pages.append(page)
        offset, total = offset + len(page.readings), page.total if page.readings else 0
        between(page)
    return pages


def test_a_page_is_asked_for_by_number_with_a_token_and_all_kinds(
    upstream: respx.MockRouter, source: TdSource
) -> None:
    route = upstream.get(URL).mock(return_value=listing(*numbered(2, 1)))
    page = source.page(Window("changed:due", (("HenTraFrom", "2024-07-20"),)), 0)
    request = route.calls.last.request
    assert list(request.url.params.multi_items()) == [
        ("PageNumber", "1"),
        ("PageSize", "3"),
        ("SearchAllType", "true"),
        ("HenTraFrom", "2024-07-20"),
    ]
    assert request.headers["authorization"] == "Bearer t1"
    assert (page.total, ids(page.readings)) == (2, [1, 2])


def test_rows_are_read_from_the_oldest_on(upstream: respx.MockRouter, source: TdSource) -> None:
    route = served(upstream, numbered(*range(7, -1, -1)))
    pages = read_whole(source)
    assert [ids(page.readings) for page in pages] == [[0, 1], [2, 3, 4], [5, 6, 7]]
    assert [(page.offset, page.total) for page in pages] == [(0, 8), (2, 8), (5, 8)]
    assert [call.request.url.params["PageNumber"] for call in route.calls] == ["1", "3", "2", "1"]


def test_dossiers_that_arrive_meanwhile_come_last_and_move_none(
    upstream: respx.MockRouter, source: TdSource
) -> None:
    rows = numbered(*range(7, -1, -1))
    served(upstream, rows)

    def arrive(page: Page) -> None:
        if page.total < 13:
            first = len(rows)
            rows[:0] = numbered(*range(first + 4, first - 1, -1))

    pages = read_whole(source, arrive)
    assert [each for page in pages for each in ids(page.readings)] == list(range(13))
    assert pages[-1].total == 13


def test_a_reading_that_was_interrupted_finds_its_place(
    upstream: respx.MockRouter, source: TdSource
) -> None:
    served(upstream, numbered(*range(7, -1, -1)))
    assert ids(source.page(ALL, 4).readings) == [4]
    assert ids(source.page(ALL, 5).readings) == [5, 6, 7]


def test_a_list_that_shrank_ends_without_proof(
    upstream: respx.MockRouter, source: TdSource
) -> None:
    rows = numbered(*range(7, -1, -1))
    served(upstream, rows)
    assert source.page(ALL, 0).total == 8
    del rows[2:]
    assert source.page(ALL, 2) == Page(2, 0, ())


def test_past_the_beginning_there_is_nothing(upstream: respx.MockRouter, source: TdSource) -> None:
    served(upstream, numbered(1, 0))
    assert source.page(ALL, 5000) == Page(5000, 2, ())


def test_an_empty_list_is_empty(upstream: respx.MockRouter, source: TdSource) -> None:
    upstream.get(URL).mock(return_value=listing(data=None, totalCount=0))
    assert source.page(ALL, 0) == Page(0, 0, ())


def test_an_envelope_in_capitals_is_an_envelope(
    upstream: respx.MockRouter, source: TdSource
) -> None:
    page = {"Data": numbered(1, 0), "CurrentPage": "1", "TotalCount": "2", "PageSize": 3}
    upstream.get(URL).respond(json=page)
    assert source.page(ALL, 0).total == 2


@pytest.mark.parametrize("told", [{"pageSize": 2}, {"pageSize": None}])
def test_a_server_that_makes_smaller_pages_is_followed(
    upstream: respx.MockRouter, make: Make, told: dict[str, object]
) -> None:
    rows = numbered(*range(4, -1, -1))

    def answer(request: httpx.Request) -> httpx.Response:
        number = int(request.url.params["PageNumber"])
        shown = rows[(number - 1) * 2 : number * 2]
        return listing(*shown, currentPage=number, totalCount=5, **told)

    upstream.get(URL).mock(side_effect=answer)
    pages = read_whole(make(page_size=100))
    assert [each for page in pages for each in ids(page.readings)] == list(range(5))


def test_the_check_asks_for_one_row(upstream: respx.MockRouter, source: TdSource) -> None:
    route = served(upstream, numbered(*range(6, -1, -1)))
    source.check()
    params = route.calls.last.request.url.params
    assert (params["PageNumber"], params["PageSize"]) == ("1", "1")
    source.page(ALL, 0)
    assert route.calls[1].request.url.params["PageSize"] == "3"


def test_a_sweep_is_one_list_from_a_local_day_on(source: TdSource) -> None:
    assert source.windows(since=None, until=TODAY, changed_since=None) == (ALL,)
    (later,) = source.windows(since=date(2024, 7, 1), until=TODAY, changed_since=None)
    assert later.query == (("TiepNhanFrom", "2024-07-01"),)


def test_what_may_have_changed_is_the_union_of_four_lists(source: TdSource) -> None:
    windows = source.windows(since=None, until=TODAY, changed_since=date(2024, 7, 20))
    queries = {window.key: window.query for window in windows}
    assert queries == {
        "changed:received": (("TiepNhanFrom", "2024-07-20"),),
        "changed:due": (("HenTraFrom", "2024-07-20"),),
        "not_handed_over": tuple((f"InMaTrangThais[{n}]", str(n)) for n in range(10)),
        "changed:returned": (("NgayTraFrom", "2024-07-20"),),
    }


def test_what_changed_before_the_beginning_stays_out(source: TdSource) -> None:
    windows = source.windows(since=date(2024, 1, 1), until=TODAY, changed_since=date(2023, 12, 30))
    assert all(("TiepNhanFrom", "2024-01-01") in window.query for window in windows)


def test_own_codes_are_listed_as_what_they_mean(make: Make) -> None:
    source = make(statuses={"12": 4, "XONG": 10, "9": 10, "0": 10})
    windows = source.windows(since=None, until=TODAY, changed_since=date(2024, 7, 20))
    (query,) = [window.query for window in windows if window.key == "not_handed_over"]
    assert [code for _, code in query] == ["1", "2", "3", "4", "5", "6", "7", "8", "12"]


def test_a_token_that_is_over_is_followed_by_another_login(
    upstream: respx.MockRouter, source: TdSource
) -> None:
    answers = [listing(ROW), httpx.Response(401), listing(ROW)]
    route = upstream.get(URL).mock(side_effect=answers)
    source.page(ALL, 0)
    assert source.page(ALL, 0).total == 1
    bearers = [call.request.headers["authorization"] for call in route.calls]
    assert bearers == ["Bearer t1", "Bearer t1", "Bearer t2"]


def test_an_account_refused_twice_is_refused(upstream: respx.MockRouter, source: TdSource) -> None:
    route = upstream.get(URL).respond(403)
    with pytest.raises(LoginRefused):
        source.page(ALL, 0)
    assert route.call_count == 2


def test_a_login_tells_the_tenant_and_the_user_as_what_it_is(
    upstream: respx.MockRouter, make: Make
) -> None:
    route = upstream.post(LOGIN_URL).respond(json={"Token": "t"})
    upstream.get(URL).mock(return_value=listing(ROW))
    make(tenant="soctrang").page(ALL, 0)
    make(username="doi@soat.example").page(ALL, 0)
    bodies = [json.loads(call.request.content) for call in route.calls]
    assert bodies == [
        {"userName": "doisoat", "password": "mat-khau"},
        {"email": "doi@soat.example", "password": "mat-khau"},
    ]
    assert [call.request.headers["tenant"] for call in route.calls] == ["soctrang", "root"]


def test_a_wrong_password_is_said_at_once(upstream: respx.MockRouter, source: TdSource) -> None:
    route = upstream.post(LOGIN_URL).respond(401)
    with pytest.raises(LoginRefused) as raised:
        source.check()
    assert route.call_count == 1
    assert "mat-khau" not in repr(raised.value)


@pytest.mark.parametrize("token", [None, 7, "", "hai từ", "a b", "x" * 20_000])
def test_what_is_no_token_is_no_answer(
    upstream: respx.MockRouter, source: TdSource, token: object
) -> None:
    upstream.post(LOGIN_URL).respond(json={"token": token})
    with pytest.raises(UpstreamUnavailable):
        source.check()


def test_paths_are_settings(upstream: respx.MockRouter, make: Make) -> None:
    upstream.post("http://td.example/dang-nhap").respond(json={"token": "t"})
    route = upstream.get("http://td.example/ho-so/danh-sach").mock(return_value=listing(ROW))
    make(list_path="ho-so/danh-sach", login_path="/dang-nhap").page(ALL, 0)
    assert route.called


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({}, UpstreamContractError),
        ({"data": []}, UpstreamContractError),
        ({"data": None, "totalCount": 7}, UpstreamContractError),
        ({"data": [], "totalCount": -1}, UpstreamContractError),
        ({"data": [ROW] * 16, "totalCount": 16}, UpstreamContractError),
        ({"data": [ROW], "totalCount": 1, "pageSize": 5000}, UpstreamContractError),
        ([ROW], UpstreamContractError),
        ({"data": {"x": 1}, "totalCount": 1}, UpstreamContractError),
        ({"data": [ROW], "totalCount": 1, "currentPage": 2}, UpstreamUnavailable),
    ],
)
def test_what_is_no_page_is_not_believed(
    upstream: respx.MockRouter, source: TdSource, answer: object, error: type[Exception]
) -> None:
    upstream.get(URL).respond(json=answer)
    with pytest.raises(error):
        source.page(ALL, 0)


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.Response(500, json="Timeout expired"),
        httpx.Response(200, html="<html>bảo trì</html>"),
        httpx.Response(200, json={}),
        httpx.Response(200, json={"data": [ROW], "totalCount": 1, "currentPage": 3}),
        httpx.ReadError("cut"),
    ],
)
def test_trouble_is_asked_again(
    upstream: respx.MockRouter, source: TdSource, trouble: httpx.Response | Exception
) -> None:
    upstream.get(URL).mock(side_effect=[trouble, listing(ROW)])
    assert source.page(ALL, 0).total == 1


def test_a_list_that_hides_when_handling_ended_is_refused(
    upstream: respx.MockRouter, make: Make
) -> None:
    silent = {"ngayKetThucXuLy": None, "ngayTra": None}
    rows = numbered(*range(20), **silent)
    route = upstream.get(URL).mock(return_value=listing(*rows, pageSize=200))
    with pytest.raises(UpstreamContractError) as raised:
        make(page_size=200).page(ALL, 0)
    assert raised.value.values["detail"] == "no end dates"
    assert route.call_count == 1


def test_a_few_dossiers_without_an_end_stop_nothing(upstream: respx.MockRouter, make: Make) -> None:
    silent = {"ngayKetThucXuLy": None, "ngayTra": None}
    rows = numbered(*range(1, 30), **silent) + numbered(30)
    upstream.get(URL).mock(return_value=listing(*rows, pageSize=200))
    readings = make(page_size=200).page(ALL, 0).readings
    assert len(readings) == 30
    assert all(isinstance(each, SourceRecord) for each in readings)


def test_no_secret_shows_when_printed() -> None:
    assert "mat-khau" not in repr(CONFIG) + repr(CONFIG.account())


@pytest.mark.parametrize("total", [2, 3, 4])
def test_a_list_that_is_longer_than_it_says_is_refused(
    upstream: respx.MockRouter, source: TdSource, total: int
) -> None:
    served(upstream, numbered(*range(9, 0, -1)), totalCount=total)
    with pytest.raises(UpstreamContractError) as refused:
        source.page(ALL, 0)
    assert refused.value.values["detail"] == "total"


def test_a_server_that_gives_its_last_page_again_has_no_more(
    upstream: respx.MockRouter, source: TdSource
) -> None:
    upstream.get(URL).mock(return_value=listing(*numbered(3, 2, 1)))
    assert source.page(ALL, 0).total == 3
