from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.core.index.checks import NoteKind, cross_checks
from worker.core.index.rules import TOTAL, IndexRules, Reason, Target
from worker.core.index.scoring import Score, Standing, Verdict, component_scores, scores, verdict_of
from worker.core.index.values import Origin, Value
from worker.sources.index_rules import read_index_rules

OLD, NEW = read_index_rules()
COMPONENTS = [component.code for component in NEW.components]
GROUPS = [group.code for group in NEW.groups]

percents = st.decimals(0, 100, places=2)
rules_of_any_time = st.sampled_from([OLD, NEW])


def rate(code: str, percent: Decimal | int) -> Value:
    return Value(code=code, percent=Decimal(percent), origin=Origin.PRINTED)


def empty(code: str) -> Value:
    return Value(code=code, empty=True, said="Không có hồ sơ", origin=Origin.PRINTED)


def shown(code: str, score: Decimal, maximum: Decimal | int) -> Value:
    return Value(code=code, score=score, maximum=Decimal(maximum), origin=Origin.PRINTED)


@st.composite
def counts(draw: st.DrawFn, code: str) -> Value:
    whole = draw(st.integers(0, 500))
    return Value(
        code=code,
        numerator=draw(st.integers(0, whole)),
        denominator=whole,
        empty=not whole,
        origin=Origin.PUBLISHED,
    )


def any_component(code: str) -> st.SearchStrategy[Value]:
    return st.one_of(st.builds(rate, st.just(code), percents), counts(code))


@st.composite
def tables(draw: st.DrawFn) -> dict[str, Value]:
    codes = draw(st.lists(st.sampled_from(COMPONENTS), unique=True))
    values = {code: draw(any_component(code)) for code in codes}
    for code in draw(st.lists(st.sampled_from([*GROUPS, TOTAL]), unique=True)):
        maximum = NEW.maximum_of(code) or Decimal(0)
        values[code] = shown(code, draw(st.decimals(0, maximum, places=2)), maximum)
    return values


full_tables = st.fixed_dictionaries(
    {code: st.builds(rate, st.just(code), percents) for code in COMPONENTS}
)


def by_code(rules: IndexRules, values: dict[str, Value]) -> dict[str, Score]:
    return {score.code: score for score in scores(rules, values)}


@given(rules_of_any_time, tables())
def test_a_score_lies_between_nought_and_its_maximum(
    rules: IndexRules, values: dict[str, Value]
) -> None:
    for score in (*scores(rules, values), *component_scores(rules, values)):
        for number in (score.computed, score.least, score.most):
            assert number is None or 0 <= number <= score.maximum


@given(rules_of_any_time, tables())
def test_a_shown_score_is_never_changed(rules: IndexRules, values: dict[str, Value]) -> None:
    before = dict(values)
    for score in scores(rules, values):
        value = before.get(score.code)
        assert score.shown == (value.score if value else None)
    assert values == before


@given(tables())
def test_a_component_nobody_told_leaves_no_number_but_a_range(values: dict[str, Value]) -> None:
    for group in NEW.groups:
        missing = [each.code for each in group.components if each.code not in values]
        score = by_code(NEW, values)[group.code]
        if missing:
            assert (score.computed, score.standing) == (None, Standing.NOT_COMPUTABLE)
            assert set(missing) <= set(score.missing)
            assert score.least is not None
            assert score.most is not None
            assert score.least < score.most


@given(tables())
def test_a_range_holds_whatever_the_missing_components_turn_out_to_be(
    values: dict[str, Value],
) -> None:
    rest = {code: rate(code, 37) for code in COMPONENTS} | values
    ranged, whole = by_code(NEW, values), by_code(NEW, rest)
    for code in GROUPS:
        least, most, computed = ranged[code].least, ranged[code].most, whole[code].computed
        if least is not None and most is not None:
            assert computed is not None
            assert least <= computed <= most


@given(full_tables)
def test_the_whole_is_the_sum_of_its_groups(values: dict[str, Value]) -> None:
    found = by_code(NEW, values)
    parts = [found[code].computed or Decimal(0) for code in GROUPS]
    total = found[TOTAL].computed
    assert total is not None
    assert abs(total - sum(parts)) <= Decimal("0.003")


@given(full_tables, st.sampled_from(COMPONENTS), percents)
def test_a_better_rate_never_scores_less(
    values: dict[str, Value], code: str, percent: Decimal
) -> None:
    better = max(percent, values[code].percent or Decimal(0))
    before, after = by_code(NEW, values), by_code(NEW, values | {code: rate(code, better)})
    for group in GROUPS:
        assert (before[group].computed or 0) <= (after[group].computed or 0)


