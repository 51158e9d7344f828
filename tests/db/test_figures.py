"""Figures are kept as they change, and any past reading can be had again."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from models.figure import PublishedFigure
from models.reconciliation import Reconciliation, SyncHealth
from models.source import Source, SyncRun
from models.types import Period, RunState, Side, Trigger
from tests.stores import rows_of
from worker.db.figures import figures_at, own_sync, put

NOW = datetime(2024, 7, 24, 9, tzinfo=UTC)
DAY = timedelta(days=1)
JULY = Period(date(2024, 7, 1), date(2024, 7, 31))
JUNE = Period(date(2024, 6, 1), date(2024, 6, 30))


@pytest.fixture(autouse=True)
def a_portal(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        for key, name in ((1, "cong"), (2, "tinh")):
            side = Side.PORTAL if name == "cong" else Side.PROVINCE
            session.add(Source(id=key, name=name, side=side, kind="portal", rule="portal"))
        session.flush()
        session.add(
            SyncRun(
                id=1,
                source_id=1,
                trigger=Trigger.OPERATOR,
                stage="look_up",
                state=RunState.COMPLETE,
                started_at=NOW,
                heartbeat_at=NOW,
                owner="here:1",
            )
        )


def figure(at: datetime = NOW, period: Period = JULY, **more: Any) -> PublishedFigure:
    usual: dict[str, Any] = {
        "source_id": 1,
        "run_id": 1,
        "generation": "reporting",
        "period_from": period.first,
        "period_to": period.last,
        "unit": "H51.12",
        "group": "CKMB",
        "metric": "DOSSIER_SYNC",
        "observed_at": at,
        "numerator": 39,
        "denominator": 40,
        "ratio": "97.5",
        "score": "5.85",
        "max_score": "6",
    }
    return PublishedFigure(**(usual | more))


def keep(engine: Engine, *figures: PublishedFigure) -> int:
    with Session(engine) as session, session.begin():
        return put(session, figures)


def seen(engine: Engine, as_of: datetime, period: Period = JULY) -> list[str | None]:
    with Session(engine) as session:
        return [each.ratio for each in figures_at(session, {1}, period, as_of)]


def test_what_did_not_change_is_not_kept_twice(engine: Engine) -> None:
    assert keep(engine, figure(), figure(metric="SCORE")) == 2
    assert keep(engine, figure(NOW + DAY), figure(NOW + DAY, metric="SCORE", score="5.9")) == 1
    assert keep(engine) == 0
    assert len(rows_of(engine, PublishedFigure)) == 3


@pytest.mark.parametrize(
    "change",
    [
        {"numerator": 40},
        {"denominator": None},
        {"ratio": "97.50"},
        {"score": None},
        {"max_score": "7"},
        {"quality": "TEMP_NATIONAL_REPORT_DENOMINATOR"},
    ],
)
def test_every_change_of_what_is_shown_is_kept_and_so_is_the_way_back(
    engine: Engine, change: dict[str, Any]
) -> None:
    keep(engine, figure())
    assert keep(engine, figure(NOW + DAY, **change)) == 1
    assert keep(engine, figure(NOW + 2 * DAY)) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"unit": ""},
        {"metric": "SCORE"},
        {"group": "TDGQ"},
        {"procedure": "1.001193"},
        {"generation": "legacy"},
        {"period": JUNE},
    ],
)
def test_figures_of_something_else_are_compared_with_their_own(
    engine: Engine, other: dict[str, Any]
) -> None:
    keep(engine, figure())
    assert keep(engine, figure(NOW + DAY, **other)) == 1
    assert keep(engine, figure(NOW + 2 * DAY)) == 0


def test_a_reading_of_the_past_is_the_latest_then_else_the_earliest_after(engine: Engine) -> None:
    keep(engine, figure(NOW, ratio="1"))
    keep(engine, figure(NOW + DAY, ratio="2"))
    keep(engine, figure(NOW + DAY, period=JUNE, ratio="6"))
    assert seen(engine, NOW - DAY) == ["1"]
    assert seen(engine, NOW) == ["1"]
    assert seen(engine, NOW + DAY - timedelta(seconds=1)) == ["1"]
    assert seen(engine, NOW + DAY) == ["2"]
    assert seen(engine, NOW, JUNE) == ["6"]
    with Session(engine) as session:
        assert figures_at(session, {2}, JULY, NOW) == []
        assert figures_at(session, set(), JULY, NOW) == []


def test_of_two_generations_the_newer_comes_last(engine: Engine) -> None:
    keep(engine, figure(ratio="since 2026"))
    keep(engine, figure(generation="legacy", ratio="before"))
    assert seen(engine, NOW) == ["before", "since 2026"]


def reconciliation(key: int, period: Period = JULY) -> Reconciliation:
    return Reconciliation(
        id=key,
        as_of=NOW + key * DAY,
        period_from=period.first,
        period_to=period.last,
        province_source_id=2,
        portal_source_id=1,
        complete=True,
        by_hand=False,
        created_at=NOW,
        digest="",
    )


def test_our_own_sync_is_that_of_the_periods_latest_reconciliation_that_measured_it(
    engine: Engine,
) -> None:
    with Session(engine) as session, session.begin():
        assert own_sync(session, {1}, JULY) == {}
        session.add_all([reconciliation(1), reconciliation(2), reconciliation(3)])
        session.add(reconciliation(4, JUNE))
        session.flush()
        for key, received in ((1, 10), (2, 20), (4, 40)):
            for unit in ("", "H51.12"):
                session.add(
                    SyncHealth(
                        reconciliation_id=key, unit=unit, received=received, on_portal=received - 1
                    )
                )
    with Session(engine) as session:
        found = own_sync(session, {1}, JULY)
        assert set(found) == {"", "H51.12"}
        own = found["H51.12"]
        assert (own.received, own.on_portal, own.as_of) == (20, 19, NOW + 2 * DAY)
        assert own_sync(session, {2}, JULY) == {}
