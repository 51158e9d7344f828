"""A clock that stands still until somebody sleeps, so that no test waits for anything."""

import threading
from collections.abc import Callable

import pytest

from worker.sources.http import ClientPolicy


class FakeTime:
    """``sleep`` moves the clock at once and notes for how long it was asked to wait."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self._now = 1000.0
        self._lock = threading.Lock()

    def clock(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.waits.append(seconds)
            self._now += seconds

    def advance(self, seconds: float) -> None:
        with self._lock:
            self._now += seconds


@pytest.fixture
def fake_time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def waits(fake_time: FakeTime) -> list[float]:
    """Every wait there was, in order."""
    return fake_time.waits


@pytest.fixture
def advance(fake_time: FakeTime) -> Callable[[float], None]:
    """Lets time pass without anybody sleeping."""
    return fake_time.advance


@pytest.fixture
def policy(fake_time: FakeTime) -> ClientPolicy:
    """Three attempts, one thread, no real waiting."""
    return ClientPolicy(
        attempts=3,
        concurrency=1,
        circuit_failures=3,
        clock=fake_time.clock,
        sleep=fake_time.sleep,
    )
