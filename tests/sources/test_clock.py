from datetime import UTC, datetime, timedelta, timezone

import pytest
import respx
from hypothesis import given
from hypothesis import strategies as st

from worker.core.times import local_instant
from worker.errors import DataError
from worker.sources.clock import COMPACT, SLASHED, Clock, offset_instant
from worker.sources.fields import instant_of
from worker.sources.their_clock import told_time


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


MOMENT = datetime(2024, 7, 9, 10, tzinfo=UTC)
MIDNIGHT = datetime(2024, 7, 8, 17, tzinfo=UTC)


@pytest.mark.parametrize("clock", [COMPACT, SLASHED])
@pytest.mark.parametrize(
    ("value", "instant"),
    [
        ("20240709170000", MOMENT),
        (20240709170000, MOMENT),
        (1720519200000, MOMENT),
        ("1720519200999", MOMENT),
        ("09/07/2024 17:00:00", MOMENT),
        ("09/07/2024 17:00", MOMENT),
        ("2024-07-09 17:00:00.123", MOMENT),
        ("2024-07-09T17:00", MOMENT),
        ("2024-07-09T10:00:00.000+0000", MOMENT),
        ("09/07/2024", MIDNIGHT),
        ("2024-07-09", MIDNIGHT),
        ("20240709", MIDNIGHT),
        (" \t ", None),
        ("00010101000000", None),
        ("01/01/0001 00:00:00", None),
        ("31/12/9999 23:59:59", None),
        ("0000-00-00T00:00:00.000+0700", None),
    ],
)
def test_a_date_in_another_sources_form_is_read_too(
    clock: Clock, value: str | int, instant: datetime | None
) -> None:
    assert instant_of(value, "due", clock) == instant


@pytest.mark.parametrize("text", ["09/07/2024", "2024-07-09", "20240709"])
def test_a_day_that_is_promised_lasts_until_its_end(text: str) -> None:
    told = instant_of(text, "due", SLASHED, to_end_of_day=True)
    assert told == MIDNIGHT + timedelta(days=1, seconds=-1)


@pytest.mark.parametrize(
    "value",
    [
        "7/9/2024",
        "09-07-2024",
        "2024070917000",
        1720519200,
        45482,
        "202407",
        "9999-01-01",
        "2024-07-09T17:00:00Z",
        "x",
    ],
)
def test_what_may_mean_several_dates_is_not_guessed(value: str | int) -> None:
    with pytest.raises(DataError) as refused:
        instant_of(value, "due", SLASHED)
    assert refused.value.key == "date_unreadable"


@pytest.mark.parametrize(
    ("date", "instant"),
    [
        ("Tue, 09 Jul 2024 10:00:00 GMT", MOMENT),
        ("Tue, 09 Jul 2024 17:00:00 +0700", MOMENT),
        ("Fri, 31 Dec 9999 23:59:59 -0700", None),
        ("Tue, 09 Jul 99999999999 10:00:00 GMT", None),
        ("hôm nay", None),
        ("", None),
    ],
)
@respx.mock
def test_a_clock_that_shows_no_time_is_none(date: str, instant: datetime | None) -> None:
    respx.head("http://nguon.example").respond(headers={b"date": date.encode()})
    assert told_time("http://nguon.example") == instant
