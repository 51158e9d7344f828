"""``doisoat up``: everything on one machine by one command, and nothing left of it afterwards."""

import os
import signal
import subprocess
from pathlib import Path
from time import monotonic, sleep

import pytest

from models.types import RunState
from tests.fleet import Fleet, Process
from tests.places import Place
from tests.redis_server import free_port
from tests.reliability.test_processes import assert_whole, is_over, is_there, site
from worker.simulator.faults import NO_FAULTS

_MEMBERS = 4
_PATIENCE = 60


def console() -> str:
    """A port of its own for the console."""
    return f"[console]\nport = {free_port()}\n"


def children_of(process: int) -> list[int]:
    told = Path(f"/proc/{process}/task/{process}/children")
    try:
        return [int(each) for each in told.read_text("utf-8").split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def family_of(process: int) -> set[int]:
    """A process and all that came of it."""
    return {process}.union(*(family_of(each) for each in children_of(process)))


def assert_gone(family: set[int], patience: float = _PATIENCE) -> None:
    until = monotonic() + patience
    while left := [each for each in family if is_there(each)]:
        assert monotonic() < until, left
        sleep(0.1)


def whole_family(up: Process) -> set[int]:
    """Wait until every member has come up; all processes then."""
    until = monotonic() + _PATIENCE
    while len(children_of(up.pid)) < _MEMBERS:
        assert monotonic() < until
        sleep(0.1)
    return family_of(up.pid)


def restarted(up: Process, member: int) -> None:
    """Kill a member and wait until another one is there in its place."""
    before = set(children_of(up.pid))
    os.kill(member, signal.SIGKILL)
    until = monotonic() + _PATIENCE
    while len(set(children_of(up.pid)) - {member}) < _MEMBERS:
        assert monotonic() < until
        sleep(0.1)
    assert set(children_of(up.pid)) != before


def end(fleet: Fleet, up: Process) -> None:
    family = family_of(up.pid)
    up.terminate()
    try:
        assert up.wait(20) == 0
    except subprocess.TimeoutExpired:
        raise AssertionError(fleet.logs()) from None
    assert_gone(family, patience=2)


def test_one_command_does_the_whole_job_by_itself(light_place: Place) -> None:
    world = light_place.world(dossiers=60)
    with site(light_place, world, NO_FAULTS, more=console()) as found:
        up = found.start("up")
        runs = found.wait_until(is_over("measure"))
        assert {run.state for run in runs} == {RunState.COMPLETE}
        assert [run.slot is not None for run in runs if run.stage == "pull"] == [True]
        restarted(up, children_of(up.pid)[0])
        end(found, up)
        assert_whole(found, world)


@pytest.mark.slow
def test_nothing_outlives_one_that_was_killed_itself(light_place: Place) -> None:
    world = light_place.world(dossiers=60)
    with site(light_place, world, NO_FAULTS, more=console()) as found:
        up = found.start("up")
        found.wait_until(is_over("measure"))
        family = whole_family(up)
        os.kill(up.pid, signal.SIGKILL)
        up.wait()
        assert_gone(family - {up.pid})
