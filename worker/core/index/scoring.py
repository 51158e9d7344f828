"""The check of shown scores: what the rules make of the shown rates, beside what was shown.

A shown score is never changed. Formulas hold for one unit's rates and never for averages: the mean
of capped scores is not the capped score of means (research, index 766 section 2.4).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction

from worker.core.index.rules import TOTAL, Component, GroupRule, IndexRules, Reason, Target
from worker.core.index.values import Value

_PLACES = Decimal("0.001")
_NOTHING = Fraction(0)


class Standing(StrEnum):
    """What came of the check of a score."""

    REPRODUCED = "reproduced"
    NOT_REPRODUCED = "not_reproduced"
    NOT_COMPUTABLE = "not_computable"
    NOT_SHOWN = "not_shown"  # computed, with no shown one to hold it against


class Verdict(StrEnum):
    """How a rate stands to its target."""

    MET = "met"
    NOT_MET = "not_met"
    NO_TARGET = "no_target"
    NO_VALUE = "no_value"


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A component's, a group's or the total score: as shown, as computed, and what to make of it.

    Attributes:
        code: The component, group, or ``TONG``.
        shown: As shown, on its own scale; None where none was.
        computed: By the rules, on the same scale, to three places; None: NOT_COMPUTABLE.
        maximum: The top of that scale.
        standing: What came of the check.
        off: ``computed`` less ``shown``, None unless there are both.
        reason: Why it can't be computed.
        missing: The codes of the components or groups that are lacking.
        least: Where components are missing, what it comes to with none of their points.
        most: The same with all of them.
        confirmed: Whether the formula is known to give what is published.
    """

    code: str
    shown: Decimal | None
    computed: Decimal | None
    maximum: Decimal
    standing: Standing
    off: Decimal | None = None
    reason: Reason | None = None
    missing: tuple[str, ...] = ()
    least: Decimal | None = None
    most: Decimal | None = None
    confirmed: bool = True


@dataclass(frozen=True, slots=True)
class _Points:
    """What the rules make of a score; ``exact`` is None with a reason, bounds where known."""

    exact: Fraction | None
    reason: Reason | None = None
    missing: tuple[str, ...] = ()
    bounds: tuple[Fraction, Fraction] | None = None


def scores(
    rules: IndexRules, values: Mapping[str, Value], *, averages: bool = False
) -> tuple[Score, ...]:
    """The groups in the order of the rules, then the total.

    With ``averages`` the values are means over provinces, to which no formula of a group applies.
    The total is the sum of the shown scores of the groups, or of the computed ones where no group
    has a shown one; a sum holds for averages too.
    """
    points = {each.code: _of_group(each, values, averages=averages) for each in rules.groups}
    groups = tuple(
        _score(group, values.get(group.code), points[group.code], rules.tolerance)
        for group in rules.groups
    )
    whole = GroupRule(code=TOTAL, maximum=rules.maximum_of(TOTAL) or Decimal(0), components=())
    total = _of_total(rules, values, points)
    return (*groups, _score(whole, values.get(TOTAL), total, rules.total_tolerance))


def component_scores(rules: IndexRules, values: Mapping[str, Value]) -> tuple[Score, ...]:
    """Every component whose score was shown or can be computed, in the order of the rules."""
    found = []
    for component in rules.components:
        value = values.get(component.code)
        points = _of_component(component, values)
        shown = value is not None and value.score is not None
        if shown or points.exact is not None:
            found.append(_score(component, value, points, rules.tolerance))
    return tuple(found)


def verdict_of(value: Value | None, target: Target | None) -> Verdict:
    """Whether a rate reaches its target: "từ" is met by the very rate, "trên" is not."""
    if target is None:
        return Verdict.NO_TARGET
    rate = value.rate if value else None
    if rate is None:
        return Verdict.NO_VALUE
    at = Fraction(target.at) / 100
    met = rate > at if target.above else rate >= at
    return Verdict.MET if met else Verdict.NOT_MET


