"""The queue: what is asked for waits once, is never lost, and can be stopped."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import TypeVar

import pytest
from sqlmodel import Session

from models.types import RunState, RunStop
from tests.queues import LEASE, SECOND, Queue
from worker.db import queue as steps
from worker.db import runs
from worker.db.queue import ANNOUNCED_FOR
from worker.db.runs import RESUMABLE_FOR
from worker.errors import RunError, RunStopped
from worker.flow import Stage

MANY = 8
Result = TypeVar("Result")


def all_at_once(acts: Sequence[Callable[[], Result]]) -> list[Result]:
    """What several threads get that begin at the same instant."""
    ready = Barrier(len(acts))

    def act(number: int) -> Result:
        ready.wait()
        return acts[number]()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(act, range(len(acts))))


def test_a_new_run_waits_with_all_that_is_known_of_it(queue: Queue) -> None:
    order = queue.order(wish={"full": True}, by="ca trực", reason="kiểm tra", slot="sync/1")
    row = queue.row(queue.must_put(order))
    assert (row.state, row.stage, row.fence) == (RunState.QUEUED, "pull", 0)
    assert (row.by, row.reason, row.slot) == ("ca trực", "kiểm tra", "sync/1")
    assert (row.wish, row.full, row.journey) == ({"full": True}, True, row.id)
    assert (row.queued_at, row.ended_at) == (queue.now, None)


def test_an_equal_run_that_waits_serves_the_new_order_too(queue: Queue) -> None:
    first = queue.put()
    queue.pass_time(SECOND)
    assert queue.put() == first
    assert queue.states() == [RunState.QUEUED]


def test_many_who_ask_for_the_same_at_once_get_one_run(queue: Queue) -> None:
    got = all_at_once([queue.elsewhere().put] * MANY)
    assert len(set(got)) == 1
    assert queue.states() == [RunState.QUEUED]


def test_many_who_ask_while_it_runs_get_one_run_behind_it(queue: Queue) -> None:
    running = queue.must_take(queue.must_put())
    got = all_at_once([queue.elsewhere().put] * MANY)
    assert len(set(got)) == 1
    assert set(got) != {running.id}
    assert queue.states() == [RunState.RUNNING, RunState.QUEUED]


def test_what_is_wished_for_afterwards_makes_no_other_run(queue: Queue) -> None:
    first = queue.put(queue.order(wish={"source": "tinh", "pull_only": True}))
    assert queue.put(queue.order()) == first
    assert queue.rows()[0].wish == {}


@pytest.mark.parametrize("wish", [{"full": True}, {"codes": ["a"]}, {"unit": "H99.01"}])
def test_what_asks_for_something_else_is_a_run_of_its_own(
    queue: Queue, wish: dict[str, object]
) -> None:
    orders = [queue.order(wish=wish), queue.order(), queue.order(Stage.LOOK_UP)]
    assert len({queue.put(order) for order in orders}) == 3
    assert queue.states() == [RunState.QUEUED] * 3


def test_a_run_that_is_being_cancelled_serves_nobody_else(queue: Queue) -> None:
    running = queue.must_take(queue.must_put())
    assert queue.cancel(running.id)
    assert queue.put(queue.order(reserved="two")) != running.id


def test_a_turn_is_taken_once(queue: Queue) -> None:
    first = queue.put(queue.order(slot="sync/1"))
    assert queue.put(queue.order(slot="sync/1")) is None
    run = queue.must_take(first or 0)
    queue.finish(run)
    assert queue.put(queue.order(slot="sync/1")) is None
    assert queue.states() == [RunState.COMPLETE]


def test_a_turn_is_taken_once_by_many_at_once(queue: Queue) -> None:
    running = queue.must_take(queue.must_put())
    wanted = queue.order(slot="sync/1")
    other = queue.elsewhere()
    got = all_at_once([lambda: other.put(wanted), *[lambda: queue.put(wanted)] * (MANY - 1)])
    assert sorted(got, key=str)[1:] == [None] * (MANY - 1)
    assert len(queue.rows()) == 2
    assert running.id not in got


def test_turns_and_clicks_at_once_are_one_run(queue: Queue) -> None:
    turn, click = queue.order(slot="sync/1"), queue.order()
    acts = [lambda: queue.put(turn), lambda: queue.put(click)] * (MANY // 2)
    got = {key for key in all_at_once(acts) if key is not None}
    assert len(got) == 1
    assert [(row.slot, row.state) for row in queue.rows()] == [("sync/1", RunState.QUEUED)]


def test_a_run_that_waits_takes_the_turn_over(queue: Queue) -> None:
    first = queue.put()
    assert queue.put(queue.order(slot="sync/1")) == first
    assert queue.put(queue.order(slot="sync/1")) is None
    assert queue.put() == first
    assert queue.rows()[0].slot == "sync/1"


def test_an_interrupted_run_goes_on_for_the_next_who_asks(queue: Queue) -> None:
    run = queue.must_take(queue.must_put())
    run.checkpoint["at"] = 7
    queue.finish(run, RunState.INTERRUPTED)
    queue.pass_time(RESUMABLE_FOR - SECOND)
    assert queue.put() == run.id
    again = queue.must_take(run.id)
    assert (again.resumed, again.checkpoint, again.fence) == (True, {"at": 7}, 2)


def test_an_interrupted_run_is_too_old_after_some_hours(queue: Queue) -> None:
    run = queue.must_take(queue.must_put())
    queue.finish(run, RunState.INTERRUPTED)
    queue.pass_time(RESUMABLE_FOR)
    second = queue.must_put()
    assert second != run.id
    assert not queue.must_take(second).resumed
    assert queue.states() == [RunState.INCOMPLETE, RunState.RUNNING]


def test_one_that_waits_is_preferred_to_one_that_runs_again(queue: Queue) -> None:
    first = queue.must_take(queue.must_put())
    second = queue.must_put()
    queue.finish(first)
    taken = queue.must_take(second)
    third = queue.must_put()
    queue.release(taken)
    assert queue.must_take(second).resumed
    assert queue.put() == third
    assert queue.states() == [RunState.COMPLETE, RunState.RUNNING, RunState.QUEUED]


def test_runs_asked_for_together_are_one_journey(queue: Queue) -> None:
    first = queue.must_put()
    second = queue.must_put(queue.order(source=queue.ministry, journey=first))
    assert [row.journey for row in queue.rows()] == [first, first]
    assert queue.behind(first) == [first, second]


def test_a_run_that_waits_is_cancelled_at_once(queue: Queue) -> None:
    key = queue.must_put()
    assert queue.cancel(key)
    assert (queue.row(key).state, queue.row(key).ended_at) == (RunState.CANCELLED, queue.now)
    assert queue.take(key) is None
    assert queue.due() == []
    assert not queue.cancel(key)


def test_a_run_under_way_is_cancelled_at_its_next_step(queue: Queue) -> None:
    run = queue.must_take(queue.must_put())
    assert queue.cancel(run.id)
    assert (queue.row(run.id).state, queue.row(run.id).stop) == (RunState.RUNNING, RunStop.CANCEL)
    with pytest.raises(RunStopped) as stopped:
        queue.heed(run)
    assert stopped.value.key == "run_cancel"
    queue.give_up(run)
    assert (queue.row(run.id).state, queue.row(run.id).stop) == (RunState.CANCELLED, None)


def test_a_run_whose_process_is_gone_is_cancelled_at_once(queue: Queue) -> None:
    run = queue.must_take(queue.must_put())
    queue.dead.add("one")
    assert queue.cancel(run.id)
    assert queue.row(run.id).state is RunState.CANCELLED
    assert queue.take(run.id, "two") is None
    with pytest.raises(RunError):
        queue.save(run)
    queue.give_up(run)
    queue.release(run)
    assert queue.row(run.id).state is RunState.CANCELLED


def test_a_run_that_died_before_it_heard_that_it_is_cancelled_never_goes_on(queue: Queue) -> None:
    run = queue.must_take(queue.must_put())
    assert queue.cancel(run.id)
    queue.dead.add("one")
    assert queue.due() == [run.id]
    assert queue.take(run.id, "two") is None
    assert (queue.row(run.id).state, queue.row(run.id).stop) == (RunState.CANCELLED, None)
    assert queue.due() == []


def test_a_cancelled_run_that_ends_first_has_ended(queue: Queue) -> None:
    run = queue.must_take(queue.must_put())
    assert queue.cancel(run.id)
    queue.finish(run)
    assert (queue.row(run.id).state, queue.row(run.id).stop) == (RunState.COMPLETE, None)
    assert not queue.cancel(run.id)


@pytest.mark.parametrize("state", [RunState.COMPLETE, RunState.INCOMPLETE, RunState.FAILED])
def test_what_has_ended_is_neither_cancelled_nor_resumed(queue: Queue, state: RunState) -> None:
    run = queue.must_take(queue.must_put())
    queue.finish(run, state)
    assert not queue.cancel(run.id)
    assert not queue.resume(run.id)
    assert queue.states() == [state]


def test_an_interrupted_run_is_resumed_on_request_however_old(queue: Queue) -> None:
    run = queue.must_take(queue.must_put())
    run.checkpoint["at"] = 7
    queue.finish(run, RunState.INTERRUPTED)
    queue.pass_time(RESUMABLE_FOR * 2)
    assert queue.resume(run.id)
    assert queue.due() == [run.id]
    assert queue.must_take(run.id, "two").checkpoint == {"at": 7}


def test_whoever_was_told_of_a_run_is_given_a_minute(queue: Queue) -> None:
    key = queue.must_put()
    assert queue.due() == [key]
    queue.tell(key)
    assert queue.due() == []
    queue.pass_time(ANNOUNCED_FOR - SECOND)
    assert queue.due() == []
    queue.pass_time(SECOND)
    assert queue.due() == [key]


def test_a_run_that_nobody_will_take_up_after_all_is_told_of_at_once(queue: Queue) -> None:
    key = queue.must_put()
    queue.tell(key)
    with Session(queue.engine) as session, session.begin():
        steps.note_untold(session, key, queue.now)
    assert queue.due() == [key]


def test_being_told_of_a_run_under_way_is_no_sign_of_its_life(queue: Queue) -> None:
    run = queue.must_take(queue.must_put())
    queue.pass_time(LEASE - SECOND)
    queue.tell(run.id)
    queue.pass_time(SECOND)
    assert queue.due() == [run.id]


def test_what_a_dead_process_meant_to_do_itself_is_left_to_others(queue: Queue) -> None:
    key = queue.must_put(queue.order(reserved="one"))
    assert queue.take(key, "two") is None
    queue.dead.add("one")
    queue.pass_time(ANNOUNCED_FOR)
    assert queue.due("two") == [key]
    assert queue.must_take(key, "two").fence == 1


def test_what_a_dead_process_meant_to_do_itself_can_be_abandoned(queue: Queue) -> None:
    mine = queue.must_put(queue.order(reserved="one"))
    queue.put(queue.order(source=queue.ministry, reserved="two"))
    queue.put(queue.order(Stage.LOOK_UP))
    queue.dead.add("one")
    queue.abandon()
    assert queue.row(mine).state is RunState.CANCELLED
    assert queue.states() == [RunState.CANCELLED, RunState.QUEUED, RunState.QUEUED]


def test_what_was_begun_is_never_abandoned(queue: Queue) -> None:
    run = queue.must_take(queue.must_put(queue.order(reserved="one")))
    queue.dead.add("one")
    queue.abandon()
    assert queue.states() == [RunState.RUNNING]
    assert queue.due() == [run.id]


def test_a_cancelled_run_never_counts_as_a_reading(queue: Queue) -> None:
    done = queue.must_take(queue.must_put())
    queue.finish(done)
    queue.pass_time(timedelta(hours=1))
    stopped = queue.must_take(queue.must_put())
    queue.cancel(stopped.id)
    queue.give_up(stopped)
    queue.cancel(queue.must_put())
    with Session(queue.engine) as session:
        last = runs.last_run(session, queue.home, RunState.COMPLETE, RunState.INCOMPLETE)
        assert last is not None
        assert last.id == done.id


def test_one_that_waits_never_counts_as_a_reading(queue: Queue) -> None:
    queue.put()
    with Session(queue.engine) as session:
        assert runs.last_run(session, queue.home) is None


def test_a_run_for_named_dossiers_says_nothing_of_the_source(queue: Queue) -> None:
    run = queue.must_take(queue.must_put(queue.order(wish={"codes": ["a"]})))
    with Session(queue.engine) as session, session.begin():
        runs.begin_with(session, run, {"codes": ["a"]}, queue.now, full=False, partial=True)
    queue.finish(run)
    with Session(queue.engine) as session:
        assert runs.last_run(session, queue.home) is None


def test_runs_know_their_stages(queue: Queue) -> None:
    keys = [queue.must_put(), queue.must_put(queue.order(Stage.LINK))]
    with Session(queue.engine) as session:
        assert steps.stages_of(session, [*keys, 0]) == dict(
            zip(keys, ("pull", "link"), strict=True)
        )
