"""The book of shared budgets in a file: for all processes of one machine, where there is no Redis.

That only one run reads a source at a time is not enough: a worker that was stopped and woke up
after its run was taken over, or a check by hand, would call beside the run.
"""

import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from worker.sources.pace import BookAway, Budget

if TYPE_CHECKING:
    from collections.abc import Iterator

_TIMEOUT = 2.0
_TABLE = "CREATE TABLE IF NOT EXISTS pace (budget TEXT PRIMARY KEY, free REAL NOT NULL)"
_READ = "SELECT free FROM pace WHERE budget = ?"
_WRITE = "INSERT OR REPLACE INTO pace (budget, free) VALUES (?, ?)"


class FileBook:
    """Keeps for each budget the instant of its next call in an SQLite file; implements Book.

    ``clock`` is the machine's steadily rising one, which all its processes share. An instant too
    far ahead is from before the machine was restarted. The file is opened with the first question.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._clock = clock
        self._open: sqlite3.Connection | None = None
        self._lock = threading.Lock()

    @property
    def place(self) -> str:
        """The file's path."""
        return str(self._path)

    def ask(self, budget: Budget, hold: float) -> float:
        """See Book."""
        with self._lock:
            try:
                with self._writing() as connection:
                    return self._booked(connection, budget, hold)
            except (sqlite3.Error, OSError):
                self._shut()
                raise BookAway from None

    def close(self) -> None:
        """Close the file, if it is open."""
        with self._lock:
            self._shut()

    def _shut(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None

    def _booked(self, connection: sqlite3.Connection, budget: Budget, hold: float) -> float:
        row = connection.execute(_READ, (budget.name,)).fetchone()
        now = self._clock()
        free = row[0] if row and row[0] <= now + budget.farthest else now
        free = max(free, now + hold)
        wait = float(free - now)
        connection.execute(_WRITE, (budget.name, free if wait else now + budget.interval))
        return wait

    @contextmanager
    def _writing(self) -> "Iterator[sqlite3.Connection]":
        """One process at a time between reading and writing."""
        connection = self._opened()
        connection.execute("BEGIN IMMEDIATE")
        with connection:
            yield connection

    def _opened(self) -> sqlite3.Connection:
        if self._open is None:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._open = sqlite3.connect(
                self._path, timeout=_TIMEOUT, isolation_level=None, check_same_thread=False
            )
            self._open.execute("PRAGMA journal_mode = WAL")
            self._open.execute("PRAGMA synchronous = NORMAL")
            self._open.execute(_TABLE)
        return self._open
