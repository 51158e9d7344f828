"""Planning look-ups."""

from datetime import timedelta

from tests.core.dossiers import AS_OF, JULY, at
from worker.core.look_up_plan import comparable_span
from worker.core.times import period_end
from worker.core.verdict import span_of


def test_figures_of_a_living_source_are_compared_at_now_or_at_the_period_s_end() -> None:
    for newest in (AS_OF, AS_OF - timedelta(days=2), None):
        assert comparable_span(JULY, AS_OF, newest) == span_of(JULY, AS_OF)
    later = AS_OF + timedelta(days=60)
    assert comparable_span(JULY, later, later).cutoff == period_end(JULY)


def test_figures_of_systems_that_stand_still_are_compared_where_their_data_ends() -> None:
    years_later = AS_OF + timedelta(days=900)
    assert comparable_span(JULY, years_later, at(24, 15, 47)).cutoff == AS_OF


def test_a_full_hour_is_its_own_end() -> None:
    years_later = AS_OF + timedelta(days=900)
    assert comparable_span(JULY, years_later, AS_OF).cutoff == AS_OF
