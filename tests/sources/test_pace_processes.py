"""Several processes call one source: never more than its limit, whatever becomes of the book."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.redis_server import RedisServer
from tests.relay import Relay
from tests.sources.pacing import LIMIT, Counter, callers

_CALLERS = 3
# Longer than a question to the book may take, so that callers meet the trouble.
_TROUBLE = 3.0
# What was let through just before may still be on its way.
_ON_THE_WAY = 1.0


@pytest.fixture
def counter() -> Iterator[Counter]:
    with Counter() as started:
        yield started


@pytest.fixture(params=["redis", "file"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where the budget is kept."""
    if request.param == "file":
        return str(tmp_path / "pace.db")
    server: RedisServer = request.getfixturevalue("redis_server")
    return server.url


def assert_kept(counter: Counter) -> None:
    """The limit held in every second, and in any three."""
    assert counter.most_within(1.0) <= LIMIT + 1
    assert counter.most_within(3.0) <= 3 * LIMIT + 1


def assert_nobody_called(counter: Counter, since: float, until: float) -> None:
    assert [each for each in counter.arrivals if since + _ON_THE_WAY < each < until] == []


def test_together_they_never_call_more_often_than_one_may(counter: Counter, place: str) -> None:
    with callers(_CALLERS, counter.url, place):
        counter.await_calls(5 * LIMIT)
    assert_kept(counter)


@pytest.mark.slow
def test_one_that_was_stopped_and_wakes_up_keeps_step(counter: Counter, place: str) -> None:
    with callers(_CALLERS, counter.url, place) as (sleeper, *_):
        counter.await_calls(LIMIT)
        sleeper.send_signal(signal.SIGSTOP)
        time.sleep(1.0)
        sleeper.send_signal(signal.SIGCONT)
        counter.await_calls(3 * LIMIT)
    assert_kept(counter)


def test_the_wish_of_one_refused_is_heard_by_all(counter: Counter, place: str) -> None:
    with callers(_CALLERS, counter.url, place):
        counter.await_calls(LIMIT)
        counter.refusals.append(b"3")
        counter.await_calls(1)
        refused = time.monotonic()
        time.sleep(2.5)
        counter.await_calls(LIMIT)
    assert_nobody_called(counter, refused, refused + 2.5)
    assert_kept(counter)


@pytest.mark.slow
def test_a_budget_wiped_again_and_again_is_never_overspent(
    counter: Counter, redis_server: RedisServer
) -> None:
    with callers(_CALLERS, counter.url, redis_server.url):
        counter.await_calls(LIMIT)
        ends = time.monotonic() + _TROUBLE
        while time.monotonic() < ends:
            redis_server.flush()
        counter.await_calls(2 * LIMIT)
    assert_kept(counter)


@pytest.mark.slow
def test_while_redis_is_dead_nobody_calls_and_then_they_go_on(
    counter: Counter, redis_server: RedisServer
) -> None:
    with callers(_CALLERS, counter.url, redis_server.url):
        counter.await_calls(LIMIT)
        redis_server.kill()
        killed = time.monotonic()
        time.sleep(_TROUBLE)
        started = time.monotonic()
        redis_server.start()
        counter.await_calls(2 * LIMIT)
    assert_nobody_called(counter, killed, started)
    assert_kept(counter)


@pytest.mark.slow
def test_while_redis_is_frozen_nobody_calls_and_then_they_go_on(
    counter: Counter, redis_server: RedisServer
) -> None:
    with callers(_CALLERS, counter.url, redis_server.url):
        counter.await_calls(LIMIT)
        redis_server.freeze()
        frozen = time.monotonic()
        time.sleep(_TROUBLE)
        thawed = time.monotonic()
        redis_server.thaw()
        counter.await_calls(2 * LIMIT)
    assert_nobody_called(counter, frozen, thawed)
    assert_kept(counter)


@pytest.mark.slow
def test_a_black_hole_before_redis_lets_no_call_pass(
    counter: Counter, redis_server: RedisServer
) -> None:
    with Relay(redis_server.address) as relay:
        way = f"redis://127.0.0.1:{relay.port}/0"
        with callers(_CALLERS, counter.url, way):
            counter.await_calls(LIMIT)
            relay.swallow()
            swallowed = time.monotonic()
            time.sleep(_TROUBLE)
            restored = time.monotonic()
            relay.restore()
            counter.await_calls(2 * LIMIT)
    assert_nobody_called(counter, swallowed, restored)
    assert_kept(counter)
