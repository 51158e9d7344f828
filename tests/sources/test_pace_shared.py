"""How one process goes by a book that others share, and what it does while the book is away."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import pytest
import respx
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sources.conftest import FakeTime
from worker.errors import TransientError, UpstreamUnavailable
from worker.i18n import sentence
from worker.sources.adapter import PortalAdapter, PortalConfig
from worker.sources.http import Call, ClientPolicy, UpstreamClient
from worker.sources.pace import BookAway, Budget
from worker.sources.pace_file import FileBook
from worker.sources.pace_shared import PATIENCE, SharedPace
from worker.sources.portal import PortalSource

URL = "http://cong.example/"
BUDGET = Budget(name="cong/lookups", interval=0.5, longest_hold=60.0)
CONFIG = PortalConfig(
    name="cong",
    adapter_url=URL,
    auth_endpoint="/mapi/login",
    integration_endpoint="/mapi/g",
    dstcode="VN:GOV:000.00.00.G22:vpcpdvcqg",
    madonvi="H51",
    username="doisoat",
    password="mat-khau",
    lookups_per_second=2,
)


class ToldBook:
    """Answers as it is told to; None: it is away."""

    place = "so.example:6379"

    def __init__(self, *answers: float | None, delay: Callable[[], None] = lambda: None) -> None:
        self.answers = list(answers)
        self.holds: list[float] = []
        self.closed = 0
        self._delay = delay

    def ask(self, budget: Budget, hold: float) -> float:
        assert budget == BUDGET
        self.holds.append(hold)
        answer = self.answers.pop(0) if self.answers else None
        self._delay()
        if answer is None:
            raise BookAway
        return answer

    def close(self) -> None:
        self.closed += 1


def pace_of(book: ToldBook, time: FakeTime) -> SharedPace:
    return SharedPace("cong", book, BUDGET, clock=time.clock, sleep=time.sleep)


def test_a_call_waits_as_long_as_the_book_says(fake_time: FakeTime) -> None:
    pace_of(ToldBook(0.25, 0.125, 0.0), fake_time).wait()
    assert fake_time.waits == [0.25, 0.125]


def test_a_book_that_comes_back_in_time_costs_a_wait_and_nothing_else(fake_time: FakeTime) -> None:
    pace = pace_of(ToldBook(None, None, 0.0, None, 0.0), fake_time)
    pace.wait()
    pace.wait()
    assert fake_time.waits == [1.0, 1.0, 1.0]


def test_a_book_that_stays_away_ends_the_attempt_and_is_not_hammered(fake_time: FakeTime) -> None:
    book = ToldBook()
    pace = pace_of(book, fake_time)
    with pytest.raises(TransientError) as caught:
        pace.wait()
    assert sum(fake_time.waits) == PATIENCE
    assert len(book.holds) == PATIENCE + 1
    assert caught.value.values == {"source": "cong", "keeper": "so.example:6379"}
    assert "so.example:6379" in sentence(caught.value)


def test_once_it_has_been_away_for_long_nobody_waits_for_it_again(fake_time: FakeTime) -> None:
    pace = pace_of(ToldBook(), fake_time)
    for _ in range(3):
        with pytest.raises(TransientError):
            pace.wait()
    assert sum(fake_time.waits) == PATIENCE


def test_a_permit_that_was_held_up_on_its_way_is_not_used(fake_time: FakeTime) -> None:
    late = iter([2.0, 0.0])
    book = ToldBook(0.0, 0.0, delay=lambda: fake_time.advance(next(late)))
    pace_of(book, fake_time).wait()
    assert len(book.holds) == 2
    assert fake_time.waits == [BUDGET.interval]


def test_what_a_process_knows_it_tells_with_every_question(fake_time: FakeTime) -> None:
    book = ToldBook(0.0, 5.0, 4.0, 0.0)
    pace = pace_of(book, fake_time)
    pace.wait()
    pace.hold(5.0)
    fake_time.advance(1.0)
    pace.wait()
    assert book.holds == [0.0, 5.0, 4.0, 0.0]


def test_a_hold_is_kept_while_the_book_is_away_and_is_bounded(fake_time: FakeTime) -> None:
    book = ToldBook(None, 60.0, 0.0)
    pace = pace_of(book, fake_time)
    pace.hold(3600.0)
    pace.wait()
    assert book.holds == [60.0, 60.0, 0.0]


@settings(max_examples=30, deadline=None)
@given(turns=st.lists(st.tuples(st.integers(0, 2), st.floats(0, 2)), min_size=2, max_size=30))
def test_callers_who_share_a_book_are_never_closer_than_its_interval(
    turns: list[tuple[int, float]],
) -> None:
    time = FakeTime()
    called: list[float] = []
    with TemporaryDirectory() as folder:
        books = [FileBook(Path(folder) / "pace.db", time.clock) for _ in range(3)]
        paces = [
            SharedPace("cong", book, BUDGET, clock=time.clock, sleep=time.sleep) for book in books
        ]
        for caller, pause in turns:
            time.advance(pause)
            paces[caller].wait()
            called.append(time.clock())
        for pace in paces:
            pace.close()
    gaps = [later - earlier for earlier, later in pairwise(called)]
    assert all(gap >= BUDGET.interval - 1e-6 for gap in gaps)


@respx.mock
def test_a_client_makes_no_call_that_its_book_does_not_allow(policy: ClientPolicy) -> None:
    route = respx.get(URL).respond(json={})
    client = UpstreamClient(
        "cong", replace(policy, book=ToldBook(0.0)), calls_per_second=2, budget="lookups"
    )
    client.ask(Call(method="GET", url=URL), bytes)
    with pytest.raises(TransientError) as caught:
        client.ask(Call(method="GET", url=URL), bytes)
    assert not isinstance(caught.value, UpstreamUnavailable)
    assert (route.call_count, client.calls) == (1, 1)
    client.close()


@respx.mock
def test_a_client_without_a_limit_needs_no_book(policy: ClientPolicy) -> None:
    route = respx.get(URL).respond(json={})
    client = UpstreamClient("tinh", replace(policy, book=ToldBook()))
    client.ask(Call(method="GET", url=URL), bytes)
    assert route.call_count == 1
    client.close()


@respx.mock
def test_a_limit_may_stand_in_the_policy(policy: ClientPolicy, waits: list[float]) -> None:
    respx.get(URL).respond(json={})
    client = UpstreamClient("tinh", replace(policy, calls_per_second=2.0))
    for _ in range(3):
        client.ask(Call(method="GET", url=URL), bytes)
    assert waits == [0.5, 0.5]
    client.close()


@respx.mock
def test_a_retry_after_goes_to_the_book_and_closing_closes_it(policy: ClientPolicy) -> None:
    respx.get(URL).mock(return_value=httpx.Response(429, headers={"retry-after": "7"}))
    book = ToldBook(0.0, 7.0)
    shared = replace(policy, book=book, attempts=1)
    client = UpstreamClient("cong", shared, calls_per_second=2, budget="lookups")
    with pytest.raises(UpstreamUnavailable):
        client.ask(Call(method="GET", url=URL), bytes)
    client.close()
    assert (book.holds, book.closed) == ([0.0, 7.0], 1)


@respx.mock
def test_look_ups_without_a_budget_end_the_run_and_are_no_answers(policy: ClientPolicy) -> None:
    source = PortalSource(PortalAdapter(CONFIG, replace(policy, book=ToldBook())))
    with pytest.raises(TransientError) as caught:
        list(source.look_up(["H51.12-240718-0012", "H51.12-240718-0013"]))
    assert caught.value.key == "pace_away"
    source.close()
