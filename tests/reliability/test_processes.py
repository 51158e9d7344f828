"""Workers and beat that are killed, stopped, woken and doubled while they work."""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from random import Random
from time import monotonic, sleep

import pytest

from models.dossier import DossierRecord
from models.source import Sighting, SyncRun
from models.types import RunState
from tests.fleet import Fleet, Process, fleet, freeze, kill, thaw
from tests.flows.test_kills import assert_nothing_twice
from tests.places import AS_OF, Place, by_hand, connected, opened, serving
from tests.redis_server import RedisServer
from tests.stores import rows_of
from tests.truths import assert_exact
from worker.journey import Wish, queue_sync
from worker.settings.load import load_settings
from worker.settings.model import Settings
from worker.simulator.faults import Fault, FaultPlan
from worker.simulator.server import SimulatedEndpoints
from worker.simulator.world import World
from worker.tasks.announce import announce
from worker.tasks.app import SWEEP, celery_app

# Every page takes its time, so that there is an instant to break in.
SLOW = FaultPlan(shares={Fault.HANG: 1.0}, hang_seconds=0.4)
# And one in which many others can do something, on a busy machine too.
VERY_SLOW = FaultPlan(shares={Fault.HANG: 1.0}, hang_seconds=1.2)
# Slow enough to see what goes on at once.
_HARDLY_SLOW = FaultPlan(latency_seconds=0.15)
_OVER = (RunState.COMPLETE, RunState.INCOMPLETE, RunState.FAILED, RunState.CANCELLED)
_SHORT_LEASE = '[runs]\nlease = "3s"\n'
_NO_SCHEDULE = "".join(
    f"[schedule.{name}]\nenabled = false\n" for name in ("sync", "nightly", "prune")
)
_CLICKS = 20

Runs = Sequence[SyncRun]


@contextmanager
def site(
    place: Place,
    world: World,
    faults: FaultPlan = SLOW,
    environment: Mapping[str, str] | None = None,
    **settings: object,
) -> Iterator[Fleet]:
    """Upstreams, and processes that are to read them."""
    with serving(world, faults, FaultPlan()) as at:
        configured = configure(place, at, environment, **settings)
        with opened(configured):
            # The store is there before anybody looks into it.
            pass
        with fleet(place.folder, configured, environment) as found:
            yield found


def configure(
    place: Place, at: SimulatedEndpoints, environment: Mapping[str, str] | None, **more: object
) -> Settings:
    place.configure(at, **more)  # type: ignore[arg-type]
    file = place.folder / "doisoat.toml"
    return load_settings(file, environment=environment or {}, working_folder=place.folder)


def click(settings: Settings, wish: Wish | None = None) -> tuple[int, ...]:
    """What ``doisoat sync`` does."""
    with opened(settings) as services:
        ids = queue_sync(services, wish or Wish())
        announce(services, ids)
    return ids


def ring(settings: Settings) -> None:
    """What beat does every few seconds."""
    app = celery_app(settings)
    app.send_task(SWEEP)
    app.close()


def run_of(runs: Runs, stage: str) -> SyncRun | None:
    return next((run for run in runs if run.stage == stage), None)


def is_at(stage: str, count: str) -> Callable[[Runs], bool]:
    """Whether the first run of a stage is under way and has counted something."""

    def holds(runs: Runs) -> bool:
        run = run_of(runs, stage)
        return run is not None and run.state is RunState.RUNNING and bool(run.counts.get(count))

    return holds


def is_over(*stages: str) -> Callable[[Runs], bool]:
    """Whether runs of these stages, and all others, have ended."""

    def holds(runs: Runs) -> bool:
        ended = all(run.state in _OVER for run in runs)
        return ended and set(stages) <= {run.stage for run in runs}

    return holds


def assert_whole(fleet: Fleet, world: World) -> None:
    """Everything that was planted is found, and nothing is there twice."""
    assert_exact(by_hand(fleet.settings, AS_OF), world, published=False)
    assert_nothing_twice(fleet.settings)
    with connected(fleet.settings) as engine:
        assert rows_of(engine, Sighting) == []


