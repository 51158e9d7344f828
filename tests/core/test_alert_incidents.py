"""What counts as an incident, from when on, and until when."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.types import IncidentKind, IncidentState, IncidentStepKind
from worker.core.alerts.incidents import IncidentView, Seen, Turn, evaluation, turns
from worker.core.alerts.measures import Change, change
from worker.core.alerts.policy import Policy, Thresholds
from worker.core.alerts.signals import Basis, Health, SourceSight, UnitSight, of_units

NOW = datetime(2024, 7, 24, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
POLICY = Policy()
UNIT = "H99.01"
TINH, CONG = 1, 2

DIFFERENCE = IncidentKind.LATE_DIFFERENCE
Step = IncidentStepKind
_numbers = count(1)


def sight(unit: str = UNIT, **told: int) -> UnitSight:
    """A unit that shows nothing worth a word, but for what is told."""
    return UnitSight(unit=unit, **told)


def late(of: int = 10, late_ones: int = 5) -> UnitSight:
    return sight(resolved=of, resolved_late=late_ones)


def up(source: int, at: datetime, quarantined: int = 0) -> SourceSight:
    return SourceSight(source_id=source, health=Health.UP, at=at, quarantined=quarantined)


def down(source: int, at: datetime, quarantined: int = 0) -> SourceSight:
    return SourceSight(source_id=source, health=Health.DOWN, at=at, run=7, quarantined=quarantined)


def seen_at(
    now: datetime,
    *units: UnitSight,
    sources: Sequence[SourceSight] | None = None,
    fresh_from: datetime | None = None,
    whole: bool = True,
    heirs: dict[str, str] | None = None,
) -> Seen:
    """What is seen at an instant; everything has just been read, unless told otherwise."""
    basis = Basis(reconciliation=3, as_of=now, fresh_from=fresh_from or now)
    return Seen(
        basis=basis if whole else None,
        units=units,
        sources=[up(TINH, now), up(CONG, now)] if sources is None else sources,
        heirs=heirs or {},
    )


def after(
    known: Sequence[IncidentView], seen: Seen, now: datetime, policy: Policy = POLICY
) -> list[Turn]:
    return turns(known, evaluation(seen, policy, now), policy)


def living(found: Sequence[Turn]) -> list[IncidentView]:
    """The incidents there are afterwards, with the number the store would give them."""
    views = [turn.after for turn in found if turn.after is not None]
    return [view if view.id else replace(view, id=next(_numbers)) for view in views]


def opened(*units: UnitSight, policy: Policy = POLICY) -> list[IncidentView]:
    """What is open after two sights, an hour apart, on fresh data."""
    first = living(after([], seen_at(NOW - HOUR, *units), NOW - HOUR, policy))
    found = living(after(first, seen_at(NOW, *units), NOW, policy))
    assert {view.state for view in found} <= {IncidentState.OPEN}
    return found


def test_what_is_seen_once_is_no_incident_yet() -> None:
    (view,) = living(after([], seen_at(NOW, late()), NOW))
    assert view.state is IncidentState.SEEN


def test_what_was_seen_once_and_never_again_leaves_no_trace() -> None:
    first = living(after([], seen_at(NOW, late()), NOW))
    (turn,) = after(first, seen_at(NOW + HOUR), NOW + HOUR)
    assert turn.after is None
    assert turn.steps == ()


@pytest.mark.parametrize(("minutes", "state"), [(29, IncidentState.SEEN), (30, IncidentState.OPEN)])
def test_it_counts_once_it_is_seen_again_late_enough(minutes: int, state: IncidentState) -> None:
    first = living(after([], seen_at(NOW, late()), NOW))
    then = NOW + minutes * MINUTE
    (view,) = living(after(first, seen_at(then, late()), then))
    assert view.state is state


def test_the_same_reading_seen_again_later_confirms_nothing() -> None:
    first = living(after([], seen_at(NOW, late()), NOW))
    then = NOW + 3 * HOUR
    old = seen_at(then, late(), fresh_from=NOW - MINUTE)
    (view,) = living(after(first, old, then))
    assert view.state is IncidentState.SEEN


def test_with_no_time_to_confirm_it_counts_at_once() -> None:
    policy = Policy(confirm_after=timedelta(0))
    (turn,) = after([], seen_at(NOW, late()), NOW, policy)
    assert turn.after is not None
    assert turn.after.state is IncidentState.OPEN
    assert turn.steps == (Step.OPENED,)


def test_a_difference_of_confirmed_dossiers_counts_at_once() -> None:
    (turn,) = after([], seen_at(NOW, sight(difference=2, dossiers=2)), NOW)
    assert turn.steps == (Step.OPENED,)


def test_incomplete_data_neither_opens_nor_ends_anything() -> None:
    bad = sight(difference=5, resolved=10, resolved_late=9)
    (view,) = opened(sight(difference=5))
    assert after([], seen_at(NOW, bad, whole=False), NOW) == []
    (turn,) = after([view], seen_at(NOW, whole=False), NOW)
    assert turn.after == view


def test_an_incident_ends_by_itself() -> None:
    (view,) = opened(sight(difference=5))
    (turn,) = after([view], seen_at(NOW + HOUR), NOW + HOUR)
    assert turn.after is not None
    assert (turn.after.state, turn.after.resolved_at) == (IncidentState.RESOLVED, NOW + HOUR)
    assert turn.steps == (Step.RESOLVED,)


def test_one_that_comes_back_after_a_short_while_goes_on() -> None:
    (view,) = opened(sight(difference=5))
    over = living(after([view], seen_at(NOW + HOUR), NOW + HOUR))
    (turn,) = after(over, seen_at(NOW + 2 * HOUR, sight(difference=5)), NOW + 2 * HOUR)
    assert turn.after is not None
    assert (turn.after.id, turn.after.state) == (view.id, IncidentState.OPEN)
    assert turn.after.resolved_at is None
    assert turn.steps == (Step.REOPENED,)


def test_one_that_comes_back_unconfirmed_and_goes_again_stays_over() -> None:
    (view,) = opened(late())
    over = living(after([view], seen_at(NOW + HOUR), NOW + HOUR))
    back = living(after(over, seen_at(NOW + HOUR + MINUTE, late()), NOW + HOUR + MINUTE))
    assert [each.state for each in back] == [IncidentState.SEEN]
    (turn,) = after(back, seen_at(NOW + 2 * HOUR), NOW + 2 * HOUR)
    assert turn.after is not None
    assert (turn.after.id, turn.after.state) == (view.id, IncidentState.RESOLVED)
    assert turn.after.resolved_at == NOW + HOUR
    assert turn.steps == ()


def test_a_share_of_no_dossiers_is_no_signal() -> None:
    policy = Policy(usual=Thresholds(min_late_share=0, min_sync_rate=1))
    assert list(of_units([sight()], basis(), policy)) == []


def test_no_late_dossier_passes_no_share() -> None:
    policy = Policy(usual=Thresholds(min_late_share=0))
    assert list(of_units([late(10, 0)], basis(), policy)) == []


def basis() -> Basis:
    return Basis(reconciliation=3, as_of=NOW, fresh_from=NOW)


@given(
    difference=st.integers(-50, 50),
    resolved=st.integers(0, 50),
    share=st.floats(0, 1),
    received=st.integers(0, 50),
    rate=st.floats(0, 1),
    least=st.integers(1, 60),
)
def test_thresholds_hold_for_either_sign_and_never_divide_by_nothing(
    difference: int, resolved: int, share: float, received: int, rate: float, least: int
) -> None:
    policy = Policy(usual=Thresholds(min_difference=least))
    told = sight(
        difference=difference,
        resolved=resolved,
        resolved_late=int(resolved * share),
        received=received,
        on_portal=int(received * rate),
    )
    kinds = {signal.kind for signal in of_units([told], basis(), policy)}
    assert (DIFFERENCE in kinds) == (abs(difference) >= least)
    assert resolved or IncidentKind.LATE_SHARE not in kinds
    assert received or IncidentKind.SYNC_RATE not in kinds
    mirrored = replace(told, difference=-difference)
    assert kinds == {signal.kind for signal in of_units([mirrored], basis(), policy)}


def test_a_unit_may_have_thresholds_of_its_own() -> None:
    policy = Policy(units={UNIT: Thresholds(min_difference=10)})
    here, there = sight(difference=9), sight("H99.02", difference=9)
    found = of_units([here, there], basis(), policy)
    assert [signal.unit for signal in found] == ["H99.02"]


@pytest.mark.parametrize(
    ("figures", "kind"),
    [
        ({"published": 16, "late_portal": 10}, IncidentKind.UNEXPLAINED),
        ({"published": 4, "late_portal": 10}, IncidentKind.UNEXPLAINED),
        ({"received": 100, "on_portal": 89}, IncidentKind.SYNC_RATE),
        ({"lag": 86_401}, IncidentKind.SYNC_LAG),
        ({"resolved": 10, "resolved_late": 1}, IncidentKind.LATE_SHARE),
    ],
)
def test_each_figure_has_its_threshold(figures: dict[str, int], kind: IncidentKind) -> None:
    assert [signal.kind for signal in of_units([sight(UNIT, **figures)], basis(), POLICY)] == [kind]


@pytest.mark.parametrize(
    "figures",
    [
        {"published": 14, "late_portal": 10},
        {"late_portal": 10},
        {"received": 100, "on_portal": 90},
        {"lag": 86_400},
        {"resolved": 100, "resolved_late": 9},
    ],
)
def test_what_passes_no_threshold_is_no_signal(figures: dict[str, int]) -> None:
    assert list(of_units([sight(UNIT, **figures)], basis(), POLICY)) == []


def test_a_rest_the_portal_no_longer_tells_of_is_not_over() -> None:
    (view,) = opened(sight(published=20, late_portal=10))
    (turn,) = after([view], seen_at(NOW + HOUR, sight(late_portal=10)), NOW + HOUR)
    assert turn.after == view
    (turn,) = after([view], seen_at(NOW + HOUR, sight(published=10, late_portal=10)), NOW + HOUR)
    assert turn.steps == (Step.RESOLVED,)


def test_a_source_that_is_down_is_one_incident_and_speaks_for_what_rests_on_it() -> None:
    (view,) = opened(sight(difference=5))
    first = seen_at(NOW, whole=False, sources=[up(TINH, NOW), down(CONG, NOW, 50)])
    found = living(after([view], first, NOW))
    again = NOW + HOUR
    second = seen_at(again, whole=False, sources=[up(TINH, again), down(CONG, again, 50)])
    found = living(after(found, second, again))
    assert {each.kind: each.state for each in found} == {
        DIFFERENCE: IncidentState.OPEN,
        IncidentKind.SOURCE_DOWN: IncidentState.OPEN,
    }
    seen = evaluation(second, POLICY, again)
    assert [each.kind for each in found if seen.may_speak(each)] == [IncidentKind.SOURCE_DOWN]


def test_a_source_is_up_again_only_once_it_was_read() -> None:
    first = seen_at(NOW - HOUR, whole=False, sources=[down(CONG, NOW - HOUR)])
    known = living(after([], first, NOW - HOUR))
    known = living(after(known, seen_at(NOW, whole=False, sources=[down(CONG, NOW)]), NOW))
    going_on = SourceSight(source_id=CONG, health=Health.UNKNOWN, at=NOW)
    (turn,) = after(known, seen_at(NOW, whole=False, sources=[going_on]), NOW)
    assert turn.after == known[0]
    (turn,) = after(known, seen_at(NOW, sources=[up(CONG, NOW)]), NOW)
    assert turn.steps == (Step.RESOLVED,)


def test_the_same_failed_reading_looked_at_twice_confirms_nothing() -> None:
    failed = seen_at(NOW, whole=False, sources=[down(CONG, NOW)])
    known = living(after([], failed, NOW))
    (view,) = living(after(known, failed, NOW + 5 * HOUR))
    assert view.state is IncidentState.SEEN


def test_quarantine_of_a_silent_source_is_not_over() -> None:
    def lying(at: datetime) -> Seen:
        return seen_at(at, sources=[up(TINH, at, 40)])

    known = living(after([], lying(NOW - HOUR), NOW - HOUR))
    (view,) = living(after(known, lying(NOW), NOW))
    assert (view.kind, view.state) == (IncidentKind.QUARANTINE, IncidentState.OPEN)
    silent = seen_at(NOW, whole=False, sources=[down(TINH, NOW, 40)])
    kept = [turn for turn in after([view], silent, NOW) if turn.before is not None]
    assert [turn.after for turn in kept] == [view]


def test_incidents_of_a_merged_unit_are_its_heirs() -> None:
    (view,) = opened(sight(difference=5))
    muted = replace(view, muted_until=NOW + 9 * HOUR)
    then = seen_at(NOW + HOUR, sight("H99.09", difference=7), heirs={UNIT: "H99.09"})
    (turn,) = after([muted], then, NOW + HOUR)
    assert turn.after is not None
    assert (turn.after.id, turn.after.unit) == (view.id, "H99.09")
    assert turn.after.muted_until == muted.muted_until
    assert turn.after.value["difference"] == 7
    assert turn.steps == (Step.MOVED, Step.CHANGED)


def test_where_the_heir_has_its_own_that_one_lives_on_alone() -> None:
    old, own = opened(sight(difference=5), sight("H99.09", difference=1))
    told = replace(old, notified_value=old.value)
    then = seen_at(NOW + HOUR, sight("H99.09", difference=6), heirs={UNIT: "H99.09"})
    found = after([told, own], then, NOW + HOUR)
    by_id = {turn.after.id: turn for turn in found if turn.after is not None}
    assert len(found) == 2
    left = by_id[old.id].after
    assert left is not None
    assert (left.state, left.notified_value) == (IncidentState.RESOLVED, None)
    assert Step.RESOLVED not in by_id[old.id].steps
    kept = by_id[own.id].after
    assert kept is not None
    assert (kept.unit, kept.value["difference"]) == ("H99.09", 6)


_figures = st.builds(
    UnitSight,
    unit=st.sampled_from(["H99.01", "H99.02", "H99.03"]),
    difference=st.integers(-3, 3),
    resolved=st.just(10),
    resolved_late=st.integers(0, 3),
)


@given(st.lists(st.lists(_figures, unique_by=lambda each: each.unit), min_size=1, max_size=8))
def test_evaluating_the_same_again_changes_nothing(history: list[list[UnitSight]]) -> None:
    known: list[IncidentView] = []
    for place, figures in enumerate(history):
        now = NOW + place * 20 * MINUTE
        seen = seen_at(now, *figures)
        known = living(after(known, seen, now))
        keys = [view.key for view in known if view.state is not IncidentState.RESOLVED]
        assert len(keys) == len(set(keys))
        again = after(known, seen, now)
        assert [turn.steps for turn in again] == [()] * len(again)
        assert sorted(map(repr, living(again))) == sorted(map(repr, known))


@pytest.mark.parametrize(
    ("kind", "told", "now", "expected"),
    [
        (DIFFERENCE, {"difference": 23}, {"difference": 24}, Change.NONE),
        (DIFFERENCE, {"difference": 23}, {"difference": 28}, Change.WORSE),
        (DIFFERENCE, {"difference": 3}, {"difference": 2}, Change.BETTER),
        (DIFFERENCE, {"difference": -3}, {"difference": -4}, Change.WORSE),
        (DIFFERENCE, {"difference": 2}, {"difference": -1}, Change.WORSE),
        (IncidentKind.SYNC_RATE, {"rate": 0.85}, {"rate": 0.7}, Change.WORSE),
        (IncidentKind.SYNC_RATE, {"rate": 0.7}, {"rate": 0.85}, Change.BETTER),
        (IncidentKind.SYNC_LAG, {"lag": 90_000}, {"lag": 91_000}, Change.NONE),
        (IncidentKind.LATE_SHARE, {"share": 0.2}, {"share": 0.25}, Change.WORSE),
        (IncidentKind.SOURCE_DOWN, {"run": 1}, {"run": 9}, Change.NONE),
    ],
)
def test_a_change_is_worth_a_word_from_a_tenth_on(
    kind: IncidentKind, told: dict[str, float], now: dict[str, float], expected: Change
) -> None:
    assert change(kind, told, now) is expected
