"""Which of the counts that a source published are those of a cut-off."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from models.source import PublishedCount, Source, SyncRun
from models.types import Period, RunState, Side, Trigger
from worker.db.published import published_at

NOW = datetime(2024, 7, 24, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
JULY = Period(date(2024, 7, 1), date(2024, 7, 31))
JUNE = Period(date(2024, 6, 1), date(2024, 6, 30))


@pytest.fixture(autouse=True)
def sources(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        for key, name in ((1, "cong"), (2, "tinh")):
            session.add(Source(id=key, name=name, side=Side.PORTAL, kind="portal", rule="portal"))
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


def keep(
    engine: Engine, unit: str, *readings: tuple[int, int], source: int = 1, period: Period = JULY
) -> None:
    """Late counts of a unit, each with the hour from now at which it was seen."""
    with Session(engine) as session, session.begin():
        for hours, late in readings:
            session.add(
                PublishedCount(
                    source_id=source,
                    run_id=1,
                    period_from=period.first,
                    period_to=period.last,
                    unit=unit,
                    observed_at=NOW + hours * HOUR,
                    late=late,
                )
            )
            session.flush()


def late_at(engine: Engine, hours: int = 0) -> dict[str, int | None]:
    with Session(engine) as session:
        found = published_at(session, 1, JULY, NOW + hours * HOUR)
        return {unit: count.late for unit, count in found.items()}


def test_the_last_seen_by_the_cut_off_counts_also_where_it_came_in_late(engine: Engine) -> None:
    keep(engine, "H99.01", (-5, 10), (-1, 12), (2, 15), (-3, 11))
    keep(engine, "H99.02", (0, 7))
    assert late_at(engine) == {"H99.01": 12, "H99.02": 7}
    assert late_at(engine, -2) == {"H99.01": 11, "H99.02": 7}
    assert late_at(engine, 2) == {"H99.01": 15, "H99.02": 7}


def test_before_the_first_reading_the_earliest_after_it_counts(engine: Engine) -> None:
    keep(engine, "", (3, 30), (1, 28), (1, 29))
    assert late_at(engine) == {"": 28}


def test_of_two_readings_in_one_second_the_later_counts(engine: Engine) -> None:
    keep(engine, "H99.01", (-1, 4), (-1, 5))
    assert late_at(engine) == {"H99.01": 5}


def test_other_sources_and_other_periods_have_no_part_in_it(engine: Engine) -> None:
    keep(engine, "H99.01", (-1, 4))
    keep(engine, "H99.01", (-1, 90), source=2)
    keep(engine, "H99.01", (0, 91), period=JUNE)
    assert late_at(engine) == {"H99.01": 4}
