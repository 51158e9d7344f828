"""Indicators in the store: counted at once as dossier by dossier, and kept by a reconciliation."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest
from msgspec import structs
from sqlalchemy import Engine
from sqlmodel import Session

from models.dossier import DossierCode, DossierRecord
from models.indicator import IndicatorValue
from models.rates import Indicator, Trait
from models.reconciliation import LateCount, SyncHealth
from models.source import Source, SyncRun
from models.types import (
    Category,
    CountView,
    Period,
    RecordView,
    RunState,
    Side,
    Status,
    Trigger,
)
from tests.core.dossiers import AS_OF, JULY, UNITS, at, book, view
from tests.reconciliations import kept
from tests.stores import rows_of
from tests.works import judged
from worker.core.compare import received_in
from worker.core.indicators import NO_DOSSIERS, Group, Key, Rate, rates_of
from worker.core.judged import DossierCase
from worker.core.verdict import Span, span_of
from worker.db import indicators, lookups, records
from worker.db.cases import Sides, known_dossiers
from worker.db.pair_verdicts import bring_up_to_date
from worker.db.records import Writing

HOME, PORTAL, SOFTWARE = 1, 2, 3
SIDES = Sides(HOME, PORTAL, AS_OF, (SOFTWARE,))
SEEN = at(20)
JUNE = Period(JULY.first.replace(month=6), JULY.first.replace(month=6, day=30))
SPRING = Period(JULY.first.replace(month=5), JULY.last)
ALL = int(Trait(255))
CODE = "H51.01-240701-{:04d}"
FILED, RESULT = Indicator.ONLINE_FILING, Indicator.E_RESULT


@pytest.fixture(autouse=True)
def sources(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        for key, side in ((HOME, Side.PROVINCE), (PORTAL, Side.PORTAL), (SOFTWARE, Side.MINISTRY)):
            session.add(Source(id=key, name=str(key), side=side, kind="x", rule="portal"))


def run_of(session: Session, source: int, now: datetime) -> int:
    run = SyncRun(
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
    return run.id or 0


def write(engine: Engine, source: int, *views: RecordView, now: datetime = SEEN) -> None:
    with Session(engine) as session, session.begin():
        records.upsert(session, views, Writing(source, run_of(session, source, now), now, judged))


def vanish(engine: Engine, source: int, *codes: str, now: datetime = SEEN) -> None:
    """Let records go that bear their code as their number."""
    with Session(engine) as session, session.begin():
        writing = Writing(source, run_of(session, source, now), now, judged)
        records.mark_code_gone(session, writing, codes)


def answer(engine: Engine, known: Mapping[str, bool], now: datetime = SEEN) -> None:
    with Session(engine) as session, session.begin():
        lookups.note_answers(session, PORTAL, run_of(session, PORTAL, now), known, now)


def there(number: int, **told: object) -> RecordView:
    """What the portal shows of a dossier: everything about it holds, and is told."""
    usual: dict[str, object] = {
        "external_id": CODE.format(number),
        "codes": (CODE.format(number),),
        "traits": ALL,
        "traits_told": ALL,
    }
    return view(**(usual | told))


def home(number: int, **told: object) -> RecordView:
    return there(number, **({"external_id": str(number)} | told))


def counted(
    engine: Engine,
    sides: Sides = SIDES,
    period: Period = JULY,
    heirs: Mapping[str, str] | None = None,
) -> dict[Key, Rate]:
    """What is counted once the pair's verdicts are up to date."""
    with Session(engine) as session, session.begin():
        bring_up_to_date(session, sides, book(as_of=AS_OF), _unheard, AS_OF)
        return indicators.count(session, sides, span_of(period, sides.as_of), heirs or {})


def _unheard(_done: int, _total: int | None) -> None:
    """Nobody looks on."""


def of(
    found: Mapping[Key, Rate], side: Side, indicator: Indicator = FILED, unit: str = "H51.01"
) -> Rate:
    return found.get((unit, side, indicator), NO_DOSSIERS)


