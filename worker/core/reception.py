"""The deadline for receiving a dossier filed online: 8 working hours, which are one working day.

Offices work from 7:30 to 11:30 and from 13:30 to 17:00 on working days. That is 7.5 hours, but
every known implementation counts 8 to a day, so the limit ends one working day later at the same
clock time (domain, section 2). A dossier filed outside working time is taken as filed when working
time next begins (OpenCPS's ``DueDateUtils``; TD moves what comes after 17:00 to the next day too).
"""

from datetime import UTC, datetime, time, timedelta

from worker.core.calendar import Calendar
from worker.core.times import VIETNAM

_LIMIT = 1  # working day
_SESSIONS = ((time(7, 30), time(11, 30)), (time(13, 30), time(17)))
_ONE_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


def reception_late_from(submitted_at: datetime, calendar: Calendar) -> datetime:
    """The first second at which a dossier filed online and not yet received is late.

    Filed on Friday at 10:00 it may be received until Monday at 10:00; filed on Friday at 18:00 it
    counts as filed on Monday at 7:30 and may be received until Tuesday at 7:30. The due second
    itself is in time.

    Args:
        submitted_at: The aware instant of filing.
        calendar: The working days.

    Returns:
        The instant in UTC.
    """
    return calendar.add_working_days(working_instant(submitted_at, calendar), _LIMIT) + _SECOND


def working_instant(instant: datetime, calendar: Calendar) -> datetime:
    """``instant`` itself in working time, else the next instant at which working time begins, UTC.

    A session's first second belongs to it, its last clock time (11:30, 17:00) doesn't any more.
    """
    local = instant.astimezone(VIETNAM)
    if calendar.is_working_day(local.date()):
        for begins, ends in _SESSIONS:
            if local.time() < ends:
                clock = max(local.time(), begins)
                return datetime.combine(local.date(), clock, tzinfo=VIETNAM).astimezone(UTC)
    day = local.date() + _ONE_DAY
    while not calendar.is_working_day(day):
        day += _ONE_DAY
    return datetime.combine(day, _SESSIONS[0][0], tzinfo=VIETNAM).astimezone(UTC)
