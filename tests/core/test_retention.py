"""Retention: which earlier views may go, so that no later cut-off ever misses one."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from models.types import Flag, Kept, RecordView, Status
from worker.core.flags import Revision, flags_of
from worker.core.lag import Sight
from worker.core.retention import Retention, dispensable, horizons

NOW = datetime(2024, 7, 24, 9, tzinfo=UTC)
DAY = timedelta(days=1)
CODES = ("H99.01-240701-0001", "G22.99-240701-000001")

days = st.integers(0, 30).map(lambda day: NOW + day * DAY)
views = st.builds(
    RecordView,
    external_id=st.just("1"),
    codes=st.sampled_from([CODES, CODES[:1]]),
    unit=st.sampled_from(["H99.01", "H99.02"]),
    status=st.just(Status.IN_PROCESS),
    due_at=st.none() | days,
)
lives = st.lists(st.builds(Sight, views, days), min_size=1, max_size=7).map(
    lambda life: sorted(life, key=lambda sight: sight.since)
)


def known_at(life: Sequence[Sight], instant: datetime) -> RecordView | None:
    return next((each.view for each in reversed(life) if each.since <= instant), None)


def flagged_at(life: Sequence[Sight], instant: datetime) -> tuple[Flag, ...]:
    seen = [each for each in life if each.since <= instant]
    return flags_of([], [], [Revision(a.view, b.view, b.since) for a, b in pairwise(seen)])


def without(life: Sequence[Sight], places: Sequence[int]) -> list[Sight]:
    return [each for place, each in enumerate(life) if place not in places]


@given(lives, days)
def test_every_later_cut_off_knows_and_flags_the_same(life: list[Sight], horizon: datetime) -> None:
    rest = without(life, dispensable(life, horizon))
    for instant in (horizon + day * DAY for day in range(32)):
        assert known_at(rest, instant) == known_at(life, instant)
        assert flagged_at(rest, instant) == flagged_at(life, instant)
    assert dispensable(rest, horizon) == []
    assert rest[-1] is life[-1]


@given(lives, days)
def test_a_code_that_is_told_no_more_is_still_known_to_have_been_told(
    life: list[Sight], horizon: datetime
) -> None:
    rest = without(life, dispensable(life, horizon))
    assert {code for each in rest for code in each.view.codes} == {
        code for each in life for code in each.view.codes
    }


def test_what_was_followed_by_the_horizon_goes_and_what_was_known_then_stays() -> None:
    def view(unit: str) -> RecordView:
        return RecordView(
            external_id="1", codes=CODES, unit=unit, status=Status.IN_PROCESS, due_at=None
        )

    life = [Sight(view(f"H99.0{day}"), NOW + day * DAY) for day in range(5)]
    assert dispensable(life, NOW + 2 * DAY) == [0, 1]
    assert dispensable(life, NOW + 2 * DAY - timedelta(seconds=1)) == [0]
    assert dispensable(life, NOW - DAY) == []


def test_each_kind_has_a_horizon_of_its_own() -> None:
    found = horizons(Retention(cutoffs=50 * DAY, by_hand=40 * DAY), NOW)
    assert set(found) == set(Kept)
    assert (found[Kept.CUTOFFS], found[Kept.BY_HAND]) == (NOW - 50 * DAY, NOW - 40 * DAY)
