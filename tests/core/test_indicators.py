"""Indicators from dossiers: counts that add up, and no rate where there are no dossiers."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rates import Indicator, Trait
from models.types import Category, Side
from worker.core.indicators import (
    GROUNDS,
    INDEX_CODE,
    NO_DOSSIERS,
    WHOLE,
    Group,
    Rate,
    on_time,
    rates_of,
    with_whole,
)

UNIT = "H51.01"
ALL = Trait(255)
ELSEWHERE = (Indicator.ON_TIME, Indicator.SYNC, Indicator.RECEPTION)

counts = st.integers(0, 10_000)
rates = st.tuples(counts, counts, counts).map(
    lambda each: Rate(each[0], each[0] + each[1], each[2])
)
groups = st.builds(
    Group,
    unit=st.sampled_from(["H51.01", "H51.02", "H51.03"]),
    traits=st.integers(0, 255),
    told=st.integers(0, 255),
    is_resolved=st.booleans(),
    is_asked=st.booleans(),
    count=st.integers(1, 50),
)
many_groups = st.lists(groups, max_size=30)


def dossier(traits: Trait, told: Trait = ALL, **more: bool) -> Group:
    return Group(unit=UNIT, traits=traits, told=told, **({"is_resolved": True} | more))


def rate(indicator: Indicator, *dossiers: Group) -> Rate:
    return rates_of(dossiers, Side.PORTAL).get((UNIT, Side.PORTAL, indicator), NO_DOSSIERS)


@given(rates)
def test_a_rate_is_in_points_of_a_hundred_and_there_is_none_of_no_dossiers(each: Rate) -> None:
    if each.denominator:
        assert each.percent is not None
        assert abs(each.percent * each.denominator - 100 * each.numerator) < Decimal("0.0001")
        assert 0 <= each.percent <= 100
    else:
        assert each.percent is None


def test_dossiers_that_are_all_untold_have_no_rate_either() -> None:
    assert Rate(0, 0, 12).percent is None
    assert Rate(0, 12).percent == 0
    assert Rate(1299, 10_000).percent == Decimal("12.99")


@given(rates, rates, rates)
def test_rates_add_up_by_their_counts_in_any_order(one: Rate, two: Rate, three: Rate) -> None:
    assert one + two == two + one
    assert (one + two) + three == one + (two + three)
    assert one + NO_DOSSIERS == one
    together = one + two
    assert together.numerator == one.numerator + two.numerator
    assert together.denominator == one.denominator + two.denominator
    assert together.untold == one.untold + two.untold


def test_the_rate_of_two_units_is_not_the_mean_of_their_rates() -> None:
    assert (Rate(1, 1) + Rate(0, 99)).percent == 1


@given(many_groups, st.integers(0, 30))
def test_what_is_counted_in_two_parts_adds_up_to_the_whole(told: Sequence[Group], cut: int) -> None:
    parts = [rates_of(part, Side.PROVINCE) for part in (told[:cut], told[cut:])]
    keys = {key for part in parts for key in part}
    added = {key: sum((part.get(key, NO_DOSSIERS) for part in parts), NO_DOSSIERS) for key in keys}
    assert added == rates_of(told, Side.PROVINCE)


@given(many_groups)
def test_the_province_is_the_sum_of_its_units_on_each_side_by_itself(
    told: Sequence[Group],
) -> None:
    units = rates_of(told, Side.PROVINCE) | rates_of(told[::2], Side.PORTAL)
    found = with_whole(units)
    assert {key: each for key, each in found.items() if key[0] != WHOLE} == units
    for side in (Side.PROVINCE, Side.PORTAL):
        for indicator in GROUNDS:
            parts = [each for key, each in units.items() if key[1:] == (side, indicator)]
            assert found.get((WHOLE, side, indicator), NO_DOSSIERS) == sum(parts, NO_DOSSIERS)


@given(many_groups)
def test_every_dossier_is_counted_once_or_untold_where_all_belong(told: Sequence[Group]) -> None:
    found = with_whole(rates_of(told, Side.PORTAL))
    for indicator, ground in GROUNDS.items():
        each = found.get((WHOLE, Side.PORTAL, indicator), NO_DOSSIERS)
        assert 0 <= each.numerator <= each.denominator
        population = [one for one in told if one.is_resolved or not ground.of_resolved]
        most = sum(one.count for one in population)
        if ground.among:
            assert each.denominator + each.untold <= most
        else:
            assert each.denominator + each.untold == most


@given(many_groups)
def test_ended_units_are_counted_with_their_heirs(told: Sequence[Group]) -> None:
    heirs = {"H51.02": "H51.01"}
    found = rates_of(told, Side.PORTAL, heirs)
    assert "H51.02" not in {unit for unit, _, _ in found}
    apart = rates_of(told, Side.PORTAL)
    for indicator in GROUNDS:
        mine, theirs = ((unit, Side.PORTAL, indicator) for unit in ("H51.01", "H51.02"))
        expected = apart.get(mine, NO_DOSSIERS) + apart.get(theirs, NO_DOSSIERS)
        assert found.get(mine, NO_DOSSIERS) == expected


@pytest.mark.parametrize(
    ("indicator", "needed"),
    [
        (Indicator.ONLINE_FILING, Trait.FILED_ONLINE),
        (Indicator.ONLINE_PAYMENT, Trait.PAID_ONLINE),
        (Indicator.E_RESULT, Trait.E_RESULT),
        (Indicator.DIGITISED, Trait.DIGITISED | Trait.E_RESULT),
        (Indicator.REUSED, Trait.REUSED),
        (Indicator.PERSONAL_STORE, Trait.FROM_STORE),
        (Indicator.IDENTIFIED, Trait.IDENTIFIED),
    ],
)
def test_an_indicator_is_met_by_its_own_traits_and_by_no_others(
    indicator: Indicator, needed: Trait
) -> None:
    fee = Trait.HAS_FEE
    assert rate(indicator, dossier(needed | fee)) == Rate(1, 1)
    for trait in needed:
        assert rate(indicator, dossier(ALL & ~trait)) == Rate(0, 1)
        assert rate(indicator, dossier(ALL, told=ALL & ~trait)) == Rate(0, 0, 1)


@pytest.mark.parametrize("indicator", [Indicator.E_RESULT, Indicator.DIGITISED])
def test_only_what_is_resolved_can_have_a_result(indicator: Indicator) -> None:
    still_open = dossier(ALL, is_resolved=False)
    assert rate(indicator, still_open) == NO_DOSSIERS
    assert rate(indicator, still_open, dossier(ALL)) == Rate(1, 1)
    assert rate(Indicator.ONLINE_FILING, still_open) == Rate(1, 1)


def test_who_has_no_fee_has_no_part_in_paying_online() -> None:
    fee, paid = Trait.HAS_FEE, Trait.PAID_ONLINE
    free = dossier(Trait(0), told=fee)
    unknown = dossier(Trait(0), told=paid)
    in_cash = dossier(fee, told=fee | paid)
    assert rate(Indicator.ONLINE_PAYMENT, free) == NO_DOSSIERS
    assert rate(Indicator.ONLINE_PAYMENT, unknown) == Rate(0, 0, 1)
    assert rate(Indicator.ONLINE_PAYMENT, free, unknown, in_cash) == Rate(0, 1, 1)


def test_payers_alone_are_no_population_where_nobody_tells_of_fees() -> None:
    told = Trait.PAID_ONLINE
    paid, unpaid = dossier(told, told=told), dossier(Trait(0), told=told)
    assert rate(Indicator.ONLINE_PAYMENT, paid, unpaid) == Rate(0, 0, 2)


def test_a_source_that_tells_no_trait_makes_nobody_fail() -> None:
    found = rates_of([dossier(Trait(0), told=Trait(0))], Side.PROVINCE)
    assert set(found.values()) == {Rate(0, 0, 1)}
    assert {indicator for _, _, indicator in found} == set(GROUNDS)


def test_what_the_portal_was_not_asked_for_is_untold_unless_home_leaves_it_out() -> None:
    unasked = rates_of([dossier(ALL, is_asked=False)], Side.PORTAL)
    assert set(unasked.values()) == {Rate(0, 0, 1)}
    free = dossier(ALL & ~Trait.HAS_FEE, is_asked=False, is_resolved=False)
    left = {indicator for _, _, indicator in rates_of([free], Side.PORTAL)}
    assert left == set(GROUNDS) - {
        Indicator.ONLINE_PAYMENT,
        Indicator.E_RESULT,
        Indicator.DIGITISED,
    }


@pytest.mark.parametrize(
    ("category", "expected"),
    [
        (Category.RESOLVED_ON_TIME, Rate(1, 1)),
        (Category.OPEN_IN_TIME, Rate(1, 1)),
        (Category.WAITING, Rate(1, 1)),
        (Category.RESOLVED_LATE, Rate(0, 1)),
        (Category.OPEN_LATE, Rate(0, 1)),
    ],
)
def test_on_time_is_all_that_is_counted_but_what_is_late(
    category: Category, expected: Rate
) -> None:
    assert on_time({category: 1}) == expected
    assert on_time({}).percent is None


@given(st.dictionaries(st.sampled_from(Category), counts))
def test_on_time_and_late_make_all(told: dict[Category, int]) -> None:
    each = on_time(told)
    late = told.get(Category.RESOLVED_LATE, 0) + told.get(Category.OPEN_LATE, 0)
    assert (each.numerator + late, each.untold) == (each.denominator, 0)


def test_every_indicator_but_reception_has_a_code_of_its_own() -> None:
    assert set(Indicator) - set(INDEX_CODE) == {Indicator.RECEPTION}
    assert set(GROUNDS) == set(Indicator) - set(ELSEWHERE)
    assert all(one != two for one, two in combinations(INDEX_CODE.values(), 2))
