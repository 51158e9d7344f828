"""Names, codes and heirs as of a day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.types import UnitLevel
from worker.core.units import Unit, UnitDirectory, alias_key
from worker.errors import DataError

BREAK = date(2025, 7, 1)
BEFORE, AFTER = date(2025, 6, 30), date(2025, 7, 15)
PROVINCE = Unit(code="H51", name="Tỉnh Mẫu", short_name="Tỉnh Mẫu", level=UnitLevel.PROVINCE)


def unit(
    code: str,
    name: str = "",
    level: UnitLevel = UnitLevel.DEPARTMENT,
    **more: object,
) -> Unit:
    told = {"short_name": name or code, "parent": "H51"} | more
    return Unit(code=code, name=name or code, level=level, **told)  # type: ignore[arg-type]


OLD = unit("H51.05", "Sở Tài chính", valid_to=BEFORE, successor="H51.15")
NEW = unit("H51.15", "Sở Tài chính", valid_from=BREAK)


def meant(directory: UnitDirectory, name: str, day: date | None) -> str | None:
    try:
        return directory.resolve(None, name, day)
    except DataError:
        return None


def test_of_two_units_with_one_name_the_one_of_the_day_is_meant() -> None:
    directory = UnitDirectory((PROVINCE, OLD, NEW))
    assert meant(directory, "Sở Tài chính", BEFORE) == "H51.05"
    assert meant(directory, "Sở Tài chính", BREAK) == "H51.15"


def test_without_a_day_the_latest_is_meant_where_all_have_one_heir() -> None:
    directory = UnitDirectory((PROVINCE, OLD, NEW))
    assert meant(directory, "sở tài chính", None) == "H51.15"


def test_without_a_common_heir_a_name_of_several_is_unknown() -> None:
    strangers = (PROVINCE, unit("H51.05", "Sở Tài chính", valid_to=BEFORE), NEW)
    assert meant(UnitDirectory(strangers), "Sở Tài chính", None) is None
    assert meant(UnitDirectory(strangers), "Sở Tài chính", BEFORE) == "H51.05"


def test_two_units_of_one_name_that_ended_on_one_day_are_never_guessed() -> None:
    twins = tuple(
        unit(code, "Xã Đầu", UnitLevel.COMMUNE, valid_to=BEFORE, successor="H51.70")
        for code in ("H51.31.01", "H51.32.01")
    )
    directory = UnitDirectory((PROVINCE, *twins, unit("H51.70", "Xã Mới", UnitLevel.COMMUNE)))
    for day in (None, BEFORE, AFTER):
        assert meant(directory, "Xã Đầu", day) is None


def test_a_bare_name_is_the_district_before_and_the_commune_after() -> None:
    directory = UnitDirectory(
        (
            PROVINCE,
            unit("H51.36", "Huyện Long Phú", UnitLevel.DISTRICT, valid_to=BEFORE),
            unit("H51.80", "Xã Long Phú", UnitLevel.COMMUNE, valid_from=BREAK),
        )
    )
    assert meant(directory, "Long Phú", BEFORE) == "H51.36"
    assert meant(directory, "Long Phú", AFTER) == "H51.80"
    assert meant(directory, "Long Phú", None) is None


def test_the_province_is_not_what_is_left_when_its_town_has_ended() -> None:
    town = unit("H51.31", "Thành phố Mẫu", UnitLevel.DISTRICT, valid_to=BEFORE)
    directory = UnitDirectory((PROVINCE, town))
    assert meant(directory, "Mẫu", AFTER) is None
    assert meant(directory, "Thành phố Mẫu", AFTER) == "H51.31"


def test_a_listed_code_is_believed_after_its_end() -> None:
    assert UnitDirectory((PROVINCE, OLD, NEW)).resolve("H51.05", None, AFTER) == "H51.05"


def test_an_unlisted_code_falls_to_an_ended_unit_only_where_an_heir_answers_for_it() -> None:
    district = unit("H51.35", "Huyện Đầu", UnitLevel.DISTRICT, valid_to=BEFORE)
    directory = UnitDirectory((PROVINCE, OLD, NEW, district))
    assert directory.resolve("H51.05.03", None, AFTER) == "H51.05"
    assert directory.resolve("H51.35.07", None, BEFORE) == "H51.35"
    assert directory.resolve("H51.35.07", None, None) == "H51.35"
    with pytest.raises(DataError):
        directory.resolve("H51.35.07", "Xã nào đó", AFTER)


def test_a_province_made_of_two_keeps_their_departments_apart() -> None:
    first = Unit(code="H51", name="Tỉnh Mẫu", short_name="Tỉnh Mẫu", level=UnitLevel.PROVINCE)
    second = Unit(code="H52", name="Tỉnh Khác", short_name="Tỉnh Khác", level=UnitLevel.PROVINCE)
    directory = UnitDirectory(
        (
            first,
            second,
            unit("H51.12", "Sở Nội vụ", valid_to=BEFORE, successor="H53.12"),
            unit("H52.12", "Sở Nội vụ", parent="H52", valid_to=BEFORE, successor="H53.12"),
            Unit(code="H53", name="Tỉnh Mới", short_name="Tỉnh Mới", level=UnitLevel.PROVINCE),
            unit("H53.12", "Sở Nội vụ", parent="H53", valid_from=BREAK),
        )
    )
    assert meant(directory, "Sở Nội vụ tỉnh Khác", BEFORE) == "H52.12"
    assert meant(directory, "Sở Nội vụ tỉnh Mẫu", AFTER) == "H51.12"
    assert meant(directory, "Sở Nội vụ", AFTER) == "H53.12"
    assert meant(directory, "Sở Nội vụ", BEFORE) is None
    assert directory.heirs_on(AFTER) == {"H51.12": "H53.12", "H52.12": "H53.12"}


def test_an_heir_stands_in_from_the_day_after_the_end_and_along_the_chain() -> None:
    directory = UnitDirectory(
        (
            unit("A", valid_to=date(2025, 2, 28), successor="B"),
            unit("B", valid_to=BEFORE, successor="C"),
            unit("C"),
        )
    )
    assert directory.heirs_on(date(2025, 2, 28)) == {}
    assert directory.heirs_on(date(2025, 3, 1)) == {"A": "B"}
    assert directory.heirs_on(AFTER) == {"A": "C", "B": "C"}


def test_who_has_no_heir_here_or_not_yet_stands_for_himself() -> None:
    directory = UnitDirectory(
        (
            unit("A", valid_to=BEFORE),
            unit("B", valid_to=BEFORE, successor="H13:C"),
            unit("D", valid_to=BEFORE, successor="E"),
            unit("E", valid_from=AFTER),
            unit("F", successor="E"),
        )
    )
    assert directory.heirs_on(BREAK) == {}
    assert directory.heirs_on(AFTER) == {"D": "E"}


def test_an_alias_counts_where_the_list_knows_no_answer_and_only_while_it_lists_the_unit() -> None:
    decided = {
        alias_key("Sở Tài Chánh"): "H51.15",
        alias_key("Sở Tài chính"): "H51.99",
        alias_key("Cơ quan cũ"): "H51.99",
        alias_key("H51.77"): "H51.15",
    }
    directory = UnitDirectory((PROVINCE, NEW), decided)
    assert meant(directory, "SỞ TÀI CHÁNH", AFTER) == "H51.15"
    assert meant(directory, "Sở Tài chính", AFTER) == "H51.15"
    assert meant(directory, "Cơ quan cũ", AFTER) is None
    assert directory.resolve("H51.77", None) == "H51.15"
    assert directory.resolve("000.00.77.H51", "Một tên khác") == "H51.15"
    with pytest.raises(DataError):
        directory.resolve("H51.78", "Một tên khác")


CODES = [f"H51.{number:02d}" for number in range(10, 18)]
days = st.integers(0, 20).map(lambda number: date(2025, 6, 20) + timedelta(days=number))


@st.composite
def chains(draw: st.DrawFn) -> list[Unit]:
    """Units that may end and be followed by one further down the list."""
    units = []
    for place, code in enumerate(CODES):
        later = CODES[place + 1 :]
        end = draw(st.none() | days)
        follower = draw(st.none() | st.sampled_from(later)) if later else None
        units.append(unit(code, valid_to=end, successor=follower))
    return units


@given(chains(), days, st.randoms(use_true_random=False))
def test_heirs_live_wherever_one_does_and_stand_for_themselves(
    units: list[Unit], day: date, random: object
) -> None:
    heirs = UnitDirectory(units).heirs_on(day)
    shuffled = [*units]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert UnitDirectory(shuffled).heirs_on(day) == heirs
    by_code = {each.code: each for each in units}
    for code, heir in heirs.items():
        assert by_code[code].ended_by(day)
        assert heir not in heirs
        last = by_code[heir]
        assert not last.ended_by(day) or last.successor is None
    for each in units:
        if each.code not in heirs:
            assert not each.ended_by(day) or each.successor is None
