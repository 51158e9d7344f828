"""A pull proves that it read everything, and says so where it can't."""

from dataclasses import replace
from datetime import timedelta
from threading import Event

import pytest
from msgspec import structs
from typing_extensions import override

from models.dossier import DossierRecord, RecordVersion
from models.source import Quarantine, Sighting
from models.types import RunState, Unreadable
from tests.stores import KNOWLEDGE, contents, rows_of
from tests.upstreams import DAY, Lists, going_down, late, told
from tests.works import Works
from worker.errors import RunError, UpstreamContractError
from worker.ports import Page, Window

MANY = [told(number) for number in range(1, 36)]


def gone(works: Works) -> set[str]:
    return {each.external_id for each in rows_of(works.engine, DossierRecord) if each.gone_at}


def known(works: Works) -> set[str]:
    return {each.external_id for each in rows_of(works.engine, DossierRecord)}


def test_a_list_read_to_its_end_is_complete(works: Works) -> None:
    lists = Lists(MANY)
    assert works.pull(lists) is RunState.COMPLETE
    assert lists.asked == [0, 10, 20, 30]
    assert known(works) == {each.external_id for each in MANY}
    run = works.last_run(works.province_id)
    assert (run.counts["new"], run.counts["rows"], run.counts["pages"]) == (35, 35, 4)
    assert rows_of(works.engine, Sighting) == []


@pytest.mark.parametrize("size", [1, 7, 35, 200])
def test_the_size_of_pages_changes_nothing(works: Works, size: int) -> None:
    assert works.pull(Lists(MANY, size=size)) is RunState.COMPLETE
    kept = contents(works.engine, "dossierrecord", "dossiercode", "recordverdict")
    works.now += DAY
    assert works.pull(Lists(MANY[::-1], size=11)) is RunState.COMPLETE
    assert contents(works.engine, "dossierrecord", "dossiercode", "recordverdict") == kept
    assert rows_of(works.engine, RecordVersion) == []


def test_a_list_that_grows_while_it_is_read_is_read_to_its_new_end(works: Works) -> None:
    def grow(lists: Lists, offset: int) -> None:
        if offset in (10, 30):
            lists.rows = [*lists.rows, *(told(100 + offset + number) for number in range(4))]

    lists = Lists(MANY, before_page=grow)
    assert works.pull(lists) is RunState.COMPLETE
    assert len(known(works)) == 43


def test_a_list_that_shrinks_while_it_is_read_is_read_again(works: Works) -> None:
    def shrink(lists: Lists, offset: int) -> None:
        if offset == 10 and len(lists.rows) == 35:
            lists.rows = lists.rows[1:]

    lists = Lists(MANY, before_page=shrink)
    assert works.pull(lists) is RunState.COMPLETE
    assert lists.asked.count(0) == 2
    assert known(works) >= {each.external_id for each in MANY[1:]}


def test_a_list_that_has_fewer_rows_than_it_says_is_never_complete(works: Works) -> None:
    assert works.pull(Lists(MANY)) is RunState.COMPLETE
    short = Lists(MANY[:30], total=35)
    assert works.pull(short) is RunState.INCOMPLETE
    assert gone(works) == set()


def test_a_list_that_holds_a_row_twice_is_complete_and_the_later_one_counts(works: Works) -> None:
    later = structs.replace(MANY[3], procedure="1.000001")
    lists = Lists([*MANY[:5], later, *MANY[5:]])
    assert works.pull(lists) is RunState.COMPLETE
    assert lists.asked.count(0) == 1
    counts = works.last_run(works.province_id).counts
    assert (counts["rows"], counts["doubled"]) == (35, 1)
    assert len(known(works)) == 35
    (kept,) = [
        each
        for each in rows_of(works.engine, DossierRecord)
        if each.external_id == later.external_id
    ]
    assert kept.procedure == "1.000001"