def _record(chance: Random, number: int, twice: int) -> RecordView:
    received = at(1, month=6) + timedelta(hours=chance.randint(-24, 24 * 62))
    status = chance.choice(tuple(Status))
    ended = received + timedelta(days=chance.randint(0, 20)) if status.is_end else None
    told = chance.choice((0, ALL, chance.randint(0, 255)))
    code = CODE.format(number)
    return view(
        external_id=code if not twice else f"{code}/{twice}",
        codes=(code, f"G22.99-{number}") if chance.random() < 0.2 else (code,),
        unit=chance.choice(UNITS),
        status=status,
        received_at=chance.choice((received, received, received, None)),
        finished_at=chance.choice((ended, None)),
        returned_at=chance.choice((ended, None)),
        traits=chance.randint(0, 255) & told,
        traits_told=told,
    )


def random_store(engine: Engine, seed: int) -> None:
    """Dossiers that any of the sources may hold, once or twice, may have lost, or answered for."""
    chance = Random(seed)  # noqa: S311 - not for secrets
    numbers = range(1, 81)
    for source, often in ((HOME, 0.8), (PORTAL, 0.5), (SOFTWARE, 0.2)):
        held = [number for number in numbers if chance.random() < often]
        again = [number for number in held if chance.random() < 0.15]
        views = [_record(chance, number, 0) for number in held]
        views += [_record(chance, number, 1) for number in again]
        write(engine, source, *views)
    some = {CODE.format(each): chance.random() < 0.5 for each in chance.sample(numbers, 40)}
    known = {each.code for each in rows_of(engine, DossierCode)} & some.keys()
    answer(engine, {code: some[code] for code in known}, SEEN + timedelta(hours=1))
    for source in (HOME, PORTAL, SOFTWARE):
        gone = [CODE.format(each) for each in chance.sample(numbers, 8)]
        vanish(engine, source, *gone, now=SEEN + timedelta(hours=2))
    denied = [code for code, found in some.items() if not found]
    vanish(engine, PORTAL, *denied, now=SEEN + timedelta(hours=2))


def one_by_one(engine: Engine, span: Span, heirs: Mapping[str, str]) -> dict[Key, Rate]:
    """The same, dossier by dossier."""
    groups: dict[Side, list[Group]] = {Side.PROVINCE: [], Side.PORTAL: []}
    traits = {
        (each.external_id, each.unit, each.received_at): (each.traits, each.traits_told)
        for each in rows_of(engine, DossierRecord)
    }
    with Session(engine) as session:
        for known in known_dossiers(session, SIDES):
            case = known.case
            told = structs.replace(case, province=case.portal)
            unasked = structs.replace(case, province=case.province or case.elsewhere)
            _add(groups[Side.PROVINCE], case, span, traits)
            _add(groups[Side.PORTAL], told, span, traits)
            if case.presumed and not case.portal:
                _add(groups[Side.PORTAL], unasked, span, traits, is_asked=False)
    found = [rates_of(each, side, heirs) for side, each in groups.items()]
    return found[0] | found[1]


def _add(
    groups: list[Group],
    case: DossierCase,
    span: Span,
    traits: Mapping[tuple[str, str, datetime | None], tuple[int, int]],
    *,
    is_asked: bool = True,
) -> None:
    told = []
    for each in case.province:
        if received_in(structs.replace(case, province=(each,)), span):
            has, speaks_of = traits[each.external_id, each.unit, each.received_at]
            group = Group(
                unit=each.unit,
                traits=has,
                told=speaks_of,
                is_resolved=_is_resolved(each, span),
                is_asked=is_asked,
            )
            told.append((not group.is_resolved, each.external_id, group))
    groups.extend(group for _, _, group in sorted(told, key=lambda each: each[:2])[:1])


def _is_resolved(each: RecordView, span: Span) -> bool:
    ended = each.finished_at or each.returned_at
    in_time = ended is None or ended <= span.cutoff
    return each.status in {Status.FINISHED, Status.RETURNED} and in_time


@pytest.mark.parametrize("seed", range(4))
def test_what_the_store_counts_is_what_counting_each_dossier_gives(
    engine: Engine, seed: int
) -> None:
    random_store(engine, seed)
    heirs = {UNITS[0]: UNITS[1]}
    for period in (JULY, JUNE, SPRING):
        for standing_for in ({}, heirs):
            span = span_of(period, AS_OF)
            expected = one_by_one(engine, span, standing_for)
            assert counted(engine, SIDES, period, standing_for) == expected
            assert {side for _, side, _ in expected} == {Side.PROVINCE, Side.PORTAL}
            assert any(rate.untold and rate.denominator for rate in expected.values())


