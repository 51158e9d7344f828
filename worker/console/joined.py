"""The services of a server that outlives its database's absences."""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from threading import Lock

from worker.bootstrap import Services


class Joined:
    """Joins the services at first need and keeps them; safe to share between threads.

    A database that is away keeps nobody from starting: whoever needs it is told, and the next one
    tries again.
    """

    def __init__(self, factory: Callable[[], AbstractContextManager[Services]]) -> None:
        self._factory = factory
        self._opened = ExitStack()
        self._lock = Lock()
        self._services: Services | None = None

    def get(self) -> Services:
        """The services.

        Raises:
            StoreError: the store is out of reach or its schema is not ours.
            ReferenceError: the province's folder can't be read.
        """
        with self._lock:
            if self._services is None:
                self._services = self._opened.enter_context(self._factory())
            return self._services

    def close(self) -> None:
        """Give back what was opened."""
        with self._lock:
            self._services = None
            self._opened.close()