@given(full_tables)
def test_no_formula_of_a_group_is_applied_to_averages(values: dict[str, Value]) -> None:
    for score in scores(NEW, values, averages=True):
        if score.code != TOTAL:
            assert (score.computed, score.reason) == (None, Reason.AVERAGES)


def test_no_dossiers_is_never_nought_where_the_rules_do_not_say_so() -> None:
    values = {each: rate(each, 100) for each in ("1.1", "1.2", "1.3")} | {"1.4": empty("1.4")}
    score = by_code(OLD, values)["CKMB"]
    assert (score.computed, score.reason, score.missing) == (None, Reason.EMPTY, ("1.4",))
    assert by_code(NEW, values)["CKMB"].computed == 12


def test_a_rate_of_its_target_has_full_marks_and_more_has_no_more() -> None:
    for percent, points in ((45, 3), (90, 6), (100, 6)):
        values = {"5.2": rate("5.2", 0), "5.3": rate("5.3", 0), "5.4": rate("5.4", percent)}
        assert by_code(OLD, values)["MDHL"].computed == points


def test_a_share_of_full_marks_is_checked_on_its_own_scale() -> None:
    values = {code: rate(code, 50) for code in ("1.1", "1.2", "1.3", "1.4")}
    values["CKMB"] = shown("CKMB", Decimal("50.4"), 100)
    score = by_code(OLD, values)["CKMB"]
    assert (score.shown, score.computed, score.off) == (
        Decimal("50.4"),
        Decimal(50),
        Decimal("-0.400"),
    )
    assert score.standing is Standing.NOT_REPRODUCED
    values["CKMB"] = shown("CKMB", Decimal("50.2"), 100)
    assert by_code(OLD, values)["CKMB"].standing is Standing.REPRODUCED


def test_the_tolerance_itself_is_within_it() -> None:
    values = {"2.1": rate("2.1", 75)}
    for score, standing in (
        ("15.05", Standing.REPRODUCED),
        ("15.06", Standing.NOT_REPRODUCED),
        ("14.95", Standing.REPRODUCED),
    ):
        found = by_code(OLD, values | {"TDGQ": shown("TDGQ", Decimal(score), 20)})["TDGQ"]
        assert found.standing is standing


def test_a_total_without_all_its_groups_says_which() -> None:
    values = {code: shown(code, Decimal(5), 18) for code in GROUPS if code != "TTTT"}
    total = by_code(NEW, values)[TOTAL]
    assert (total.reason, total.missing) == (Reason.GROUPS, ("TTTT",))


@pytest.mark.parametrize(
    ("percent", "above", "verdict"),
    [
        ("90", False, Verdict.MET),
        ("90", True, Verdict.NOT_MET),
        ("90.01", True, Verdict.MET),
        ("89.99", False, Verdict.NOT_MET),
    ],
)
def test_from_is_met_by_the_very_rate_and_above_is_not(
    percent: str, *, above: bool, verdict: Verdict
) -> None:
    target = Target(Decimal(90), above=above, source="x")
    assert verdict_of(rate("1.1", Decimal(percent)), target) is verdict


def test_a_verdict_is_by_the_counts_and_not_by_what_they_are_rounded_to() -> None:
    value = replace(rate("1.1", 90), numerator=89_999, denominator=100_000)
    assert value.rate == Fraction(89_999, 100_000)
    assert verdict_of(value, Target(Decimal(90), above=False, source="x")) is Verdict.NOT_MET


def test_without_a_target_or_a_value_there_is_no_verdict() -> None:
    target = Target(Decimal(90), above=False, source="x")
    assert verdict_of(rate("1.1", 100), None) is Verdict.NO_TARGET
    assert verdict_of(None, target) is Verdict.NO_VALUE
    assert verdict_of(empty("1.1"), target) is Verdict.NO_VALUE


def test_a_value_beyond_its_scale_is_noted_and_scores_no_more_than_everything() -> None:
    values = {"2.1": rate("2.1", 104), "TDGQ": shown("TDGQ", Decimal(21), 20)}
    assert by_code(NEW, values)["TDGQ"].computed == 20
    found = {(note.kind, note.codes) for note in cross_checks(NEW, values)}
    assert found == {(NoteKind.BEYOND, ("2.1",)), (NoteKind.BEYOND, ("TDGQ",))}


@given(tables())
def test_notes_change_nothing(values: dict[str, Value]) -> None:
    before = dict(values)
    cross_checks(NEW, values, national=values)
    assert values == before