def test_each_side_counts_by_its_own_records(engine: Engine) -> None:
    write(engine, HOME, home(1, traits=0), home(2), home(3, unit="H51.02"))
    write(engine, PORTAL, there(1), there(2, unit="H51.02"), there(3, unit="H51.02", traits=0))
    found = counted(engine)
    assert of(found, Side.PROVINCE) == Rate(1, 2)
    assert of(found, Side.PROVINCE, unit="H51.02") == Rate(1, 1)
    assert of(found, Side.PORTAL) == Rate(1, 1)
    assert of(found, Side.PORTAL, unit="H51.02") == Rate(1, 2)


def test_only_what_was_received_in_the_period_and_by_the_cutoff_counts(engine: Engine) -> None:
    received = (at(30, 23, 59, month=6), at(1, 0), AS_OF, AS_OF + timedelta(seconds=1), None)
    write(engine, HOME, *(home(number, received_at=when) for number, when in enumerate(received)))
    assert of(counted(engine), Side.PROVINCE) == Rate(2, 2)
    earlier = replace(SIDES, as_of=at(10))
    assert of(counted(engine, earlier), Side.PROVINCE) == Rate(1, 1)
    assert of(counted(engine, period=JUNE), Side.PROVINCE) == Rate(1, 1)


def test_a_record_counts_until_it_is_gone(engine: Engine) -> None:
    write(engine, PORTAL, there(1), there(2), now=at(3))
    vanish(engine, PORTAL, CODE.format(1), now=at(12))
    assert of(counted(engine), Side.PORTAL) == Rate(1, 1)
    assert of(counted(engine, replace(SIDES, as_of=at(12))), Side.PORTAL) == Rate(1, 1)
    before = replace(SIDES, as_of=at(11))
    assert of(counted(engine, before), Side.PORTAL) == Rate(2, 2)


@pytest.mark.parametrize(
    ("status", "resolved"),
    [(Status.FINISHED, 1), (Status.RETURNED, 1), (Status.STOPPED, 0), (Status.IN_PROCESS, 0)],
)
def test_a_result_is_asked_of_what_was_finished_by_the_cutoff(
    engine: Engine, status: Status, resolved: int
) -> None:
    ended = {"status": status, "finished_at": at(5)}
    write(engine, HOME, home(1, **ended), home(2, **(ended | {"finished_at": at(28)})))
    assert of(counted(engine), Side.PROVINCE, RESULT) == Rate(resolved, resolved)
    assert of(counted(engine), Side.PROVINCE, FILED) == Rate(2, 2)
    before = replace(SIDES, as_of=at(4))
    assert of(counted(engine, before), Side.PROVINCE, RESULT) == NO_DOSSIERS


def test_a_dossier_that_is_held_twice_counts_once(engine: Engine) -> None:
    first = home(1)
    second = structs.replace(first, external_id="2", unit="H51.02", traits=0)
    write(engine, HOME, second, first)
    found = counted(engine)
    assert of(found, Side.PROVINCE) == Rate(1, 1)
    assert of(found, Side.PROVINCE, unit="H51.02") == NO_DOSSIERS


def test_of_two_records_the_one_with_a_result_counts(engine: Engine) -> None:
    stuck = there(1, traits=0)
    done = there(1, external_id=f"{CODE.format(1)}/2", status=Status.RETURNED, returned_at=at(5))
    write(engine, PORTAL, stuck, done)
    assert of(counted(engine), Side.PORTAL, RESULT) == Rate(1, 1)
    before = replace(SIDES, as_of=at(4))
    assert of(counted(engine, before), Side.PORTAL) == Rate(0, 1)


def test_the_second_record_counts_where_the_first_is_of_another_period(engine: Engine) -> None:
    first = home(1, received_at=at(1, month=6))
    write(engine, HOME, first, structs.replace(first, external_id="2", received_at=at(2)))
    assert of(counted(engine), Side.PROVINCE) == Rate(1, 1)
    assert of(counted(engine, period=SPRING), Side.PROVINCE) == Rate(1, 1)


