"""Who may what, and what names and passwords have to be."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.roles import Role
from models.types import UnitLevel
from worker.core.access import LEAST_WORD, MOST_WORD, Who, fault_of_name, fault_of_password, reaches
from worker.core.units import Unit

ROLES = st.sampled_from(Role)
CODES = st.integers(0, 12).map(lambda number: f"H99.{number:02}")
# Parents at random: rings and units below themselves are in it too.
UNITS = st.dictionaries(CODES, st.none() | CODES, max_size=12).map(
    lambda parents: [
        Unit(code=code, name=code, short_name=code, level=UnitLevel.COMMUNE, parent=parent)
        for code, parent in parents.items()
    ]
)


def who(role: Role, units: frozenset[str] | None = None) -> Who:
    return Who(id=1, name="nguoi-thu", role=role, units=units)


@given(ROLES, ROLES, ROLES)
def test_each_role_may_what_those_before_it_may(one: Role, other: Role, third: Role) -> None:
    assert who(one).may(one)
    assert who(one).may(other) or who(other).may(one)
    if who(one).may(other) and who(other).may(third):
        assert who(one).may(third)
    assert (who(one).may(other) and who(other).may(one)) == (one is other)


def test_the_roles_stand_in_their_order() -> None:
    assert [sum(who(role).may(each) for each in Role) for role in Role] == [1, 2, 3, 4]
    assert who(Role.ADMIN).may(Role.APPROVER)
    assert not who(Role.VIEWER).may(Role.OPERATOR)


@given(UNITS, st.frozensets(CODES, max_size=4))
def test_an_account_reaches_its_units_and_all_below_them_and_no_other(
    units: list[Unit], own: frozenset[str]
) -> None:
    found = reaches(own, units)
    assert own <= found
    parents = {each.code: each.parent for each in units}
    for unit in units:
        above: str | None = unit.code
        seen: set[str] = set()
        while above and above not in seen | own:
            seen.add(above)
            above = parents.get(above)
        assert (unit.code in found) == (above in own)


@given(UNITS, st.frozensets(CODES), st.frozensets(CODES))
def test_more_units_never_show_less(
    units: list[Unit], some: frozenset[str], others: frozenset[str]
) -> None:
    assert reaches(some | others, units) == reaches(some, units) | reaches(others, units)
    assert reaches(reaches(some, units), units) == reaches(some, units)


@given(st.none() | st.frozensets(CODES), CODES)
def test_who_has_no_units_of_their_own_sees_all(units: frozenset[str] | None, code: str) -> None:
    asking = who(Role.VIEWER, units)
    assert asking.sees_all == (units is None)
    assert asking.sees(code) == (units is None or code in units)


@given(st.from_regex(r"[a-z0-9]([a-z0-9._-]{1,38})[a-z0-9]", fullmatch=True))
def test_a_name_of_plain_letters_digits_and_marks_between_them_is_one(name: str) -> None:
    assert fault_of_name(name) is None


@pytest.mark.parametrize(
    "name",
    [
        "",
        "ab",
        "a" * 41,
        "Van.An",
        "văn-an",
        ".an",
        "an-",
        "van an",
        "an\n",
        "a/b",
        "an\0an",
        "../x",
    ],
)
def test_anything_else_is_no_name(name: str) -> None:
    assert fault_of_name(name) == "name"


@given(st.text())
def test_whatever_a_password_is_it_is_told_why_not_or_taken(word: str) -> None:
    fault = fault_of_password(word, "nguoi-thu")
    length = len(unicodedata.normalize("NFC", word))
    assert (fault == "too_short") == (length < LEAST_WORD)
    assert (fault == "too_long") == (length > MOST_WORD)
    assert fault in {None, "too_short", "too_long", "too_common"}


@given(st.sampled_from(["matkhau", "123456", "Doisoat", "nguoi-thu"]), st.integers(2, 20))
def test_what_people_think_of_first_is_no_password_however_often_it_stands_there(
    word: str, times: int
) -> None:
    assert fault_of_password((word * times)[:MOST_WORD], "nguoi-thu") in {"too_common", "too_short"}


def test_letters_typed_in_two_ways_count_alike() -> None:
    word = "trời mưa đường xa"
    for form in ("NFC", "NFD"):
        assert fault_of_password(unicodedata.normalize(form, word), "nguoi-thu") is None
    short = unicodedata.normalize("NFD", "ếếếếế ữữữữ")
    assert len(short) > LEAST_WORD
    assert fault_of_password(short, "nguoi-thu") == "too_short"


@pytest.mark.parametrize("word", ["aaaaaaaaaaaaaaaa", "abababababababab", "            "])
def test_few_characters_over_and_over_are_no_password(word: str) -> None:
    assert fault_of_password(word, "nguoi-thu") == "too_common"
