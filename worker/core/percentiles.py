"""Percentiles of whole numbers that occur so and so often."""

from collections import Counter
from collections.abc import Mapping


def percentile(counts: Mapping[int, int], percent: int) -> int | None:
    """The nearest-rank percentile of values that occur ``counts`` times; None of none.

    It is the smallest value that at least ``percent`` (1 to 100) of all do not exceed.
    """
    rank = -(-percent * sum(counts.values()) // 100)
    passed = 0
    for value in sorted(counts):
        passed += counts[value]
        if passed >= rank:
            return value
    return None


def delayed_percentile(arrived: Counter[int], waiting: Counter[int], percent: int) -> int | None:
    """The percentile of lengths some of which are not over yet.

    What still goes on says nothing while it is younger than the percentile of what is over; once
    it is older, its length so far counts as its whole, which makes the answer a lower bound.
    """
    candidate = percentile(arrived, percent)
    older = {age: n for age, n in waiting.items() if candidate is None or age > candidate}
    return percentile(arrived + Counter(older), percent)
