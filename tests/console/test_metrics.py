"""The figures of ``/metrics``, as Prometheus itself reads them, and what they cost."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as open_metric_families,
)
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine, event, text
from sqlmodel import Session, SQLModel

from models.dossier import Dossier
from models.event import Event
from models.reconciliation import Discrepancy, Reconciliation, SyncHealth
from models.source import CallBudget, Quarantine, SyncRun
from models.types import Cause, CauseKind, DiscrepancyState, EventKind, RunState, Trigger
from tests.console.conftest import Console, consoled
from tests.places import AS_OF, JULY
from worker.bootstrap import services
from worker.console.metrics import StoreCollector
from worker.core.times import local_day
from worker.db.sources import identity
from worker.i18n import has_text
from worker.journey import register_sources
from worker.settings.model import Settings

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# What grows with every dossier.
BIG: tuple[str, ...] = ("dossier", "dossiercode", "dossierrecord", "progressevent", "recordversion")
BIG += ("recordverdict", "lookupanswer", "pairverdict", "pairpart", "discrepancychange")
# This index has what waits and nothing else.
OF_WHAT_WAITS = "SCAN quarantine USING INDEX ix_quarantine_waiting"
# What grows with time: to be reached by an index alone.
GROWING = ("syncrun", "event", "discrepancy", "reconciliation", "quarantine")

Labels = dict[str, str]


def run(source_id: int | None, stage: str, state: RunState, **more: Any) -> SyncRun:
    """A run that began two hours ago and ended one hour ago."""
    usual: dict[str, Any] = {
        "started_at": AS_OF - 2 * HOUR,
        "ended_at": AS_OF - HOUR,
        "heartbeat_at": AS_OF - HOUR,
        "owner": "here:1",
    }
    given: dict[str, Any] = (
        {"trigger": Trigger.SCHEDULE, "stage": stage, "state": state} | usual | more
    )
    return SyncRun(source_id=source_id, **given)


def difference(dossier: int, cause: Cause, state: DiscrepancyState, **more: Any) -> Discrepancy:
    return Discrepancy(
        dossier_id=dossier,
        kind=cause.kind,
        code=f"H99.01-240701-{dossier:04d}",
        cause=cause,
        unit="H99.01",
        portal_unit="H99.01",
        contribution=1,
        state=state,
        opened_at=AS_OF - DAY,
        seen_until=AS_OF,
        **more,
    )


def measured(home: int, other: int, as_of: timedelta, **more: Any) -> Reconciliation:
    return Reconciliation(
        as_of=AS_OF - as_of,
        period_from=JULY.first,
        period_to=JULY.last,
        province_source_id=home,
        portal_source_id=other,
        complete=True,
        created_at=AS_OF - as_of,
        digest="",
        **({"by_hand": False} | more),
    )


def waiting_row(source_id: int, run_id: int, row: str, **more: Any) -> Quarantine:
    given: dict[str, Any] = {
        "at": AS_OF,
        "reason": "row_unreadable",
        "detail": "",
        "raw": "",
    } | more
    return Quarantine(source_id=source_id, run_id=run_id, row=row, **given)


def fill(settings: Settings) -> None:
    """A day in the life of a province."""
    with services(settings) as found, Session(found.engine) as session:
        ids = register_sources(found)
        home, portal = ids["tinh"], ids["cong"]
        rows: list[SQLModel] = [
            run(home, "pull", RunState.COMPLETE, counts={"pages": 7, "rows": 1300}, slot="a"),
            run(home, "pull", RunState.COMPLETE, ended_at=AS_OF - HOUR / 2, partial=True),
            run(home, "pull", RunState.FAILED, counts={"pages": 1}, error={"key": "upstream_x"}),
            run(portal, "look_up", RunState.INCOMPLETE, counts={"looked_up": 40}),
            run(portal, "look_up", RunState.COMPLETE, started_at=AS_OF - 3 * DAY),
            run(None, "reconcile", RunState.COMPLETE),
            run(home, "pull", RunState.QUEUED, queued_at=AS_OF - HOUR / 4),
            run(None, "link", RunState.QUEUED, queued_at=AS_OF - HOUR / 6),
            Event(kind=EventKind.CODES_LINKED, at=AS_OF - HOUR, handled_at=AS_OF),
            Event(kind=EventKind.PULL_FINISHED, at=AS_OF - HOUR / 12),
            CallBudget(source_id=portal, day=local_day(AS_OF), used=77),
            CallBudget(source_id=portal, day=local_day(AS_OF - DAY), used=1000),
            Dossier(created_at=AS_OF),
            Dossier(created_at=AS_OF),
            measured(home, portal, 2 * HOUR),
            measured(home, portal, HOUR),
            measured(home, portal, HOUR / 2, by_hand=True),
        ]
        session.add_all(rows)
        session.flush()
        _judge(session, rows, (home, portal))
        pulled = identity(getattr(rows[0], "id", None))
        session.add_all(
            [
                waiting_row(home, pulled, "1"),
                waiting_row(home, pulled, "2"),
                waiting_row(home, pulled, "3", solved_at=AS_OF),
            ]
        )
        session.commit()


def _judge(session: Session, rows: list[SQLModel], pair: tuple[int, int]) -> None:
    """Differences found, and health measured."""
    dossiers = [identity(each.id) for each in rows if isinstance(each, Dossier)]
    judged = [identity(each.id) for each in rows if isinstance(each, Reconciliation)]
    sides = {
        "province_source_id": pair[0],
        "portal_source_id": pair[1],
        "seen_by": judged[1],
    }
    still, over = DiscrepancyState.OPEN, DiscrepancyState.CLOSED
    session.add_all(
        [
            difference(dossiers[0], Cause.STATUS_BEHIND, still, **sides),
            difference(dossiers[1], Cause.STATUS_BEHIND, still, **sides),
            difference(dossiers[0], Cause.GRANULARITY, over, **sides),
            difference(dossiers[1], Cause.GRANULARITY, still, **sides),
        ]
    )
    for number, p50 in zip(judged, (10, 60, 999), strict=True):
        session.add(
            SyncHealth(reconciliation_id=number, unit="", lag_p50=p50, lag_p95=600, lag_waiting=3)
        )
        session.add(SyncHealth(reconciliation_id=number, unit="H99.01", lag_p50=1, lag_p95=1))


def told(body: str) -> dict[str, dict[tuple[str, ...], float]]:
    """By metric its values, by those of their labels in the order of the labels' names."""
    return {
        family.name: {
            tuple(value for _, value in sorted(each.labels.items())): each.value
            for each in family.samples
        }
        for family in text_string_to_metric_families(body)
    }


