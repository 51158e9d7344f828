"""Months closed by the schedule and by hand over simulated upstreams, corrected and verified."""

import pytest
from sqlmodel import Session

from models.reconciliation import Reconciliation
from models.source import SyncRun
from models.statement import Correction, Statement
from models.types import RunState, Trigger
from tests.flows.test_queue_flow import MINUTE, work_off
from tests.places import (
    AS_OF,
    JULY,
    Place,
    by_hand,
    connected,
    journey,
    opened,
    serving,
    unwatched,
)
from tests.stores import Row, rows_of
from tests.upstreams import DAY
from tests.worlds import changed, put_right, with_cause
from worker.bootstrap import Services
from worker.core.statement_figures import Verified, figures_of
from worker.db import statements
from worker.errors import StatementError
from worker.journey import Wish, travel
from worker.journey.scheduled import start_due
from worker.journey.signing import close_period, latest_cutoff, statement_at, verify
from worker.settings.model import Settings

CLOSE = '[schedule.chot]\ndo = "close"\nday = 24\nat = ["16:00"]\n'


def rows(settings: Settings, table: type[Row]) -> list[Row]:
    with connected(settings) as engine:
        return rows_of(engine, table)


def closing(by: str = "an") -> Wish:
    return Wish(as_of=AS_OF, month=JULY.first, closes=True, role="Chánh Văn phòng", by=by)


def verified(services: Services) -> Verified:
    with Session(services.engine, expire_on_commit=False) as session:
        (row,) = statements.list_rows(session)
    return verify(services, row, unwatched)


def test_the_schedule_closes_a_month_once_and_its_rates_with_it(light_place: Place) -> None:
    with serving(light_place.world(dossiers=80)) as at:
        settings = light_place.configure(at, more=CLOSE, reporting=True)
        journey(settings, now=AS_OF - MINUTE)
        assert rows(settings, Statement) == []
        with opened(settings, AS_OF + MINUTE) as services:
            turns = start_due(services)
            work_off(services, [run.id or 0 for run in _reconciling(settings) if run.id in turns])
            assert start_due(services) == ()
            assert verified(services).is_reproduced
    (row,) = rows(settings, Statement)
    assert (row.as_of, row.role, row.signed_by) == (AS_OF, "", None)
    names = {figure.name for figure in figures_of(statements.content_of(row))}
    assert {"late_portal", "late_portal.open_late", "ON_TIME.portal", "SYNC.portal"} <= names
    assert any(name.startswith("published.") for name in names)
    (run,) = [each for each in rows(settings, SyncRun) if each.stage == "close"]
    assert (run.state, run.trigger, run.counts) == (
        RunState.COMPLETE,
        Trigger.SCHEDULE,
        {"closed": 1},
    )


def _reconciling(settings: Settings) -> list[SyncRun]:
    return [run for run in rows(settings, SyncRun) if run.stage == "reconcile"]


def test_a_close_of_the_schedule_on_half_a_reading_fails_and_says_what_to_do(
    light_place: Place,
) -> None:
    with serving(light_place.world(dossiers=40)) as at:
        settings = light_place.configure(at, more=CLOSE)
        journey(settings, now=AS_OF - MINUTE)
        journey(settings, Wish(pull_only=True), now=AS_OF - MINUTE / 2)
        with connected(settings) as engine, Session(engine) as session, session.begin():
            pulls = [run for run in rows_of(engine, SyncRun) if run.stage == "pull"]
            half = session.get_one(SyncRun, pulls[-1].id)
            half.state = RunState.INCOMPLETE
        with opened(settings, AS_OF + MINUTE) as services:
            turns = start_due(services)
            keys = [run.id or 0 for run in _reconciling(settings) if run.id in turns]
            with pytest.raises(StatementError):
                work_off(services, keys)
    assert rows(settings, Statement) == []
    (run,) = [each for each in rows(settings, SyncRun) if each.stage == "close"]
    assert run.state is RunState.FAILED
    assert run.error is not None
    assert run.error["key"] == "statement_incomplete"


@pytest.mark.slow
def test_a_close_by_hand_goes_the_same_way_and_a_second_one_does_nothing(place: Place) -> None:
    with serving(place.world(dossiers=80)) as at:
        settings = place.configure(at)
        journey(settings, now=AS_OF)
        with opened(settings, AS_OF + MINUTE) as services:
            close_period(services, closing(), unwatched)
            (first,) = rows(settings, Statement)
            close_period(services, closing("bình"), unwatched)
            assert verified(services).is_reproduced
    (row,) = rows(settings, Statement)
    assert (row.digest, row.role, row.signed_by) == (first.digest, "Chánh Văn phòng", "an")
    told = statements.content_of(row).statement
    kept = next(each for each in rows(settings, Reconciliation) if each.id == row.reconciliation_id)
    assert told.reconciliation == kept.digest
    assert not kept.by_hand
    assert (told.grounds.province, told.grounds.portal) == ("tinh", "cong")


def test_after_a_close_changes_are_kept_once_and_the_close_is_still_reproduced(
    place: Place,
) -> None:
    world = place.world()
    with serving(world) as at:
        settings = place.configure(at)
        journey(settings, now=AS_OF)
        with opened(settings, AS_OF + MINUTE) as services:
            close_period(services, closing(), unwatched)
            assert rows(settings, Correction) == []
    codes = with_cause(world, "STATUS_BEHIND", "NOT_ON_PORTAL", "END_EVENT_MISSING", "DUE_DIFFERS")
    with serving(changed(world, codes, put_right(world))) as at:
        settings = place.configure(at)
        later = AS_OF + DAY
        with opened(settings, later) as services:
            report = travel(services, Wish(full=True), unwatched).report
            found = rows(settings, Correction)
            assert len({(each.unit, each.figure) for each in found}) == len(found) > 0
            assert {"ON_TIME.portal", "SYNC.portal"} <= {each.figure for each in found}
            assert latest_cutoff(services, JULY) == later
            now = statement_at(services, None, JULY, later, unwatched)
            assert verified(services).is_reproduced
        by_hand(settings, later)
        assert rows(settings, Correction) == found
    assert report is not None
    assert report["totals"]["late_portal"] == now.statement.main.count("late_portal")
    (late,) = [each for each in found if (each.unit, each.figure) == ("", "late_portal")]
    assert late.after == str(report["totals"]["late_portal"]) != late.before


def test_what_changed_in_the_store_since_is_named(light_place: Place) -> None:
    with serving(light_place.world(dossiers=120)) as at:
        settings = light_place.configure(at)
        journey(settings, now=AS_OF)
        with opened(settings, AS_OF + MINUTE) as services:
            close_period(services, closing(), unwatched)
        grace = light_place.configure(at, more='[reconcile]\ngrace = "40d"\n')
        with opened(grace, AS_OF + MINUTE) as services:
            found = verified(services)
    assert found.is_intact
    assert not found.is_same
    assert "IN_FLIGHT" in {each.figure.name for each in found.differing}
    named = {each.figure.name for each in found.grounds}
    assert named == {"grounds.settings", "grounds.reconciliation"}
