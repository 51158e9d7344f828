"""The schedule: which instants are a job's turns.

A turn follows from the job, the calendar and Vietnam's clock alone, never from when somebody asks
or what ran before, so that any number of processes agree on it and name it by the same key.
"""

from bisect import bisect_left, bisect_right
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from models.types import Period
from worker.core.calendar import Calendar
from worker.core.hours import OFFICE_HOURS, Hours
from worker.core.times import VIETNAM, local_day, month_of, period_start

# Turns that come every so often are counted from here: midnight of a Monday. Vietnam's clock has
# stood at +07:00 all year round since 1975, so a day has 24 hours.
_ORIGIN = datetime(2000, 1, 3, tzinfo=VIETNAM)
_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)
_SECONDS_OF_A_DAY = 86_400
_LOOK_AHEAD_DAYS = 400
_EVERY_WEEKDAY = frozenset(range(7))


class Work(StrEnum):
    """What a job does."""

    SYNC = "sync"
    FULL = "full"
    CLOSE = "close"
    PRUNE = "prune"
    BACKUP = "backup"
    DIGEST = "digest"
    PUBLISH = "publish"
    REVIEW = "review"


class ClosedMonth(StrEnum):
    """Which month a cut-off closes: the one it lies in, or the one before."""

    THIS = "this"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class Every:
    """A turn each time an interval of whole seconds has passed, counted from a fixed midnight.

    One that divides the day falls on the same times every day; any other, such as 7 or 90 minutes,
    keeps its distance across midnight.
    """

    interval: timedelta


@dataclass(frozen=True, slots=True)
class AtTimes:
    """A turn at each of these local clock times."""

    times: tuple[time, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """The local days on which a job has turns: all, unless something else is said.

    ``weekdays`` count from Monday, 0. ``of_month`` 29 to 31 is the last day of a shorter month.
    """

    weekdays: frozenset[int] = _EVERY_WEEKDAY
    of_month: int | None = None
    working_only: bool = False

    def has(self, day: date, calendar: Calendar) -> bool:
        """Whether a local day is one of them."""
        if self.of_month is not None:
            last = monthrange(day.year, day.month)[1]
            if day.day != min(self.of_month, last):
                return False
        if self.working_only and not calendar.is_working_day(day):
            return False
        return day.weekday() in self.weekdays


@dataclass(frozen=True, slots=True)
class Office:
    """When a province's offices work."""

    calendar: Calendar = field(default_factory=Calendar)
    hours: Hours = OFFICE_HOURS


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One job of the schedule, for one ``source`` or (None) for the whole store.

    ``in_office_hours``: only turns within the sessions of a working day count, their last second
    included. ``catch_up``: how old a missed turn may be and still be made up for. ``month`` is for
    ``Work.CLOSE`` alone.
    """

    name: str
    work: Work
    when: Every | AtTimes
    source: str | None = None
    days: Days = field(default_factory=Days)
    in_office_hours: bool = False
    catch_up: timedelta = _DAY
    month: ClosedMonth = ClosedMonth.THIS


def last_slot(job: Job, now: datetime, office: Office) -> datetime | None:
    """The latest turn of a job at or before ``now``, in UTC; None where it is too old to make up.

    However many turns were missed, only this one is made up for.
    """
    limit, oldest = _seconds(now), now - job.catch_up
    day = local_day(now)
    while day >= local_day(oldest):
        turns = _turns_on(job, day, office)
        found = [each[place - 1] for each in turns if (place := bisect_right(each, limit))]
        if found:
            latest = _instant(max(found))
            return latest if latest >= oldest else None
        day -= _DAY
    return None


def next_slot(job: Job, now: datetime, office: Office) -> datetime | None:
    """The first turn of a job after ``now``, in UTC; None where it has none in a year to come."""
    limit, today = _seconds(now) + 1, local_day(now)
    for ahead in range(_LOOK_AHEAD_DAYS):
        turns = _turns_on(job, today + timedelta(ahead), office)
        found = [each[place] for each in turns if (place := bisect_left(each, limit)) < len(each)]
        if found:
            return _instant(min(found))
    return None


def slot_key(job: Job, slot: datetime) -> str:
    """What a turn is known by, everywhere and for ever: ``nightly/tinh/2024-07-24T02:00:00+07:00``.

    A job for the whole store has no source in it.
    """
    at = slot.astimezone(VIETNAM).isoformat(timespec="seconds")
    return "/".join(part for part in (job.name, job.source, at) if part is not None)


def closed_period(job: Job, slot: datetime) -> Period:
    """The month that a turn of a closing job closes, as of that very instant."""
    return month_of(slot) if job.month is ClosedMonth.THIS else month_before(slot)


def month_before(slot: datetime) -> Period:
    """The month before the one an instant lies in."""
    return month_of(period_start(month_of(slot)) - _SECOND)


def _turns_on(job: Job, day: date, office: Office) -> list[Sequence[int]]:
    """The turns of a local day in order, those of each window of it apart, in seconds."""
    if not job.days.has(day, office.calendar):
        return []
    midnight = (day - _ORIGIN.date()).days * _SECONDS_OF_A_DAY
    return [
        _turns_between(job.when, midnight, first, last)
        for first, last in _windows(job, day, office)
    ]


def _windows(job: Job, day: date, office: Office) -> list[tuple[int, int]]:
    """The parts of a day in which turns count: first and last second of each."""
    if not job.in_office_hours:
        return [(0, _SECONDS_OF_A_DAY - 1)]
    if not office.calendar.is_working_day(day):
        return []
    return [(_of_day(begins), _of_day(ends)) for begins, ends in office.hours.sessions]


def _turns_between(when: Every | AtTimes, midnight: int, first: int, last: int) -> Sequence[int]:
    if isinstance(when, AtTimes):
        clock = sorted(map(_of_day, when.times))
        return [midnight + each for each in clock if first <= each <= last]
    step = when.interval // _SECOND
    begin = -(-(midnight + first) // step) * step
    return range(begin, midnight + last + 1, step)


def _of_day(clock: time) -> int:
    return clock.hour * 3600 + clock.minute * 60 + clock.second


def _seconds(instant: datetime) -> int:
    return (instant - _ORIGIN) // _SECOND


def _instant(seconds: int) -> datetime:
    return _ORIGIN.astimezone(UTC) + seconds * _SECOND
