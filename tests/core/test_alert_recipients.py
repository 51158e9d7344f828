"""Who is told of a unit, and in which order."""

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.types import UnitLevel
from worker.core.alerts.recipients import LONGEST_ADDRESS, Recipients, address_in, role_in
from worker.core.alerts.warnings import reach
from worker.core.calendar import Calendar
from worker.core.hours import OFFICE_HOURS
from worker.core.reference import Recipient
from worker.core.times import VIETNAM, local_day
from worker.core.units import Unit, UnitDirectory

DEPARTMENT = UnitLevel.DEPARTMENT
DIRECTORY = UnitDirectory(
    [
        Unit(code="H99", name="Tỉnh Mẫu", short_name="Tỉnh", level=UnitLevel.PROVINCE),
        Unit(code="H99.01", name="Sở Một", short_name="Một", level=DEPARTMENT, parent="H99"),
        Unit(code="H99.01.01", name="Chi cục", short_name="CC", level=DEPARTMENT, parent="H99.01"),
        Unit(code="H99.02", name="Sở Hai", short_name="Hai", level=DEPARTMENT, parent="H99"),
    ]
)
OFFICER = Recipient("H99.01", "officer@h99.example", "officer")
HEAD = Recipient("H99.01", "head@h99.example", "Lãnh đạo")
PROVINCE = Recipient("H99", "tinh@h99.example", "văn phòng")
EVERYBODY = Recipients(
    people=(HEAD, OFFICER, PROVINCE), directory=DIRECTORY, default_to=("vp@h99.example",)
)


def test_roles_are_told_in_their_order_and_the_office_last() -> None:
    assert EVERYBODY.levels("H99.01") == (
        ("officer@h99.example",),
        ("head@h99.example",),
        ("vp@h99.example",),
    )


def test_a_unit_without_people_is_told_through_the_one_it_belongs_to() -> None:
    assert EVERYBODY.levels("H99.01.01") == EVERYBODY.levels("H99.01")
    assert EVERYBODY.levels("H99.02") == (("tinh@h99.example",), ("vp@h99.example",))


def test_where_nobody_is_named_the_office_is_told_or_nobody() -> None:
    alone = replace(EVERYBODY, people=())
    assert alone.levels("H99.02") == (("vp@h99.example",),)
    nobody = replace(alone, default_to=())
    assert nobody.levels("H99.02") == ()
    assert not nobody.has_somebody("H99.02")


def test_what_concerns_the_whole_province_goes_to_the_provinces_people() -> None:
    assert EVERYBODY.levels("")[0] == ("tinh@h99.example",)


def test_an_heir_without_people_has_those_of_the_units_it_stands_for() -> None:
    merged = replace(EVERYBODY, heirs={"H99.01": "H99.02"})
    assert merged.levels("H99.02")[0] == ("officer@h99.example",)
    own = Recipient("H99.02", "hai@h99.example", "officer")
    assert replace(merged, people=(*merged.people, own)).levels("H99.02")[0] == (own.email,)


def test_an_address_comes_once_however_it_is_written() -> None:
    twice = replace(EVERYBODY, default_to=("HEAD@h99.example",))
    assert twice.levels("H99.01") == (("officer@h99.example",), ("head@h99.example",))


def test_a_role_nobody_knows_is_told_first() -> None:
    odd = Recipient("H99.02", "hai@h99.example", "người trực")
    assert replace(EVERYBODY, people=(odd,)).levels("H99.02")[0] == ("hai@h99.example",)


def test_an_address_comes_once_within_a_level_too_where_it_stands_first() -> None:
    again = Recipient("H99.01", "OFFICER@h99.example", "cán bộ")
    other = Recipient("H99.01", "other@h99.example", "cán bộ")
    people = replace(EVERYBODY, people=(OFFICER, other, again))
    assert people.levels("H99.01")[0] == (OFFICER.email, other.email)


def test_whoever_is_told_is_told_with_what_they_were_named_for() -> None:
    (first, second) = EVERYBODY.in_turn("H99.02")
    assert [each.named for each in first] == [PROVINCE]
    assert [each.named for each in second] == [None]


def test_those_of_an_ended_unit_are_named_for_its_heir_even_where_it_has_its_own() -> None:
    own = Recipient("H99.02", "hai@h99.example", "officer")
    merged = replace(EVERYBODY, people=(OFFICER, own), heirs={"H99.01": "H99.02"})
    assert merged.named_for("H99.02") == [OFFICER, own]
    assert merged.levels("H99.02")[0] == (own.email,)


@pytest.mark.parametrize("typed", ["a@b", " van.phong+1@so.example.vn\n", "x'y@z"])
def test_an_address_is_taken_without_the_space_around_it(typed: str) -> None:
    assert address_in(typed) == typed.strip()


@pytest.mark.parametrize(
    "typed", ["", "a", "a@", "@b", "a@b@c", "a b@c", "<a@b>", "a@b;c", 'a"@b', "a@b\0", "điện@x"]
)
def test_what_no_server_takes_is_no_address(typed: str) -> None:
    assert address_in(typed) is None
    assert address_in("a" * LONGEST_ADDRESS + "@b") is None


@pytest.mark.parametrize(
    ("said", "role"), [("head", "head"), ("Lãnh đạo", "head"), ("VĂN PHÒNG", "office"), ("x", None)]
)
def test_a_role_is_known_by_its_name_or_by_a_word_for_it(said: str, role: str | None) -> None:
    assert role_in(said) == role


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A clock time of July 2024; the 26th is a Friday."""
    return datetime(2024, 7, day, hour, minute, tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (at(22, 7, 30), at(25, 7, 30)),
        (at(22, 10), at(25, 10)),
        (at(22, 12), at(25, 13, 30)),
        (at(26, 18), datetime(2024, 8, 1, 7, 30, tzinfo=VIETNAM)),
        (at(24, 7, 30), at(29, 7, 30)),
    ],
)
def test_24_working_hours_are_three_working_days(now: datetime, until: datetime) -> None:
    assert reach(now, Calendar(), OFFICE_HOURS) == until


@given(st.datetimes(datetime(2024, 1, 1), datetime(2025, 12, 31)))  # noqa: DTZ001 - made aware below
def test_the_reach_ends_in_office_hours_at_least_three_days_ahead(naive: datetime) -> None:
    now = naive.replace(tzinfo=UTC)
    calendar = Calendar(days_off=frozenset({local_day(now)}))
    until = reach(now, calendar, OFFICE_HOURS)
    assert (local_day(until) - local_day(now)).days >= 3
    assert calendar.is_working_day(local_day(until))
    assert time(7, 30) <= until.astimezone(VIETNAM).time() <= time(17)


def test_a_level_is_told_together_with_those_before_it() -> None:
    assert EVERYBODY.today("H99.01", 0) == (OFFICER.email,)
    assert EVERYBODY.today("H99.01", 1) == (OFFICER.email, HEAD.email)
    assert EVERYBODY.today("H99.01", 9) == (OFFICER.email, HEAD.email, "vp@h99.example")
    assert replace(EVERYBODY, people=(), default_to=()).today("H99.01", 3) == ()


def test_of_a_unit_that_ended_those_of_the_one_in_its_place_are_told_today() -> None:
    heir = Recipient("H99.02", "hai@h99.example", "officer")
    merged = replace(EVERYBODY, people=(OFFICER, heir), heirs={"H99.01": "H99.02"})
    assert merged.today("H99.01", 0) == (heir.email,)
