from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from models.types import Cause, CauseKind
from worker.render.bridge_lines import bridge_lines

COUNTS = st.integers(-500, 500)


def statement(
    home: int, rule: list[int], data: list[int], published: int | None
) -> list[dict[str, Any]]:
    """As ``core.explanation`` makes it: what adds up, and what is left."""
    causes = {kind: [each for each in Cause if each.kind is kind] for kind in CauseKind}
    steps = {
        kind: [{"cause": cause.value, "count": n} for cause, n in zip(of, counts, strict=False)]
        for (kind, of), counts in zip(causes.items(), (rule, data), strict=True)
    }
    by_rule = home + sum(rule)
    late = by_rule + sum(data)
    unexplained = None if published is None else published - late
    return [
        {"line": "late_province", "count": home},
        *steps[CauseKind.RULE],
        {"line": "late_province_by_portal_rule", "count": by_rule},
        *steps[CauseKind.DATA],
        {"line": "late_portal", "count": late},
        {"line": "unexplained", "count": unexplained},
        {"line": "late_published", "count": published},
    ]


@given(
    home=st.integers(0, 1000),
    rule=st.lists(COUNTS, max_size=8),
    data=st.lists(COUNTS, max_size=8),
    published=st.none() | st.integers(0, 1000),
)
def test_each_bar_begins_where_the_one_above_it_ends(
    home: int, rule: list[int], data: list[int], published: int | None
) -> None:
    told = statement(home, rule, data, published)
    lines = bridge_lines(told)
    assert [line.count for line in lines] == [
        each["count"] for each in told if each["count"] is not None
    ]
    assert all(0 <= line.start <= 100 and 0 <= line.length <= 100 for line in lines)
    assert all(line.start + line.length <= 101 for line in lines)
    for above, line in pairwise(lines):
        ends = {above.start, above.start + above.length}
        begins = {line.start, line.start + line.length}
        if line.view is None and line.length > 1 and above.length > 1:
            assert any(abs(end - begin) < 0.1 for end in ends for begin in begins)


def test_totals_steps_and_what_moves_nothing_are_told_apart() -> None:
    lines = bridge_lines(statement(100, [10, -20], [0, 5], 97))
    assert [(line.move, line.count) for line in lines] == [
        ("total", 100),
        ("rise", 10),
        ("fall", -20),
        ("total", 90),
        ("still", 0),
        ("rise", 5),
        ("total", 95),
        ("rise", 2),
        ("total", 97),
    ]
    assert lines[0].length == 90.91
    assert (lines[4].length, lines[4].cause) == (0, Cause.NOT_ON_PORTAL.value)
    assert (lines[7].view, lines[7].cause) == (None, None)


def test_where_nothing_is_late_there_are_no_bars_and_nothing_breaks() -> None:
    assert [line.length for line in bridge_lines(statement(0, [], [], None))] == [0, 0, 0]
    assert bridge_lines([]) == []
