"""What it would take: exact, the fewest, and never better than it is."""

from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.types import Cause
from tests.core.dossiers import at
from worker.core.improvement import Correction, Deadline, Standing, improvement
from worker.core.remedy import Remedy, remedy_of

NOW = at(1, 8)
NINETY = Fraction(9, 10)

shares = st.integers(1, 1000).map(lambda thousandths: Fraction(thousandths, 1000))


@st.composite
def standings(draw: st.DrawFn) -> Standing:
    counted = draw(st.integers(0, 500))
    return Standing(counted, draw(st.integers(0, counted)))


def behind(number: int, cause: Cause = Cause.STATUS_BEHIND, contribution: int = 1) -> Correction:
    return Correction(
        code=f"A-{number}",
        cause=cause,
        contribution=contribution,
        opened_at=NOW + timedelta(hours=number),
    )


def turning(number: int) -> Deadline:
    return Deadline(NOW + timedelta(days=number), f"B-{number}")


def test_so_many_re_sends_as_are_too_many_and_no_more() -> None:
    found = improvement(Standing(1000, 41), Fraction(971, 1000), map(behind, range(37)), ())
    assert [each.code for each in found.resends] == [f"A-{number}" for number in range(12)]
    assert found.after == Standing(1000, 29)
    assert found.is_reached
    assert not found.is_met


def test_what_is_late_in_truth_is_shown_and_never_hidden() -> None:
    hidden = behind(1, Cause.END_DIFFERS, contribution=-1)
    found = improvement(Standing(100, 10), NINETY, [behind(0), hidden], ())
    assert found.resends == ()
    assert found.revealed == 1
    assert found.truthful == Standing(100, 10)


def test_a_dossier_that_never_arrived_is_counted_once_it_does() -> None:
    missing = behind(1, Cause.NOT_ON_PORTAL, contribution=-1)
    found = improvement(Standing(100, 0), NINETY, [missing], ())
    assert found.truthful == Standing(101, 1)


def test_what_no_re_send_mends_is_counted_by_what_does() -> None:
    causes = (Cause.TWO_CODES, Cause.CLOCK_SHIFT, Cause.UNIT_DIFFERS, Cause.OTHER, Cause.IN_FLIGHT)
    found = improvement(Standing(10, 5), NINETY, map(behind, range(5), causes), ())
    assert found.resends == ()
    assert found.others == {
        Remedy.LINK_CODES: 1,
        Remedy.FIX_SENDER: 1,
        Remedy.FIX_MAP: 1,
        Remedy.CHECK: 1,
        Remedy.WAIT: 1,
    }


def test_the_soonest_have_to_end_in_time_and_the_last_may_turn() -> None:
    found = improvement(Standing(100, 8), NINETY, (), map(turning, (5, 1, 9, 3)))
    assert found.untouched == Standing(100, 12)
    assert [each.code for each in found.to_finish] == ["B-1", "B-3"]


@pytest.mark.parametrize(
    ("standing", "further"),
    [(Standing(100, 10), 0), (Standing(100, 11), 10), (Standing(64, 18), 116), (Standing(0, 0), 0)],
)
def test_so_many_further_dossiers_on_time_make_up_for_it(standing: Standing, further: int) -> None:
    assert improvement(standing, NINETY, (), ()).further == further


def test_nothing_makes_up_for_a_late_dossier_where_none_may_be_late() -> None:
    assert improvement(Standing(100, 1), Fraction(1), (), ()).further is None


@given(now=standings(), target=shares, helpful=st.integers(0, 60))
def test_one_re_send_less_would_miss_the_target(
    now: Standing, target: Fraction, helpful: int
) -> None:
    helpful = min(helpful, now.late)
    found = improvement(now, target, map(behind, range(helpful)), ())
    assert found.is_reached == (now.excess(target) <= helpful)
    if found.resends and found.is_reached:
        assert Standing(found.after.counted, found.after.late + 1).excess(target) == 1
    assert found.after.late == now.late - len(found.resends)


@given(now=standings(), target=shares)
def test_an_excess_of_none_is_a_share_of_the_target_or_more(
    now: Standing, target: Fraction
) -> None:
    share = now.on_time_share
    assert (now.excess(target) == 0) == (share is None or share >= target)


@given(now=standings(), target=shares)
def test_the_further_ones_are_the_fewest_that_reach_it(now: Standing, target: Fraction) -> None:
    further = improvement(now, target, (), ()).further
    if further is None:
        assert target == 1
        assert now.late > 0
        return
    assert Standing(now.counted + further, now.late).excess(target) == 0
    if further:
        assert Standing(now.counted + further - 1, now.late).excess(target) > 0


@given(st.sampled_from(Cause))
def test_every_cause_has_a_step_and_rules_have_none(cause: Cause) -> None:
    assert (remedy_of(cause) is Remedy.NONE) == (cause.kind == "rule")
