"""How many re-sends may go: whatever is asked for, never more than the limits."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from worker.core.resend.limits import Allowance, Limits, allowance
from worker.core.times import local_day

START = datetime(2024, 7, 24, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def limits(hour: int, day: int) -> Limits:
    return Limits(per_request=50, per_hour=hour, per_day=day)


def test_what_went_within_the_hour_and_the_day_is_taken_off() -> None:
    sent = [START - HOUR, START - timedelta(minutes=59), START]
    assert allowance(limits(5, 100), sent, START).left == 3
    assert allowance(limits(100, 5), sent, START).left == 2
    assert allowance(limits(100, 5), [START - timedelta(days=1)], START).left == 5


def test_the_next_one_goes_once_the_oldest_of_the_hour_is_an_hour_ago() -> None:
    first = START - timedelta(minutes=50)
    sent = [first, START - timedelta(minutes=10)]
    assert allowance(limits(2, 9), sent, START) == Allowance(0, first + HOUR)


def test_the_next_one_goes_at_midnight_in_vietnam_where_the_day_is_spent() -> None:
    midnight = datetime(2024, 7, 24, 17, tzinfo=UTC)
    assert allowance(limits(9, 1), [START], START) == Allowance(0, midnight)


@given(
    st.integers(1, 4),
    st.integers(1, 6),
    st.lists(st.integers(0, 90), min_size=1, max_size=60),
)
def test_whenever_somebody_looks_no_hour_and_no_day_has_more(
    hour: int, day: int, pauses: list[int]
) -> None:
    sent: list[datetime] = []
    now = START
    for pause in pauses:
        now += timedelta(minutes=pause)
        found = allowance(limits(hour, day), sent, now)
        sent += [now] * found.left
        if not found.left:
            assert found.next_at is not None
            assert found.next_at > now
            assert allowance(limits(hour, day), sent, found.next_at).left > 0
    for at in sent:
        assert sum(at <= other < at + HOUR for other in sent) <= hour
        assert sum(local_day(other) == local_day(at) for other in sent) <= day
