"""Checks between the shown values of one unit and period: what can't be right together.

A note is told and nothing is corrected: documents and the portal do contradict themselves
(research, index 766 section 6).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from worker.core.index.rules import TOTAL, IndexRules
from worker.core.index.scoring import Score, Standing, scores
from worker.core.index.values import HUNDRED, LATE, Value

_IN_TIME = "2.1"
_SATISFIED = "5.4"
_ONLINE = "3.1"
_ONLINE_KINDS = ("3.1.1", "3.1.2")
# What two percentages of two places may be apart by rounding alone.
_ROUNDING = Decimal("0.01")


class NoteKind(StrEnum):
    """What does not go together; each has a text in the catalogues (``index.note``)."""

    TOTAL = "total"  # the total is not the sum of its groups
    SATISFACTION = "satisfaction"  # 5.4 above what the late share leaves
    EQUAL = "equal"  # two neighbours show one value: copied?
    OUT_OF_REACH = "out_of_reach"  # a score the formula can't give, whatever was not shown
    PARTS = "parts"  # a share is not the sum of its printed parts
    COUNTS = "counts"  # a percentage is not what its counts give
    BEYOND = "beyond"  # above its maximum, or below nought
    AVERAGE = "average"  # a mean at the top, though this one is below


@dataclass(frozen=True, slots=True)
class Note:
    """Something for a person to look at: the codes it is about, the value and what it was to be."""

    kind: NoteKind
    codes: tuple[str, ...]
    shown: Decimal
    other: Decimal


def cross_checks(
    rules: IndexRules,
    values: Mapping[str, Value],
    national: Mapping[str, Value] | None = None,
) -> tuple[Note, ...]:
    """All that the values of one unit and period contradict, in the order of NoteKind.

    Args:
        rules: The version of the period.
        values: The unit's values as shown.
        national: The means of the country shown beside them.
    """
    checked = scores(rules, values)
    found = (
        *_total(checked),
        *_satisfaction(values),
        *_equal(rules, values),
        *_out_of_reach(rules, checked),
        *_parts(values),
        *_counts(values),
        *_beyond(values),
        *_average(rules, values, national or {}),
    )
    return tuple(found)


def _total(checked: tuple[Score, ...]) -> Iterator[Note]:
    for score in checked:
        if score.code == TOTAL and score.standing is Standing.NOT_REPRODUCED:
            yield Note(NoteKind.TOTAL, (TOTAL,), score.shown or HUNDRED, score.computed or HUNDRED)


def _satisfaction(values: Mapping[str, Value]) -> Iterator[Note]:
    """Satisfaction with handling is what late dossiers and complaints leave: never above."""
    satisfied, in_time = _percent(values, _SATISFIED), _percent(values, _IN_TIME)
    late = _percent(values, LATE)
    most = HUNDRED - late if late is not None else in_time
    if satisfied is not None and most is not None and satisfied > most + _ROUNDING:
        yield Note(NoteKind.SATISFACTION, (_SATISFIED, _IN_TIME), satisfied, most)


def _equal(rules: IndexRules, values: Mapping[str, Value]) -> Iterator[Note]:
    """Nothing and everything may well be the same twice; anything between is no chance."""
    for group in rules.groups:
        for one, other in pairwise(group.components):
            first, second = _percent(values, one.code), _percent(values, other.code)
            if first is not None and first == second and 0 < first < HUNDRED:
                yield Note(NoteKind.EQUAL, (one.code, other.code), first, second)


def _out_of_reach(rules: IndexRules, checked: tuple[Score, ...]) -> Iterator[Note]:
    for score in checked:
        if score.shown is None or score.least is None or score.most is None:
            continue
        tolerance = rules.tolerance * score.maximum / (rules.maximum_of(score.code) or HUNDRED)
        bound = min(max(score.shown, score.least), score.most)
        if abs(score.shown - bound) > tolerance:
            yield Note(NoteKind.OUT_OF_REACH, (score.code,), score.shown, bound)


def _parts(values: Mapping[str, Value]) -> Iterator[Note]:
    whole = _percent(values, _ONLINE)
    parts = [_percent(values, code) for code in _ONLINE_KINDS]
    known = [part for part in parts if part is not None]
    if whole is None or len(known) != len(parts):
        return
    if abs(whole - sum(known)) > _ROUNDING:
        yield Note(NoteKind.PARTS, (_ONLINE, *_ONLINE_KINDS), whole, sum(known, Decimal(0)))


def _counts(values: Mapping[str, Value]) -> Iterator[Note]:
    for value in values.values():
        if value.percent is None or value.numerator is None or not value.denominator:
            continue
        counted = HUNDRED * value.numerator / value.denominator
        if abs(value.percent - counted) > _last_digit(value.percent):
            yield Note(NoteKind.COUNTS, (value.code,), value.percent, counted)


def _beyond(values: Mapping[str, Value]) -> Iterator[Note]:
    for value in values.values():
        for shown, most in ((value.percent, HUNDRED), (value.score, value.maximum)):
            if shown is not None and most is not None and not 0 <= shown <= most:
                yield Note(NoteKind.BEYOND, (value.code,), shown, most)


def _average(
    rules: IndexRules, values: Mapping[str, Value], national: Mapping[str, Value]
) -> Iterator[Note]:
    """A mean of all provinces is at the top only where every province is."""
    for component in rules.components:
        own, mean = _percent(values, component.code), _percent(national, component.code)
        if own is not None and mean == HUNDRED and own < HUNDRED:
            yield Note(NoteKind.AVERAGE, (component.code,), HUNDRED, own)


def _last_digit(shown: Decimal) -> Decimal:
    """One in the last place shown, or of a percentage of two places."""
    return max(_ROUNDING, Decimal(1).scaleb(int(shown.as_tuple().exponent)))


def _percent(values: Mapping[str, Value], code: str) -> Decimal | None:
    """The rate as shown, else what its counts give; None where neither is known."""
    value = values.get(code)
    if value is None or value.empty:
        return None
    if value.percent is None and value.rate is not None:
        return HUNDRED * value.rate.numerator / value.rate.denominator
    return value.percent
