"""Decisions and parts in the store, and the rates that come of them."""

from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import Engine
from sqlmodel import Session

from tests.places import AS_OF, JULY
from worker.core.calendar import Calendar
from worker.core.decisions import Decision
from worker.core.indicators import Rate
from worker.core.publication import ALL_PARTS, Part, Timing
from worker.core.times import day_start, local_day
from worker.db import catalogue
from worker.db.publication import (
    decisions_to_read,
    found_publications,
    known_decisions,
    put_decisions,
    rates,
)
from worker.ports import ProcedureLimit, ToldDecision

CALENDAR = Calendar()
DAY = timedelta(days=1)
ONE, TWO, THREE = "1.000001", "1.000002", "1.000003"
TODAY = local_day(AS_OF)


def limit(code: str, decision: str | None, parts: int | None = int(ALL_PARTS)) -> ProcedureLimit:
    return ProcedureLimit(code=code, name="Mẫu", text=None, parts=parts, decision=decision)


DECIDED = ToldDecision(
    number="12/QĐ-UBND",
    decided_on=date(2024, 7, 1),
    effective_on=date(2024, 7, 15),
    public_on=date(2024, 7, 3),
    by_ministry=False,
)


def fill(engine: Engine) -> None:
    answers = {
        ONE: limit(ONE, "7001"),
        TWO: limit(TWO, "7002", int(ALL_PARTS & ~Part.NAME)),
        THREE: limit(THREE, None, None),
    }
    with Session(engine) as session, session.begin():
        catalogue.put_answers(session, answers, AS_OF)


def wanted(engine: Engine, at: timedelta = timedelta()) -> list[str]:
    now = AS_OF + at
    with Session(engine) as session:
        today = day_start(local_day(now))
        return decisions_to_read(session, now - 30 * DAY, today, local_day(now) - 30 * DAY)


def test_only_what_a_procedure_names_is_asked_for_and_only_when_it_is_time(engine: Engine) -> None:
    fill(engine)
    assert wanted(engine) == ["7001", "7002"]
    answers = {"7001": replace(DECIDED, public_on=None), "7002": None}
    with Session(engine) as session, session.begin():
        put_decisions(session, answers, AS_OF)
    assert wanted(engine) == []
    assert wanted(engine, DAY) == ["7001"]
    assert wanted(engine, 29 * DAY) == []  # too old by then to become public in time
    assert wanted(engine, 31 * DAY) == ["7001", "7002"]


def test_another_decision_is_asked_for_at_once(engine: Engine) -> None:
    fill(engine)
    with Session(engine) as session, session.begin():
        put_decisions(session, {"7001": DECIDED, "7002": None}, AS_OF)
        catalogue.put_answers(session, {ONE: limit(ONE, "7009")}, AS_OF)
    assert wanted(engine) == ["7009"]


def test_what_is_told_again_replaces_what_was_told(engine: Engine) -> None:
    fill(engine)
    for public_on in (None, date(2024, 7, 5)):
        with Session(engine) as session, session.begin():
            put_decisions(session, {"7001": replace(DECIDED, public_on=public_on)}, AS_OF)
    with Session(engine) as session:
        assert known_decisions(session) == [
            Decision(
                procedure=ONE,
                number="12/QĐ-UBND",
                decided_on=date(2024, 7, 1),
                effective_on=date(2024, 7, 15),
                public_on=date(2024, 7, 5),
                by_ministry=False,
            )
        ]


def test_the_rates_count_the_provinces_procedures_and_nobody_elses(engine: Engine) -> None:
    fill(engine)
    late = replace(
        DECIDED, number="13/QĐ-UBND", effective_on=date(2024, 7, 2), public_on=date(2024, 7, 9)
    )
    with Session(engine) as session, session.begin():
        put_decisions(session, {"7001": DECIDED, "7002": late}, AS_OF)
    with Session(engine) as session:
        own = [ONE, TWO, THREE]
        assert rates(session, JULY, CALENDAR, AS_OF, procedures=own) == {
            "1.1": Rate(1, 2, 1),
            "1.2": Rate(1, 2, 1),
            "1.3": Rate(1, 2, 1),
        }
        only = rates(session, JULY, CALENDAR, AS_OF, procedures=[ONE])
        assert only == dict.fromkeys(("1.1", "1.2", "1.3"), Rate(1, 1))
        none = rates(session, JULY, CALENDAR, AS_OF)
        assert none == dict.fromkeys(("1.1", "1.2", "1.3"), Rate(0, 0))


def test_a_past_cut_off_does_not_know_what_came_later(engine: Engine) -> None:
    fill(engine)
    with Session(engine) as session, session.begin():
        put_decisions(session, {"7001": replace(DECIDED, public_on=date(2024, 7, 11))}, AS_OF)
    with Session(engine) as session:
        states = {
            day: found_publications(session, [ONE], JULY, CALENDAR, AS_OF.replace(day=day))[0]
            for day in (8, 9, 11)
        }
    assert [each.made_public for each in states.values()] == [
        Timing.PENDING,
        Timing.LATE,
        Timing.LATE,
    ]


def test_a_decision_the_province_lists_brings_its_procedure_with_it(engine: Engine) -> None:
    own = Decision(
        procedure="1.000009",
        number="1/QĐ-UBND",
        decided_on=TODAY,
        effective_on=TODAY + 20 * DAY,
        by_ministry=False,
    )
    with Session(engine) as session:
        (told,) = found_publications(session, [], JULY, CALENDAR, AS_OF, [own])
    assert (told.procedure, told.announced, told.made_public) == (
        "1.000009",
        Timing.ON_TIME,
        Timing.PENDING,
    )
