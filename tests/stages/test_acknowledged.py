"""What somebody has taken on stays theirs until the two sides agree, and not one day longer."""

from typing import Any

from sqlmodel import Session

from models.reconciliation import Discrepancy
from models.types import DiscrepancyState, RunState
from tests.places import AS_OF
from tests.stores import rows_of
from tests.upstreams import DAY, Lists, desk_of, late, on_portal, told
from tests.works import Works
from worker.core.look_up_plan import Appetite

AFRESH = Appetite(everything=True, afresh=True, sample_share=0)
HOME = [told(number) for number in range(1, 4)]
STALE = on_portal(late(1))


def seen(works: Works, first: Any) -> Discrepancy:
    """The one discrepancy there is, after a journey on which the portal had ``first``."""
    others = [on_portal(each) for each in HOME[1:]]
    assert works.pull(Lists(HOME, size=4)) is RunState.COMPLETE
    assert works.look_up(desk_of([first, *others]), appetite=AFRESH) is RunState.COMPLETE
    works.reconcile()
    (row,) = rows_of(works.engine, Discrepancy)
    return row


def take_on(works: Works, row: Discrepancy) -> None:
    with Session(works.engine) as session, session.begin():
        found = session.get_one(Discrepancy, row.id)
        found.acknowledged_at, found.acknowledged_by, found.note = works.now, "ca-truc", "đã gọi"
        session.add(found)


def test_who_has_taken_it_on_keeps_it_while_it_lasts_and_loses_it_when_it_reopens(
    works: Works,
) -> None:
    take_on(works, seen(works, STALE))
    works.now += DAY
    row = seen(works, STALE)
    assert (row.acknowledged_at, row.acknowledged_by, row.note) == (AS_OF, "ca-truc", "đã gọi")
    works.now += DAY
    row = seen(works, on_portal(HOME[0]))
    assert (row.state, row.acknowledged_by) == (DiscrepancyState.CLOSED, "ca-truc")
    works.now += DAY
    row = seen(works, STALE)
    assert row.state is DiscrepancyState.OPEN
    assert (row.acknowledged_at, row.acknowledged_by, row.note) == (None, None, None)
