"""Taking runs up: one process a run, one run a source, one computation at a time."""

import pytest

from models.types import RunState, RunStop
from tests.db.test_queue import MANY, all_at_once
from tests.queues import LEASE, SECOND, Queue
from worker.db.taking import MOST_ATTEMPTS
from worker.errors import RunError, RunStopped
from worker.flow import Stage


def test_a_run_is_taken_up_once(queue: Queue) -> None:
    key = queue.must_put()
    run = queue.must_take(key)
    assert (run.fence, run.resumed, run.source_id) == (1, False, queue.home)
    assert queue.take(key, "two") is None
    queue.finish(run)
    assert queue.take(key, "two") is None
    assert queue.holder(queue.home) == key


def test_one_that_was_never_asked_for_is_not_taken_up(queue: Queue) -> None:
    assert queue.take(0) is None


def test_many_who_are_told_of_a_run_at_once_take_it_up_once(queue: Queue) -> None:
    key = queue.must_put()
    takers = [queue.elsewhere() for _ in range(MANY)]
    acts = [lambda n=n: takers[n].take(key, f"process {n}") for n in range(MANY)]
    got = [run for run in all_at_once(acts) if run is not None]
    assert [run.fence for run in got] == [1]
    assert queue.row(key).fence == 1


def test_two_runs_of_a_source_that_are_taken_up_at_once_begin_one_by_one(queue: Queue) -> None:
    keys = [queue.must_put(queue.order(wish={"codes": [str(n)]})) for n in range(MANY)]
    acts = [lambda n=n: queue.elsewhere().take(keys[n], f"process {n}") for n in range(MANY)]
    got = [run for run in all_at_once(acts) if run is not None]
    assert len(got) == 1
    assert queue.states().count(RunState.RUNNING) == 1
    assert queue.holder(queue.home) == got[0].id


def test_computations_that_are_taken_up_at_once_begin_one_by_one(queue: Queue) -> None:
    keys = [queue.must_put(queue.order(stage)) for stage in (Stage.LINK, Stage.RECONCILE)]
    acts = [lambda n=n: queue.elsewhere().take(keys[n], f"process {n}") for n in range(2)]
    got = [run for run in all_at_once(acts) if run is not None]
    assert len(got) == 1
    assert sorted(queue.states()) == [RunState.QUEUED, RunState.RUNNING]


def test_a_source_is_read_by_one_run_at_a_time(queue: Queue) -> None:
    first = queue.must_take(queue.must_put())
    second = queue.must_put()
    assert queue.take(second, "two") is None
    queue.must_take(queue.must_put(queue.order(source=queue.ministry)), "two")
    queue.finish(first)
    assert queue.behind(first.id) == [second]
    assert not queue.must_take(second, "two").resumed


def test_one_computation_at_a_time(queue: Queue) -> None:
    first = queue.must_take(queue.must_put(queue.order(Stage.LINK)))
    second = queue.must_put(queue.order(Stage.RECONCILE))
    assert queue.take(second, "two") is None
    queue.finish(first, RunState.FAILED)
    assert queue.behind(first.id) == [second]
    assert queue.must_take(second, "two").fence == 1


def test_a_look_up_waits_for_the_pulls_of_its_journey(queue: Queue) -> None:
    first = queue.must_put()
    other = queue.must_put(queue.order(source=queue.ministry, journey=first))
    look_up = queue.must_put(queue.order(Stage.LOOK_UP, journey=first))
    elsewhere = queue.must_put(queue.order(wish={"full": True}))
    assert queue.take(look_up) is None
    queue.finish(queue.must_take(first))
    assert queue.take(look_up) is None
    pull = queue.must_take(other)
    assert queue.take(look_up) is None
    queue.finish(pull, RunState.FAILED)
    assert look_up in queue.behind(other)
    assert queue.must_take(look_up).fence == 1
    assert queue.row(elsewhere).state is RunState.QUEUED