def test_a_page_that_repeats_the_one_before_is_asked_for_again(works: Works) -> None:
    class Stuttering(Lists):
        @override
        def page(self, window: Window, offset: int) -> Page:
            answer = super().page(window, offset)
            if offset == 20 and self.asked.count(20) == 1:
                return replace(answer, readings=tuple(self.rows[10:20]))
            return answer

    lists = Stuttering(list(MANY))
    assert works.pull(lists) is RunState.COMPLETE
    assert works.last_run(works.province_id).counts["repeated_pages"] == 1
    assert len(known(works)) == 35


def test_what_a_complete_sweep_no_longer_has_is_gone_and_may_come_back(works: Works) -> None:
    works.pull(Lists(MANY))
    works.now += DAY
    assert works.pull(Lists(MANY[2:])) is RunState.COMPLETE
    assert gone(works) == {"1", "2"}
    works.now += DAY
    assert works.pull(Lists(MANY[1:])) is RunState.COMPLETE
    assert gone(works) == {"1"}
    (version,) = rows_of(works.engine, RecordVersion)
    assert version.until == works.now - DAY


def test_a_reading_of_changes_never_says_that_something_is_gone(works: Works) -> None:
    works.pull(Lists(MANY))
    changed_since = (works.now - DAY).date()
    assert works.pull(Lists(MANY[:3]), changed_since=changed_since) is RunState.COMPLETE
    assert gone(works) == set()


def test_a_sweep_from_a_day_on_says_nothing_of_what_is_older(works: Works) -> None:
    old = [told(n, received_at=works.now - 90 * DAY) for n in range(50, 55)]
    works.pull(Lists([*MANY, *old]))
    since = (works.now - 30 * DAY).date()
    assert works.pull(Lists(MANY[1:]), since=since) is RunState.COMPLETE
    assert gone(works) == {"1"}


def test_a_sweep_that_would_lose_more_than_half_is_not_believed(works: Works) -> None:
    works.pull(Lists(MANY))
    assert works.pull(Lists(MANY[20:])) is RunState.INCOMPLETE
    assert gone(works) == set()
    assert works.last_run(works.province_id).counts["missing"] == 20
    assert works.pull(Lists(MANY[15:])) is RunState.COMPLETE
    assert len(gone(works)) == 15


def test_an_interrupted_pull_keeps_what_came_and_goes_on_where_it_stopped(works: Works) -> None:
    assert works.pull(Lists(MANY, before_page=going_down(after=20))) is RunState.INTERRUPTED
    stopped = works.last_run(works.province_id)
    assert stopped.error is not None
    assert stopped.error["key"] == "upstream_unavailable"
    assert len(known(works)) == 20
    assert gone(works) == set()
    again = Lists(MANY)
    works.now += timedelta(minutes=5)
    assert works.pull(again) is RunState.COMPLETE
    assert again.asked == [20, 30]
    finished = works.last_run(works.province_id)
    assert (finished.id, finished.fence, finished.error) == (stopped.id, stopped.fence + 1, None)
    assert finished.counts["new"] == 35


def test_a_pull_that_waited_too_long_begins_anew(works: Works) -> None:
    works.pull(Lists(MANY, before_page=going_down(after=20)))
    stopped = works.last_run(works.province_id)
    works.now += timedelta(hours=7)
    again = Lists(MANY)
    assert works.pull(again) is RunState.COMPLETE
    assert again.asked == [0, 10, 20, 30]
    assert works.last_run(works.province_id).id != stopped.id


def test_a_source_that_is_another_system_fails_and_says_so(works: Works) -> None:
    def refuse(_lists: Lists, _offset: int) -> None:
        raise UpstreamContractError("upstream_contract", source="tinh", detail="no rows")

    with pytest.raises(UpstreamContractError):
        works.pull(Lists(MANY, before_page=refuse))
    run = works.last_run(works.province_id)
    assert run.state is RunState.FAILED
    assert run.error is not None


