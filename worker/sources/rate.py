"""Never more than so many calls a second, whatever the number of threads."""

import threading
from collections.abc import Callable


class RateLimiter:
    """Gives every call a slot of its own, ``1 / calls_per_second`` apart.

    Slots are handed out under a lock and slept for outside it, so threads queue without holding
    each other up. Idle time is not saved up: there are no bursts.
    """

    def __init__(
        self,
        calls_per_second: float | None,
        *,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        self._interval = 1.0 / calls_per_second if calls_per_second is not None else 0.0
        self._clock = clock
        self._sleep = sleep
        self._next_slot = 0.0
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Wait for the next free slot and take it."""
        with self._lock:
            now = self._clock()
            slot = max(now, self._next_slot)
            self._next_slot = slot + self._interval
        if slot > now:
            self._sleep(slot - now)

    def hold(self, seconds: float) -> None:
        """Hand out no slot for so many seconds: the source asked everyone to wait."""
        with self._lock:
            self._next_slot = max(self._next_slot, self._clock() + seconds)
