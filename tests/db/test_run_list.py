"""Runs and the quarantine as people look for them, on either database."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from models.types import RunState, Side, Trigger, Unreadable
from tests.queues import Queue
from worker.db import quarantine, quarantine_list, run_list, runs, sources
from worker.db.quarantine_list import QuarantineFilter, ReasonCount
from worker.db.run_list import RunFilter
from worker.flow import Stage


def found(
    queue: Queue, wanted: RunFilter, *, offset: int = 0, is_descending: bool = True
) -> tuple[int, list[int]]:
    with Session(queue.engine) as session:
        total, rows = run_list.find_runs(
            session, wanted, limit=2, offset=offset, is_descending=is_descending
        )
        return total, [row.id or 0 for row in rows]


def test_a_part_of_the_runs_is_found_by_what_they_are(queue: Queue) -> None:
    pull, look_up, link = (
        queue.must_put(queue.order(stage)) for stage in (Stage.PULL, Stage.LOOK_UP, Stage.LINK)
    )
    queue.finish(queue.must_take(pull))
    assert found(queue, RunFilter()) == (3, [link, look_up])
    assert found(queue, RunFilter(), offset=2) == (3, [pull])
    assert found(queue, RunFilter(), is_descending=False) == (3, [pull, look_up])
    assert found(queue, RunFilter(source="cong")) == (1, [look_up])
    assert found(queue, RunFilter(stage="link")) == (1, [link])
    assert found(queue, RunFilter(state=RunState.QUEUED, source="tinh")) == (0, [])
    assert found(queue, RunFilter(trigger=Trigger.SCHEDULE)) == (0, [])


def test_a_waiting_run_knows_the_one_of_its_source_in_front_of_it(queue: Queue) -> None:
    first = queue.must_put()
    run = queue.must_take(first)
    second = queue.must_put(queue.order(wish={"full": True}))
    other = queue.must_put(queue.order(Stage.LOOK_UP))

    def in_front_of(key: int) -> int | None:
        with Session(queue.engine) as session:
            return run_list.in_front_of(session, runs.get_run(session, key))

    assert (in_front_of(first), in_front_of(second), in_front_of(other)) == (None, first, None)
    queue.finish(run)
    assert in_front_of(second) is None


@pytest.mark.parametrize("is_descending", [True, False])
def test_the_quarantine_is_counted_by_reason_and_found_by_it(
    engine: Engine, *, is_descending: bool
) -> None:
    queue = Queue(engine)
    rows = [
        Unreadable(reason=reason, detail="x", raw="{}", external_id=f"{reason}-{number}", code=code)
        for number, (reason, code) in enumerate(
            [("date_unreadable", "H99.01-1"), ("unit_unknown", None), ("unit_unknown", "H99.01-2")]
        )
    ]
    key = queue.must_put()
    with Session(engine) as session, session.begin():
        quarantine.put(session, queue.home, key, rows, queue.now)
        ministry = sources.ensure_source(
            session, name="bo", side=Side.MINISTRY, kind="opencps", rule="opencps_month"
        )
        quarantine.put(session, ministry, key, rows[:1], queue.now)
        quarantine.put(session, ministry, key, rows[1:2], queue.now)
        quarantine.solve(session, ministry, ["unit_unknown-1"], queue.now + timedelta(days=1))
    with Session(engine) as session:
        assert quarantine_list.count_by_reason(session) == [
            ReasonCount("tinh", "unit_unknown", 2),
            ReasonCount("bo", "date_unreadable", 1),
            ReasonCount("tinh", "date_unreadable", 1),
        ]
        total, listed = quarantine_list.find_rows(
            session,
            QuarantineFilter(source="tinh", reason="unit_unknown"),
            limit=5,
            is_descending=is_descending,
        )
        codes = [each.row.code for each in listed]
        assert (total, codes) == (2, ["H99.01-2", None] if is_descending else [None, "H99.01-2"])
        assert {each.source for each in listed} == {"tinh"}
        found = quarantine_list.find_rows(session, QuarantineFilter(code="H99.01-1"), limit=1)
        assert (found[0], len(found[1])) == (2, 1)