def test_every_figure_is_what_the_store_says(settings: Settings) -> None:
    fill(settings)
    with consoled(settings) as console:
        answer = console.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert told(answer.text) == {
        "doisoat_runs": {
            ("tinh", "pull", "complete"): 2,
            ("tinh", "pull", "failed"): 1,
            ("cong", "look_up", "incomplete"): 1,
            ("", "reconcile", "complete"): 1,
            ("tinh", "pull", "queued"): 1,
            ("", "link", "queued"): 1,
        },
        "doisoat_pages_read": {("tinh",): 8, ("cong",): 0},
        "doisoat_records_read": {("tinh",): 1300, ("cong",): 40},
        "doisoat_source_error": {("upstream_x", "tinh"): 1},
        "doisoat_queue_depth": {("sources",): 1, ("compute",): 1},
        "doisoat_oldest_queued_run_age_seconds": {(): 900},
        "doisoat_oldest_event_age_seconds": {(): 300},
        "doisoat_last_scheduled_run_age_seconds": {(): 3600},
        "doisoat_last_complete_run_age_seconds": {("tinh",): 3600, ("cong",): 3600},
        "doisoat_quarantine_waiting": {("tinh",): 2, ("nganh",): 0, ("cong",): 0},
        "doisoat_calls_used_today": {("cong",): 77},
        "doisoat_calls_allowed_a_day": {("cong",): 1234},
        "doisoat_open_discrepancies": {
            ("STATUS_BEHIND", CauseKind.DATA.value): 2,
            ("GRANULARITY", CauseKind.RULE.value): 1,
        },
        "doisoat_lag_seconds": {("tinh", "cong", "50"): 60, ("tinh", "cong", "95"): 600},
        "doisoat_changes_not_shown": {("tinh", "cong"): 3},
    }


def test_every_figure_says_what_it_means(console: Console) -> None:
    families = list(text_string_to_metric_families(console.get("/metrics").text))
    assert len(families) > 10
    for family in families:
        assert has_text(f"console.metric.{family.name.removeprefix('doisoat_')}")
        assert not family.documentation.startswith("console.")


def test_an_empty_store_has_figures_too(console: Console) -> None:
    figures = told(console.get("/metrics").text)
    assert figures["doisoat_queue_depth"] == {("sources",): 0, ("compute",): 0}
    assert figures["doisoat_calls_used_today"] == {("cong",): 0}
    assert figures["doisoat_last_complete_run_age_seconds"] == {}
    assert "doisoat_last_scheduled_run_age_seconds" not in figures


def test_a_caller_that_prefers_the_newer_form_gets_it(console: Console) -> None:
    wanted = {"accept": "application/openmetrics-text; version=1.0.0"}
    answer = console.client.get("/metrics", headers=wanted)
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    names = {family.name for family in open_metric_families(answer.text)}  # type: ignore[no-untyped-call]
    assert "doisoat_queue_depth" in names


@contextmanager
def heard(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    """Every statement an engine carries out, with its values."""
    statements: list[tuple[str, Any]] = []

    def hear(*given: Any) -> None:
        statements.append((given[2], given[3]))

    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", hear)


def asked_for(settings: Settings) -> list[tuple[str, Any]]:
    """The questions of one scrape."""
    with services(settings) as found, heard(found.engine) as statements:
        registry = CollectorRegistry()
        registry.register(StoreCollector(found))
        generate_latest(registry)
    return statements


def test_no_figure_is_asked_of_what_grows_with_dossiers(settings: Settings) -> None:
    fill(settings)
    statements = [statement for statement, _ in asked_for(settings)]
    named = {name for each in statements for name in re.findall(r"(?:FROM|JOIN) (\w+)", each)}
    assert named >= set(GROWING)
    assert named & set(BIG) == set()
    assert len(statements) < 30


@pytest.mark.parametrize("backend", ["sqlite"])
def test_what_grows_with_time_is_reached_by_an_index(settings: Settings) -> None:
    fill(settings)
    statements = asked_for(settings)
    scanned = []
    with services(settings) as found, found.engine.connect() as connection:
        assert "SCAN syncrun" in str(
            connection.execute(text("EXPLAIN QUERY PLAN SELECT * FROM syncrun")).all()
        )
        for statement, values in statements:
            if statement.lstrip().upper().startswith("SELECT"):
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
                scanned += [row[3] for row in plan if row[3].startswith("SCAN")]
    scanned.remove(OF_WHAT_WAITS)
    assert [each for each in scanned if each.split()[1] in GROWING] == []
