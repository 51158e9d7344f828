"""Planning look-ups."""

from datetime import timedelta

from models.types import RecordView, Status
from tests.core.dossiers import AS_OF, JULY, STATUTES, at, view
from worker.core.facts import facts_of
from worker.core.look_up_plan import (
    AtHome,
    Known,
    PublishedLate,
    comparable_span,
    drill_down,
)
from worker.core.rules.catalogue import PORTAL
from worker.core.rules.judge import judge
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


def _finished(**told: object) -> RecordView:
    return view(**({"status": Status.FINISHED} | told))


def _at_home(key: int, record: RecordView) -> AtHome:
    return AtHome(
        dossier_id=key,
        codes=(str(key),),
        unit=record.unit,
        due_at=record.due_at,
        finished_at=record.finished_at,
        received_at=record.received_at,
        verdict=judge(PORTAL, facts_of(record), STATUTES),
        changed_run=1,
        asked_run=None,
        asked_at=None,
    )


def _order_of_asking(*records: RecordView, late: int) -> list[int]:
    home = [_at_home(key, record) for key, record in enumerate(records)]
    known = Known(
        home=home,
        portal={},
        disputed=frozenset(),
        gone=(),
        last_complete=None,
        last_complete_run=None,
    )
    figures = {"H51.01": PublishedLate(late, 2)}
    return [
        each.dossier_id for each in drill_down(known, span_of(JULY, AS_OF), figures).next_batch(100)
    ]


def test_where_more_are_late_the_smallest_mistake_that_is_enough_is_looked_for_first() -> None:
    asked = _order_of_asking(
        view(status=Status.NEW, received_at=None, due_at=None),
        view(due_at=at(30)),
        view(due_at=at(24, 20)),
        _finished(received_at=at(1, month=5), due_at=at(9, month=5), finished_at=at(8, month=5)),
        _finished(received_at=at(3, month=6), due_at=at(25, month=6), finished_at=at(24, month=6)),
        _finished(due_at=at(10), finished_at=at(2)),
        _finished(due_at=at(10), finished_at=at(10, 8)),
        view(status=Status.SUPPLEMENT_REQUESTED, due_at=at(10)),
        view(due_at=at(10)),
        late=9,
    )
    assert asked == [7, 6, 4, 5, 2, 1, 3, 0]


def test_where_fewer_are_late_only_late_ones_are_looked_at() -> None:
    late = view(due_at=at(10))
    assert _order_of_asking(
        view(due_at=at(30)), late, _finished(finished_at=at(2)), late, late, late=1
    ) == [
        1,
        3,
        4,
    ]
