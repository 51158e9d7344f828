"""Open data by the schedule: published by itself, and corrected beside what was closed."""

import json
from datetime import timedelta
from typing import Any

import pytest

from models.source import SyncRun
from models.types import RunState
from tests.flows.test_queue_flow import MINUTE, runs_of, work_off
from tests.places import AS_OF, Place, connected, journey, opened, serving
from tests.stores import rows_of
from worker.errors import PublicationError
from worker.journey import Wish
from worker.journey.scheduled import start_due
from worker.settings.model import Settings

JOBS = """
[publication]
folder = "cong-khai"
[schedule.chot]
do = "close"
day = 24
at = ["16:00"]
[schedule.cong_khai]
do = "publish"
every = "1h"
"""


def published(settings: Settings) -> Any:
    folder = settings.folder / "cong-khai"
    return json.loads((folder / "data" / "index.json").read_text("utf-8"))["periods"]


def turns(settings: Settings, stage: str, after: timedelta) -> list[SyncRun]:
    """Let the schedule start what is due, do the runs of a stage, and tell of all of it."""
    with opened(settings, AS_OF + after) as services:
        started = start_due(services)
        with connected(settings) as engine:
            found = [run for run in rows_of(engine, SyncRun) if run.id in started]
        work_off(services, [run.id or 0 for run in found if run.stage == stage])
    with connected(settings) as engine:
        return [run for run in rows_of(engine, SyncRun) if run.stage == stage]


def test_the_schedule_publishes_what_is_open_and_then_what_is_closed(light_place: Place) -> None:
    with serving(light_place.world(dossiers=80)) as at:
        settings = light_place.configure(at, more=JOBS, reporting=True)
        journey(settings, now=AS_OF - MINUTE)
        (run,) = turns(settings, "publish", -MINUTE / 2)
        assert (run.state, run.counts) == (RunState.COMPLETE, {"files_published": 11})
        (month,) = published(settings)
        assert (month["period"], month["state"]) == ("2024-07", "provisional")

        turns(settings, "reconcile", MINUTE)
        turns(settings, "publish", 2 * 60 * MINUTE)
        (closed,) = published(settings)
        assert (closed["state"], closed["corrections"]) == ("closed", 0)

        world = light_place.world(dossiers=80, seed=2)
    with serving(world) as at:
        settings = light_place.configure(at, more=JOBS, reporting=True)
        journey(settings, Wish(full=True), now=AS_OF + timedelta(days=1))
        *_, last = turns(settings, "publish", timedelta(days=1, hours=2))
        assert last.counts["files_published"] > 0
    (corrected,) = published(settings)
    assert corrected["sha256"] == closed["sha256"]
    assert corrected["corrections"] > 0
    page = (settings.folder / "cong-khai" / "index.html").read_text("utf-8")
    assert "đính chính" in page


def test_a_turn_whose_folder_is_gone_from_the_settings_fails_and_says_so(
    light_place: Place,
) -> None:
    with serving(light_place.world(dossiers=20)) as at:
        settings = light_place.configure(at, more=JOBS)
        with opened(settings, AS_OF) as services:
            started = start_due(services)
        settings = light_place.configure(at)
        with opened(settings, AS_OF) as services:
            (key,) = [run.id for run in runs_of(settings, "publish") if run.id in started]
            with pytest.raises(PublicationError):
                work_off(services, [key or 0])
    (run,) = runs_of(settings, "publish")
    assert run.state is RunState.FAILED
    assert run.error is not None
    assert run.error["key"] == "publication_without_folder"
