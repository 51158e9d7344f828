"""The working days of Vietnam, from tables and computed."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from worker.core.calendar import Calendar
from worker.core.times import FIRST_YEAR, LAST_YEAR
from worker.errors import ReferenceError  # noqa: A004
from worker.sources.calendars import computed_days, national_calendar

TABLED = (2023, 2024, 2025, 2026)
NOWHERE = Path("/nowhere")

# Where the library and the announced tables differ. A library that changes shows here: the table
# stands, so no count changes, but the years without a table may.
KNOWN_DIFFERENCES = {date(2026, 1, 2): "off, swapped with 10/1", date(2026, 1, 10): "make-up day"}

# One announced day off of each kind in years without a table: fixed, by the moon, substitute, swap.
REMEMBERED = (
    (date(2022, 2, 1), False),  # Tết
    (date(2022, 4, 11), False),  # Hùng Kings on Sunday the 10th
    (date(2022, 9, 1), False),
    (date(2021, 2, 12), False),
    (date(2019, 4, 29), False),  # swapped with 4/5
    (date(2019, 5, 4), True),
    (date(2027, 2, 6), False),
    (date(2027, 11, 24), False),
    (date(2024, 4, 29), False),
    (date(2024, 5, 4), True),
    (date(2025, 4, 26), True),
    (date(2026, 2, 17), False),
    (date(2023, 1, 20), False),
    (date(2024, 7, 18), True),
)


def days_of(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]


@pytest.mark.parametrize(("day", "works"), REMEMBERED)
def test_holidays_swaps_and_make_up_days_are_known(day: date, *, works: bool) -> None:
    assert national_calendar(NOWHERE).calendar.is_working_day(day) is works


def test_the_library_differs_from_the_tables_only_where_it_is_known_to() -> None:
    national = national_calendar(NOWHERE)
    computed = computed_days(TABLED)
    differing = {
        day
        for year in TABLED
        for day in days_of(year)
        if computed.is_working_day(day) is not national.calendar.is_working_day(day)
    }
    assert differing == KNOWN_DIFFERENCES.keys()


def test_every_year_a_due_date_may_have_is_known_and_no_other() -> None:
    national = national_calendar(NOWHERE)
    assert national.tabled == set(TABLED)
    years = {day.year for day in national.calendar.days_off}
    assert years == set(range(FIRST_YEAR, LAST_YEAR + 1))
    assert national.calendar.is_working_day(date(2101, 1, 3))
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        assert 5 <= sum(day.year == year for day in national.calendar.days_off) <= 20, year


def test_an_offices_table_stands_before_the_programs_and_before_the_computed(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "calendar"
    folder.mkdir()
    header = "day,kind,name\n"
    (folder / "2024.csv").write_text(header + "2024-07-18,off,x\n", encoding="utf-8")
    (folder / "2027.csv").write_text(header + "2027-07-17,make_up,x\n", encoding="utf-8")
    (folder / "notes.txt").write_text("not a table", encoding="utf-8")
    national = national_calendar(tmp_path)
    assert national.tabled == {*TABLED, 2027}
    assert national.calendar.of_years({2024}) == Calendar(frozenset({date(2024, 7, 18)}))
    assert national.calendar.of_years({2027}) == Calendar(
        frozenset(), frozenset({date(2027, 7, 17)})
    )
    assert not national.calendar.is_working_day(date(2025, 5, 2))


@pytest.mark.parametrize("name", ["lich-2027.csv", "27.csv"])
def test_a_table_with_another_name_than_its_year_is_refused(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "calendar"
    folder.mkdir()
    (folder / name).write_text("day,kind,name\n", encoding="utf-8")
    with pytest.raises(ReferenceError) as caught:
        national_calendar(tmp_path)
    assert (caught.value.key, caught.value.values) == ("calendar_file_not_a_year", {"file": name})


def test_a_mistake_in_a_table_is_named_with_its_line(tmp_path: Path) -> None:
    folder = tmp_path / "calendar"
    folder.mkdir()
    (folder / "2027.csv").write_text("day,kind,name\n2026-07-17,off,x\n", encoding="utf-8")
    with pytest.raises(ReferenceError) as caught:
        national_calendar(tmp_path)
    assert caught.value.values["problem"] == "other_year"
