"""Values over periods: changes, breaks that are named and never bridged, what is out of line."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.types import Period, UnitLevel
from worker.core.index.comparison import (
    Break,
    Change,
    Rank,
    Reading,
    Sign,
    alike,
    change,
    is_frozen,
    rank_change,
    ranks_of,
    units_behind,
    worst_first,
)
from worker.core.times import parse_month
from worker.core.units import Unit, UnitDirectory

APRIL, JUNE, JULY = (parse_month(month) for month in ("2024-04", "2024-06", "2024-07"))
BEFORE, AFTER = parse_month("2025-06"), parse_month("2025-07")
HUNDRED = Decimal(100)


def behind(unit: Unit, directory: UnitDirectory, period: Period) -> frozenset[str]:
    return units_behind(unit, directory.heirs_on(period.last), period)


def reading(
    value: str | None,
    period: Period = JULY,
    *,
    maximum: Decimal = HUNDRED,
    rules: str = "2023",
    shown_by: str = "printed",
    units: Sequence[str] = ("H51",),
) -> Reading:
    return Reading(
        period=period,
        value=None if value is None else Decimal(value),
        maximum=maximum,
        rules=rules,
        shown_by=shown_by,
        units=frozenset(units),
    )


def test_a_change_is_the_difference_of_the_values_and_names_its_base_month() -> None:
    assert change(reading("75.81", JUNE), reading("88.62")) == Change(
        JUNE, Decimal("75.81"), "printed", Decimal("12.81")
    )


@pytest.mark.parametrize(
    ("base", "broken"),
    [
        (reading("50", JUNE, rules="2022"), Break.RULES),
        (reading("50", JUNE, shown_by="legacy"), Break.INTERFACE),
        (reading("9", JUNE, maximum=Decimal(18)), Break.INTERFACE),
        (reading("50", JUNE, units=("H51.07", "H51.12")), Break.UNIT),
    ],
)
def test_a_break_is_named_and_the_change_is_not_told(base: Reading, broken: Break) -> None:
    found = change(base, reading("90"))
    assert (found.amount, found.breaks, found.signs) == (None, (broken,), ())
    assert found.before == base.value


def test_every_break_is_named() -> None:
    base = reading("50", JUNE, rules="2022", shown_by="legacy", units=())
    assert set(change(base, reading("90")).breaks) == {Break.RULES, Break.INTERFACE, Break.UNIT}


def test_to_and_from_no_value_there_is_no_change() -> None:
    assert change(reading(None, JUNE), reading("90")).amount is None
    assert change(reading("90", JUNE), reading(None)).amount is None


def test_a_value_of_nought_is_a_value() -> None:
    assert change(reading("5", JUNE), reading("0")).amount == -5


# Document 001, province: printed in April, June and July 2024.
@pytest.mark.parametrize(
    ("before", "after", "signs"),
    [
        ("16.13", "0.82", (Sign.JUMP,)),
        ("21.82", "53.41", (Sign.JUMP,)),
        ("0.82", "3.53", ()),
        ("67.41", "75.81", ()),
        ("14.53", "37.57", ()),
        ("0", "10", (Sign.JUMP,)),
        ("0", "9.99", ()),
        ("70", "40", (Sign.JUMP,)),
        ("70", "40.01", ()),
    ],
)
def test_a_jump_is_flagged_and_its_change_is_told_all_the_same(
    before: str, after: str, signs: tuple[Sign, ...]
) -> None:
    found = change(reading(before, APRIL), reading(after, JUNE))
    assert found.signs == signs
    assert found.amount == Decimal(after) - Decimal(before)


def test_whether_points_jump_is_seen_from_their_maximum() -> None:
    less, more = reading("2", APRIL, maximum=Decimal(6)), reading("4", maximum=Decimal(6))
    assert change(less, more).signs == (Sign.JUMP,)
    assert change(reading("2", APRIL), reading("4")).signs == ()


def test_two_periods_are_compared_in_the_way_in_which_both_were_shown() -> None:
    currents = (reading("95", shown_by="reporting"), reading("88.62"))
    bases = (reading("75.81", JUNE),)
    assert alike(bases, currents) == (bases[0], currents[1])


def test_the_first_way_that_has_both_goes_before_the_others() -> None:
    currents = (reading("95", shown_by="reporting"), reading("88"))
    bases = (reading("75", JUNE), reading("90", JUNE, shown_by="reporting"))
    assert alike(bases, currents) == (bases[1], currents[0])


def test_a_way_without_a_value_in_one_of_them_is_none_to_compare_in() -> None:
    currents = (reading("95", shown_by="reporting"), reading("88"))
    bases = (reading(None, JUNE, shown_by="reporting"), reading("75", JUNE))
    assert alike(bases, currents) == (bases[1], currents[1])


def test_where_no_way_has_both_the_break_is_named() -> None:
    pair = alike((reading("75.81", JUNE),), (reading("95", shown_by="reporting"),))
    assert pair is not None
    found = change(*pair)
    assert (found.before, found.amount) == (Decimal("75.81"), None)
    assert found.breaks == (Break.INTERFACE,)


def test_without_a_reading_of_both_periods_there_is_nothing_to_compare() -> None:
    assert alike((reading("75", JUNE),), ()) is None
    assert alike((), (reading("75"),)) is None


def series(*values: str | None, maximum: Decimal = HUNDRED) -> list[Reading]:
    months = (APRIL, JUNE, JULY)[3 - len(values) :]
    return [
        reading(value, month, maximum=maximum) for value, month in zip(values, months, strict=True)
    ]


@pytest.mark.parametrize(
    ("values", "frozen"),
    [
        (("70.19", "70.19", "70.19"), True),
        (("70.19", "70.190", "70.19"), True),
        (("70.19", "70.19", "70.2"), False),
        (("70.19", "70.19"), False),
        (("100", "100", "100"), False),
        (("0", "0", "0"), False),
        ((None, None, None), False),
        (("70.19", None, "70.19"), False),
        ((), False),
    ],
)
def test_a_series_is_frozen_where_three_periods_show_one_value_between_its_ends(
    values: tuple[str | None, ...],
    frozen: bool,  # noqa: FBT001 - a parameter
) -> None:
    assert is_frozen(series(*values)) is frozen


def test_full_points_for_three_months_are_not_frozen() -> None:
    assert not is_frozen(series("6", "6", "6", maximum=Decimal(6)))
    assert is_frozen(series("6", "6", "6", maximum=Decimal(12)))


def test_one_value_on_different_ground_is_not_frozen() -> None:
    others = [reading("70.19", APRIL, shown_by="legacy"), *series("70.19", "70.19")]
    assert not is_frozen(others)


def test_only_the_newest_readings_say_whether_a_series_is_frozen() -> None:
    assert is_frozen([reading("12", parse_month("2024-03")), *series("7", "7", "7")])


def place(at: int | None, of: int, period: Period, shown_by: str = "printed") -> Reading:
    value = None if at is None else str(at)
    return reading(value, period, maximum=Decimal(of), shown_by=shown_by)


def test_a_rank_becomes_better_when_its_place_becomes_less() -> None:
    found = rank_change(place(59, 63, APRIL), place(50, 63, JULY))
    assert (found.base, found.before, found.better) == (APRIL, Rank(59, 63), 9)
    assert rank_change(place(50, 63, APRIL), place(59, 63, JULY)).better == -9


def test_ranks_among_63_and_among_34_are_not_compared() -> None:
    found = rank_change(place(50, 63, BEFORE), place(20, 34, AFTER))
    assert (found.before, found.better, found.breaks) == (Rank(50, 63), None, (Break.FIELD,))


def test_ranks_over_the_reorganisation_are_not_compared_even_among_as_many() -> None:
    found = rank_change(place(5, 14, BEFORE), place(3, 14, AFTER))
    assert (found.better, found.breaks) == (None, (Break.FIELD,))


def test_a_printed_rank_and_one_of_the_portal_are_not_compared() -> None:
    found = rank_change(place(59, 63, APRIL), place(50, 63, JULY, "legacy"))
    assert (found.better, found.breaks) == (None, (Break.INTERFACE,))


def test_from_no_rank_there_is_no_change_and_no_break() -> None:
    found = rank_change(place(None, 63, APRIL), place(50, 63, JULY))
    assert (found.before, found.better, found.breaks) == (None, None, ())


def test_equal_values_share_the_better_place_and_the_next_place_stays_empty() -> None:
    told = {"a": Decimal(90), "b": Decimal(80), "c": Decimal("80.0"), "d": Decimal(10), "e": None}
    assert ranks_of(told) == {
        "a": Rank(1, 4),
        "b": Rank(2, 4, shared=True),
        "c": Rank(2, 4, shared=True),
        "d": Rank(4, 4),
    }


@given(st.dictionaries(st.text(), st.none() | st.integers(0, 5).map(Decimal)))
def test_a_better_value_never_ranks_behind_a_lesser_one(values: dict[str, Decimal | None]) -> None:
    ranks = ranks_of(values)
    told = {key for key, value in values.items() if value is not None}
    assert ranks.keys() == (told if len(told) > 1 else set())
    for one, rank in ranks.items():
        better = [key for key in ranks if (values[key] or 0) > (values[one] or 0)]
        assert rank.place == len(better) + 1
        assert rank.of == len(ranks)


def test_the_worst_come_first_and_units_without_a_value_last() -> None:
    told = {"a": Decimal(90), "b": None, "c": Decimal(0), "d": Decimal(90)}
    assert worst_first(told) == ["c", "a", "d", "b"]


PROVINCE = Unit(code="H51", name="Tỉnh Mẫu", short_name="Tỉnh Mẫu", level=UnitLevel.PROVINCE)


def unit(code: str, level: UnitLevel = UnitLevel.DEPARTMENT, **more: object) -> Unit:
    told = {"name": code, "short_name": code, "parent": "H51"} | more
    return Unit(code=code, level=level, **told)  # type: ignore[arg-type]


def test_a_department_that_took_another_over_speaks_of_both_from_then_on() -> None:
    heir = unit("H51.12")
    ended = unit("H51.07", valid_to=date(2025, 2, 28), successor="H51.12")
    directory = UnitDirectory((PROVINCE, heir, ended))
    assert behind(heir, directory, parse_month("2025-02")) == {"H51.12"}
    assert behind(heir, directory, parse_month("2025-03")) == {"H51.12", "H51.07"}


def test_a_unit_that_had_ended_or_was_still_to_come_speaks_of_nobody() -> None:
    district = unit("H51.34", UnitLevel.DISTRICT, valid_to=date(2025, 6, 30))
    commune = unit("H51.60", UnitLevel.COMMUNE, valid_from=date(2025, 7, 1))
    directory = UnitDirectory((PROVINCE, district, commune))
    assert behind(district, directory, BEFORE) == {"H51.34"}
    assert behind(district, directory, AFTER) == frozenset()
    assert behind(commune, directory, BEFORE) == frozenset()


def test_a_commune_of_the_same_code_is_another_after_the_reorganisation() -> None:
    commune = unit("H51.60", UnitLevel.COMMUNE)
    directory = UnitDirectory((PROVINCE, commune))
    assert behind(commune, directory, BEFORE) != behind(commune, directory, AFTER)
    stays = behind(PROVINCE, directory, BEFORE) == behind(PROVINCE, directory, AFTER)
    assert stays
