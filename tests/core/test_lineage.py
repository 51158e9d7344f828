"""Counts across a break: summed where the heir stands, unknown where a part is unknown."""

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from models.types import Period, Status
from tests.core.dossiers import at, book, bridge_of, case, on_portal, view
from worker.core.compare import compare
from worker.core.judged import DossierCase
from worker.core.lineage import (
    counting_day,
    predecessors_of,
    rolled_up,
    rolled_up_counts,
    units_of,
)

HEIRS = {"H51.05": "H51.11", "H51.08": "H51.17", "H51.09": "H51.17"}
MARCH = Period(date(2025, 3, 1), date(2025, 3, 31))


def test_a_dossier_under_the_predecessor_here_and_the_successor_there_is_no_difference() -> None:
    told = case(view(unit="H51.05"), on_portal((Status.RECEIVED, at(1)), unit="H51.11"))
    assert [each.cause for each in compare(told, book()).effects] == ["UNIT_DIFFERS"]
    assert compare(rolled_up(told, HEIRS), book()).effects == ()


def test_every_side_is_rolled_up_and_nothing_else_changed() -> None:
    told = DossierCase(
        province=(view(unit="H51.08"), view(unit="H51.01")),
        portal=(view(unit="H51.09"),),
        presumed=False,
        elsewhere=(view(unit="H51.05"),),
    )
    rolled = rolled_up(told, HEIRS)
    assert [each.unit for each in (*rolled.province, *rolled.portal, *rolled.elsewhere)] == [
        "H51.17",
        "H51.01",
        "H51.17",
        "H51.11",
    ]
    assert units_of(told) == {"H51.08", "H51.01", "H51.09", "H51.05"}
    assert rolled_up(rolled, HEIRS) is rolled


def test_what_is_late_stays_late_and_moves_to_the_heir() -> None:
    late = case(view(unit="H51.08"), view(unit="H51.08", events=()))
    line = bridge_of([compare(rolled_up(late, HEIRS), book())]).lines
    assert set(line) == {"H51.17"}


def test_counts_are_summed_and_a_sum_with_an_unknown_part_is_unknown() -> None:
    counts = {"H51.05": 2, "H51.11": 3, "H51.08": 1, "H51.09": None, "H51.17": 4, "": 10}
    assert rolled_up_counts(counts, HEIRS) == {"H51.11": 5, "H51.17": None, "": 10}


@given(st.dictionaries(st.sampled_from([*HEIRS, *HEIRS.values(), "H51.01"]), st.integers(0, 99)))
def test_nothing_is_lost_in_a_sum(counts: dict[str, int]) -> None:
    summed = rolled_up_counts(counts, HEIRS)
    assert sum(each or 0 for each in summed.values()) == sum(counts.values())
    assert not summed.keys() & HEIRS.keys()
    assert rolled_up_counts(summed, HEIRS) == summed


def test_predecessors_are_named_in_order_all_or_those_asked_about() -> None:
    assert predecessors_of("H51.17", HEIRS) == ["H51.08", "H51.09"]
    assert predecessors_of("H51.17", HEIRS, {"H51.09", "H51.05"}) == ["H51.09"]
    assert predecessors_of("H51.05", HEIRS) == []


def test_a_period_is_counted_by_its_own_units_however_late_one_looks() -> None:
    assert counting_day(datetime(2025, 3, 10, 18, tzinfo=UTC), MARCH) == date(2025, 3, 11)
    assert counting_day(datetime(2026, 1, 1, tzinfo=UTC), MARCH) == date(2025, 3, 31)
