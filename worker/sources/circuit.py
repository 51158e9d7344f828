"""The circuit of one source: after enough failures in a row, stop asking for a while."""

import threading
from collections.abc import Callable

from worker.errors import UpstreamUnavailable


class CircuitOpen(UpstreamUnavailable):
    """The source failed too often in a row, so it was not asked."""


class Circuit:
    """Counts failures in a row and refuses calls for a cool-down once there are too many.

    After the cool-down one caller is let through to try. Its success closes the circuit; until
    then everyone else is refused for another cool-down. Safe to share between threads.
    """

    def __init__(
        self, source: str, *, failures: int, cool_down: float, clock: Callable[[], float]
    ) -> None:
        self._source = source
        self._limit = failures
        self._cool_down = cool_down
        self._clock = clock
        self._failures = 0
        self._refused_until = 0.0
        self._lock = threading.Lock()

    def enter(self) -> None:
        """Let the caller ask the source, or not.

        Raises:
            CircuitOpen: the source is to be left alone for now.
        """
        with self._lock:
            if self._failures < self._limit:
                return
            now = self._clock()
            if now < self._refused_until:
                raise CircuitOpen("upstream_circuit_open", source=self._source)
            self._refused_until = now + self._cool_down

    def note(self, *, down: bool) -> None:
        """Take in how a call ended: ``down`` is one more failure in a row, else it is forgotten."""
        with self._lock:
            self._failures = self._failures + 1 if down else 0
            self._refused_until = self._clock() + self._cool_down