def test_the_late_writer_of_a_run_taken_over_is_refused(works: Works) -> None:
    first = works.claim(works.province_id, "pull", full=True)
    second = works.claim(works.province_id, "pull", full=True)
    assert (second.id, second.fence) == (first.id, first.fence + 1)
    with pytest.raises(RunError) as refused:
        works.pull(Lists(MANY), run=first)
    assert refused.value.key == "run_taken_over"
    assert not any(contents(works.engine, *KNOWLEDGE, "sighting", "event").values())
    assert works.pull(Lists(MANY), run=second) is RunState.COMPLETE


def test_unreadable_rows_count_towards_the_proof_and_stop_nothing(works: Works) -> None:
    broken = [
        Unreadable(reason="code_missing", detail="", raw='{"a": 1}'),
        Unreadable(reason="code_missing", detail="", raw='{"a": 2}'),
        Unreadable(reason="date_unreadable", detail="x", raw="{}", external_id="77"),
    ]
    assert works.pull(Lists([*MANY[:12], *broken, *MANY[12:]])) is RunState.COMPLETE
    assert len(known(works)) == 35
    run = works.last_run(works.province_id)
    assert (run.counts["rows"], run.counts["quarantined"]) == (38, 3)


def test_a_row_that_can_be_read_again_leaves_quarantine(works: Works) -> None:
    foreign = told(3, unit_code=None, unit_name="Sở Không Ai Biết")
    works.pull(Lists([*MANY[:2], foreign, *MANY[3:]]))
    (row,) = rows_of(works.engine, Quarantine)
    assert (row.reason, row.detail, row.code) == (
        "unit_unknown",
        "Sở Không Ai Biết",
        "H99.01-240701-0003",
    )
    assert row.solved_at is None
    works.pull(Lists(MANY))
    (row,) = rows_of(works.engine, Quarantine)
    assert row.solved_at == works.now
    assert known(works) == {each.external_id for each in MANY}


def test_a_row_that_can_no_longer_be_read_is_not_gone(works: Works) -> None:
    works.pull(Lists(MANY))
    broken = Unreadable(reason="date_unreadable", detail="x", raw="{}", external_id="3")
    assert works.pull(Lists([*MANY[:2], broken, *MANY[3:]])) is RunState.COMPLETE
    assert gone(works) == set()


def test_a_changed_row_keeps_its_earlier_view(works: Works) -> None:
    works.pull(Lists(MANY))
    first_seen = works.now
    works.now += DAY
    works.pull(Lists([late(1), *MANY[1:]]))
    (version,) = rows_of(works.engine, RecordVersion)
    assert (version.observed_at, version.until) == (first_seen, works.now)
    record = next(r for r in rows_of(works.engine, DossierRecord) if r.external_id == "1")
    assert record.finished_at is None
    assert record.observed_at == works.now


def test_the_next_page_is_asked_for_while_one_is_written_and_never_more(works: Works) -> None:
    kept_when_asked: list[int] = []

    def note(_lists: Lists, _offset: int) -> None:
        kept_when_asked.append(len(known(works)))

    lists = Lists(MANY, before_page=note)
    assert works.pull(lists) is RunState.COMPLETE
    assert lists.asked == [0, 10, 20, 30]
    for position, kept in enumerate(kept_when_asked):
        assert kept >= 10 * (position - 1)


def test_a_page_asked_for_ahead_waits_until_the_one_before_is_kept(works: Works) -> None:
    asked_ahead = Event()

    class Telling(Lists):
        @override
        def page(self, window: Window, offset: int) -> Page:
            if offset == 10:
                asked_ahead.set()
            return super().page(window, offset)

    def progress(done: int, _total: int | None) -> None:
        if done == 10:
            assert asked_ahead.wait(10)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        works.pull(Telling(MANY), progress=progress)
    assert len(known(works)) == 10
    assert works.last_run(works.province_id).state is RunState.INTERRUPTED
    again = Lists(MANY)
    assert works.pull(again) is RunState.COMPLETE
    assert again.asked == [10, 20, 30]
