from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from models.types import Period
from worker.core.calendar import Calendar
from worker.core.schedule import (
    AtTimes,
    ClosedMonth,
    Days,
    Every,
    Job,
    Office,
    Work,
    closed_period,
    last_slot,
    next_slot,
    slot_key,
)
from worker.core.times import VIETNAM, local_day

# 2 September and the swap of 2024: off on Friday 30/8, made up for on Saturday 7/9.
OFFICE = Office(
    Calendar(
        days_off=frozenset({date(2024, 8, 30), date(2024, 9, 2), date(2024, 9, 3)}),
        make_up_days=frozenset({date(2024, 9, 7)}),
    )
)
FOR_EVER = timedelta(days=400)

clocks = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))
whens = st.one_of(
    st.integers(1, 3 * 24 * 60).map(lambda minutes: Every(timedelta(minutes=minutes))),
    st.lists(clocks, min_size=1, max_size=4, unique=True).map(lambda each: AtTimes(tuple(each))),
)
day_choices = st.one_of(
    st.just(Days()),
    st.just(Days(working_only=True)),
    st.frozensets(st.integers(0, 6), min_size=1).map(lambda each: Days(weekdays=each)),
    st.integers(1, 31).map(lambda each: Days(of_month=each)),
)
jobs = st.builds(
    Job,
    name=st.just("nightly"),
    work=st.sampled_from(Work),
    source=st.sampled_from([None, "tinh"]),
    when=whens,
    days=day_choices,
    in_office_hours=st.booleans(),
    catch_up=st.just(FOR_EVER),
)
instants = st.datetimes(
    datetime(2024, 6, 1), datetime(2025, 3, 1), timezones=st.just(UTC)  # noqa: DTZ001
)  # fmt: skip


def at(text: str) -> datetime:
    return datetime.strptime(text, "%d/%m/%Y %H:%M").replace(tzinfo=VIETNAM)


def job(when: Every | AtTimes, days: Days | None = None, **more: Any) -> Job:
    return Job(name="viec", work=Work.SYNC, when=when, days=days or Days(), **more)


def every(minutes: int) -> Every:
    return Every(timedelta(minutes=minutes))


def daily(*clock: str) -> AtTimes:
    return AtTimes(tuple(time.fromisoformat(each) for each in clock))


def turns(of: Job, after: datetime, count: int) -> list[str]:
    """The next turns on Vietnam's clock."""

    def each() -> Iterator[datetime]:
        now = after
        while (turn := next_slot(of, now, OFFICE)) is not None:
            yield turn
            now = turn

    return [f"{turn.astimezone(VIETNAM):%d/%m %H:%M}" for turn in islice(each(), count)]


@pytest.mark.parametrize(
    ("of", "after", "found"),
    [
        (job(every(15)), "24/07/2024 15:59", ["24/07 16:00", "24/07 16:15"]),
        (job(every(15)), "24/07/2024 16:00", ["24/07 16:15", "24/07 16:30"]),
        (job(every(24 * 60)), "24/07/2024 16:00", ["25/07 00:00", "26/07 00:00"]),
        (job(every(7 * 24 * 60)), "24/07/2024 16:00", ["29/07 00:00", "05/08 00:00"]),
        (job(daily("02:00", "14:00")), "24/07/2024 16:00", ["25/07 02:00", "25/07 14:00"]),
        (job(daily("14:00", "02:00")), "24/07/2024 13:59", ["24/07 14:00", "25/07 02:00"]),
        (
            job(daily("07:00"), Days(working_only=True)),
            "29/08/2024 12:00",
            ["04/09 07:00", "05/09 07:00", "06/09 07:00", "07/09 07:00", "09/09 07:00"],
        ),
        (job(daily("07:00"), Days(weekdays=frozenset({0, 4}))), "24/07/2024 12:00",
         ["26/07 07:00", "29/07 07:00"]),
        (job(daily("16:00"), Days(of_month=23)), "23/07/2024 16:00",
         ["23/08 16:00", "23/09 16:00"]),
        (job(daily("16:00"), Days(of_month=31)), "01/11/2024 00:00",
         ["30/11 16:00", "31/12 16:00", "31/01 16:00", "28/02 16:00"]),
        (
            job(every(120), in_office_hours=True),
            "29/08/2024 13:59",
            ["29/08 14:00", "29/08 16:00", "04/09 08:00", "04/09 10:00"],
        ),
        (job(daily("11:30", "12:00", "17:00"), in_office_hours=True), "24/07/2024 08:00",
         ["24/07 11:30", "24/07 17:00", "25/07 11:30"]),
    ],
)  # fmt: skip
def test_turns_come_as_an_office_would_say_them(of: Job, after: str, found: list[str]) -> None:
    assert turns(of, at(after), len(found)) == found


@pytest.mark.parametrize("minutes", [7, 90, 15, 1440, 1000])
def test_an_interval_keeps_its_distance_across_midnight(minutes: int) -> None:
    told = job(every(minutes))
    now, found = at("23/07/2024 10:00"), []
    for _ in range(300):
        now = next_slot(told, now, OFFICE) or pytest.fail("no turn")
        found.append(now)
    assert {later - earlier for earlier, later in pairwise(found)} == {timedelta(minutes=minutes)}


