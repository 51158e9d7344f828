from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.core.calendar import Calendar, merge, parse_calendar
from worker.core.times import local_day, local_instant
from worker.errors import ReferenceError  # noqa: A004

YEAR_2024 = Calendar(
    days_off=frozenset({date(2024, 4, 18), date(2024, 4, 29), date(2024, 4, 30), date(2024, 5, 1)}),
    make_up_days=frozenset({date(2024, 5, 4)}),
)
instants = st.timedeltas(
    timedelta(0), datetime(2024, 12, 31, tzinfo=UTC) - datetime(2024, 1, 1, tzinfo=UTC)
).map(lambda passed: datetime(2024, 1, 1, tzinfo=UTC) + passed)


def at(text: str) -> datetime:
    return local_instant(text, "%d/%m/%Y %H:%M")


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2024, 4, 17), True),
        (date(2024, 4, 18), False),
        (date(2024, 4, 20), False),
        (date(2024, 4, 21), False),
        (date(2024, 5, 4), True),
        (date(2024, 5, 11), False),
    ],
)
def test_offices_work_on_weekdays_but_holidays_and_on_make_up_saturdays(
    day: date, *, works: bool
) -> None:
    assert YEAR_2024.is_working_day(day) is works


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("05/04/2024 10:00", 1, "08/04/2024 10:00"),
        ("05/04/2024 10:00", 0, "05/04/2024 10:00"),
        ("06/04/2024 10:00", 1, "08/04/2024 10:00"),
        ("17/04/2024 16:45", 1, "19/04/2024 16:45"),
        ("26/04/2024 08:15", 3, "04/05/2024 08:15"),
        ("26/04/2024 08:15", 4, "06/05/2024 08:15"),
        ("31/03/2024 23:30", 1, "01/04/2024 23:30"),
    ],
)
def test_a_limit_ends_at_the_same_clock_time_working_days_later(
    start: str, days: int, end: str
) -> None:
    assert YEAR_2024.add_working_days(at(start), days) == at(end)


def test_the_local_day_counts_not_the_day_in_utc() -> None:
    monday_early = datetime(2024, 4, 7, 23, tzinfo=UTC)
    assert YEAR_2024.add_working_days(monday_early, 1) == monday_early + timedelta(days=1)


@given(instants, st.integers(1, 60))
def test_a_limit_ends_on_a_working_day_with_as_many_behind_it(instant: datetime, days: int) -> None:
    end = YEAR_2024.add_working_days(instant, days)
    start_day = local_day(instant)
    passed = [start_day + timedelta(n) for n in range(1, (local_day(end) - start_day).days + 1)]
    assert YEAR_2024.is_working_day(local_day(end))
    assert sum(map(YEAR_2024.is_working_day, passed)) == days


@given(instants, st.integers(0, 30), st.integers(0, 30))
def test_two_limits_in_a_row_are_one(instant: datetime, first: int, second: int) -> None:
    in_two_steps = YEAR_2024.add_working_days(YEAR_2024.add_working_days(instant, first), second)
    assert in_two_steps == YEAR_2024.add_working_days(instant, first + second)


def test_a_negative_limit_is_refused() -> None:
    with pytest.raises(ValueError, match="-1"):
        YEAR_2024.add_working_days(at("05/04/2024 10:00"), -1)


@given(instants, st.integers(0, 60))
def test_a_limit_in_calendar_days_ends_on_the_first_working_day_from_then_on(
    instant: datetime, days: int
) -> None:
    end = YEAR_2024.add_calendar_days(instant, days)
    day = local_day(instant) + timedelta(days=days)
    while not YEAR_2024.is_working_day(day):
        day += timedelta(days=1)
    assert local_day(end) == day
    assert (end - instant) % timedelta(days=1) == timedelta(0)


def test_a_negative_limit_in_calendar_days_is_refused() -> None:
    with pytest.raises(ValueError, match="-1"):
        YEAR_2024.add_calendar_days(at("05/04/2024 10:00"), -1)


def test_an_office_takes_days_off_and_takes_them_back() -> None:
    own = Calendar(frozenset({date(2024, 5, 4)}), frozenset({date(2024, 4, 29), date(2024, 4, 27)}))
    days = YEAR_2024.with_own_days(own)
    assert not days.is_working_day(date(2024, 5, 4))
    assert days.is_working_day(date(2024, 4, 29))
    assert days.is_working_day(date(2024, 4, 27))
    assert not days.is_working_day(date(2024, 4, 30))


def test_a_calendar_can_be_cut_to_some_years() -> None:
    assert YEAR_2024.of_years({2024}) == YEAR_2024
    assert YEAR_2024.of_years({2023, 2025}) == Calendar()


def test_a_table_of_a_year_holds_days_of_that_year_only() -> None:
    text = "day,kind,name\n2024-05-04,make_up,x\n2025-05-04,off,x\n"
    assert parse_calendar(text, "own.csv").days_off == {date(2025, 5, 4)}
    with pytest.raises(ReferenceError) as caught:
        parse_calendar(text, "2024.csv", 2024)
    assert (caught.value.values["problem"], caught.value.values["line"]) == ("other_year", 3)


def test_a_year_is_read_from_its_file_and_joined_with_others() -> None:
    first = parse_calendar("day,kind,name\n2024-04-18,off,Giỗ Tổ\n", "2024.csv")
    second = parse_calendar("\ufeffday,kind,name\r\n2024-05-04,make_up,Làm bù\r\n", "2024b.csv")
    joined = merge([first, second])
    assert joined == Calendar(frozenset({date(2024, 4, 18)}), frozenset({date(2024, 5, 4)}))
    assert merge([]) == Calendar()


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ("2024-02-30,off,x", "bad_date"),
        (",off,x", "value_missing"),
        ("2024-02-10,,x", "value_missing"),
        ("2024-02-10,holiday,x", "unknown_kind"),
        ("2024-02-10,off", "field_count"),
        ("2024-02-09,make_up,x", "duplicate"),
    ],
)
def test_a_wrong_line_is_named(lines: str, problem: str) -> None:
    with pytest.raises(ReferenceError) as caught:
        parse_calendar(f"day,kind,name\n2024-02-09,off,Tết\n{lines}\n", "2024.csv")
    assert caught.value.key == "reference_line"
    assert caught.value.values["problem"] == problem
    assert (caught.value.values["file"], caught.value.values["line"]) == ("2024.csv", 3)
