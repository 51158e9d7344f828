"""What goes out to other systems: who wants to hear of what, and when a failed try is made again.

A target's messages go in order, so while one waits for its next try the later ones wait with it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.types import EventKind

TRIED_FOR = timedelta(days=3)

_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=1)
_MOST_DOUBLINGS = 16
# Who was away longer than TRIED_FOR, such as our own sender, still gets more than one chance.
_LEAST_TRIES = 3


@dataclass(frozen=True, slots=True)
class Target:
    """Another system that hears of events: of these kinds, and of these units (none: of all)."""

    name: str
    events: frozenset[EventKind]
    units: frozenset[str] = frozenset()

    def wants(self, kind: EventKind, units: Collection[str]) -> bool:
        """Whether it is told of an event about ``units``; one about no unit in particular is."""
        if kind not in self.events:
            return False
        return not self.units or not units or not self.units.isdisjoint(units)


def expiry(since: datetime) -> datetime:
    """From when on a try that fails is the last one, of a message that waits ``since``."""
    return since + TRIED_FOR


def next_try(attempts: int, expires_at: datetime, now: datetime) -> datetime | None:
    """When to try again after ``attempts`` failed, the last of them at ``now``; None: never.

    The pauses double from a minute to an hour, so that a target which was down for a day is told
    within an hour of coming back, and one that is down for good is not asked all the time.
    """
    if now >= expires_at and attempts >= _LEAST_TRIES:
        return None
    doubled: int = 2 ** min(max(attempts, 1) - 1, _MOST_DOUBLINGS)
    return now + min(_FIRST_PAUSE * doubled, _LONGEST_PAUSE)