def test_a_missed_turn_is_made_up_for_until_it_is_too_old() -> None:
    told = job(daily("02:00"), catch_up=timedelta(hours=6))
    assert last_slot(told, at("24/07/2024 01:59"), OFFICE) is None
    assert last_slot(told, at("24/07/2024 02:00"), OFFICE) == at("24/07/2024 02:00")
    assert last_slot(told, at("24/07/2024 08:00"), OFFICE) == at("24/07/2024 02:00")
    assert last_slot(told, at("24/07/2024 08:01"), OFFICE) is None


def test_of_many_missed_turns_only_the_latest_is_made_up_for() -> None:
    told = job(daily("02:00"), catch_up=timedelta(days=7))
    assert last_slot(told, at("24/07/2024 01:00"), OFFICE) == at("23/07/2024 02:00")


def test_a_job_whose_times_are_never_worked_has_no_turn() -> None:
    night = job(daily("02:00"), in_office_hours=True)
    assert next_slot(night, at("24/07/2024 16:00"), OFFICE) is None
    assert last_slot(night, at("24/07/2024 16:00"), OFFICE) is None


def test_a_turn_is_named_by_its_job_its_source_and_its_time() -> None:
    turn = datetime(2024, 7, 23, 19, tzinfo=UTC)
    nightly = Job(name="nightly", work=Work.FULL, when=daily("02:00"), source="tinh")
    prune = Job(name="prune", work=Work.PRUNE, when=daily("02:00"))
    assert slot_key(nightly, turn) == "nightly/tinh/2024-07-24T02:00:00+07:00"
    assert slot_key(prune, turn) == "prune/2024-07-24T02:00:00+07:00"


@pytest.mark.parametrize(
    ("month", "first", "last"),
    [
        (ClosedMonth.THIS, date(2024, 7, 1), date(2024, 7, 31)),
        (ClosedMonth.LAST, date(2024, 6, 1), date(2024, 6, 30)),
    ],
)
def test_a_cut_off_closes_its_own_month_or_the_one_before(
    month: ClosedMonth, first: date, last: date
) -> None:
    told = job(daily("16:00"), Days(of_month=23), month=month)
    assert closed_period(told, at("23/07/2024 16:00")) == Period(first, last)
    assert closed_period(told, at("01/07/2024 00:00")) == Period(first, last)


@given(jobs, instants)
def test_now_lies_between_the_last_turn_and_the_next(told: Job, now: datetime) -> None:
    earlier, later = last_slot(told, now, OFFICE), next_slot(told, now, OFFICE)
    assert earlier is None or earlier <= now
    assert later is None or now < later


@given(jobs, instants, st.timedeltas(timedelta(0), timedelta(days=40)))
def test_turns_do_not_go_back_when_time_goes_on(told: Job, now: datetime, by: timedelta) -> None:
    for turn_of in (last_slot, next_slot):
        before, after = turn_of(told, now, OFFICE), turn_of(told, now + by, OFFICE)
        assert before is None or after is None or before <= after


@given(jobs, instants, st.floats(0, 1))
def test_turns_do_not_depend_on_when_you_ask(told: Job, now: datetime, share: float) -> None:
    turn = next_slot(told, now, OFFICE)
    assume(turn is not None)
    assert turn is not None
    assert last_slot(told, turn, OFFICE) == turn
    # Whoever asks at any moment before it is told the same one, and the same one before that.
    between = now + (turn - now) * share
    assume(between < turn)
    assert next_slot(told, between, OFFICE) == turn
    assert last_slot(told, between, OFFICE) == last_slot(told, now, OFFICE)
    following = next_slot(told, turn, OFFICE)
    assert following is None or last_slot(told, following - timedelta(seconds=1), OFFICE) == turn


@given(jobs, instants, st.timedeltas(timedelta(minutes=5), timedelta(days=31)))
def test_no_turn_is_older_than_may_be_made_up_for(
    told: Job, now: datetime, catch_up: timedelta
) -> None:
    short = replace(told, catch_up=catch_up)
    found, ever = last_slot(short, now, OFFICE), last_slot(told, now, OFFICE)
    assert found == (ever if ever is not None and ever >= now - catch_up else None)


@given(jobs, instants)
def test_no_turn_lies_outside_what_was_asked(told: Job, now: datetime) -> None:
    for turn in (last_slot(told, now, OFFICE), next_slot(told, now, OFFICE)):
        if turn is None:
            continue
        clock = turn.astimezone(VIETNAM).time()
        day = local_day(turn)
        assert told.days.has(day, OFFICE.calendar)
        assert turn.utcoffset() == timedelta(0)
        if isinstance(told.when, AtTimes):
            assert clock in told.when.times
        if told.in_office_hours:
            assert OFFICE.calendar.is_working_day(day)
            assert any(begins <= clock <= ends for begins, ends in OFFICE.hours.sessions)
