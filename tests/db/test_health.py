"""Sync health in the store: what is read as of an instant, and what is kept."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from models.dossier import Dossier, DossierCode, LookupAnswer
from models.reconciliation import Discrepancy, DiscrepancyChange, SyncHealth
from models.source import Source, SyncRun
from models.types import (
    Cause,
    CauseKind,
    DiscrepancyState,
    DiscrepancyStep,
    Period,
    Progress,
    RecordView,
    RunState,
    Side,
    Status,
    Trigger,
)
from tests.core.dossiers import JULY, at
from tests.reconciliations import kept
from tests.stores import rows_of
from worker.core.calendar import Calendar
from worker.core.health import Health, Signs, UnitHealth, Yardstick
from worker.core.hours import OFFICE_HOURS
from worker.core.lag import Lag, Readings
from worker.core.verdict import span_of
from worker.db import health
from worker.db.cases import Sides
from worker.db.health import Pair
from worker.db.records import Writing, upsert

HOME, PORTAL = 1, 2
AS_OF = at(20)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def sources(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        session.add(Source(id=HOME, name="tinh", side=Side.PROVINCE, kind="opencps", rule="portal"))
        session.add(Source(id=PORTAL, name="cong", side=Side.PORTAL, kind="portal", rule="portal"))


def add_run(
    engine: Engine,
    source: int,
    begun: datetime,
    ended: datetime | None,
    *,
    state: RunState = RunState.COMPLETE,
    unit: str | None = None,
) -> int:
    with Session(engine) as session, session.begin():
        run = SyncRun(
            source_id=source,
            trigger=Trigger.OPERATOR,
            stage="look_up",
            state=state,
            started_at=begun,
            ended_at=ended,
            heartbeat_at=begun,
            owner="here:1",
            request={"unit": unit},
        )
        session.add(run)
        session.flush()
        assert run.id is not None
        return run.id


def write(engine: Engine, source: int, now: datetime, *views: RecordView) -> None:
    run = add_run(engine, source, now, now)
    with Session(engine) as session, session.begin():
        upsert(session, views, Writing(source, run, now, lambda _view: []))


def answered(
    engine: Engine, code: str, since: datetime, asked_at: datetime, *, found: bool = True
) -> None:
    run = add_run(engine, PORTAL, asked_at, asked_at)
    with Session(engine) as session, session.begin():
        owner = session.get(DossierCode, code)
        assert owner is not None
        session.add(
            LookupAnswer(
                source_id=PORTAL,
                code=code,
                dossier_id=owner.dossier_id,
                found=found,
                since=since,
                asked_at=asked_at,
                run_id=run,
            )
        )


def home(number: int, **told: object) -> RecordView:
    usual: dict[str, object] = {
        "external_id": str(number),
        "codes": (f"H51.01-240701-{number:04d}",),
        "unit": "H51.01",
        "status": Status.IN_PROCESS,
        "received_at": at(2),
    }
    return RecordView(**(usual | told))  # type: ignore[arg-type]


def there(number: int, *events: tuple[Status, datetime], **told: object) -> RecordView:
    code = f"H51.01-240701-{number:04d}"
    steps = tuple(Progress(when, status) for status, when in events)
    return home(number, **({"external_id": code, "events": steps} | told))


def measured(engine: Engine, as_of: datetime = AS_OF) -> UnitHealth:
    with Session(engine) as session:
        by = Yardstick(
            span=span_of(JULY, as_of),
            as_of=as_of,
            readings=health.readings_of(session, PORTAL, as_of),
            calendar=Calendar(),
            hours=OFFICE_HOURS,
        )
        heard: list[int] = []
        sides = Sides(HOME, PORTAL, as_of)
        found = health.read(session, sides, by, {}, lambda done, _total: heard.append(done))
        assert heard
        return found.total()


RECEIPT, END = (Status.RECEIVED, at(2)), (Status.FINISHED, at(5))
ENDED = {"status": Status.FINISHED, "finished_at": at(5)}
CODE = home(1).codes[0]


def test_a_lag_ends_with_the_first_view_that_showed_it_whatever_came_later(engine: Engine) -> None:
    write(engine, HOME, at(1, 12), home(1, received_at=None, status=Status.NEW))
    write(engine, PORTAL, at(3, 10), there(1, RECEIPT))
    answered(engine, CODE, at(1, 13), at(1, 13), found=False)
    answered(engine, CODE, at(3, 10), at(19))
    write(engine, HOME, at(2, 10), home(1))
    write(engine, HOME, at(6), home(1, **ENDED))
    write(engine, PORTAL, at(7), there(1, RECEIPT, END, **ENDED))
    write(engine, PORTAL, at(9), there(1, RECEIPT, END, due_at=at(15), **ENDED))
    found = measured(engine)
    assert found.arrived == {25 * 3600: 1, 2 * 86_400: 1}
    assert found.waiting == {}


def test_what_was_not_seen_by_the_as_of_instant_is_not_known_then(engine: Engine) -> None:
    write(engine, HOME, at(1, 12), home(1))
    write(engine, PORTAL, at(2, 10), there(1, RECEIPT))
    write(engine, HOME, at(6), home(1, **ENDED))
    answered(engine, CODE, at(1, 13), at(5))
    answered(engine, CODE, at(6, 10), at(7))
    write(engine, PORTAL, at(7), there(1, RECEIPT, END, **ENDED))
    then = measured(engine, at(6, 12))
    assert (then.arrived, then.waiting) == ({3600: 1}, {86_400 + 3 * 3600: 1})
    assert measured(engine).arrived == {3600: 1, 2 * 86_400: 1}


def test_the_code_asked_for_the_longest_ago_tells_how_long_a_change_has_waited(
    engine: Engine,
) -> None:
    second = "G22.99-240701-000001"
    write(engine, HOME, at(1, 12), home(1, codes=(CODE, second)))
    answered(engine, CODE, at(1, 13), at(4), found=False)
    answered(engine, second, at(1, 14), at(3), found=False)
    assert measured(engine).waiting == {86_400: 1}


def test_a_dossier_only_presumed_counts_as_known_to_the_portal_and_says_so(engine: Engine) -> None:
    write(engine, HOME, at(1, 12), home(1), home(2), home(3))
    answered(engine, home(2).codes[0], at(2, 12), at(2, 12), found=False)
    answered(engine, home(3).codes[0], at(2, 12), at(2, 12))
    write(engine, PORTAL, at(2, 12), there(3, RECEIPT))
    found = measured(engine)
    assert (found.received, found.on_portal, found.presumed) == (3, 2, 1)
    assert found.events_told == 1


def test_many_dossiers_are_read_portion_by_portion(engine: Engine) -> None:
    numbers = range(1, 1002)
    write(engine, HOME, at(1, 12), *(home(number) for number in numbers))
    write(engine, PORTAL, at(2, 12), *(there(number) for number in numbers))
    found = measured(engine)
    assert (found.received, found.events_told, found.events_missing) == (1001, 1001, 1001)


def test_only_whole_readings_of_the_portal_that_were_over_count(engine: Engine) -> None:
    add_run(engine, PORTAL, at(3), at(3, 10))
    add_run(engine, PORTAL, at(1), at(1, 10))
    add_run(engine, PORTAL, at(4), at(4, 10), state=RunState.INCOMPLETE)
    add_run(engine, PORTAL, at(5), at(5, 10), unit="H51.01")
    add_run(engine, PORTAL, at(19), at(21))
    add_run(engine, PORTAL, at(20), None, state=RunState.RUNNING)
    add_run(engine, HOME, at(6), at(6, 10))
    with Session(engine) as session:
        found = health.readings_of(session, PORTAL, AS_OF)
    assert found == Readings((at(1), at(3)), (at(1, 10), at(3, 10)))


def reconciliation(engine: Engine, as_of: datetime = AS_OF, period: Period = JULY) -> int:
    return kept(engine, (HOME, PORTAL), as_of, period)


def discrepancy(
    engine: Engine,
    key: int,
    *steps: tuple[DiscrepancyStep, datetime],
    cause: Cause = Cause.STATUS_BEHIND,
) -> None:
    """A discrepancy of a dossier of its own that took these steps."""
    with Session(engine) as session, session.begin():
        dossier = Dossier(created_at=at(1))
        session.add(dossier)
        session.flush()
        assert dossier.id is not None
        row = Discrepancy(
            dossier_id=dossier.id,
            province_source_id=HOME,
            portal_source_id=PORTAL,
            kind=cause.kind,
            code=str(dossier.id),
            cause=cause,
            unit="H51.09",
            portal_unit="H51.09",
            contribution=1,
            state=DiscrepancyState.OPEN,
            opened_at=steps[0][1],
            seen_until=steps[-1][1],
            seen_by=key,
        )
        session.add(row)
        session.flush()
        assert row.id is not None
        session.add_all(
            DiscrepancyChange(
                discrepancy_id=row.id,
                at=when,
                step=step,
                cause=cause,
                unit="H51.01",
                portal_unit="H51.01",
            )
            for step, when in steps
        )


def test_the_age_of_what_was_open_at_the_instant_is_counted_from_its_opening(
    engine: Engine,
) -> None:
    write(engine, HOME, at(1), home(1))
    key = reconciliation(engine)
    opened, closed = DiscrepancyStep.OPENED, DiscrepancyStep.CLOSED
    discrepancy(engine, key, (opened, at(3)))
    discrepancy(engine, key, (opened, at(4)), (closed, at(6)), (DiscrepancyStep.REOPENED, at(8)))
    discrepancy(engine, key, (opened, at(5)), (closed, at(12)))
    discrepancy(engine, key, (opened, at(2)), cause=Cause.GRANULARITY)
    discrepancy(engine, key, (opened, at(2)), cause=Cause.IN_FLIGHT)
    discrepancy(engine, key, (opened, at(21)))
    assert Cause.GRANULARITY.kind is CauseKind.RULE
    day = 86_400
    assert measured(engine).ages == {17 * day: 1, 16 * day: 1}
    assert measured(engine, at(11)).ages == {8 * day: 1, 7 * day: 1, 6 * day: 1}
    assert measured(engine, at(7)).ages == {4 * day: 1, 2 * day: 1}


def some_health(*lengths: int) -> Health:
    found = Health()
    for length in lengths:
        lag = Lag(length, arrived=True)
        found.add(Signs(unit="H51.01", on_portal=length < 100, lags=(lag,), events_missing=False))
    found.add(Signs(unit="H51.02", lags=(Lag(7, arrived=False),), received_late=True))
    found.add_open("H51.02", 30)
    found.add_open("H51.02", 90)
    return found


def store(engine: Engine, key: int, found: Health) -> None:
    with Session(engine) as session, session.begin():
        health.store(session, key, found)


def test_figures_are_kept_per_unit_and_for_the_whole_province(engine: Engine) -> None:
    key = reconciliation(engine)
    store(engine, key, some_health(10, 20, 300))
    with Session(engine) as session:
        whole, one, two = (row.model_dump() for row in health.health_of(session, key))
    assert (whole["unit"], one["unit"], two["unit"]) == ("", "H51.01", "H51.02")
    assert whole | {"unit": ""} == {
        "reconciliation_id": key,
        "unit": "",
        "received": 3,
        "on_portal": 2,
        "presumed": 0,
        "lag_samples": 3,
        "lag_waiting": 1,
        "lag_p50": 20,
        "lag_p95": 300,
        "events_told": 3,
        "events_missing": 0,
        "open_discrepancies": 2,
        "age_p50": 30,
        "age_max": 90,
        "filed_online": 1,
        "received_late": 1,
    }
    assert (one["received"], one["lag_p95"], one["age_max"]) == (3, 300, None)
    assert (two["received"], two["lag_p50"], two["lag_samples"]) == (0, 7, 0)


def test_keeping_once_more_replaces_what_was_kept_of_that_reconciliation_alone(
    engine: Engine,
) -> None:
    first, second = reconciliation(engine), reconciliation(engine)
    store(engine, first, some_health(10))
    store(engine, second, some_health(10, 20))
    before = [row.model_dump() for row in rows_of(engine, SyncHealth)]
    store(engine, second, some_health(10, 20))
    assert [row.model_dump() for row in rows_of(engine, SyncHealth)] == before
    store(engine, second, Health())
    kept = {(row.reconciliation_id, row.unit) for row in rows_of(engine, SyncHealth)}
    assert kept == {(first, ""), (first, "H51.01"), (first, "H51.02"), (second, "")}


def test_the_latest_is_the_newest_with_figures_of_the_pair_and_the_period(engine: Engine) -> None:
    june = Period(JULY.first.replace(month=6), JULY.first.replace(month=6, day=30))
    pair = Pair(HOME, PORTAL)
    with Session(engine) as session:
        assert health.latest(session, pair) is None
    old, new, past = (
        reconciliation(engine, at(10)),
        reconciliation(engine, at(12)),
        reconciliation(engine, at(11), june),
    )
    reconciliation(engine, at(15))
    for key in (old, new, past):
        store(engine, key, Health())

    def latest(pair: Pair, period: Period | None = None) -> int | None:
        with Session(engine) as session:
            row = health.latest(session, pair, period)
            return None if row is None else row.id

    assert latest(pair) == latest(pair, JULY) == new
    assert latest(pair, june) == past
    assert latest(Pair(PORTAL, HOME)) is None
