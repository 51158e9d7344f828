"""Runs: one at a time for a source, resumed by whoever comes next, fenced against the dead."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from models.source import SyncRun
from models.types import RunState, Side, Trigger
from tests.stores import rows_of
from worker.db import runs, sources
from worker.db.runs import LEASE, RESUMABLE_FOR, Run, RunRequest
from worker.errors import DoisoatError, NotFoundError, RunError, UpstreamUnavailable

NOW = datetime(2024, 7, 24, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)

Alive = Callable[[str], bool | None]


def dead(_owner: str) -> bool | None:
    return False


def alive(_owner: str) -> bool | None:
    return True


def far_away(_owner: str) -> bool | None:
    return None


@dataclass
class Runs:
    """Claims of one source."""

    engine: Engine
    source_id: int

    def claim(
        self,
        now: datetime = NOW,
        is_alive: Alive = dead,
        *,
        owner: str = "here:1",
        full: bool = False,
        unit: str | None = None,
    ) -> Run:
        request = RunRequest(
            trigger=Trigger.OPERATOR, stage="pull", full=full, scope={"unit": unit}
        )
        with Session(self.engine) as session, session.begin():
            return runs.claim(
                session, self.source_id, request, owner=owner, is_alive=is_alive, now=now
            )

    def finish(
        self, run: Run, state: RunState, now: datetime = NOW, error: DoisoatError | None = None
    ) -> None:
        with Session(self.engine) as session, session.begin():
            runs.finish(session, run, state, now, error)

    def save(self, run: Run, now: datetime = NOW) -> None:
        with Session(self.engine) as session, session.begin():
            runs.save(session, run, now)

    def states(self) -> list[RunState]:
        found = sorted(rows_of(self.engine, SyncRun), key=lambda run: run.id or 0)
        return [run.state for run in found]


@pytest.fixture
def source(engine: Engine) -> Runs:
    with Session(engine) as session, session.begin():
        key = sources.ensure_source(
            session, name="tinh", side=Side.PROVINCE, kind="opencps", rule="opencps_month"
        )
    return Runs(engine, key)


def test_a_run_of_a_living_process_is_left_alone(source: Runs) -> None:
    held = source.claim()
    with pytest.raises(RunError) as refused:
        source.claim(NOW + LEASE - SECOND, alive, owner="here:2")
    assert refused.value.values == {"run": held.id, "source": "tinh"}
    assert source.states() == [RunState.RUNNING]


def test_a_living_process_that_gives_no_sign_of_life_loses_its_run_after_the_lease(
    source: Runs,
) -> None:
    stopped = source.claim()
    second = source.claim(NOW + LEASE, alive, owner="here:2")
    assert second.id == stopped.id
    with pytest.raises(RunError):
        source.save(stopped, NOW + LEASE)


def test_a_run_of_a_dead_process_goes_on_under_a_higher_fence(source: Runs) -> None:
    first = source.claim()
    first.checkpoint["at"] = 7
    first.count("pages", 3)
    source.save(first)
    second = source.claim(NOW + SECOND, dead, owner="here:2")
    assert (second.id, second.fence, second.resumed) == (first.id, first.fence + 1, True)
    assert (second.checkpoint, second.counts) == ({"at": 7}, {"pages": 3})
    with pytest.raises(RunError):
        source.save(first)
    with pytest.raises(RunError):
        source.finish(first, RunState.COMPLETE)
    source.save(second)
    third = source.claim(NOW + SECOND, dead, owner="here:3")
    assert third.fence == second.fence + 1


def test_a_run_on_another_machine_is_held_for_its_lease(source: Runs) -> None:
    first = source.claim()
    source.save(first, NOW + LEASE / 2)
    with pytest.raises(RunError):
        source.claim(NOW + LEASE, far_away)
    taken = source.claim(NOW + LEASE * 1.5 + SECOND, far_away)
    assert (taken.id, taken.fence) == (first.id, first.fence + 1)


@pytest.mark.parametrize("change", [{"full": True}, {"unit": "H99.01"}])
def test_an_unfinished_run_that_asked_for_something_else_is_given_up(
    source: Runs, change: dict[str, object]
) -> None:
    first = source.claim()
    source.finish(first, RunState.INTERRUPTED)
    second = source.claim(NOW + SECOND, **change)  # type: ignore[arg-type]
    assert (second.id != first.id, second.resumed) == (True, False)
    assert source.states() == [RunState.INCOMPLETE, RunState.RUNNING]


def test_an_unfinished_run_is_resumed_for_some_hours_only(source: Runs) -> None:
    first = source.claim()
    source.finish(first, RunState.INTERRUPTED)
    again = source.claim(NOW + RESUMABLE_FOR - SECOND)
    assert again.id == first.id
    source.finish(again, RunState.INTERRUPTED, NOW)
    assert source.claim(NOW + RESUMABLE_FOR).id != first.id


@pytest.mark.parametrize("state", [RunState.COMPLETE, RunState.INCOMPLETE, RunState.FAILED])
def test_a_finished_run_is_followed_by_a_new_one(source: Runs, state: RunState) -> None:
    first = source.claim()
    source.finish(first, state)
    assert source.claim().id != first.id


def test_a_run_keeps_what_it_ended_with_until_it_goes_on(source: Runs) -> None:
    error = UpstreamUnavailable("upstream_unavailable", source="tinh", detail="HTTP 503")
    run = source.claim()
    source.finish(run, RunState.INTERRUPTED, NOW, error)
    with Session(source.engine) as session:
        kept = runs.error_of(session, run.id)
    assert kept is not None
    assert (kept.key, kept.values) == (error.key, error.values)
    again = source.claim()
    (row,) = rows_of(source.engine, SyncRun)
    assert (row.error, row.ended_at, row.state) == (None, None, RunState.RUNNING)
    assert again.id == run.id


def test_many_who_claim_at_once_get_one_run(source: Runs) -> None:
    ready = threading.Barrier(4)
    got: list[Run] = []
    refused: list[Exception] = []

    def claim(owner: str) -> None:
        ready.wait()
        try:
            got.append(source.claim(NOW, alive, owner=owner))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is looked at below
            refused.append(error)

    threads = [threading.Thread(target=claim, args=(f"here:{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [type(error) for error in refused] == [RunError] * 3
    assert len(got) == 1
    assert source.states() == [RunState.RUNNING]


def test_the_newest_run_is_found_by_its_state(source: Runs) -> None:
    for state in (RunState.COMPLETE, RunState.INCOMPLETE, RunState.FAILED):
        source.finish(source.claim(), state)
    with Session(source.engine) as session:
        last = runs.last_run(session, source.source_id)
        complete = runs.last_run(session, source.source_id, RunState.COMPLETE)
        total, listed = runs.list_runs(session, 2)
        none = runs.list_runs(session, 2, "cong")
    assert (last and last.state, complete and complete.id) == (RunState.FAILED, 1)
    assert (total, [each.id for each in listed]) == (3, [3, 2])
    assert none == (0, [])


def test_an_unknown_source_has_no_number(engine: Engine) -> None:
    with Session(engine) as session, pytest.raises(NotFoundError):
        sources.source_id(session, "khong-co")
