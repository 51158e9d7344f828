"""TD's many ways of writing a date, and its one way of writing none."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.core.times import VIETNAM
from worker.errors import DataError
from worker.sources.td_dates import TdDates

DATES = TdDates()
MOMENT = datetime(2024, 7, 9, 10, 0, tzinfo=UTC)
MIDNIGHT = datetime(2024, 7, 8, 17, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("20240709170000", MOMENT),
        (20240709170000, MOMENT),
        (1720519200000, MOMENT),
        ("2024-07-09T17:00:00", MOMENT),
        ("2024-07-09T17:00:00.1234567", MOMENT),
        ("2024-07-09 17:00:00", MOMENT),
        ("2024-07-09T17:00", MOMENT),
        ("2024-07-09T10:00:00Z", MOMENT),
        ("2024-07-09T10:00:00.000+0000", MOMENT),
        ("2024-07-09T17:00:00+07:00", MOMENT),
        ("09/07/2024 17:00:00", MOMENT),
        ("09/07/2024 17:00", MOMENT),
        (" 09/07/2024 17:00 ", MOMENT),
        ("09/07/2024", MIDNIGHT),
        ("2024-07-09", MIDNIGHT),
        ("", None),
        (None, None),
    ],
)
def test_every_known_form_is_read(text: str | int | None, instant: datetime | None) -> None:
    assert DATES.instant(text, "NgayHenTra") == instant


@pytest.mark.parametrize(
    "text",
    [
        "0001-01-01T00:00:00",
        "0001-01-01T00:00:00Z",
        "0001-01-01 00:00:00",
        "0001-01-01T00:00:00+07:00",
        "0001-01-01",
        "00010101000000",
        "01/01/0001 00:00:00",
        "01/01/0001",
        "9999-12-31T23:59:59.9999999",
        "0000-00-00T00:00:00.000+0700",
    ],
)
def test_a_date_before_or_after_all_times_means_none(text: str) -> None:
    assert DATES.instant(text, "NgayHenTra") is None


@pytest.mark.parametrize(
    "text",
    [
        "09-07-2024 17:00:00",
        "2024/07/09",
        "9/7/2024",
        "2024070917",
        "20240709170061",
        "2024-02-30T10:00:00",
        "2024-07-09T17:00:00 giờ VN",
        "0002-01-01T00:00:00",
        "31/31/2024",
        "chiều mai",
        "-",
    ],
)
def test_anything_else_is_not_guessed(text: str) -> None:
    with pytest.raises(DataError) as raised:
        DATES.instant(text, "NgayHenTra")
    assert raised.value.key == "date_unreadable"


def test_with_the_month_first_a_day_beyond_twelve_is_no_month() -> None:
    american = TdDates(month_first=True)
    assert american.instant("07/09/2024 17:00:00", "x") == MOMENT
    assert american.instant("2024-07-09T17:00:00", "x") == MOMENT
    with pytest.raises(DataError):
        american.instant("31/07/2024", "x")


@given(st.datetimes(datetime(1990, 1, 2), datetime(2100, 12, 30)))  # noqa: DTZ001 - local
def test_all_forms_of_a_moment_read_the_same(local: datetime) -> None:
    local = local.replace(microsecond=0)
    expected = local.replace(tzinfo=VIETNAM).astimezone(UTC)
    offset = (local - timedelta(hours=7)).isoformat() + "Z"
    for text in (f"{local:%Y%m%d%H%M%S}", local.isoformat(), f"{local:%d/%m/%Y %H:%M:%S}", offset):
        assert DATES.instant(text, "NgayTiepNhan") == expected


@pytest.mark.parametrize("text", ["09/07/2024", "2024-07-09"])
def test_a_day_that_is_promised_lasts_until_its_end(text: str) -> None:
    assert DATES.due(text, "NgayHenTra") == MIDNIGHT + timedelta(days=1, seconds=-1)
    assert DATES.due(f"{text} 17:00", "NgayHenTra") == MOMENT
    assert DATES.due("", "NgayHenTra") is None
