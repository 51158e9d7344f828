"""What re-sends did, per request and per month."""

from datetime import UTC, date, datetime

from models.resend_types import ResendResult
from worker.core.improvement import Standing
from worker.core.resend.effect import Done, Effect, Fate, by_month, effect_of, together

JULY = datetime(2024, 7, 24, 9, tzinfo=UTC)
# Midnight has passed in Vietnam.
AUGUST = datetime(2024, 7, 31, 18, tzinfo=UTC)


def test_what_never_went_counts_as_asked_for_only() -> None:
    fates = [
        Fate(is_sent=True, result=ResendResult.CLOSED),
        Fate(is_sent=True, result=ResendResult.UNCHANGED),
        Fate(is_sent=True, result=ResendResult.WORSE),
        Fate(is_sent=True, result=ResendResult.UNKNOWN),
        Fate(is_sent=True, result=None),
        Fate(is_sent=False, result=ResendResult.CLOSED),
    ]
    assert effect_of(fates) == Effect(
        asked=6, sent=5, closed=1, unchanged=1, worse=1, unknown=1, waiting=1
    )


def done(unit: str, at: datetime, before: int, after: int | None) -> Done:
    left = None if after is None else Standing(10, after)
    return Done(unit, at, Effect(asked=2, sent=2, before=Standing(10, before), after=left))


def test_a_unit_asked_for_twice_stands_as_before_the_first_and_after_the_last() -> None:
    listed = [
        done("A", JULY, 5, 3),
        done("A", JULY.replace(hour=12), 3, 1),
        done("B", JULY, 4, 4),
    ]
    found = together(listed)
    assert (found.sent, found.before, found.after) == (6, Standing(20, 9), Standing(20, 5))


def test_a_sum_over_units_waits_until_somebody_has_looked_at_all_of_them() -> None:
    assert together([done("A", JULY, 5, 3), done("B", JULY, 4, None)]).after is None


def test_months_are_those_of_vietnam_the_latest_first() -> None:
    found = by_month([done("A", JULY, 5, 3), done("A", AUGUST, 3, 2)])
    assert list(found) == [date(2024, 8, 1), date(2024, 7, 1)]
    assert found[date(2024, 8, 1)].sent == 2
