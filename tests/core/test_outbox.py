from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from models.types import EventKind
from tests.places import AS_OF
from worker.core.outbox import TRIED_FOR, Target, expiry, next_try

OPENED = EventKind.DISCREPANCY_OPENED
FINISHED = EventKind.RECONCILIATION_FINISHED


def test_a_target_hears_of_the_kinds_it_asked_for_only() -> None:
    target = Target("soyte", frozenset({OPENED}))
    assert target.wants(OPENED, {"H51.12"})
    assert not target.wants(FINISHED, ())


def test_a_target_with_units_hears_of_them_and_of_what_is_about_no_unit() -> None:
    target = Target("soyte", frozenset({OPENED, FINISHED}), frozenset({"H51.12"}))
    assert target.wants(OPENED, {"H51.12", "H51.13"})
    assert not target.wants(OPENED, {"H51.13"})
    assert target.wants(FINISHED, ())


def test_pauses_double_from_a_minute_to_an_hour() -> None:
    expires = expiry(AS_OF)
    pauses = [next_try(attempts, expires, AS_OF) for attempts in range(1, 9)]
    minutes = [(each - AS_OF) / timedelta(minutes=1) for each in pauses if each]
    assert minutes == [1, 2, 4, 8, 16, 32, 60, 60]


@given(st.integers(1, 10_000), st.timedeltas(timedelta(), TRIED_FOR - timedelta(seconds=1)))
def test_a_message_younger_than_three_days_is_always_tried_again(
    attempts: int, age: timedelta
) -> None:
    now = AS_OF + age
    again = next_try(attempts, expiry(AS_OF), now)
    assert again is not None
    assert timedelta(minutes=1) <= again - now <= timedelta(hours=1)


def test_what_fails_after_three_days_is_given_up_but_not_at_its_first_tries() -> None:
    late = AS_OF + TRIED_FOR
    assert next_try(2, expiry(AS_OF), late) is not None
    assert next_try(3, expiry(AS_OF), late) is None


def test_a_target_that_is_down_for_good_is_asked_less_than_a_hundred_times() -> None:
    now, attempts = AS_OF, 0
    while True:
        attempts += 1
        again = next_try(attempts, expiry(AS_OF), now)
        if again is None:
            break
        now = again
    assert TRIED_FOR <= now - AS_OF <= TRIED_FOR + timedelta(hours=1)
    assert attempts < 100