def test_what_can_not_begin_yet_is_offered_once_it_can(queue: Queue) -> None:
    first = queue.must_put()
    second = queue.must_put(queue.order(source=queue.ministry, journey=first))
    look_up = queue.must_put(queue.order(Stage.LOOK_UP, journey=first))
    assert queue.due() == queue.ready(first, second, look_up) == [first, second]
    run = queue.must_take(first)
    behind = queue.must_put(queue.order(wish={"full": True}))
    assert queue.due() == queue.ready(second, look_up, behind) == [second]
    queue.finish(run)
    assert queue.due() == queue.ready(second, look_up, behind) == [second, behind]
    queue.cancel(second)
    assert queue.due() == [look_up, behind]


def test_one_computation_is_offered_while_none_goes_on(queue: Queue) -> None:
    first, second = (queue.must_put(queue.order(each)) for each in (Stage.LINK, Stage.RECONCILE))
    assert queue.due() == queue.ready(first, second) == [first, second]
    run = queue.must_take(first)
    assert queue.due() == queue.ready(second) == []
    queue.dead.add("one")
    assert queue.due("two") == [first]
    queue.finish(run)
    assert queue.due() == queue.ready(second) == [second]


def test_a_look_up_doesn_t_wait_for_a_pull_that_was_cancelled(queue: Queue) -> None:
    first = queue.must_put()
    look_up = queue.must_put(queue.order(Stage.LOOK_UP, journey=first))
    assert queue.take(look_up) is None
    queue.cancel(first)
    assert queue.must_take(look_up).fence == 1


def test_a_dead_process_loses_its_run_at_once(queue: Queue) -> None:
    first = queue.must_take(queue.must_put())
    first.checkpoint["at"] = 7
    queue.save(first)
    assert queue.due("two") == []
    queue.dead.add("one")
    assert queue.due("two") == [first.id]
    second = queue.must_take(first.id, "two")
    assert (second.fence, second.resumed, second.checkpoint) == (2, True, {"at": 7})
    assert queue.row(first.id).owner == "two"
    assert queue.row(first.id).started_at == first.started_at


@pytest.mark.parametrize("where", ["here", "far away"])
def test_a_silent_process_loses_its_run_after_the_lease(queue: Queue, where: str) -> None:
    if where == "far away":
        queue.far.add("one")
    first = queue.must_take(queue.must_put())
    queue.pass_time(LEASE - SECOND)
    assert queue.take(first.id, "two") is None
    assert queue.due("two") == []
    queue.pass_time(SECOND)
    assert queue.due("two") == [first.id]
    assert queue.must_take(first.id, "two").fence == 2


def test_a_process_that_shows_signs_of_life_keeps_its_run(queue: Queue) -> None:
    run = queue.must_take(queue.must_put())
    for _ in range(4):
        queue.pass_time(LEASE / 2)
        queue.save(run)
    assert queue.take(run.id, "two") is None


def test_what_a_zombie_writes_is_refused(queue: Queue) -> None:
    zombie = queue.must_take(queue.must_put())
    queue.pass_time(LEASE)
    successor = queue.must_take(zombie.id, "two")
    zombie.checkpoint["at"] = 99
    for write in (queue.save, queue.finish):
        with pytest.raises(RunError) as refused:
            write(zombie)
        assert refused.value.key == "run_taken_over"
    queue.release(zombie)
    queue.give_up(zombie)
    row = queue.row(zombie.id)
    assert (row.state, row.owner, row.checkpoint) == (RunState.RUNNING, "two", {})
    queue.finish(successor)
    with pytest.raises(RunError):
        queue.save(zombie)
    assert queue.row(zombie.id).state is RunState.COMPLETE


