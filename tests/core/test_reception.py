"""Receiving in time: 8 working hours from filing, in the clock and calendar of offices."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.dossiers import at
from worker.core.calendar import Calendar
from worker.core.reception import reception_late_from, working_instant
from worker.core.times import VIETNAM, local_day

SECOND = timedelta(seconds=1)
# 2024-07-05 is a Friday. The 9th is taken off, and Saturday the 13th is worked for it.
CALENDAR = Calendar(
    days_off=frozenset({date(2024, 7, 9)}), make_up_days=frozenset({date(2024, 7, 13)})
)
# (filed, received in time until), local times of July 2024
CASES = {
    "in the morning": ((3, 10, 0), (4, 10, 0)),
    "in the last minute of the day": ((3, 16, 59), (4, 16, 59)),
    "before work begins": ((3, 6, 0), (4, 7, 30)),
    "just as work begins": ((3, 7, 30), (4, 7, 30)),
    "as the morning ends": ((3, 11, 30), (4, 13, 30)),
    "over lunch": ((3, 12, 15), (4, 13, 30)),
    "as the day ends": ((3, 17, 0), (5, 7, 30)),
    "at midnight": ((4, 0, 0), (5, 7, 30)),
    "on a Friday": ((5, 10, 0), (8, 10, 0)),
    "on a Friday evening": ((5, 18, 0), (10, 7, 30)),
    "at a weekend": ((6, 9, 0), (10, 7, 30)),
    "the day before a day off": ((8, 14, 0), (10, 14, 0)),
    "on a day off": ((9, 9, 0), (11, 7, 30)),
    "before a Saturday that is worked": ((12, 9, 0), (13, 9, 0)),
    "on a Saturday that is worked": ((13, 9, 0), (15, 9, 0)),
}

instants = st.datetimes(datetime(2024, 1, 1), datetime(2025, 12, 31)).map(  # noqa: DTZ001
    lambda local: local.replace(microsecond=0, tzinfo=VIETNAM).astimezone(UTC)
)
days = st.frozensets(
    st.integers(0, 730).map(lambda n: date(2024, 1, 1) + timedelta(days=n)), max_size=40
)
calendars = st.builds(Calendar, days_off=days, make_up_days=days)


def _is_working_time(instant: datetime, calendar: Calendar) -> bool:
    clock = instant.astimezone(VIETNAM).time()
    morning, afternoon = time(7, 30) <= clock < time(11, 30), time(13, 30) <= clock < time(17)
    return calendar.is_working_day(local_day(instant)) and (morning or afternoon)


@pytest.mark.parametrize("name", CASES)
def test_a_dossier_filed_online_may_be_received_within_eight_working_hours(name: str) -> None:
    filed, until = CASES[name]
    assert reception_late_from(at(*filed), CALENDAR) == at(*until) + SECOND


@given(instants, calendars)
def test_the_limit_ends_in_working_time_one_working_day_after_work_took_notice(
    filed: datetime, calendar: Calendar
) -> None:
    noticed = working_instant(filed, calendar)
    until = reception_late_from(filed, calendar) - SECOND
    assert filed <= noticed < until
    assert _is_working_time(noticed, calendar)
    assert _is_working_time(until, calendar)
    first = local_day(noticed)
    later = (first + timedelta(days=n) for n in range(1, (local_day(until) - first).days + 1))
    assert sum(map(calendar.is_working_day, later)) == 1


@given(instants, calendars)
def test_nobody_works_between_filing_and_the_instant_taken_for_it(
    filed: datetime, calendar: Calendar
) -> None:
    noticed = working_instant(filed, calendar)
    assert (noticed == filed) is _is_working_time(filed, calendar)
    hour = filed
    while hour < noticed:
        assert not _is_working_time(hour, calendar)
        hour += timedelta(minutes=30)


@given(instants, instants, calendars)
def test_who_files_later_is_never_due_sooner(
    one: datetime, other: datetime, calendar: Calendar
) -> None:
    sooner, later = sorted((one, other))
    assert reception_late_from(sooner, calendar) <= reception_late_from(later, calendar)


@given(instants, calendars)
def test_filing_outside_working_time_is_filing_as_work_next_begins(
    filed: datetime, calendar: Calendar
) -> None:
    noticed = working_instant(filed, calendar)
    assert reception_late_from(filed, calendar) == reception_late_from(noticed, calendar)
