import contextlib
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.types import Period
from worker.core.times import (
    VIETNAM,
    day_start,
    local_day,
    local_instant,
    month_of,
    parse_month,
    period_end,
    period_start,
)
from worker.errors import DataError, PermanentError

PORTAL = "%Y%m%d%H%M%S"
OPENCPS = "%d/%m/%Y %H:%M:%S"

instants = st.timedeltas(
    timedelta(0), datetime(2100, 12, 30, tzinfo=UTC) - datetime(1990, 1, 2, tzinfo=UTC)
).map(lambda passed: datetime(1990, 1, 2, tzinfo=UTC) + passed)
days = st.dates(date(1990, 1, 1), date(2100, 11, 30))


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("20240718163005", PORTAL),
        ("18/07/2024 16:30:05", OPENCPS),
        ("  20240718163005 ", PORTAL),
    ],
)
def test_local_clock_times_are_seven_hours_ahead_of_utc(text: str, pattern: str) -> None:
    assert local_instant(text, pattern) == datetime(2024, 7, 18, 9, 30, 5, tzinfo=UTC)


def test_a_day_without_a_clock_time_is_its_midnight() -> None:
    midnight = datetime(2024, 7, 17, 17, tzinfo=UTC)
    assert local_instant("18/07/2024", "%d/%m/%Y") == midnight
    assert day_start(date(2024, 7, 18)) == midnight


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("", PORTAL),
        ("202407181630", PORTAL),
        ("202471116", PORTAL),
        ("20240230120000", PORTAL),
        ("20240718240000", PORTAL),
        ("20240718163005 ICT", PORTAL),
        ("2024-07-18T16:30:05", PORTAL),
        ("18/7/2024 16:30:05", OPENCPS),
        ("18-07-2024 16:30:05", OPENCPS),
        ("٢٠٢٤٠٧١٨١٦٣٠٠٥", PORTAL),
    ],
)
def test_a_text_that_is_no_full_date_is_refused(text: str, pattern: str) -> None:
    with pytest.raises(DataError) as caught:
        local_instant(text, pattern)
    assert caught.value.key == "date_unreadable"


@pytest.mark.parametrize("year", ["0001", "1899", "1989", "2101", "9999"])
def test_a_year_no_dossier_can_have_is_refused_and_named(year: str) -> None:
    with pytest.raises(DataError) as caught:
        local_instant(f"{year}0101000000", PORTAL)
    assert caught.value.detail == f"{year}0101000000"


def test_a_phone_number_in_a_date_field_is_not_told() -> None:
    with pytest.raises(DataError) as caught:
        local_instant("0912345678", PORTAL)
    assert "0912345678" not in caught.value.detail


@given(instants)
def test_what_is_written_in_local_time_is_read_back(instant: datetime) -> None:
    to_the_second = instant.replace(microsecond=0)
    for pattern in (PORTAL, OPENCPS):
        text = to_the_second.astimezone(VIETNAM).strftime(pattern)
        assert local_instant(text, pattern) == to_the_second


@given(st.text(max_size=40))
def test_no_text_does_worse_than_a_data_error(text: str) -> None:
    with contextlib.suppress(DataError):
        assert local_instant(text, PORTAL).tzinfo is UTC


@given(instants)
def test_an_instant_lies_in_its_local_day_and_month(instant: datetime) -> None:
    day = local_day(instant)
    month = month_of(instant)
    assert day_start(day) <= instant < day_start(day + timedelta(days=1))
    assert month.first <= day <= month.last
    assert period_start(month) <= instant < period_end(month) + timedelta(seconds=1)


@given(days)
def test_a_month_reads_back_from_its_text(day: date) -> None:
    month = parse_month(f"{day:%Y-%m}")
    assert month == month_of(day_start(day))
    assert month_of(period_end(month)) == month
    assert month_of(period_end(month) + timedelta(seconds=1)) != month


def test_december_ends_with_the_year() -> None:
    period = parse_month("2024-12")
    assert period == Period(date(2024, 12, 1), date(2024, 12, 31))
    assert period_end(period) == datetime(2024, 12, 31, 16, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "2024", "2024-13", "2024-00", "07/2024", "2024-7", "0001-01"])
def test_a_text_that_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(PermanentError) as caught:
        parse_month(text)
    assert (caught.value.key, caught.value.values) == ("period_unreadable", {"text": text})
