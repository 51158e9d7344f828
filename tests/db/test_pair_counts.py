"""Counting inside the store gives what comparing dossier by dossier gives, bit for bit."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import StaticPool
from sqlmodel import Session

from models.source import Quarantine, Source, SyncRun
from models.tables import metadata
from models.types import (
    CountView,
    Period,
    RecordView,
    RunState,
    Side,
    Status,
    Trigger,
    Unreadable,
)
from tests.core.dossiers import JULY, UNITS, any_views, as_ofs, at, book, home_views, portal_views
from tests.works import judged
from worker.core.health import Health, UnitHealth, Yardstick
from worker.core.judged import Rulebook
from worker.core.lag import Readings
from worker.core.rules.catalogue import RULES
from worker.core.verdict import span_of
from worker.db import health, lookups, quarantine, records
from worker.db.cases import Scope, Sides, known_dossiers
from worker.db.pair_survey import PairSurvey, survey_pair
from worker.db.pair_verdicts import bring_up_to_date
from worker.db.records import Writing
from worker.db.survey import Survey, survey

HOME, PORTAL, SOFTWARE = 1, 2, 3
START = at(1, 8)
RARELY = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@contextmanager
def store() -> Iterator[Engine]:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    metadata.create_all(engine)
    with Session(engine) as session, session.begin():
        for key, side in ((HOME, Side.PROVINCE), (PORTAL, Side.PORTAL), (SOFTWARE, Side.MINISTRY)):
            session.add(Source(id=key, name=str(key), side=side, kind="x", rule="portal"))
    try:
        yield engine
    finally:
        engine.dispose()


def _numbered(view: RecordView, number: int, twice: int) -> RecordView:
    codes = tuple(f"{code}-{number}" for code in view.codes)
    return replace(view, external_id=f"{number}/{twice}", codes=codes)


@st.composite
def tellings(draw: st.DrawFn) -> dict[int, list[RecordView]]:
    """What each source tells of a few dossiers, now and then of one twice."""
    told: dict[int, list[RecordView]] = {HOME: [], PORTAL: [], SOFTWARE: []}
    for number in range(draw(st.integers(1, 5))):
        for source, views in ((HOME, home_views), (PORTAL, portal_views), (SOFTWARE, any_views)):
            most = 1 if source is SOFTWARE else 2
            for twice, view in enumerate(draw(st.lists(views, max_size=most))):
                told[source].append(_numbered(view, number, twice))
    return told


def _tell(engine: Engine, run_id: int, told: dict[int, list[RecordView]], now: datetime) -> None:
    with Session(engine) as session, session.begin():
        for offset, (source, views) in enumerate(told.items()):
            run = SyncRun(
                id=run_id * 10 + offset,
                source_id=source,
                trigger=Trigger.OPERATOR,
                stage="pull",
                state=RunState.COMPLETE,
                started_at=now,
                heartbeat_at=now,
                owner="here:1",
            )
            session.add(run)
            session.flush()
            records.upsert(session, views, Writing(source, run.id or 0, now, judged))


def _answer(engine: Engine, run_id: int, codes: dict[str, bool], now: datetime) -> None:
    with Session(engine) as session, session.begin():
        lookups.note_answers(session, PORTAL, run_id * 10 + 1, codes, now)


def _codes(told: dict[int, list[RecordView]]) -> list[str]:
    return sorted({code for views in told.values() for view in views for code in view.codes})


def _same(one: Survey, other: Survey) -> None:
    assert one.tally == other.tally
    assert one.findings == other.findings
    assert one.merged == other.merged


def _both_ways(engine: Engine, sides: Sides, rules: Rulebook, now: datetime) -> None:
    heirs = {UNITS[0]: UNITS[1]}
    with Session(engine) as session, session.begin():
        bring_up_to_date(session, sides, rules, _unheard, now)
    with Session(engine) as session, session.begin():
        compared = survey(known_dossiers(session, sides), rules, _unheard, heirs)
        for keep in (False, True, True):
            counted = survey_pair(
                PairSurvey(
                    session=session,
                    sides=sides,
                    book=rules,
                    heirs=heirs,
                    progress=_unheard,
                    keep=keep,
                )
            )
            _same(counted, compared)


def _unheard(_done: int, _total: int | None) -> None:
    """Nobody looks on."""


def _book(as_of: datetime, own: str, period: Period = JULY) -> Rulebook:
    return book(as_of=as_of, own=RULES[own], span=span_of(period, as_of))


def _sides(as_of: datetime) -> Sequence[Sides]:
    return (
        Sides(HOME, PORTAL, as_of, (SOFTWARE,)),
        Sides(SOFTWARE, PORTAL, as_of, scope=Scope.HELD_AT_HOME),
        Sides(SOFTWARE, HOME, as_of, scope=Scope.HELD_BY_BOTH),
    )


@RARELY
@given(tellings(), st.data(), as_ofs, st.sampled_from(sorted(RULES)))
def test_what_the_store_counts_is_what_comparing_each_dossier_gives(
    told: dict[int, list[RecordView]], data: st.DataObject, as_of: datetime, own: str
) -> None:
    answered = data.draw(st.dictionaries(st.sampled_from(_codes(told) or ["-"]), st.booleans()))
    with store() as engine:
        _tell(engine, 1, told, START)
        _answer(engine, 2, answered, START)
        for sides in _sides(as_of):
            _both_ways(engine, sides, _book(as_of, own), as_of)


@RARELY
@given(tellings(), st.data(), as_ofs)
def test_health_needs_no_other_dossiers_than_those_concerned(
    told: dict[int, list[RecordView]], data: st.DataObject, as_of: datetime
) -> None:
    answered = data.draw(st.dictionaries(st.sampled_from(_codes(told) or ["-"]), st.booleans()))
    seen = data.draw(st.sampled_from((START - timedelta(days=60), START)))
    sides, rules = Sides(HOME, PORTAL, as_of, (SOFTWARE,)), _book(as_of, "opencps_month")
    by = Yardstick(
        span=rules.span,
        as_of=as_of,
        readings=Readings((START,), (START,)),
        calendar=rules.statutes.calendar,
        hours=rules.statutes.hours,
    )
    with store() as engine:
        _tell(engine, 1, told, seen)
        _answer(engine, 2, answered, seen)
        with Session(engine) as session, session.begin():
            of_all = health.read(session, sides, by, {}, _unheard)
            bring_up_to_date(session, sides, rules, _unheard, as_of)
            concerned = health.read(session, sides, by, {}, _unheard)
    assert _telling(concerned) == _telling(of_all)


def _telling(found: Health) -> dict[str, UnitHealth]:
    return {unit: each for unit, each in found.units.items() if each != UnitHealth()}


@RARELY
@given(st.lists(tellings(), min_size=2, max_size=3), st.data(), st.sampled_from(sorted(RULES)))
def test_any_history_gives_the_same_at_any_instant_of_it(
    history: list[dict[int, list[RecordView]]], data: st.DataObject, own: str
) -> None:
    with store() as engine:
        now = START
        for step, told in enumerate(history, start=1):
            now = START + timedelta(days=step * 7)
            _tell(engine, step, told, now)
            codes = st.sampled_from(_codes(told) or ["-"])
            _answer(engine, step, data.draw(st.dictionaries(codes, st.booleans())), now)
            for sides in _sides(now):
                _both_ways(engine, sides, _book(now, own), now)
        past = START + timedelta(days=data.draw(st.integers(0, 7 * len(history))))
        for sides in _sides(past):
            _both_ways(engine, sides, _book(past, own), now)


@RARELY
@given(tellings(), st.data(), as_ofs)
def test_a_row_that_comes_into_quarantine_or_out_of_it_is_noticed(
    told: dict[int, list[RecordView]], data: st.DataObject, as_of: datetime
) -> None:
    codes = _codes(told) or ["-"]
    later = max(as_of, START) + timedelta(days=1)
    with store() as engine:
        _tell(engine, 1, told, START)
        _answer(engine, 2, dict.fromkeys(codes, True), START)
        _both_ways(engine, Sides(HOME, PORTAL, as_of), _book(as_of, "portal"), later)
        code = data.draw(st.sampled_from(codes))
        broken = Unreadable(reason="date_unreadable", detail="x", raw="{}", code=code)
        with Session(engine) as session, session.begin():
            quarantine.put(session, PORTAL, 11, [broken], later)
        after = later + timedelta(hours=1)
        _both_ways(engine, Sides(HOME, PORTAL, after), _book(after, "portal"), after)
        with Session(engine) as session, session.begin():
            row = session.get(Quarantine, 1)
            assert row is not None
            row.solved_at = after + timedelta(hours=1)
        solved = after + timedelta(hours=2)
        _both_ways(engine, Sides(HOME, PORTAL, solved), _book(solved, "portal"), solved)


@RARELY
@given(tellings(), as_ofs)
def test_another_rule_or_limit_judges_everything_anew(
    told: dict[int, list[RecordView]], as_of: datetime
) -> None:
    with store() as engine:
        _tell(engine, 1, told, START)
        _answer(engine, 2, dict.fromkeys(_codes(told), True), START)
        for own in ("portal", "td_766", "opencps_month"):
            _both_ways(engine, Sides(HOME, PORTAL, as_of), _book(as_of, own), START)


def _view(source_codes: tuple[str, ...], unit: str = UNITS[1]) -> RecordView:
    return RecordView(
        external_id="1",
        codes=source_codes,
        unit=unit,
        status=Status.IN_PROCESS,
        received_at=at(2, 8),
        due_at=at(5, 8),
    )


@pytest.mark.parametrize(
    ("first", "then"),
    [
        pytest.param(("A-1",), ("A-1", "B-1"), id="a second code joins two dossiers"),
        pytest.param(("A-1", "B-1"), ("B-1",), id="a code is told no longer"),
        pytest.param(("A-1",), ("B-1",), id="another code moves it to the other dossier"),
        pytest.param(("B-1",), ("C-1",), id="a new code moves it away"),
    ],
)
def test_a_record_that_changes_its_dossier_leaves_nothing_behind(
    first: tuple[str, ...], then: tuple[str, ...]
) -> None:
    portal = [_view(("B-1",)), replace(_view(("A-1",)), external_id="2")]
    with store() as engine:
        _tell(engine, 1, {HOME: [_view(first)], PORTAL: portal}, START)
        _answer(engine, 2, {"A-1": True, "B-1": True, "C-1": False}, START)
        now = START + timedelta(days=7)
        _both_ways(engine, Sides(HOME, PORTAL, now), _book(now, "portal"), now)
        later = now + timedelta(days=1)
        _tell(engine, 3, {HOME: [_view(then)]}, later)
        _both_ways(engine, Sides(HOME, PORTAL, later), _book(later, "portal"), later)


def test_every_view_is_counted_in_the_order_of_the_rungs() -> None:
    assert tuple(CountView) == (
        CountView.PROVINCE,
        CountView.PROVINCE_BY_PORTAL_RULE,
        CountView.PORTAL,
    )
