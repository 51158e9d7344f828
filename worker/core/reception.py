"""The deadline for receiving a dossier filed online: 8 working hours, which are one working day.

Every known implementation counts 8 hours to a working day (TD's ``HanTiepNhan``, OpenCPS), also
where the sessions of the office add up to less. So the limit ends one working day later at the same
clock time (domain, section 2), and the province's own hours only say when a dossier filed outside
working time is taken as filed: when working time next begins (OpenCPS's ``DueDateUtils``; TD moves
what comes after 17:00 to the next day too).
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from models.types import RecordView, Status
from worker.core.calendar import Calendar
from worker.core.hours import OFFICE_HOURS, Hours
from worker.core.times import VIETNAM

_LIMIT = 1  # working day
_ONE_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """How the reception of one dossier filed online stands.

    ``late_from`` is the first second at which receiving it counts as late, ``answered_at`` when
    the office received or refused it (None: it still waits), ``late`` whether that was too late,
    or, of one that waits, whether it is so by the as-of instant.
    """

    late_from: datetime
    answered_at: datetime | None
    late: bool

    @property
    def until(self) -> datetime:
        """The last second in time."""
        return self.late_from - _SECOND


def reception_of(
    view: RecordView, calendar: Calendar, hours: Hours, as_of: datetime
) -> Reception | None:
    """Whether a dossier filed online was, or is, received in time.

    Args:
        view: The record of the side that receives: the province's.
        calendar: The working days.
        hours: The province's office hours.
        as_of: The aware instant at which one that still waits is judged.

    Returns:
        None where there is no reception to speak of: not filed yet, filed at the counter (no time
        of filing, or received no later than it was filed), or answered at a time nobody tells.
    """
    filed, answered = view.submitted_at, _answered_at(view)
    if filed is None or filed > as_of or (answered is not None and answered <= filed):
        return None
    if answered is None and view.status is not Status.NEW:
        return None
    return reception_between(filed, answered, calendar, hours, as_of)


def reception_between(
    filed: datetime, answered: datetime | None, calendar: Calendar, hours: Hours, as_of: datetime
) -> Reception:
    """How a reception stands: filed and answered (None: not yet) at these aware instants."""
    late_from = reception_late_from(filed, calendar, hours)
    known = answered if answered is not None and answered <= as_of else None
    return Reception(late_from=late_from, answered_at=known, late=late_from <= (known or as_of))


def _answered_at(view: RecordView) -> datetime | None:
    """When the office received the dossier, or first did anything else with it."""
    if view.received_at is not None:
        return view.received_at
    steps = [event.at for event in view.events or () if event.status is not Status.NEW]
    if steps:
        return min(steps)
    return (view.finished_at or view.returned_at) if view.status.is_end else None


def reception_late_from(
    submitted_at: datetime, calendar: Calendar, hours: Hours = OFFICE_HOURS
) -> datetime:
    """The first second at which a dossier filed online and not yet received is late.

    Filed on Friday at 10:00 it may be received until Monday at 10:00; filed on Friday at 18:00 it
    counts as filed on Monday at 7:30 and may be received until Tuesday at 7:30. The due second
    itself is in time.

    Args:
        submitted_at: The aware instant of filing.
        calendar: The working days.
        hours: The province's office hours.

    Returns:
        The instant in UTC.
    """
    noticed = working_instant(submitted_at, calendar, hours)
    return calendar.add_working_days(noticed, _LIMIT) + _SECOND


def working_instant(instant: datetime, calendar: Calendar, hours: Hours = OFFICE_HOURS) -> datetime:
    """``instant`` itself in working time, else the next instant at which working time begins, UTC.

    A session's first second belongs to it, its last clock time (11:30, 17:00) doesn't any more.
    """
    local = instant.astimezone(VIETNAM)
    if calendar.is_working_day(local.date()):
        for begins, ends in hours.sessions:
            if local.time() < ends:
                clock = max(local.time(), begins)
                return datetime.combine(local.date(), clock, tzinfo=VIETNAM).astimezone(UTC)
    day = local.date() + _ONE_DAY
    while not calendar.is_working_day(day):
        day += _ONE_DAY
    return datetime.combine(day, hours.begins, tzinfo=VIETNAM).astimezone(UTC)
