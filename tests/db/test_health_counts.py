"""Health counted inside the store is what measuring dossier by dossier gives, bit for bit."""

from datetime import datetime, timedelta
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from models.source import Quarantine, Source, SyncRun
from models.types import RunState, Side, Trigger, Unreadable
from tests.core.dossiers import JULY, book
from tests.health_histories import HOME, PORTAL, SOFTWARE, STEPS, Step, any_instant, history_of
from tests.works import judged
from worker.core.calendar import Calendar
from worker.core.health import Health, UnitHealth, Yardstick, signs_of
from worker.core.hours import OFFICE_HOURS
from worker.core.verdict import span_of
from worker.db import health, health_counts, lookups, quarantine, records
from worker.db.cases import Scope, Sides, known_dossiers
from worker.db.pair_verdicts import bring_up_to_date
from worker.db.records import Writing
from worker.db.watches import watches

DOSSIERS = 200
seeds = st.integers(0, 2**32)
on_both_stores = settings(
    max_examples=3,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


def _begin(session: Session) -> None:
    for key, side in ((HOME, Side.PROVINCE), (PORTAL, Side.PORTAL), (SOFTWARE, Side.MINISTRY)):
        session.add(Source(id=key, name=str(key), side=side, kind="x", rule="portal"))
    session.flush()


def _happen(session: Session, number: int, step: Step) -> None:
    # Within one second the numbers of the runs tell whose news came first.
    order = (PORTAL, HOME, SOFTWARE) if number > 1 else (HOME, SOFTWARE, PORTAL)
    for place, source in enumerate(order):
        run_id = 10 * (number + 1) + place
        session.add(_run(run_id, source, step))
        session.flush()
        writing = Writing(source, run_id, step.at, judged)
        records.upsert(session, step.told[source], writing)
        if source == PORTAL:
            lookups.note_answers(session, PORTAL, run_id, step.answered, step.at)
            _break(session, run_id, step)
        if source == HOME:
            records.mark_code_gone(session, writing, step.gone)


def _run(key: int, source: int, step: Step) -> SyncRun:
    return SyncRun(
        id=key,
        source_id=source,
        trigger=Trigger.OPERATOR,
        stage="pull",
        state=RunState.COMPLETE,
        started_at=step.at,
        ended_at=step.at + timedelta(hours=1),
        heartbeat_at=step.at,
        owner="here:1",
        request={"unit": None if step.is_whole else "H51.01"},
    )


def _break(session: Session, run_id: int, step: Step) -> None:
    """What could not be read can be read again, and something else can't."""
    for row in session.exec(select(Quarantine).where(col(Quarantine.solved_at).is_(None))):
        row.solved_at = step.at
    broken = [
        Unreadable(reason="date_unreadable", detail="x", raw=code, code=code)
        for code in step.broken
    ]
    quarantine.put(session, PORTAL, run_id, broken, step.at)


def _yardstick(session: Session, as_of: datetime) -> Yardstick:
    return Yardstick(
        span=span_of(JULY, as_of),
        as_of=as_of,
        readings=health.readings_of(session, PORTAL, as_of),
        calendar=Calendar(),
        hours=OFFICE_HOURS,
    )


def _one_by_one(session: Session, sides: Sides, by: Yardstick) -> Health:
    found = Health()
    dossiers = list(known_dossiers(session, sides, with_history=False))
    for known, watch in watches(session, sides, dossiers):
        signs = signs_of(known.case, watch, by)
        if signs is not None:
            found.add(signs)
    return found


def _figures(found: Health) -> dict[str, UnitHealth]:
    return {unit: each for unit, each in found.units.items() if each != UnitHealth()}


def _unheard(_done: int, _total: int | None) -> None:
    """Nobody looks on."""


def _sides(as_of: datetime, known_by: datetime | None = None) -> tuple[Sides, ...]:
    return (
        Sides(HOME, PORTAL, as_of, (SOFTWARE,), known_by=known_by),
        Sides(HOME, PORTAL, as_of),
        Sides(SOFTWARE, PORTAL, as_of, scope=Scope.HELD_AT_HOME),
        Sides(SOFTWARE, HOME, as_of, scope=Scope.HELD_BY_BOTH),
    )


def _same(session: Session, sides: Sides) -> None:
    by = _yardstick(session, sides.as_of)
    counted = health.read(session, sides, by, {}, _unheard)
    assert _figures(counted) == _figures(_one_by_one(session, sides, by))


@on_both_stores
@given(seed=seeds)
def test_any_history_is_counted_as_it_is_measured_at_any_instant_of_it(
    engine: Engine, seed: int
) -> None:
    chance = Random(seed)  # noqa: S311 - made-up data
    with Session(engine) as session:
        _begin(session)
        for number, step in enumerate(history_of(seed, DOSSIERS)):
            _happen(session, number, step)
        for sides in _sides(STEPS[-1]):
            _same(session, sides)
        just_before = [step - timedelta(seconds=1) for step in STEPS]
        for as_of in (*just_before, *STEPS, any_instant(chance), any_instant(chance)):
            known_by = chance.choice((None, None, any_instant(chance)))
            _same(session, _sides(as_of, known_by)[0])
        session.rollback()


@on_both_stores
@given(seed=seeds)
def test_so_it_is_where_the_verdicts_name_the_dossiers_concerned(engine: Engine, seed: int) -> None:
    with Session(engine) as session:
        _begin(session)
        for number, step in enumerate(history_of(seed, DOSSIERS)):
            _happen(session, number, step)
            sides = _sides(step.at)[0]
            rules = book(as_of=step.at, span=span_of(JULY, step.at))
            bring_up_to_date(session, sides, rules, _unheard, step.at)
            _same(session, sides)
        session.rollback()


def test_what_is_told_and_asked_for_once_is_counted_by_the_store(engine: Engine) -> None:
    with Session(engine) as session:
        _begin(session)
        first = next(history_of(1, DOSSIERS))
        _happen(session, 0, first)
        sides = _sides(first.at)[0]
        dossiers = [known.dossier_id for known in known_dossiers(session, sides)]
        found = health_counts.count(session, sides, _yardstick(session, first.at), dossiers)
        usual = sum(number for told, number in found if told.unusual is None)
        assert usual > len(dossiers) / 3
        session.rollback()
