"""Whatever is done to the queue in whatever order: one run a source at a time, and none is lost."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import Engine
from typing_extensions import override

from models.source import SyncRun
from models.types import RunState
from tests.db.conftest import emptied
from tests.queues import LEASE, NOW, Queue
from worker.db.queue import ANNOUNCED_FOR
from worker.db.runs import Run
from worker.errors import RunError
from worker.flow import Stage

PROCESSES = st.sampled_from(["one", "two", "three"])
STAGES = st.sampled_from([Stage.PULL, Stage.LOOK_UP, Stage.LINK, Stage.RECONCILE])
WISHES = st.sampled_from([{}, {"full": True}])
ENDS = st.sampled_from([RunState.COMPLETE, RunState.INCOMPLETE, RunState.FAILED])
NOTHING = Run(id=0, source_id=0, fence=0, started_at=NOW, resumed=False, checkpoint={}, counts={})
OVER = (RunState.COMPLETE, RunState.INCOMPLETE, RunState.FAILED, RunState.CANCELLED)
ENDED = (*OVER, RunState.INTERRUPTED)


class QueueMachine(RuleBasedStateMachine):
    """``held`` is what processes believe to have in their hands."""

    engine: Engine

    def __init__(self) -> None:
        super().__init__()
        self.queue = Queue(emptied(self.engine))
        self.held: dict[str, Run] = {}
        self.born = 0
        self.names = {name: name for name in ("one", "two", "three")}

    @rule(stage=STAGES, wish=WISHES)
    def ask(self, stage: Stage, wish: dict[str, bool]) -> None:
        key = self.queue.must_put(self.queue.order(stage, wish=wish))
        row = self.queue.row(key)
        assert row.state is RunState.QUEUED
        alike = [
            each
            for each in self.queue.rows()
            if each.state is RunState.QUEUED
            and (each.stage, each.wish) == (row.stage, row.wish)
            and each.fence == 0
        ]
        assert len(alike) <= 1

    @rule(process=PROCESSES, number=st.integers(0, 20))
    def take(self, process: str, number: int) -> None:
        rows = self.queue.rows()
        if rows and process not in self.held:
            row = rows[number % len(rows)]
            before = row.fence
            run = self.queue.take(row.id or 0, self.names[process])
            if run is not None:
                assert run.fence == before + 1
                self.held[process] = run

    @rule(process=PROCESSES)
    def save(self, process: str) -> None:
        with self.belief(process) as run:
            self.queue.save(run)

    @rule(process=PROCESSES, state=ENDS)
    def finish(self, process: str, state: RunState) -> None:
        with self.belief(process) as run:
            self.queue.finish(run, state)
        self.held.pop(process, None)

    @rule(process=PROCESSES)
    def interrupt(self, process: str) -> None:
        with self.belief(process) as run:
            self.queue.finish(run, RunState.INTERRUPTED)
        self.held.pop(process, None)

    @rule(process=PROCESSES)
    def release(self, process: str) -> None:
        run = self.held.pop(process, None)
        if run is not None:
            self.queue.release(run)

    @rule(process=PROCESSES)
    def die(self, process: str) -> None:
        self.queue.dead.add(self.names[process])
        self.born += 1
        self.names[process] = f"{process} {self.born}"
        self.held.pop(process, None)

    @rule(number=st.integers(0, 20))
    def cancel(self, number: int) -> None:
        rows = self.queue.rows()
        if rows:
            row = rows[number % len(rows)]
            assert self.queue.cancel(row.id or 0) != (row.state in OVER)

    @rule(by=st.sampled_from([timedelta(seconds=20), ANNOUNCED_FOR, LEASE]))
    def wait(self, by: timedelta) -> None:
        self.queue.pass_time(by)

    @rule()
    def tell(self) -> None:
        self.queue.tell(*self.queue.due())

    @contextmanager
    def belief(self, process: str) -> Iterator[Run]:
        """What a process does with its run is refused where another one has that by now."""
        run = self.held.get(process, NOTHING)
        if (run.id, run.fence) not in [(row.id, row.fence) for row in self.queue.rows()]:
            with pytest.raises(RunError):
                yield run
            return
        yield run

    @invariant()
    def one_run_a_source_and_one_computation(self) -> None:
        running = [row for row in self.queue.rows() if row.state is RunState.RUNNING]
        places = [row.source_id for row in running]
        assert len(places) == len(set(places))
        for row in running:
            if row.source_id is not None:
                assert self.queue.holder(row.source_id) == row.id

    @invariant()
    def none_is_lost(self) -> None:
        """What has not ended is in living hands, or offered as soon as messages must be lost.

        Or it waits behind something that is.
        """
        now = self.queue.now
        self.queue.now = now + ANNOUNCED_FOR
        offered = set(self.queue.due())
        self.queue.now = now
        going_on = [row for row in self.queue.rows() if row.state not in ENDED]
        moved = [row for row in going_on if row.id in offered or self.is_in_living_hands(row)]
        places = {row.source_id for row in moved}
        assert all(row.source_id in places for row in going_on)
        assert all(row in moved for row in going_on if row.state is not RunState.QUEUED)

    def is_in_living_hands(self, row: SyncRun) -> bool:
        return row.state is RunState.RUNNING and row.owner not in self.queue.dead

    @override
    def teardown(self) -> None:
        """All that waits can be done, one after the other."""
        self.queue.dead |= set(self.names.values())
        for _ in range(200):
            taken = [self.queue.take(key, "the last") for key in self.queue.due()]
            run = next((each for each in taken if each is not None), None)
            for each in filter(None, taken):
                self.queue.finish(each)
            if run is None:
                self.queue.pass_time(ANNOUNCED_FOR)
            if all(row.state in ENDED for row in self.queue.rows()):
                return
        raise AssertionError([(row.id, row.stage, row.state) for row in self.queue.rows()])


def test_the_queue_keeps_its_promises(lasting_engine: Engine) -> None:
    machine = type("Machine", (QueueMachine,), {"engine": lasting_engine})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=12,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
