"""How long OpenCPS's list is: as it says, unless its rows say otherwise."""

from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest
import respx

from worker.ports import Window
from worker.sources.http import ClientPolicy
from worker.sources.opencps import OpenCpsConfig, OpenCpsSource

CONFIG = OpenCpsConfig(
    name="tinh",
    url="http://tinh.example",
    username="doisoat",
    password="mat-khau",
    group_id="35417",
)
URL = "http://tinh.example/o/rest/v2/dossiers"
ALL = Window("all", ())
CUT = 20


def rows_read(source: OpenCpsSource) -> tuple[int, int]:
    """How many rows come in all, and what the last page says there are."""
    offset, total = 0, 1
    while offset < total:
        page = source.page(ALL, offset)
        offset, total = offset + len(page.readings), page.total
    return offset, total


def serving(length: int, total: Callable[[int], int]) -> Callable[[httpx.Request], httpx.Response]:
    """A list that gives at most ``CUT`` rows at once; ``total`` is of the rows on a page."""

    def served(request: httpx.Request) -> httpx.Response:
        start, end = int(request.url.params["start"]), int(request.url.params["end"])
        rows = [{"dossierId": number} for number in range(start, min(length, end, start + CUT))]
        return httpx.Response(200, json={"total": total(len(rows)), "data": rows})

    return served


@pytest.mark.parametrize(("length", "size"), [(7, 3), (6, 3), (50, 200), (60, 200), (0, 3)])
@respx.mock
def test_a_total_that_is_too_small_ends_no_list(
    policy: ClientPolicy, length: int, size: int
) -> None:
    source = OpenCpsSource(replace(CONFIG, page_size=size), policy)
    for total in (lambda page: page, lambda _: min(CUT, length), lambda _: length):
        respx.get(URL).mock(side_effect=serving(length, total))
        assert rows_read(source) == (length, length)
    source.close()


@respx.mock
def test_a_server_that_always_gives_everything_has_no_more(policy: ClientPolicy) -> None:
    rows = [{"dossierId": number} for number in range(10)]
    respx.get(URL).respond(json={"total": 10, "data": rows})
    source = OpenCpsSource(replace(CONFIG, page_size=5), policy)
    assert rows_read(source) == (10, 10)
    source.close()


@respx.mock
def test_a_list_shorter_than_a_page_costs_one_call(policy: ClientPolicy) -> None:
    route = respx.get(URL).mock(side_effect=serving(7, lambda _: 7))
    source = OpenCpsSource(CONFIG, policy)
    assert rows_read(source) == (7, 7)
    assert route.call_count == 1
    source.close()