def survive_two_kills(fleet: Fleet, world: World) -> None:
    first = fleet.worker()
    click(fleet.settings)
    pulled = fleet.wait_until(is_at("pull", "pages"))
    kill(first)
    fleet.hasten()
    second = fleet.worker()
    ring(fleet.settings)
    asked = fleet.wait_until(is_at("look_up", "looked_up"))
    kill(second)
    fleet.worker()
    ring(fleet.settings)
    done = fleet.wait_until(is_over("measure"))
    for before, stage in ((pulled, "pull"), (asked, "look_up")):
        broken, whole = run_of(before, stage), run_of(done, stage)
        assert broken is not None
        assert whole is not None
        assert (whole.id, whole.state, whole.fence) == (broken.id, RunState.COMPLETE, 2)
    assert_whole(fleet, world)


def test_workers_killed_while_they_read_lose_and_double_nothing(light_place: Place) -> None:
    world = light_place.world(dossiers=600)
    with site(light_place, world, lookups_per_second=120) as found:
        survive_two_kills(found, world)


@pytest.mark.slow
def test_workers_killed_over_redis_and_either_database_lose_and_double_nothing(
    place: Place, redis_server: RedisServer
) -> None:
    world = place.world(dossiers=600)
    broker = {"DOISOAT_BROKER_URL": redis_server.url}
    with site(place, world, environment=broker, lookups_per_second=120) as found:
        survive_two_kills(found, world)


@pytest.mark.slow
def test_a_worker_that_is_told_to_stop_gives_its_run_back(light_place: Place) -> None:
    world = light_place.world(dossiers=600)
    with site(light_place, world) as found:
        first = found.worker()
        click(found.settings, Wish(pull_only=True))
        found.wait_until(is_at("pull", "pages"))
        first.terminate()
        assert first.wait(20) == 0
        (given_back,) = found.runs()
        assert (given_back.state, given_back.owner, given_back.stop) == (RunState.QUEUED, "", None)
        assert given_back.checkpoint["pass"]["offset"] > 0
        found.worker()
        ring(found.settings)
        runs = found.wait_until(is_over("look_up"))
        resumed = run_of(runs, "pull")
        assert resumed is not None
        assert (resumed.id, resumed.state, resumed.fence) == (given_back.id, RunState.COMPLETE, 2)
        assert resumed.counts["rows"] == resumed.counts["new"] == len(world.home_rows())


def oversleep(fleet: Fleet, world: World) -> None:
    """A worker stopped past its lease loses its run, and can't write when it wakes up."""
    sleeper = fleet.worker(concurrency=1)
    click(fleet.settings, Wish(pull_only=True, source="tinh"))
    fleet.wait_until(is_at("pull", "pages"))
    freeze(sleeper)
    (before,) = fleet.runs()
    sleep(3)
    fleet.worker(concurrency=1)
    ring(fleet.settings)
    fleet.wait_until(lambda runs: runs[0].fence == before.fence + 1)
    thaw(sleeper)
    run = run_of(fleet.wait_until(is_over("pull")), "pull")
    assert run is not None
    assert (run.state, run.fence) == (RunState.COMPLETE, before.fence + 1)
    assert run.owner != before.owner
    assert run.counts["rows"] == run.counts["new"] == len(world.home_rows())
    wait_for_log(fleet, "run_taken_over")
    with connected(fleet.settings) as engine:
        assert len(rows_of(engine, DossierRecord)) == len(world.home_rows())
    assert fleet.runs()[0].ended_at == run.ended_at


def wait_for_log(fleet: Fleet, event: str) -> None:
    """Wait until some process has said so."""
    until = monotonic() + 60
    while event not in fleet.settings.data_dir.joinpath("doisoat.log").read_text("utf-8"):
        assert monotonic() < until, fleet.logs()
        sleep(0.1)


def test_a_worker_that_oversleeps_its_lease_is_replaced_and_refused(light_place: Place) -> None:
    world = light_place.world(dossiers=600)
    with site(light_place, world, now=None, more=_SHORT_LEASE + _NO_SCHEDULE) as found:
        oversleep(found, world)


@pytest.mark.slow
def test_a_worker_that_oversleeps_is_replaced_on_either_database(place: Place) -> None:
    world = place.world(dossiers=600)
    with site(place, world, now=None, more=_SHORT_LEASE + _NO_SCHEDULE) as found:
        oversleep(found, world)


