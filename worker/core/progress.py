"""How fast work goes and how long it still takes, from how far it has come."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far something has come: ``done`` of ``total`` (None: nobody knows), between instants."""

    done: int
    total: int | None
    began: datetime
    seen: datetime

    @property
    def rate(self) -> float | None:
        """How much is done a second; None before a second has passed or anything is done."""
        seconds = (self.seen - self.began).total_seconds()
        return self.done / seconds if seconds >= 1 and self.done else None

    @property
    def left(self) -> timedelta | None:
        """How long the rest takes at this rate; None where nobody can know."""
        if self.total is None or self.rate is None:
            return None
        return timedelta(seconds=round(max(self.total - self.done, 0) / self.rate))
