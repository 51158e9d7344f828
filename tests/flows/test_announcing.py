"""Workers are told of a run once it may begin: at the end of what it waited for, not before."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from celery import Celery
from sqlalchemy import Engine
from sqlmodel import Session
from typing_extensions import override

from models.source import SyncRun
from models.types import RunState
from tests.journeys import UNSCHEDULED
from tests.levers import calls_at
from tests.places import Place, connected, opened, serving
from tests.stores import rows_of
from worker.db import queue, runs
from worker.journey import Wish, queue_sync
from worker.journey.tending import sweep
from worker.settings.model import Settings
from worker.simulator.server import SimulatedEndpoints
from worker.tasks.desk import Desk

_SECOND_HOME = """
[sources.datdai]
side = "ministry"
kind = "opencps"
url = "{at.province_url}"
username = "{at.username}"
password_file = "password"
group_id = "{at.group_id}"
"""
_STATISTICS = "/o/rest/statistics"


class Messages(Celery):
    """Takes what is sent to workers, and does something else at each."""

    def __init__(self) -> None:
        super().__init__("doisoat", set_as_current=False)
        self.told: list[int] = []
        self.at_each: Callable[[], None] = lambda: None

    @override
    def send_task(self, name: str, args: Any = None, *_: Any, **__: Any) -> None:  # type: ignore[override]
        self.told += args
        self.at_each()


@dataclass
class Crew:
    """A worker of an installation, and what it tells the others."""

    settings: Settings
    at: SimulatedEndpoints
    desk: Desk
    messages: Messages
    pulls: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        with opened(self.settings) as services:
            self.pulls = queue_sync(services, Wish())

    def told(self) -> list[str]:
        """The stages of the runs that were told of since the last time."""
        stages = {run.id: run.stage for run in self.runs()}
        told, self.messages.told = self.messages.told, []
        return [stages[key] for key in told]

    def runs(self) -> list[SyncRun]:
        with connected(self.settings) as engine:
            return rows_of(engine, SyncRun)

    def swept(self) -> list[str]:
        """The stages of the runs that a sweep tells of."""
        with opened(self.settings) as services:
            offered = sweep(services)
            with Session(services.engine) as session, session.begin():
                queue.note_told(session, offered, services.clock())
                return list(queue.stages_of(session, offered).values())


@pytest.fixture
def crew(light_place: Place) -> Iterator[Crew]:
    """Two sources at home are to be read, and nothing was told of yet."""
    with serving(light_place.world(dossiers=20)) as at:
        more = UNSCHEDULED + _SECOND_HOME.format(at=at)
        with worker(light_place.configure(at, more=more), at) as made:
            yield made


@contextmanager
def worker(settings: Settings, at: SimulatedEndpoints) -> Iterator[Crew]:
    with closing(Messages()) as messages:
        desk = Desk(messages, settings)
        try:
            yield Crew(settings, at, desk, messages)
        finally:
            desk.close()


def test_a_look_up_is_told_of_when_the_last_pull_ends(crew: Crew) -> None:
    first, second = crew.pulls
    crew.desk.perform(first)
    assert set(crew.told()) == {"pull"}
    crew.desk.perform(second)
    assert set(crew.told()) == {"look_up"}


def test_it_is_told_of_before_what_is_read_beside_that_pull(crew: Crew) -> None:
    asked: list[int] = []
    crew.messages.at_each = lambda: asked.append(calls_at(crew.at.province_url)[_STATISTICS])
    first, second = crew.pulls
    crew.desk.perform(first)
    before = calls_at(crew.at.province_url)[_STATISTICS]
    asked.clear()
    crew.desk.perform(second)
    assert asked[0] == before < calls_at(crew.at.province_url)[_STATISTICS]


def test_a_pull_that_was_cancelled_keeps_a_look_up_waiting_for_one_round(crew: Crew) -> None:
    first, second = crew.pulls
    crew.desk.perform(first)
    assert crew.swept() == []
    cancel(crew, second)
    assert crew.swept() == ["look_up"]


def test_whoever_dies_before_it_tells_loses_one_round(crew: Crew) -> None:
    first, second = crew.pulls
    crew.desk.perform(first)
    crew.messages.at_each = die
    with pytest.raises(Death):
        crew.desk.perform(second)
    assert {run.id: run.state for run in crew.runs()}[second] is RunState.COMPLETE
    assert crew.swept() == ["look_up"]


class Death(BaseException):
    """The end of a process."""


def die() -> None:
    raise Death


def cancel(crew: Crew, key: int) -> None:
    with opened(crew.settings) as services:
        engine: Engine = services.engine
        with Session(engine) as session, session.begin():
            row = runs.get_run(session, key)
            assert queue.cancel(session, row, services.clock(), held=False)
