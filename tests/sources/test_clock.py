from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from worker.core.times import local_instant
from worker.errors import DataError
from worker.sources.clock import COMPACT, SLASHED


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
