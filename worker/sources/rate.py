"""Never more than so many calls a second, nor than so many in all, from however many threads."""

import threading
from collections.abc import Callable


class RateLimiter:
    """Gives every call a slot of its own, ``1 / calls_per_second`` apart.

    Slots are handed out under a lock and slept for outside it, so threads queue without holding
    each other up. Idle time is not saved up: there are no bursts. ``taken`` counts the slots.
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
        self._limit: int | None = None
        self.taken = 0

    def allow(self, calls: int | None) -> None:
        """Hand out at most so many further slots; None: no limit."""
        with self._lock:
            self._limit = None if calls is None else self.taken + calls

    def wait(self) -> bool:
        """Wait for the next free slot and take it; False where no more are allowed."""
        with self._lock:
            if self._limit is not None and self.taken >= self._limit:
                return False
            self.taken += 1
            now = self._clock()
            slot = max(now, self._next_slot)
            self._next_slot = slot + self._interval
        if slot > now:
            self._sleep(slot - now)
        return True

    def hold(self, seconds: float) -> None:
        """Hand out no slot for so many seconds: the source asked everyone to wait."""
        with self._lock:
            self._next_slot = max(self._next_slot, self._clock() + seconds)
