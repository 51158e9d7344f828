"""The journey run by run from the queue: what the schedule, webhooks and events start."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier
from typing import TypeVar

import pytest
from sqlmodel import Session, col, update

from models.event import Event
from models.source import SyncRun
from models.types import RunState
from tests.levers import calls_at
from tests.places import (
    AS_OF,
    Place,
    by_hand,
    connected,
    journey,
    opened,
    reported,
    serving,
    unwatched,
)
from tests.stores import rows_of
from tests.truths import assert_exact, same_but_number
from worker.bootstrap import Services
from worker.db import runs
from worker.journey import Travelled, Wish, perform, queue_dossiers, queue_sync, route
from worker.journey.scheduled import start_due
from worker.journey.tending import sweep
from worker.settings.model import Settings

MANY = 4
MINUTE = timedelta(minutes=1)
Result = TypeVar("Result")


def work_off(services: Services, ids: Sequence[int]) -> Travelled:
    """Do runs and all that follows, as workers would."""
    done, waiting = Travelled(), list(ids)
    while waiting:
        perform(services, waiting.pop(0), unwatched, done)
        waiting += [key for key in route(services) if key not in waiting]
    return done


def runs_of(settings: Settings, stage: str | None = None) -> list[SyncRun]:
    with connected(settings) as engine:
        return [run for run in rows_of(engine, SyncRun) if stage in (None, run.stage)]


def by_processes(
    settings: Settings, act: Callable[[Services], Result], now: datetime | None = None
) -> list[Result]:
    """What several processes get that do the same at the same instant."""
    ready = Barrier(MANY)

    def acted(services: Services) -> Result:
        ready.wait()
        return act(services)

    with ExitStack() as stack:
        crews = [stack.enter_context(opened(settings, now)) for _ in range(MANY)]
        with ThreadPoolExecutor(MANY) as pool:
            return list(pool.map(acted, crews))


def turns_started(settings: Settings, now: datetime, job: str = "sync") -> int:
    """How many runs the schedule starts at an instant for a job."""
    with opened(settings, now) as services:
        ids = start_due(services)
    started = {run.id: run.slot or "" for run in runs_of(settings)}
    return sum(started[key].startswith(f"{job}/") for key in ids)


def finish_all(settings: Settings) -> None:
    """Let everything that waits have been done."""
    ended = update(SyncRun).where(col(SyncRun.state) == RunState.QUEUED)
    with connected(settings) as engine, Session(engine) as session, session.begin():
        session.exec(ended.values(state=RunState.COMPLETE))


def test_runs_of_the_queue_find_what_a_journey_by_hand_finds(light_place: Place) -> None:
    world = light_place.world(200)
    other = replace(light_place, folder=light_place.folder / "other")
    other.folder.mkdir()
    with serving(world) as at:
        by_one = journey(other.configure(at))
        with opened(light_place.configure(at)) as services:
            by_many = work_off(services, queue_sync(services, Wish()))
    assert same_but_number(reported(by_many), reported(by_one))
    assert_exact(reported(by_many), world, published=False)
    stages = [run.stage for run in runs_of(services.settings)]
    assert stages[:5] == ["pull", "look_up", "link", "reconcile", "measure"]
    assert len(stages) == len(set(stages))


def test_an_event_starts_what_follows_once_whoever_looks(place: Place) -> None:
    with serving(place.world(dossiers=60)) as at:
        settings = place.configure(at)
        with opened(settings) as services:
            (pull,) = queue_sync(services, Wish())
            perform(services, pull, unwatched)
        found = [key for ids in by_processes(settings, route) for key in ids]
    assert [run.stage for run in runs_of(settings)] == ["pull", "look_up"]
    assert found == [run.id for run in runs_of(settings, "look_up")]
    with connected(settings) as engine:
        assert all(event.handled_at for event in rows_of(engine, Event))


def test_a_turn_of_the_schedule_is_one_run_whoever_looks_however_often(place: Place) -> None:
    with serving(place.world(dossiers=60)) as at:
        settings = place.configure(at)
        by_processes(settings, start_due)
        assert turns_started(settings, AS_OF) == 0
        (run,) = runs_of(settings, "pull")
        assert run.slot is not None
        finish_all(settings)
        assert turns_started(settings, AS_OF) == 0
    assert len(runs_of(settings, "pull")) == 1


def test_turns_that_were_missed_are_made_up_for_once(light_place: Place) -> None:
    with serving(light_place.world(dossiers=60)) as at:
        settings = light_place.configure(at)
        assert turns_started(settings, AS_OF) == 1
        finish_all(settings)
        later = AS_OF + timedelta(hours=5)
        assert turns_started(settings, later) == 1
        finish_all(settings)
        assert turns_started(settings, later + MINUTE) == 0


def test_a_clock_that_jumps_forward_starts_one_run_and_back_none(light_place: Place) -> None:
    with serving(light_place.world(dossiers=60)) as at:
        settings = light_place.configure(at)
        assert turns_started(settings, AS_OF) == 1
        finish_all(settings)
        assert turns_started(settings, AS_OF + timedelta(days=1)) == 1
        finish_all(settings)
        assert turns_started(settings, AS_OF) == 0
        assert turns_started(settings, AS_OF + MINUTE) == 0


def test_a_turn_waits_behind_one_that_waits_already(light_place: Place) -> None:
    with serving(light_place.world(dossiers=60)) as at:
        settings = light_place.configure(at)
        with opened(settings) as services:
            (clicked,) = queue_sync(services, Wish(by="ca trực"))
            start_due(services)
            offered = sweep(services)
    (run,) = runs_of(settings, "pull")
    assert (run.id, run.by) == (clicked, "ca trực")
    assert run.slot is not None
    assert clicked in offered


@pytest.mark.slow
def test_a_monthly_close_says_what_was_known_at_its_cut_off(light_place: Place) -> None:
    close = '[schedule.chot]\ndo = "close"\nday = 24\nat = ["16:00"]\n'
    world = light_place.world(200)
    with serving(world) as at:
        settings = light_place.configure(at, more=close)
        journey(settings, now=AS_OF - MINUTE)
        journey(settings, Wish(full=True), now=AS_OF + MINUTE)
        with opened(settings, AS_OF + 10 * MINUTE) as services:
            turns = start_due(services)
            (key,) = [run.id for run in runs_of(settings, "reconcile") if run.id in turns]
            closed = reported(work_off(services, [key or 0]))
            assert start_due(services) == ()
    assert same_but_number(closed, by_hand(settings, AS_OF))
    assert datetime.fromisoformat(closed["as_of"]) == AS_OF
    assert closed["discrepancies"]


def test_the_dossiers_of_a_webhook_are_read_again_alone(place: Place) -> None:
    world = place.world(200)
    with serving(world) as at:
        settings = place.configure(at)
        first = journey(settings)
        code = reported(first)["discrepancies"][0]["dossier"]
        before = calls_at(at.adapter_url)["/mapi/g"]
        whole = whole_readings(settings)
        with opened(settings) as services:
            again = work_off(services, queue_dossiers(services, "tinh", [code, code]))
        assert calls_at(at.adapter_url)["/mapi/g"] - before == 1
    named = [run for run in runs_of(settings) if run.partial]
    assert [(run.stage, run.state) for run in named] == [
        ("pull", RunState.COMPLETE),
        ("look_up", RunState.COMPLETE),
    ]
    assert [run.counts["looked_up"] for run in named] == [1, 1]
    assert whole_readings(settings) == whole
    assert_exact(reported(again), world, published=False)


def whole_readings(settings: Settings) -> list[int | None]:
    """The last reading of each source as a whole."""
    with connected(settings) as engine, Session(engine) as session:
        found = [runs.last_run(session, source, RunState.COMPLETE) for source in (1, 2)]
        return [run.id if run else None for run in found]