def test_a_run_that_ends_its_process_again_and_again_is_given_up(queue: Queue) -> None:
    key = queue.must_put()
    for number in range(MOST_ATTEMPTS):
        queue.must_take(key, f"process {number}")
        queue.dead.add(f"process {number}")
    assert queue.take(key, "the last") is None
    row = queue.row(key)
    assert (row.state, row.ended_at) == (RunState.FAILED, queue.now)
    assert row.error == {"key": "run_keeps_dying", "values": {"run": key}}
    assert queue.due() == []
    assert queue.must_take(queue.must_put(), "another").fence == 1


def test_a_run_that_was_given_back_however_often_goes_on(queue: Queue) -> None:
    key = queue.must_put()
    for _ in range(MOST_ATTEMPTS + 1):
        queue.release(queue.must_take(key))
    run = queue.must_take(key)
    queue.finish(run, RunState.INTERRUPTED)
    assert queue.put() == key
    assert queue.must_take(key).resumed


def test_a_run_that_is_given_back_goes_on_elsewhere_at_once(queue: Queue) -> None:
    run = queue.must_take(queue.must_put())
    run.checkpoint["at"] = 7
    queue.save(run)
    queue.stop_all_of("on")
    with pytest.raises(RunStopped) as stopped:
        queue.heed(run)
    assert stopped.value.key == "run_release"
    queue.release(run)
    row = queue.row(run.id)
    assert (row.state, row.owner, row.stop) == (RunState.QUEUED, "", None)
    assert queue.due("two") == [run.id]
    again = queue.must_take(run.id, "two")
    assert (again.checkpoint, again.fence) == ({"at": 7}, 2)
    queue.heed(again)


def test_only_the_runs_of_one_family_are_given_back(queue: Queue) -> None:
    mine = queue.must_take(queue.must_put(), "host_1/7:8")
    other = queue.must_take(queue.must_put(queue.order(source=queue.ministry)), "host11/7:8")
    queue.stop_all_of("host_1/7:")
    assert [queue.row(run.id).stop for run in (mine, other)] == [RunStop.RELEASE, None]


def test_a_run_that_died_while_it_was_to_be_given_back_simply_goes_on(queue: Queue) -> None:
    run = queue.must_take(queue.must_put())
    queue.stop_all_of("one")
    queue.dead.add("one")
    again = queue.must_take(run.id, "two")
    queue.heed(again)
    assert queue.row(run.id).stop is None


def test_a_run_that_is_to_be_cancelled_is_not_given_back(queue: Queue) -> None:
    run = queue.must_take(queue.must_put())
    queue.cancel(run.id)
    queue.stop_all_of("one")
    assert queue.row(run.id).stop is RunStop.CANCEL


def test_what_was_given_back_goes_before_what_waits_behind_it(queue: Queue) -> None:
    first = queue.must_take(queue.must_put())
    second = queue.must_put()
    queue.release(first)
    assert queue.take(second, "two") is None
    assert queue.must_take(first.id, "two").resumed


def test_a_reserved_run_is_left_to_its_process_for_the_lease(queue: Queue) -> None:
    key = queue.must_put(queue.order(reserved="one"))
    queue.far.add("one")
    queue.pass_time(LEASE - SECOND)
    assert queue.take(key, "two") is None
    queue.pass_time(SECOND)
    assert queue.must_take(key, "two").fence == 1


def test_who_waits_in_front_of_it_doesn_t_finish_a_dead_run_first(queue: Queue) -> None:
    dead = queue.must_take(queue.must_put(queue.order(wish={"full": True})))
    queue.dead.add("one")
    key = queue.must_put(queue.order(reserved="two"))
    assert queue.take(key, "three") is None
    assert queue.must_take(key, "two").fence == 1
    assert queue.row(dead.id).state is RunState.INCOMPLETE


def test_a_run_of_an_unknown_stage_is_left_to_who_knows_it(queue: Queue) -> None:
    key = queue.must_put(queue.order(Stage.PRUNE))
    assert queue.due() == []
    assert queue.take(key) is None
    assert queue.row(key).state is RunState.QUEUED