def _of_component(component: Component, values: Mapping[str, Value]) -> _Points:
    """The points of a component; missing is what would be needed and is not known."""
    value = values.get(component.code)
    if value is not None and value.empty:
        if component.when_empty is None:
            return _Points(None, Reason.EMPTY, (component.code,))
        return _Points(Fraction(component.when_empty))
    rate = value.rate if value else None
    if rate is None:
        return _Points(None, Reason.COMPONENTS, (component.code,))
    if component.factor is not None:
        factor = _rate_of(values, component.factor)
        if factor is None:
            return _Points(None, Reason.COMPONENTS, (component.factor,))
        rate *= factor
    if component.full_at is None:
        return _Points(None, Reason.TARGETS, (component.code,))
    share = min(Fraction(1), max(_NOTHING, rate * 100 / Fraction(component.full_at)))
    return _Points(share * Fraction(component.maximum))


def _rate_of(values: Mapping[str, Value], code: str) -> Fraction | None:
    value = values.get(code)
    return value.rate if value else None


def _of_group(group: GroupRule, values: Mapping[str, Value], *, averages: bool) -> _Points:
    if averages:
        return _Points(None, Reason.AVERAGES)
    if group.unknown is not None:
        return _Points(None, group.unknown)
    parts = {each: _of_component(each, values) for each in group.components}
    known = sum((part.exact for part in parts.values() if part.exact is not None), _NOTHING)
    lacking = {each: part for each, part in parts.items() if part.exact is None}
    if not lacking:
        return _Points(known)
    missing = tuple(dict.fromkeys(code for part in lacking.values() for code in part.missing))
    reason = next(iter(lacking.values())).reason
    open_points = sum((Fraction(each.maximum) for each in lacking), _NOTHING)
    return _Points(None, reason, missing, (known, known + open_points))


def _of_total(
    rules: IndexRules, values: Mapping[str, Value], points: Mapping[str, _Points]
) -> _Points:
    shown = {group.code: _shown_points(group, values.get(group.code)) for group in rules.groups}
    computed = {code: part.exact for code, part in points.items()}
    parts = computed if set(shown.values()) == {None} else shown
    known = [part for part in parts.values() if part is not None]
    if len(known) == len(parts):
        return _Points(sum(known, _NOTHING))
    missing = tuple(code for code, part in parts.items() if part is None)
    return _Points(None, Reason.GROUPS, missing)


def _shown_points(group: GroupRule, value: Value | None) -> Fraction | None:
    """A group's shown score out of its own maximum, whatever the scale it was shown on."""
    if value is None or value.score is None:
        return None
    scale = Fraction(group.maximum) / Fraction(value.maximum or group.maximum)
    return Fraction(value.score) * scale


def _score(
    rule: GroupRule | Component, value: Value | None, points: _Points, tolerance: Decimal
) -> Score:
    shown = value.score if value else None
    maximum = (value.maximum if value else None) or rule.maximum
    scale = Fraction(maximum) / Fraction(rule.maximum)
    exact = None if points.exact is None else points.exact * scale
    off = None if exact is None or shown is None else exact - Fraction(shown)
    least, most = [each * scale for each in points.bounds or ()] or (None, None)
    return Score(
        code=rule.code,
        shown=shown,
        computed=_rounded(exact),
        maximum=maximum,
        standing=_standing(exact, off, Fraction(tolerance) * scale),
        off=_rounded(off),
        reason=points.reason,
        missing=points.missing,
        least=_rounded(least),
        most=_rounded(most),
        confirmed=rule.confirmed if isinstance(rule, GroupRule) else True,
    )


def _standing(exact: Fraction | None, off: Fraction | None, tolerance: Fraction) -> Standing:
    if exact is None:
        return Standing.NOT_COMPUTABLE
    if off is None:
        return Standing.NOT_SHOWN
    return Standing.REPRODUCED if abs(off) <= tolerance else Standing.NOT_REPRODUCED


def _rounded(number: Fraction | None) -> Decimal | None:
    if number is None:
        return None
    exact = Decimal(number.numerator) / Decimal(number.denominator)
    return exact.quantize(_PLACES, ROUND_HALF_UP)
