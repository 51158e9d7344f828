"""How many re-sends may go now: so many in any hour, so many on a local day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from worker.core.times import day_start, local_day

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The most dossiers of one request, of any hour (60 minutes) and of a day in Vietnam."""

    per_request: int
    per_hour: int
    per_day: int


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many may go now; where none may, ``next_at`` is when the next one may."""

    left: int
    next_at: datetime | None = None


def allowance(limits: Limits, sent: Sequence[datetime], now: datetime) -> Allowance:
    """What the limits leave.

    Args:
        limits: What is allowed.
        sent: When dossiers went, those of today and of the last hour at least.
        now: The instant.
    """
    last_hour = sorted(at for at in sent if now - at < _HOUR)
    today = [at for at in sent if local_day(at) == local_day(now)]
    left = min(limits.per_hour - len(last_hour), limits.per_day - len(today))
    if left > 0:
        return Allowance(left)
    free = [now]
    if len(last_hour) >= limits.per_hour:
        free.append(last_hour[-limits.per_hour] + _HOUR)
    if len(today) >= limits.per_day:
        free.append(day_start(local_day(now) + _DAY))
    return Allowance(0, max(free))
