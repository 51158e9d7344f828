"""Never more than so many calls a second, nor than so many in all, from however many threads."""

import threading

from worker.errors import TransientError
from worker.sources.pace import Pace


class RateLimiter:
    """Counts the calls of one client and sends each through its pace.

    ``taken`` counts the calls that may have been made; one its pace refused was not.
    """

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._lock = threading.Lock()
        self._limit: int | None = None
        self.taken = 0

    def allow(self, calls: int | None) -> None:
        """Let at most so many further calls pass; None: no limit."""
        with self._lock:
            self._limit = None if calls is None else self.taken + calls

    def wait(self) -> bool:
        """Wait until a call may be made and count it; False where no more are allowed.

        Raises:
            TransientError: nobody can tell when the next call may be made.
        """
        with self._lock:
            if self._limit is not None and self.taken >= self._limit:
                return False
            self.taken += 1
        try:
            self._pace.wait()
        except TransientError:
            with self._lock:
                self.taken -= 1
            raise
        return True

    def hold(self, seconds: float) -> None:
        """Let no call pass for so many seconds: the source asked everyone to wait."""
        self._pace.hold(seconds)

    def close(self) -> None:
        """Give back what the pace holds open."""
        self._pace.close()