def test_what_was_never_looked_up_is_untold_on_the_portal(engine: Engine) -> None:
    write(engine, HOME, *(home(number) for number in range(1, 6)))
    write(engine, PORTAL, there(1, traits=0))
    answer(engine, {CODE.format(1): True, CODE.format(2): False}, SEEN + timedelta(hours=1))
    assert of(counted(engine), Side.PORTAL) == Rate(0, 1, 3)
    write(engine, HOME, home(2, due_at=at(11)), now=AS_OF)
    assert of(counted(engine), Side.PORTAL) == Rate(0, 1, 4)


def test_what_line_ministry_software_handles_is_of_the_portal_alone(engine: Engine) -> None:
    write(engine, SOFTWARE, home(1), home(2), home(3))
    write(engine, HOME, home(3))
    write(engine, PORTAL, there(1))
    found = counted(engine)
    assert of(found, Side.PROVINCE) == Rate(1, 1)
    assert of(found, Side.PORTAL) == Rate(1, 1, 2)


def test_a_pair_that_was_never_judged_presumes_nothing(engine: Engine) -> None:
    write(engine, HOME, home(1), home(2))
    with Session(engine) as session:
        found = indicators.count(session, SIDES, span_of(JULY, AS_OF), {})
    assert (of(found, Side.PROVINCE), of(found, Side.PORTAL)) == (Rate(2, 2), NO_DOSSIERS)


def reconciliation(engine: Engine) -> int:
    return kept(engine, (HOME, PORTAL), AS_OF, JULY)


def test_what_a_reconciliation_counted_is_carried_over(engine: Engine) -> None:
    key = reconciliation(engine)
    counts = {
        (CountView.PROVINCE, Category.RESOLVED_ON_TIME): 6,
        (CountView.PROVINCE, Category.OPEN_LATE): 2,
        (CountView.PROVINCE_BY_PORTAL_RULE, Category.RESOLVED_LATE): 100,
        (CountView.PORTAL, Category.WAITING): 1,
        (CountView.PORTAL, Category.OPEN_IN_TIME): 2,
        (CountView.PORTAL, Category.RESOLVED_LATE): 1,
    }
    with Session(engine) as session, session.begin():
        session.add_all(
            LateCount(reconciliation_id=key, unit="H51.01", view=seen, category=where, count=number)
            for (seen, where), number in counts.items()
        )
        for unit in ("", "H51.02"):
            figures = {"received": 10, "on_portal": 7, "filed_online": 4, "received_late": 1}
            session.add(SyncHealth(reconciliation_id=key, unit=unit, **figures))
        found = indicators.carried(session, key)
    assert found == {
        ("H51.01", Side.PROVINCE, Indicator.ON_TIME): Rate(6, 8),
        ("H51.01", Side.PORTAL, Indicator.ON_TIME): Rate(3, 4),
        ("H51.02", Side.PORTAL, Indicator.SYNC): Rate(7, 10),
        ("H51.02", Side.PROVINCE, Indicator.RECEPTION): Rate(3, 4),
    }


def test_keeping_replaces_what_was_kept_of_that_reconciliation_alone(engine: Engine) -> None:
    first, second = reconciliation(engine), reconciliation(engine)
    rates: dict[Key, Rate] = {
        ("", Side.PORTAL, FILED): Rate(3, 7, 2),
        ("H51.01", Side.PORTAL, FILED): Rate(3, 7, 2),
        ("H51.01", Side.PROVINCE, RESULT): Rate(0, 0, 5),
    }
    nothing: dict[Key, Rate] = {("H51.02", Side.PORTAL, FILED): NO_DOSSIERS}
    with Session(engine) as session, session.begin():
        indicators.store(session, first, rates)
        indicators.store(session, second, rates)
        indicators.store(session, second, {**rates, **nothing})
    with Session(engine) as session, session.begin():
        assert indicators.of(session, second) == rates
        indicators.store(session, second, {})
        assert indicators.of(session, second) == {}
        assert indicators.of(session, first) == rates
    assert {each.reconciliation_id for each in rows_of(engine, IndicatorValue)} == {first}
