"""kill -9 at any instant: nothing is lost, nothing counted twice, the run goes on."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest

from models.dossier import DossierRecord, LookupAnswer
from models.source import CallBudget, Quarantine, SyncRun
from models.types import RunState
from tests.levers import calls_at
from tests.places import Place, connected, journey, reported, serving
from tests.stores import rows_of
from tests.truths import assert_exact
from worker.errors import RunError
from worker.settings.model import Settings

_PROGRAM = Path(__file__).parents[1] / "traveller.py"
_SEEDS = [1]
_MANY = list(range(10, 34))


@contextmanager
def traveller(place: Place, *manner: str) -> Iterator[subprocess.Popen[str]]:
    """A journey in another process; killed at the end if it still lives."""
    command = [sys.executable, str(_PROGRAM), str(place.folder / "doisoat.toml"), *manner]
    process = subprocess.Popen(  # noqa: S603 - our own program
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def kill_somewhere(place: Place, rng: Random) -> bool:
    """Kill a journey some steps from its start; whether it came to its end before."""
    with traveller(place) as process:
        assert process.stdout is not None
        for _ in range(rng.randrange(1, 9)):
            if process.stdout.readline().startswith("done"):
                return True
        time.sleep(rng.random() * 0.05)
        process.kill()
        return False


def runs_of(settings: Settings) -> list[SyncRun]:
    with connected(settings) as engine:
        return sorted(rows_of(engine, SyncRun), key=lambda run: run.id or 0)


def assert_nothing_twice(settings: Settings) -> None:
    with connected(settings) as engine:
        records = [(each.source_id, each.external_id) for each in rows_of(engine, DossierRecord)]
        answers = [(each.source_id, each.code) for each in rows_of(engine, LookupAnswer)]
        broken = [(each.source_id, each.row) for each in rows_of(engine, Quarantine)]
    for rows in (records, answers, broken):
        assert len(rows) == len(set(rows))


def survive(place: Place, seed: int, kills: int) -> None:
    rng = Random(seed)  # noqa: S311 - not for secrets
    world = place.world(dossiers=600, seed=seed, broken=6)
    with serving(world) as at:
        settings = place.configure(at)
        done = [kill_somewhere(place, rng) for _ in range(kills)]
        assert not all(done)
        finished = journey(settings)
        calls = calls_at(at.adapter_url)["/mapi/g"]
        assert_exact(reported(finished), world, published=False)
    assert finished.is_complete
    assert_nothing_twice(settings)
    with connected(settings) as engine:
        booked = sum(each.used for each in rows_of(engine, CallBudget))
    assert booked >= calls
    unfinished = (RunState.RUNNING, RunState.INTERRUPTED)
    assert not [run for run in runs_of(settings) if run.state in unfinished]


@pytest.mark.parametrize("seed", _SEEDS)
def test_a_killed_journey_loses_and_doubles_nothing(place: Place, seed: int) -> None:
    survive(place, seed, kills=3)


@pytest.mark.slow
@pytest.mark.parametrize("seed", _MANY)
def test_however_often_it_is_killed(place: Place, seed: int) -> None:
    survive(place, seed, kills=6)


def test_a_killed_run_is_resumed_under_its_own_number(place: Place) -> None:
    world = place.world(dossiers=600)
    with serving(world) as at:
        settings = place.configure(at)
        with traveller(place) as process:
            assert process.stdout is not None
            while not process.stdout.readline().startswith("look_up"):
                pass
            process.kill()
        (pulled, killed) = runs_of(settings)
        assert (pulled.state, killed.state) == (RunState.COMPLETE, RunState.RUNNING)
        asked = calls_at(at.adapter_url)["/mapi/g"]
        assert_exact(reported(journey(settings)), world, published=False)
        again = calls_at(at.adapter_url)["/mapi/g"] - asked
    resumed = next(run for run in runs_of(settings) if run.id == killed.id)
    assert (resumed.state, resumed.fence) == (RunState.COMPLETE, killed.fence + 1)
    read = [run.stage for run in runs_of(settings) if run.source_id is not None]
    assert read == ["pull", "look_up", "pull"]
    assert again < len(world.home_rows())


@pytest.mark.slow
def test_two_processes_at_once_are_one_run(place: Place) -> None:
    world = place.world()
    with serving(world) as at:
        settings = place.configure(at)
        with traveller(place, "wait") as first:
            assert first.stdout is not None
            assert first.stdin is not None
            while not first.stdout.readline().startswith("pull"):
                pass
            with pytest.raises(RunError) as refused:
                journey(settings)
            first.stdin.write("\n")
            first.stdin.flush()
            assert list(first.stdout)[-1] == "done complete complete\n"
        assert refused.value.key == "run_active"
        assert refused.value.values["source"] == "tinh"
        assert_exact(reported(journey(settings)), world, published=False)
    assert len([run for run in runs_of(settings) if run.source_id is not None]) == 4
