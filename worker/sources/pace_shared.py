"""One budget for all who call a source, whatever the number of workers."""

import threading
from collections.abc import Callable

from worker.errors import TransientError
from worker.sources.pace import Book, BookAway, Budget

# For how long a book may be away before a call is given up; well below a run's lease.
PATIENCE = 30.0
_BETWEEN_TRIES = 1.0
# A permit that took longer to arrive is from back then and is not used: permits held up on their
# way must not all be used at once when the way is free again.
_FRESH = 0.5


class SharedPace:
    """Lets a call through when the book that all workers share does; implements Pace.

    While the book is away no call is made. It is asked again every second; once it has been away
    for ``PATIENCE``, calls fail with a TransientError, so the run is interrupted and taken up
    again later. What this process itself knows (its own last call, a hold it heard of) it tells
    with every question, so a book that forgot learns it anew. One thread asks at a time, the
    others stand behind it.
    """

    def __init__(
        self,
        source: str,
        book: Book,
        budget: Budget,
        *,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        self._source = source
        self._book = book
        self._budget = budget
        self._clock = clock
        self._sleep = sleep
        self._not_before = 0.0
        self._away_since: float | None = None
        self._turn = threading.Lock()
        self._knowledge = threading.Lock()

    def wait(self) -> None:
        """Wait for a permit.

        Raises:
            TransientError: the book stays away.
        """
        with self._turn:
            while (seconds := self._ask()) > 0:
                self._sleep(seconds)
            self._learn(self._budget.interval)

    def hold(self, seconds: float) -> None:
        """Let no call pass for so many seconds, here and, where the book is there, elsewhere."""
        bounded = min(seconds, self._budget.longest_hold)
        self._learn(bounded)
        try:
            self._book.ask(self._budget, bounded)
        except BookAway:
            return

    def close(self) -> None:
        """Close the book."""
        self._book.close()

    def _ask(self) -> float:
        """0.0: the call may be made; else the seconds until the next question."""
        asked = self._clock()
        hold = max(0.0, self._not_before - asked)
        try:
            seconds = self._book.ask(self._budget, hold)
        except BookAway:
            return self._bear(asked)
        self._away_since = None
        if not seconds and self._clock() - asked > _FRESH:
            return self._budget.interval
        return seconds

    def _bear(self, asked: float) -> float:
        if self._away_since is None:
            self._away_since = asked
        if self._clock() - self._away_since >= PATIENCE:
            raise TransientError("pace_away", source=self._source, keeper=self._book.place)
        return _BETWEEN_TRIES

    def _learn(self, seconds: float) -> None:
        with self._knowledge:
            self._not_before = max(self._not_before, self._clock() + seconds)
