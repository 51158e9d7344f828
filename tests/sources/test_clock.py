from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.core.times import local_instant
from worker.errors import DataError
from worker.sources.clock import COMPACT, SLASHED, offset_instant


@given(when=st.datetimes(datetime(1990, 1, 1), datetime(2100, 12, 31, 23, 59, 59)))  # noqa: DTZ001
def test_the_quick_way_to_read_a_time_says_what_the_slow_one_says(when: datetime) -> None:
    for clock, pattern in ((SLASHED, "%d/%m/%Y %H:%M:%S"), (COMPACT, "%Y%m%d%H%M%S")):
        text = when.strftime(pattern)
        assert clock.instant(text) == local_instant(text, pattern)


@given(text=st.text("0123456789/: ", max_size=22))
def test_an_odd_time_is_refused_both_ways(text: str) -> None:
    for clock, pattern in ((SLASHED, "%d/%m/%Y %H:%M:%S"), (COMPACT, "%Y%m%d%H%M%S")):
        try:
            expected: datetime | str = local_instant(text, pattern)
        except DataError as error:
            expected = error.key
        try:
            found: datetime | str = clock.instant(text)
        except DataError as error:
            found = error.key
        assert found == expected


@pytest.mark.parametrize(
    "text",
    [
        "2011-06-09T17:00:00.000+0000",
        "2011-06-09T17:00:00+0000",
        "2011-06-09T17:00:00Z",
        "2011-06-09T17:00:00.999Z",
        "2011-06-10T00:00:00+07:00",
        "2011-06-10T00:00:00.123456789+0700",
        " 2011-06-09T10:00:00-07:00 ",
    ],
)
def test_a_time_with_an_offset_is_an_instant_in_whole_seconds(text: str) -> None:
    assert offset_instant(text) == datetime(2011, 6, 9, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2011-06-09T17:00:00",
        "2011-06-09T17:00:00.000",
        "2011-06-09",
        "2011-06-09 17:00:00Z",
        "09/06/2011 17:00:00",
        "2011-06-31T17:00:00Z",
        "2011-06-09T24:00:01Z",
        "2011-06-09T17:00:00+9900",
        "0001-01-01T00:00:00+07:00",
        "0001-01-01T00:00:00Z",
        "2101-01-01T00:00:00Z",
        "1307620800000",
    ],
)
def test_a_time_without_an_offset_or_that_never_was_is_refused(text: str) -> None:
    with pytest.raises(DataError) as refused:
        offset_instant(text)
    assert refused.value.key == "date_unreadable"


@given(
    when=st.datetimes(datetime(1991, 1, 1), datetime(2099, 12, 31)),  # noqa: DTZ001
    minutes=st.integers(-14 * 60, 14 * 60),
)
def test_the_offset_is_always_taken_into_account(when: datetime, minutes: int) -> None:
    aware = when.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=minutes)))
    assert offset_instant(aware.isoformat()) == aware
    assert offset_instant(f"{aware:%Y-%m-%dT%H:%M:%S.000%z}") == aware
