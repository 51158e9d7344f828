"""When a procedure is announced and made public in time, by every calendar."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.types import Period
from worker.core.calendar import Calendar
from worker.core.decisions import Decision
from worker.core.indicators import Rate
from worker.core.publication import (
    ALL_PARTS,
    MINISTRY,
    PROVINCE,
    Part,
    Publication,
    Timing,
    judge,
    publications,
    rates_of,
    working_day_after,
    working_day_before,
)
from worker.sources.calendars import national_calendar

NATIONAL = national_calendar(Path("/nowhere")).calendar
BARE = Calendar()
DAY = timedelta(days=1)
JULY = Period(date(2024, 7, 1), date(2024, 7, 31))
CODE = "1.000001"
LATE_JULY = date(2024, 7, 24)

days = st.dates(date(2023, 1, 15), date(2026, 11, 15))
own_days = st.frozensets(st.dates(date(2024, 1, 1), date(2024, 12, 31)), max_size=20)
calendars = st.one_of(
    st.just(NATIONAL),
    st.builds(
        lambda off, made: NATIONAL.with_own_days(Calendar(off - made, made)), own_days, own_days
    ),
)


def decision(**told: object) -> Decision:
    usual: dict[str, object] = {
        "procedure": CODE,
        "number": "1/QĐ-UBND",
        "decided_on": date(2024, 7, 1),
        "effective_on": date(2024, 7, 15),
        "public_on": date(2024, 7, 2),
        "by_ministry": False,
    }
    return Decision(**(usual | told))  # type: ignore[arg-type]


def found(
    *decisions: Decision, parts: int | None = int(ALL_PARTS), today: date = LATE_JULY
) -> Publication:
    (one,) = publications([CODE], decisions, {CODE: parts}, NATIONAL, JULY, today)
    return one


@pytest.mark.parametrize(
    ("effective", "last"),
    [
        ("2024-07-15", "2024-07-08"),  # a Monday: the week before
        ("2024-07-13", "2024-07-08"),  # a Saturday counts its own week's days
        ("2024-02-15", "2024-02-01"),  # Tết lies between: 8 to 14 February
        ("2024-05-06", "2024-04-25"),  # three days off, and Saturday 4 May is worked
        ("2024-09-09", "2024-08-29"),  # two days off for the National Day
    ],
)
def test_a_province_decides_five_working_days_before_legal_effect(
    effective: str, last: str
) -> None:
    day = date.fromisoformat(last)
    told = decision(effective_on=date.fromisoformat(effective), decided_on=day)
    assert judge(told, NATIONAL, LATE_JULY).announce_by == day
    assert judge(told, NATIONAL, LATE_JULY).announced is Timing.ON_TIME
    late = replace(told, decided_on=day + DAY)
    assert judge(late, NATIONAL, LATE_JULY).announced is Timing.LATE


def test_a_ministry_has_twenty_working_days_before_and_ten_after() -> None:
    told = decision(by_ministry=True, effective_on=date(2024, 7, 29))
    judged = judge(told, NATIONAL, LATE_JULY)
    assert (judged.announce_by, judged.public_by) == (date(2024, 7, 1), date(2024, 7, 15))
    assert judged.announced is Timing.ON_TIME


@given(calendars, days, st.integers(0, 25))
def test_between_a_last_day_and_its_end_lie_as_many_working_days(
    calendar: Calendar, day: date, number: int
) -> None:
    before = working_day_before(calendar, day, number)
    after = working_day_after(calendar, day, number)
    assert sum(map(calendar.is_working_day, _between(before, day - DAY))) == number
    assert sum(map(calendar.is_working_day, _between(day + DAY, after))) == number
    assert number == 0 or (calendar.is_working_day(before) and calendar.is_working_day(after))


def _between(first: date, last: date) -> list[date]:
    return [first + DAY * step for step in range((last - first).days + 1)]


@given(calendars, days, st.integers(0, 25))
def test_deciding_earlier_is_never_worse(calendar: Calendar, effective: date, number: int) -> None:
    told = decision(effective_on=effective, decided_on=effective - DAY * number)
    earlier = decision(effective_on=effective, decided_on=effective - DAY * (number + 1))
    order = [Timing.LATE, Timing.ON_TIME]
    one, other = (judge(each, calendar, effective).announced for each in (told, earlier))
    assert order.index(one) <= order.index(other)


@given(
    calendar=calendars,
    decided=days,
    public=st.integers(0, 40),
    passed=st.integers(0, 40),
    by_ministry=st.booleans(),
)
def test_what_is_public_after_its_last_day_is_late_and_before_it_never(
    *, calendar: Calendar, decided: date, public: int, passed: int, by_ministry: bool
) -> None:
    day, today = decided + DAY * public, decided + DAY * passed
    told = decision(decided_on=decided, public_on=day, by_ministry=by_ministry)
    judged = judge(told, calendar, today)
    limits = MINISTRY if by_ministry else PROVINCE
    last = working_day_after(calendar, decided, limits.until_public)
    assert judged.public_by == last
    if day <= today:
        assert judged.made_public is (Timing.ON_TIME if day <= last else Timing.LATE)
    else:
        assert judged.made_public is (Timing.PENDING if today <= last else Timing.LATE)


def test_silence_is_never_late() -> None:
    nobody = judge(decision(by_ministry=None), NATIONAL, LATE_JULY)
    assert (nobody.announced, nobody.made_public) == (Timing.UNTOLD, Timing.UNTOLD)
    assert (nobody.announce_by, nobody.public_by) == (None, None)
    without_effect = judge(decision(effective_on=None), NATIONAL, LATE_JULY)
    assert without_effect.announced is Timing.UNTOLD
    never_public = decision(public_on=None)
    assert judge(never_public, NATIONAL, date(2024, 7, 8)).made_public is Timing.PENDING
    assert judge(never_public, NATIONAL, date(2024, 7, 9)).made_public is Timing.UNTOLD


def test_once_late_is_late_for_the_period_and_counts_once() -> None:
    late = decision(number="2/QĐ-UBND", effective_on=date(2024, 7, 3))
    untold = decision(number="3/QĐ-UBND", effective_on=None)
    told = found(decision(), late, untold)
    assert told.announced is Timing.LATE
    assert rates_of([told])["1.1"] == Rate(0, 1)
    assert found(decision(), untold).announced is Timing.UNTOLD
    assert rates_of([found(decision())])["1.1"] == Rate(1, 1)


def test_a_decision_belongs_to_the_month_in_which_it_was_taken() -> None:
    for other in (date(2024, 6, 30), date(2024, 8, 1)):
        told = found(decision(decided_on=other), today=date(2024, 9, 1))
        assert (told.announced, told.made_public, told.decisions) == (None, None, ())
        assert rates_of([told])["1.1"] == Rate(0, 0)
    last_day = decision(decided_on=JULY.last, effective_on=date(2024, 9, 1), public_on=None)
    assert found(last_day, today=date(2024, 7, 30)).announced is None
    assert found(last_day, today=JULY.last).announced is Timing.ON_TIME


def test_what_happens_after_the_month_is_seen_when_looking_back() -> None:
    told = decision(decided_on=date(2024, 7, 30), public_on=date(2024, 8, 5))
    assert found(told, today=JULY.last).made_public is Timing.PENDING
    assert rates_of([found(told, today=JULY.last)])["1.2"] == Rate(0, 0)
    assert found(told, today=date(2024, 8, 20)).made_public is Timing.ON_TIME


def test_a_ministrys_decision_counts_for_no_province() -> None:
    told = found(decision(by_ministry=True, effective_on=date(2024, 7, 2)))
    assert (told.announced, told.decisions, told.is_at_fault) == (None, (), False)


def test_a_procedure_of_which_no_decision_is_known_is_untold() -> None:
    for told in (found(), found(decision(decided_on=None))):
        assert (told.announced, told.made_public) == (Timing.UNTOLD, Timing.UNTOLD)
        assert rates_of([told])["1.1"] == rates_of([told])["1.2"] == Rate(0, 0, 1)


def test_a_procedure_is_complete_with_all_seven_parts() -> None:
    assert len(Part) == 7
    complete, silent = found(decision()), found(decision(), parts=None)
    bare = found(decision(), parts=int(ALL_PARTS & ~Part.STEPS & ~Part.AGENCY))
    assert complete.missing == Part(0)
    assert bare.missing == Part.STEPS | Part.AGENCY
    assert silent.missing is None
    assert [each.is_at_fault for each in (complete, bare, silent)] == [False, True, False]
    assert rates_of([complete, bare, silent])["1.3"] == Rate(1, 2, 1)


timings = st.sampled_from([None, *Timing])


@given(st.lists(st.tuples(timings, timings, st.none() | st.integers(0, 127)), max_size=12))
def test_every_procedure_has_one_place_in_each_rate_or_none(
    told: list[tuple[Timing | None, Timing | None, int | None]],
) -> None:
    rows = [
        Publication(
            procedure=str(number),
            announced=announced,
            made_public=public,
            missing=None if parts is None else Part(parts),
            decisions=(),
        )
        for number, (announced, public, parts) in enumerate(told)
    ]
    rates = rates_of(rows)
    complete = rates["1.3"]
    assert complete.denominator + complete.untold == len(rows)
    left_out = (None, Timing.PENDING)
    for code, states in (("1.1", [a for a, *_ in told]), ("1.2", [p for _, p, _ in told])):
        counted = [each for each in states if each not in left_out]
        assert rates[code].denominator + rates[code].untold == len(counted)
        assert rates[code].numerator == states.count(Timing.ON_TIME)


def test_no_number_of_days_is_less_than_none() -> None:
    with pytest.raises(ValueError, match="-1"):
        working_day_after(BARE, LATE_JULY, -1)
