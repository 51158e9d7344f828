"""Drill-down: a few look-ups explain every gap that can be explained."""

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from worker.core.drill_down import Candidate, DrillDown, in_daily_sample

UNITS = ("A", "B", "C")
dossiers = st.lists(
    st.tuples(
        st.sampled_from(UNITS), st.booleans(), st.sampled_from((*UNITS, None)), st.booleans()
    ),
    max_size=60,
)


def _candidate(key: int, unit: str, *, late: bool, overdue: bool = True) -> Candidate:
    return Candidate(
        dossier_id=key,
        codes=(f"{unit}-{key}",),
        unit=unit,
        counted={unit: int(late)},
        disputed=False,
        overdue=overdue,
        recency=float(key),
    )


def _run(drill: DrillDown, truth: dict[int, Counter[str]], most: int = 10) -> int:
    asked = 0
    while batch := drill.next_batch(most):
        for candidate in batch:
            asked += 1
            drill.tell(candidate, truth[candidate.dossier_id])
    return asked


@given(dossiers, st.integers(1, 20))
def test_whatever_the_portal_shows_of_known_dossiers_ends_without_a_gap(
    told: list[tuple[str, bool, str | None, bool]], most: int
) -> None:
    truth = {key: Counter({there: 1} if there else {}) for key, (_, _, there, _) in enumerate(told)}
    published = Counter(dict.fromkeys(UNITS, 0))
    for counts in truth.values():
        published.update(counts)
    drill = DrillDown(dict(published), Counter())
    for key, (unit, late, _, overdue) in enumerate(told):
        drill.add(_candidate(key, unit, late=late, overdue=overdue))
    asked = _run(drill, truth, most)
    assert asked <= len(told)
    # What moved, unasked, between two units whose gaps are closed may hide an equal move back.
    unclosed = {unit for unit, gap in drill.gaps().items() if drill.open_by_unit.get(unit)}
    assert not unclosed


def test_where_nothing_differs_nobody_is_asked() -> None:
    drill = DrillDown({"A": 2}, Counter())
    for key in range(10):
        drill.add(_candidate(key, "A", late=key < 2))
    assert drill.next_batch(10) == []


def test_where_the_portal_shows_fewer_only_late_ones_are_asked_first() -> None:
    drill = DrillDown({"A": 2}, Counter())
    for key in range(20):
        drill.add(_candidate(key, "A", late=key < 3))
    assert {each.dossier_id for each in drill.next_batch(10)} >= {0, 1, 2}


def test_where_the_portal_shows_more_those_that_would_be_overdue_come_first_newest_first() -> None:
    drill = DrillDown({"A": 1}, Counter())
    for key in range(20):
        drill.add(_candidate(key, "A", late=False, overdue=key % 2 == 0))
    assert [each.dossier_id for each in drill.next_batch(10)] == [18, 16, 14, 12]


def test_where_the_portal_shows_fewer_nobody_else_could_explain_it() -> None:
    drill = DrillDown({"A": 2}, Counter())
    for key in range(20):
        drill.add(_candidate(key, "A", late=key < 3))
    assert [each.dossier_id for each in drill.next_batch(10)] == [2, 1, 0]
    assert drill.next_batch(10) == []


def test_where_the_portal_shows_more_late_ones_are_not_asked_while_others_are_left() -> None:
    drill = DrillDown({"A": 18}, Counter())
    for key in range(20):
        drill.add(_candidate(key, "A", late=key % 2 == 0))
    assert {each.dossier_id % 2 for each in drill.next_batch(100)} == {1}


def test_the_smaller_the_mistake_that_is_enough_the_earlier_it_is_asked() -> None:
    drill = DrillDown({"A": 1}, Counter())
    for key, slack in enumerate((50.0, 0.0, 400.0, 7.0)):
        drill.add(replace(_candidate(key, "A", late=False), slack=slack))
    assert [each.dossier_id for each in drill.next_batch(10)] == [1, 3, 0, 2]


def test_a_dossier_last_seen_under_another_unit_is_asked_where_it_was_seen() -> None:
    drill = DrillDown({"A": 0, "B": 0}, Counter())
    drill.add(replace(_candidate(1, "A", late=False), counted={"B": 1}))
    drill.add(_candidate(2, "A", late=False))
    assert _run(drill, {1: Counter()}) == 1
    assert drill.gaps() == {}


def test_no_more_are_asked_at_once_than_are_missing_where_questions_hit() -> None:
    """What is found too much would have to be made up for among all late ones."""
    drill = DrillDown({"A": 7}, Counter())
    for key in range(100):
        drill.add(_candidate(key, "A", late=False))
    sizes = []
    while batch := drill.next_batch(100):
        sizes.append(len(batch))
        for index, candidate in enumerate(batch):
            drill.tell(candidate, Counter({"A": int(index % 2 == 0)}))
    assert sizes == [7, 3, 1]


def test_where_questions_seldom_hit_more_are_asked_at_once() -> None:
    drill = DrillDown({"A": 1}, Counter())
    for key in range(200):
        drill.add(_candidate(key, "A", late=False))
    sizes = []
    while batch := drill.next_batch(100):
        sizes.append(len(batch))
        for candidate in batch:
            drill.tell(candidate, Counter())
    assert sum(sizes) == 200
    assert sizes[:3] == [4, 4, 4]
    assert sizes == sorted(sizes[:-1]) + sizes[-1:]
    assert max(sizes) > 15


def test_a_dossier_shown_under_another_unit_closes_both_gaps() -> None:
    drill = DrillDown({"A": 0, "B": 1}, Counter())
    drill.add(_candidate(1, "A", late=True))
    for key in range(2, 12):
        drill.add(_candidate(key, "B", late=False))
    asked = _run(drill, {1: Counter({"B": 1})} | {key: Counter() for key in range(2, 12)})
    assert asked == 1
    assert drill.gaps() == {}


def test_where_nobody_is_left_late_dossiers_of_other_units_are_asked() -> None:
    drill = DrillDown({"A": 1, "B": 1}, Counter())
    drill.add(_candidate(1, "A", late=True))
    drill.add(_candidate(2, "A", late=False))
    truth = {1: Counter({"B": 1}), 2: Counter({"A": 1})}
    _run(drill, truth)
    assert drill.gaps() == {}


@given(st.text(min_size=1), st.dates().map(str), st.floats(0, 1), st.floats(0, 1))
def test_a_larger_sample_holds_the_smaller(code: str, day: str, one: float, other: float) -> None:
    small, large = sorted((one, other))
    assert not in_daily_sample(code, day, small) or in_daily_sample(code, day, large)


def test_the_daily_sample_is_about_its_share_and_another_one_each_day() -> None:
    codes = [f"H51.01-240701-{number:04}" for number in range(4000)]
    days = [{c for c in codes if in_daily_sample(c, day, 0.1)} for day in ("1", "2")]
    assert all(300 < len(chosen) < 500 for chosen in days)
    assert days[0] != days[1]
