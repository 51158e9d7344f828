"""What computes for long waits its turn, so that pages stay quick meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Final

from worker.errors import TransientError

_AT_ONCE: Final = 2
_PATIENCE: Final = 20.0  # seconds

_turns = BoundedSemaphore(_AT_ONCE)


@contextmanager
def turn() -> Iterator[None]:
    """A turn to compute.

    Raises:
        TransientError: others compute for so long that nobody should wait.
    """
    if not _turns.acquire(timeout=_PATIENCE):
        raise TransientError("computing_busy")
    try:
        yield
    finally:
        _turns.release()
