"""Statutory limits in the catalogue's own words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.types import DayKind
from worker.core.limits import MAX_LIMIT_DAYS, Limit, longest, read_limits, told

WORKING, CALENDAR = DayKind.WORKING, DayKind.CALENDAR

limits = st.builds(Limit, st.integers(1, MAX_LIMIT_DAYS), st.sampled_from(DayKind))
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)


@pytest.mark.parametrize(
    ("number", "unit", "limit"),
    [
        ("5", "Ngày làm việc", Limit(5, WORKING)),
        ("05", "ngày làm việc", Limit(5, WORKING)),
        ("5", "NGÀY LÀM VIỆC", Limit(5, WORKING)),
        ("5", "Nga\u0300y la\u0300m viê\u0323c", Limit(5, WORKING)),
        ("5", "Ngay lam viec", Limit(5, WORKING)),
        ("5", "ngày  làm\tviệc.", Limit(5, WORKING)),
        ("5", "Ngày (làm việc)", Limit(5, WORKING)),
        ("2,5", "Ngày làm việc", Limit(3, WORKING)),
        ("2.5", "Ngày làm việc", Limit(3, WORKING)),
        ("15 ngày làm việc", "", Limit(15, WORKING)),
        ("15", "Ngày", Limit(15, WORKING)),
        ("4", "Giờ", Limit(1, WORKING)),
        ("8", "Giờ làm việc", Limit(1, WORKING)),
        ("9", "giờ làm việc", Limit(2, WORKING)),
        ("24", "Giờ", Limit(3, WORKING)),
        ("1", "Buổi", Limit(1, WORKING)),
        ("2", "Tuần", Limit(14, CALENDAR)),
        ("2", "Tháng", Limit(60, CALENDAR)),
        ("1", "Năm", Limit(365, CALENDAR)),
        ("3650", "Ngày làm việc", Limit(3650, WORKING)),
    ],
)
def test_number_and_unit_make_a_limit(number: str, unit: str, limit: Limit) -> None:
    read = read_limits(told([(number, unit)]), WORKING)
    assert (read.longest, read.unreadable) == (limit, ())


@pytest.mark.parametrize(
    ("number", "unit"),
    [
        ("0", "Ngày làm việc"),
        ("3651", "Ngày làm việc"),
        ("11", "Năm"),
        ("-5", "Ngày"),
        ("5", ""),
        ("5", "Phiên họp"),
        ("không quá 5", "Ngày"),
        ("½", "Ngày"),
        ("٥", "Ngày"),
        ("5-7", "Ngày làm việc"),
    ],
)
def test_what_is_no_limit_is_told_as_such(number: str, unit: str) -> None:
    read = read_limits(told([(number, unit), ("3", "Giờ")]), WORKING)
    assert read.unreadable == (f"{number} {unit}".strip(),)
    assert read.longest == Limit(1, WORKING)


def test_a_limit_without_a_number_says_nothing() -> None:
    assert told([("", "Ngày làm việc"), (" ", "")]) is None
    assert read_limits(None, WORKING).longest is None


def test_plain_days_count_as_the_settings_say() -> None:
    text = told([("15", "Ngày"), ("12", "Ngày làm việc")])
    assert text == "15 Ngày; 12 Ngày làm việc"
    assert read_limits(text, WORKING).longest == Limit(15, WORKING)
    assert read_limits(text, CALENDAR).longest == Limit(12, WORKING)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Limit(5, WORKING), Limit(7, CALENDAR)),
        (Limit(6, WORKING), Limit(8, CALENDAR)),
        (Limit(8, CALENDAR), Limit(5, WORKING)),
        (Limit(23, WORKING), Limit(30, CALENDAR)),
        (Limit(30, CALENDAR), Limit(21, WORKING)),
    ],
)
def test_a_week_is_five_working_days_and_of_equals_the_working_days_are_longer(
    one: Limit, other: Limit
) -> None:
    assert longest([one, other]) == longest([other, one]) == one


@given(st.lists(limits, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_the_longest_does_not_depend_on_the_order_and_nothing_beats_it(
    several: list[Limit], random: object
) -> None:
    chosen = longest(several)
    shuffled = sorted(several, key=lambda _: random.random())  # type: ignore[attr-defined]
    assert longest(shuffled) == chosen
    assert all(longest([each, chosen]) == chosen for each in several if chosen)


@given(st.lists(st.tuples(words, words), max_size=60), st.sampled_from(DayKind))
def test_whatever_is_told_every_word_of_it_is_either_read_or_named(
    pairs: list[tuple[str, str]], plain: DayKind
) -> None:
    text = told(pairs)
    read = read_limits(text, plain)
    assert read.longest is None or 1 <= read.longest.days <= MAX_LIMIT_DAYS
    pieces = text.split("; ") if text else []
    assert len(pieces) <= 41
    assert set(read.unreadable) <= set(pieces)
    assert all(each.isprintable() for each in pieces)
    assert bool(pieces) is any(_shows_something(number) for number, _ in pairs)


def _shows_something(text: str) -> bool:
    return any(each.isprintable() and not each.isspace() for each in text)


def test_what_is_cut_off_for_its_length_is_not_silent() -> None:
    text = told([(str(days), "Ngày") for days in range(1, 60)])
    assert read_limits(text, WORKING).unreadable == ("…",)
