"""Receiving in time: 8 working hours from filing, in the clock and calendar of offices."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.types import Progress, Status
from tests.core.dossiers import at, view
from worker.core.calendar import Calendar
from worker.core.hours import OFFICE_HOURS, Hours
from worker.core.reception import (
    Reception,
    reception_late_from,
    reception_of,
    working_instant,
)
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


LONG_DAY = Hours(((time(7), time(12)), (time(13), time(18))))


def test_the_provinces_own_hours_say_when_filing_is_noticed() -> None:
    assert reception_late_from(at(3, 17, 30), CALENDAR, LONG_DAY) == at(4, 17, 30) + SECOND
    assert reception_late_from(at(3, 17, 30), CALENDAR) == at(5, 7, 30) + SECOND
    assert reception_late_from(at(3, 6, 0), CALENDAR, LONG_DAY) == at(4, 7, 0) + SECOND


def stands(as_of: datetime, **told: object) -> Reception | None:
    usual: dict[str, object] = {"submitted_at": at(3, 10), "received_at": None}
    return reception_of(view(**(usual | told)), CALENDAR, OFFICE_HOURS, as_of)


@pytest.mark.parametrize(
    ("received", "late"), [(at(3, 15), False), (at(4, 10), False), (at(4, 10, 1), True)]
)
def test_a_reception_is_late_after_its_deadline(received: datetime, *, late: bool) -> None:
    found = stands(at(20), received_at=received)
    assert found == Reception(late_from=at(4, 10) + SECOND, answered_at=received, late=late)
    assert found is not None
    assert found.until == at(4, 10)


@pytest.mark.parametrize(("as_of", "late"), [(at(4, 9), False), (at(4, 10), False), (at(5), True)])
def test_one_that_waits_is_judged_now(as_of: datetime, *, late: bool) -> None:
    waiting = stands(as_of, status=Status.NEW)
    assert waiting == Reception(late_from=at(4, 10) + SECOND, answered_at=None, late=late)
    assert stands(as_of, received_at=at(19)) == waiting


@pytest.mark.parametrize(
    "told",
    [
        {"submitted_at": None, "received_at": at(3)},
        {"received_at": at(3, 10)},
        {"received_at": at(2, 10)},
        {"submitted_at": at(21), "status": Status.NEW},
        {"status": Status.IN_PROCESS},
        {"status": Status.NOT_ACCEPTED},
    ],
)
def test_where_nobody_has_to_receive_or_nobody_tells_when_there_is_no_deadline(
    told: dict[str, object],
) -> None:
    assert stands(at(20), **told) is None


def test_a_refusal_is_an_answer_too() -> None:
    refused = stands(at(20), status=Status.NOT_ACCEPTED, finished_at=at(4, 9))
    assert refused is not None
    assert (refused.answered_at, refused.late) == (at(4, 9), False)
    events = (Progress(at(3, 11), Status.NEW), Progress(at(8), Status.SUPPLEMENT_REQUESTED))
    asked = stands(at(20), status=Status.SUPPLEMENT_REQUESTED, events=events)
    assert asked is not None
    assert (asked.answered_at, asked.late) == (at(8), True)


@given(instants, calendars, st.none() | instants, instants)
def test_what_is_known_by_the_as_of_decides_and_once_late_stays_late(
    filed: datetime, calendar: Calendar, received: datetime | None, as_of: datetime
) -> None:
    record = view(submitted_at=filed, received_at=received, status=Status.NEW)
    now = reception_of(record, calendar, OFFICE_HOURS, as_of)
    later = reception_of(record, calendar, OFFICE_HOURS, as_of + timedelta(days=1))
    if now is None:
        return
    assert later is not None
    assert later.late_from == now.late_from
    assert later.late or not now.late
    assert now.answered_at in (None, received)
