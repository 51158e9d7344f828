"""iGate's table by agency: what it tells, and in which days."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import httpx
import pytest
import respx

from models.types import Period
from tests.igate_wire import CONFIG, TOKEN_URL, mocked
from worker.errors import DoisoatError, LoginRefused, UpstreamContractError, UpstreamUnavailable
from worker.ports import Published, PublishedUnit
from worker.sources.http import ClientPolicy
from worker.sources.igate_statistics import IGateStatistics

URL = "http://api.example/pa/dossier-statistic/--statistic-agency-kgg"
JULY = Period(date(2024, 7, 1), date(2024, 7, 31))
ROW: dict[str, Any] = {
    "agency": {"id": "65f0", "code": "H51.12", "name": "Sở Mẫu"},
    "received": 100,
    "receivedOnline": 60,
    "receivedDirect": 40,
    "resolved": 93,
    "resolvedOverdue": 7,
}

Make = Callable[..., IGateStatistics]


@pytest.fixture
def upstream() -> Iterator[respx.MockRouter]:
    with mocked() as router:
        yield router


@pytest.fixture
def make(policy: ClientPolicy) -> Iterator[Make]:
    made = []

    def source(**more: Any) -> IGateStatistics:
        made.append(IGateStatistics(replace(CONFIG, **more), policy))
        return made[-1]

    yield source
    for each in made:
        each.close()


@pytest.fixture
def counts(upstream: respx.MockRouter, make: Make) -> Callable[..., PublishedUnit]:
    """What becomes of a row with these fields."""

    def reading(**fields: object) -> PublishedUnit:
        upstream.get(URL).respond(json=[ROW | fields])
        only: PublishedUnit
        (only,) = make().published(JULY).units
        return only

    return reading


def test_open_late_dossiers_are_not_told_and_so_neither_is_late(
    upstream: respx.MockRouter, make: Make
) -> None:
    upstream.get(URL).respond(json=[ROW])
    assert make().published(JULY) == Published(
        period=JULY,
        whole=None,
        units=(
            PublishedUnit(
                code="H51.12",
                name="Sở Mẫu",
                received=100,
                on_time=None,
                late=None,
                completed=93,
                resolved_late=7,
            ),
        ),
    )


def test_where_they_are_told_late_is_both(counts: Callable[..., PublishedUnit]) -> None:
    assert counts(unresolvedOverdue=5).late == 12
    assert counts(unresolvedOverdue="0").late == 7
    assert counts(unresolvedOverdue=5, resolvedOverdue=None).late is None


def test_local_days_bear_the_mark_of_utc(upstream: respx.MockRouter, make: Make) -> None:
    route = upstream.get(URL).respond(json=[])
    make(agency_id="65f000000000000000000001").published(JULY)
    request = route.calls.last.request
    assert dict(request.url.params) == {
        "agency-id": "65f000000000000000000001",
        "from-date": "2024-07-01T00:00:00.000Z",
        "to-date": "2024-07-31T23:59:59.999Z",
        "suppended-cancelled": "true",
    }
    assert request.headers["authorization"] == "Bearer t1"


def test_without_an_agency_none_is_asked_for(upstream: respx.MockRouter, make: Make) -> None:
    route = upstream.get(URL).respond(json=[])
    make().published(JULY)
    assert "agency-id" not in route.calls.last.request.url.params


def test_a_token_that_ran_out_is_replaced_once(upstream: respx.MockRouter, make: Make) -> None:
    route = upstream.get(URL)
    route.side_effect = [httpx.Response(401), httpx.Response(200, json=[ROW])]
    assert len(make().published(JULY).units) == 1
    assert [call.request.headers["authorization"] for call in route.calls] == [
        "Bearer t1",
        "Bearer t2",
    ]


def test_an_account_that_may_not_ask_is_refused(upstream: respx.MockRouter, make: Make) -> None:
    route = upstream.get(URL).respond(403)
    with pytest.raises(LoginRefused):
        make().published(JULY)
    assert route.call_count == 2


@pytest.mark.parametrize("name", ["received", "resolved", "resolvedOverdue"])
@pytest.mark.parametrize("value", [None, "", "x", -1, 1.5])
def test_what_is_not_told_is_none_and_never_nothing(
    counts: Callable[..., PublishedUnit], name: str, value: object
) -> None:
    found = counts(**{name: value})
    told = {
        "received": found.received,
        "resolved": found.completed,
        "resolvedOverdue": found.resolved_late,
    }
    assert [each for each, count in told.items() if count is None] == [name]


def test_a_row_without_an_agency_is_kept_for_somebody_to_look_at(
    counts: Callable[..., PublishedUnit],
) -> None:
    found = counts(agency=None)
    assert (found.code, found.name, found.received) == (None, None, 100)


@pytest.mark.parametrize(
    "body", [{}, {"content": [ROW]}, ["x"], [ROW | {"agency": "H51"}], [ROW] * 5001]
)
def test_an_answer_that_is_no_table_holds_no_counts(
    upstream: respx.MockRouter, make: Make, body: object
) -> None:
    upstream.get(URL).respond(json=body)
    with pytest.raises(UpstreamContractError):
        make().published(JULY)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(503), UpstreamUnavailable),
        (httpx.Response(200, text="<html>Bảo trì</html>"), UpstreamUnavailable),
        (httpx.Response(404), UpstreamContractError),
    ],
)
def test_a_table_that_can_t_be_had_is_no_empty_table(
    upstream: respx.MockRouter, make: Make, answer: httpx.Response, error: type[DoisoatError]
) -> None:
    upstream.get(URL).mock(return_value=answer)
    with pytest.raises(error):
        make().published(JULY)


def test_the_check_logs_in_and_asks_once(upstream: respx.MockRouter, make: Make) -> None:
    route = upstream.get(URL).respond(json=[])
    make().check()
    assert route.call_count == 1
    assert upstream.post(TOKEN_URL).call_count == 1
