"""Redis wiped, killed, frozen, cut off in the middle of a run: it ends, what follows it is done.

Redis is only a doorbell: what is to be done stands in the store.
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from models.source import SyncRun
from models.types import RunState
from tests.fleet import Fleet, Process, fleet
from tests.journeys import UNSCHEDULED, assert_stages, travelled
from tests.places import AS_OF, Place, by_hand, serving
from tests.redis_server import RedisServer
from tests.relay import Relay
from tests.truths import assert_exact
from worker.i18n import text
from worker.simulator.faults import NO_FAULTS, FaultPlan
from worker.simulator.world import World

_SLOW_HOME = FaultPlan(latency_seconds=0.8)


@contextmanager
def working(place: Place, world: World, url: str) -> Iterator[tuple[Fleet, tuple[Process, ...]]]:
    """A worker and beat over the Redis at ``url``, the province's system taking its time."""
    with serving(world, _SLOW_HOME, NO_FAULTS) as at:
        settings = place.configure(at, more=UNSCHEDULED)
        with fleet(place.folder, settings, {"DOISOAT_BROKER_URL": url}) as ships:
            yield ships, (ships.worker(), ships.beat())


def is_under_way(runs: list[SyncRun]) -> bool:
    """Whether a list is being read, and neither begun nor ended just now."""
    return any(run.stage == "pull" and run.done for run in runs)


def are_done(journeys: int) -> Callable[[list[SyncRun]], bool]:
    """Whether so many journeys have come to their end."""

    def done(runs: list[SyncRun]) -> bool:
        ended = Counter(run.stage for run in runs if run.state is RunState.COMPLETE)
        return ended["measure"] >= journeys

    return done


def assert_done_once(ships: Fleet, world: World, journeys: int = 1) -> None:
    """Every run of so many journeys was taken up once, and what they found is exact."""
    # Whatever was to be broken in the middle of a run is.
    ships.hasten()
    runs = ships.wait_until(are_done(journeys))
    assert_stages(runs, journeys)
    assert {(run.state, run.fence) for run in travelled(runs)} == {(RunState.COMPLETE, 1)}
    assert_exact(by_hand(ships.settings, AS_OF), world, published=False)


def assert_living(processes: tuple[Process, ...]) -> None:
    assert [process.poll() for process in processes] == [None] * len(processes)


def queued(ships: Fleet, *arguments: str) -> str:
    """What ``sync`` says, having put a journey in the queue."""
    done = ships.run("sync", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_a_run_goes_on_while_redis_is_wiped(light_place: Place, redis_server: RedisServer) -> None:
    world = light_place.world()
    with working(light_place, world, redis_server.url) as (ships, processes):
        queued(ships)
        ships.wait_until(is_under_way)
        redis_server.flush()
        assert_done_once(ships, world)
        assert_living(processes)


# About once in twenty times a worker takes nothing up any more after the broker came back.
@pytest.mark.slow
def test_a_run_goes_on_while_redis_is_killed_and_what_is_asked_for_meanwhile_is_done(
    light_place: Place, redis_server: RedisServer
) -> None:
    world = light_place.world()
    with working(light_place, world, redis_server.url) as (ships, processes):
        queued(ships)
        ships.wait_until(is_under_way)
        redis_server.kill()
        assert text("runs.broker_away") in queued(ships, "--full")
        redis_server.start()
        assert_done_once(ships, world, journeys=2)
        assert_living(processes)


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [1.0, 20.0])
def test_a_run_goes_on_while_redis_is_frozen(
    light_place: Place, redis_server: RedisServer, seconds: float
) -> None:
    world = light_place.world()
    with working(light_place, world, redis_server.url) as (ships, processes):
        queued(ships)
        ships.wait_until(is_under_way)
        redis_server.freeze()
        assert text("runs.broker_away") in queued(ships, "--full")
        time.sleep(seconds)
        redis_server.thaw()
        assert_done_once(ships, world, journeys=2)
        assert_living(processes)


@pytest.mark.slow
def test_a_run_goes_on_while_nothing_passes_to_redis(
    light_place: Place, redis_server: RedisServer
) -> None:
    world = light_place.world()
    with (
        Relay(redis_server.address) as relay,
        working(light_place, world, f"redis://127.0.0.1:{relay.port}/0") as (ships, processes),
    ):
        queued(ships)
        ships.wait_until(is_under_way)
        relay.swallow()
        assert text("runs.broker_away") in queued(ships, "--full")
        time.sleep(20)
        relay.restore()
        assert_done_once(ships, world, journeys=2)
        assert_living(processes)


@pytest.mark.slow
@pytest.mark.parametrize("busy", [True, False], ids=["busy", "idle"])
def test_connections_that_a_firewall_forgot_are_made_anew(
    light_place: Place, redis_server: RedisServer, *, busy: bool
) -> None:
    world = light_place.world()
    with (
        Relay(redis_server.address) as relay,
        working(light_place, world, f"redis://127.0.0.1:{relay.port}/0") as (ships, processes),
    ):
        queued(ships)
        ships.wait_until(is_under_way if busy else are_done(1))
        relay.forget()
        queued(ships, "--full")
        assert_done_once(ships, world, journeys=2)
        assert_living(processes)


@pytest.mark.slow
def test_a_worker_waits_for_redis_to_start(light_place: Place, redis_server: RedisServer) -> None:
    world = light_place.world()
    redis_server.kill()
    with working(light_place, world, redis_server.url) as (ships, processes):
        assert text("runs.broker_away") in queued(ships)
        time.sleep(10)
        assert_living(processes)
        redis_server.start()
        assert_done_once(ships, world)
        assert_living(processes)


@pytest.mark.slow
def test_messages_that_were_wiped_are_sent_again(
    light_place: Place, redis_server: RedisServer
) -> None:
    with serving(light_place.world()) as at:
        settings = light_place.configure(at, now=None, more=UNSCHEDULED)
        with fleet(light_place.folder, settings, {"DOISOAT_BROKER_URL": redis_server.url}) as ships:
            assert text("runs.follow") in queued(ships)
            redis_server.flush()
            ships.worker()
            ships.beat()
            runs = ships.wait_until(are_done(1))
    assert_stages(runs)


@pytest.mark.slow
def test_a_worker_warns_of_a_redis_that_may_throw_messages_away(
    light_place: Place, redis_server: RedisServer
) -> None:
    redis_server.configure("maxmemory-policy", "allkeys-lru")
    try:
        with working(light_place, light_place.world(), redis_server.url) as (ships, processes):
            queued(ships, "--pull-only")
            ships.wait_until(is_read)
            assert_living(processes)
    finally:
        redis_server.configure("maxmemory-policy", "noeviction")
    log = (ships.settings.data_dir / "doisoat.log").read_text(encoding="utf-8")
    (warning,) = [line for line in map(json.loads, log.splitlines()) if is_warning(line)]
    assert (warning["topic"], warning["found"]) == ("eviction", "allkeys-lru")


def is_read(runs: list[SyncRun]) -> bool:
    return [run.state for run in runs if run.stage == "pull"] == [RunState.COMPLETE]


def is_warning(line: dict[str, Any]) -> bool:
    return bool(line["event"] == "broker_unfit")
