"""Early warning: how far 24 working hours reach (domain, section 7)."""

from datetime import datetime, timedelta

from worker.core.calendar import Calendar
from worker.core.hours import Hours
from worker.core.times import VIETNAM, local_day

# 24 working hours: every known implementation counts 8 of them to a working day.
AHEAD_IN_DAYS = 3

_ONE_DAY = timedelta(days=1)


def reach(now: datetime, calendar: Calendar, hours: Hours) -> datetime:
    """The last instant (UTC) of the 24 working hours that begin now.

    Outside of office hours they begin with the next session. So on Friday evening they reach until
    Thursday morning, and what becomes late in between can still be acted upon.
    """
    return calendar.add_working_days(_next_work(now, calendar, hours), AHEAD_IN_DAYS)


def _next_work(now: datetime, calendar: Calendar, hours: Hours) -> datetime:
    """The first instant from ``now`` on at which offices work."""
    day, clock = local_day(now), now.astimezone(VIETNAM).time()
    if calendar.is_working_day(day):
        for begins, ends in hours.sessions:
            if clock < ends:
                return datetime.combine(day, max(clock, begins), tzinfo=VIETNAM)
    day += _ONE_DAY
    while not calendar.is_working_day(day):
        day += _ONE_DAY
    return datetime.combine(day, hours.begins, tzinfo=VIETNAM)
