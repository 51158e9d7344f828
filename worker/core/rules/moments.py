"""Comparing an end, or the running clock, with the due time the way a rule does."""

from datetime import datetime, time, timedelta

from worker.core.rules.rule import Comparing, Early, Granularity
from worker.core.times import VIETNAM, day_start, local_day

_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)

# BetimeUtils' own half-day sessions. Hours configured in OpenCPS never reach them, its parser
# splitting twice (wire.md section 9, known bugs), so they are the product's constants whatever the
# province's hours are; those tell when work goes on (worker/core/hours.py). A due time outside both
# sessions is taken to belong to the one begun before it, one before the morning to the morning; the
# source doesn't tell.
_MORNING = time(7)
_AFTERNOON = time(13, 30)
# td_766 asks whether an open dossier was due before the last second of the day (wire.md 10).
_LAST_SECOND = time(23, 59, 59)


def is_after(comparing: Comparing, end: datetime, due: datetime) -> bool:
    """Whether an end lies after the due time, by moments or by local days."""
    if comparing.granularity is Granularity.DAY:
        return local_day(end) > local_day(due)
    return end > due


def first_late_second(comparing: Comparing, due: datetime) -> datetime:
    """The instant from which a dossier that has not ended is late."""
    if comparing.granularity is Granularity.DAY:
        on_due_day = comparing.late_at_due and _clock(due) < _LAST_SECOND
        return day_start(local_day(due) + (timedelta() if on_due_day else _DAY))
    return due if comparing.late_at_due else due + _SECOND


def is_early(comparing: Comparing, end: datetime, due: datetime) -> bool:
    """Whether an end in time lies before time, for rules that tell the two apart."""
    match comparing.early:
        case Early.UNTOLD:
            return False
        case Early.SESSION:
            return end < _session_start(due)
        case Early.DAY:
            return local_day(end) < local_day(due)


def _session_start(due: datetime) -> datetime:
    start = _AFTERNOON if _clock(due) >= _AFTERNOON else _MORNING
    return datetime.combine(local_day(due), start, tzinfo=VIETNAM)


def _clock(instant: datetime) -> time:
    return instant.astimezone(VIETNAM).time()