def test_two_beats_and_twenty_clicks_make_one_run_and_one_behind_it(light_place: Place) -> None:
    world = light_place.world(dossiers=600)
    with site(light_place, world, VERY_SLOW) as found:
        found.worker()
        found.beat()
        found.beat()
        found.wait_until(is_at("pull", "pages"))
        with ThreadPoolExecutor(_CLICKS) as pool:
            got = list(pool.map(lambda _: click(found.settings), range(_CLICKS)))
        assert len(set(got)) == 1
        found.hasten(_HARDLY_SLOW)
        most: Counter[int | None] = Counter()

        def both_are_read(runs: Runs) -> bool:
            going = Counter(run.source_id for run in runs if run.state is RunState.RUNNING)
            most.update({key: max(0, n - most[key]) for key, n in going.items()})
            return [run.state for run in runs if run.stage == "pull"] == [RunState.COMPLETE] * 2

        def is_done(runs: Runs) -> bool:
            both_are_read(runs)
            return is_over("measure")(runs)

        found.wait_until(both_are_read)
        # What waited for the second is found by the next round, whoever begins it.
        ring(found.settings)
        runs = found.wait_until(is_done)
        assert set(most.values()) == {1}
        pulls = [run for run in runs if run.stage == "pull"]
        assert [run.state for run in pulls] == [RunState.COMPLETE] * 2
        assert [run.fence for run in pulls] == [1, 1]
        assert_whole(found, world)


@pytest.mark.slow
def test_messages_that_come_again_and_again_are_one_run(light_place: Place) -> None:
    world = light_place.world(dossiers=60)
    with site(light_place, world, FaultPlan()) as found:
        with opened(found.settings) as services:
            ids = queue_sync(services, Wish())
            for _ in range(5):
                announce(services, ids)
        found.worker()
        runs = found.wait_until(is_over("measure"))
        assert {run.fence for run in runs} == {1}
        assert Counter(run.stage for run in runs).most_common(1)[0][1] == 1
        assert_whole(found, world)


@pytest.mark.slow
def test_what_was_told_of_is_found_when_the_messages_are_wiped(light_place: Place) -> None:
    world = light_place.world(dossiers=60)
    with site(light_place, world, FaultPlan(), now=None) as found:
        click(found.settings, Wish(pull_only=True))
        broker = found.settings.data_dir / "broker"
        assert list((broker / "messages").iterdir())
        shutil.rmtree(broker)
        found.worker()
        found.beat()
        sleep(5)
        shutil.rmtree(broker)
        runs = found.wait_until(is_over("pull", "look_up"))
        assert {run.state for run in runs if run.stage == "pull"} == {RunState.COMPLETE}


def survive_anything(fleet: Fleet, world: World, seed: int, seconds: float) -> None:
    rng = Random(seed)  # noqa: S311 - not for secrets
    makes: list[Callable[[], Process]] = [fleet.worker, fleet.worker, fleet.beat]
    crew = [make() for make in makes]
    until = monotonic() + seconds
    while monotonic() < until:
        click(fleet.settings, Wish(full=rng.random() < 0.5))
        sleep(rng.uniform(1, 6))
        number = rng.randrange(len(crew))
        kill(crew[number])
        crew[number] = makes[number]()
    click(fleet.settings, Wish(full=True))
    runs = fleet.wait_until(is_over("measure"), patience=240)
    assert not [run for run in runs if run.state is RunState.FAILED]
    assert_whole(fleet, world)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_is_killed_whenever_the_truth_comes_out(place: Place, seed: int) -> None:
    world = place.world(dossiers=600, seed=seed)
    with site(place, world, lookups_per_second=100) as found:
        survive_anything(found, world, seed, seconds=60)


@pytest.mark.slow
def test_no_child_outlives_a_killed_worker(light_place: Place) -> None:
    world = light_place.world(dossiers=600)
    with site(light_place, world, more=_NO_SCHEDULE) as found:
        worker = found.worker(concurrency=1)
        click(found.settings, Wish(pull_only=True, source="tinh"))
        found.wait_until(is_at("pull", "pages"))
        child = int(found.runs()[0].owner.rpartition(":")[2])
        worker.kill()
        worker.wait()
        until = monotonic() + 20
        while is_there(child):
            assert monotonic() < until
            sleep(0.1)
        found.worker(concurrency=1)
        ring(found.settings)
        run = run_of(found.wait_until(is_over("pull")), "pull")
        assert run is not None
        assert (run.state, run.fence) == (RunState.COMPLETE, 2)


def is_there(process: int) -> bool:
    """Whether a process runs; one that waits for its end to be noticed doesn't."""
    status = Path(f"/proc/{process}/stat")
    try:
        return status.read_text("utf-8").rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
