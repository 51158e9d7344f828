"""When the next call to a source may be made: alone, or in step with every other worker."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


class Pace(Protocol):
    """Spaces calls out."""

    def wait(self) -> None:
        """Return when a call may be made, and no sooner.

        Raises:
            TransientError: nobody can tell when, so no call may be made.
        """

    def hold(self, seconds: float) -> None:
        """Let no call pass for so many seconds: the source asked everyone to wait."""

    def close(self) -> None:
        """Give back what it holds open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What all who call a source share; times in seconds.

    ``name`` is the same for all of them. ``interval`` lies between any two calls;
    ``longest_hold`` bounds how long a source's own wish to be left alone is honoured.
    """

    name: str
    interval: float
    longest_hold: float

    @property
    def farthest(self) -> float:
        """How far ahead the next call can lie; beyond that, a clock was set back."""
        return self.interval + self.longest_hold


class BookAway(Exception):  # noqa: N818 - the name says what happened
    """The book can't be read just now."""


class Book(Protocol):
    """Keeps, for many processes, when the next call of a budget may be made.

    It never books ahead: a call is let through when its time has come, or not at all. So nothing
    is owed to anybody when a book is lost.
    """

    @property
    def place(self) -> str:
        """Where it is, for people; never a password."""

    def ask(self, budget: Budget, hold: float) -> float:
        """Let one call through (0.0), or say in how many seconds to ask again.

        Args:
            budget: whose call it is.
            hold: for so many seconds nobody may call, as far as the caller knows.

        Raises:
            BookAway: no answer in time; whether a call was let through is not known.
        """

    def close(self) -> None:
        """Give back what it holds open; it opens again when it is asked again."""


class LocalPace:
    """Gives every call of this one client a slot of its own, ``interval`` seconds apart.

    Slots are handed out under a lock and slept for outside it, so threads queue without holding
    each other up. Idle time is not saved up: there are no bursts.
    """

    def __init__(
        self, interval: float, *, clock: Callable[[], float], sleep: Callable[[float], None]
    ) -> None:
        self._interval = interval
        self._clock = clock
        self._sleep = sleep
        self._next_slot = 0.0
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Take the next free slot and wait for it."""
        with self._lock:
            now = self._clock()
            slot = max(now, self._next_slot)
            self._next_slot = slot + self._interval
        if slot > now:
            self._sleep(slot - now)

    def hold(self, seconds: float) -> None:
        """Hand out no slot for so many seconds."""
        with self._lock:
            self._next_slot = max(self._next_slot, self._clock() + seconds)

    def close(self) -> None:
        """Nothing is held open."""
