"""Look-ups ask for what matters first, within the day's calls; silence is no answer."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from typing_extensions import override

from models.dossier import DossierRecord, LookupAnswer
from models.source import CallBudget, PublishedCount, SyncRun
from models.types import RunState, Status
from tests.stores import KNOWLEDGE, contents, rows_of
from tests.upstreams import DAY, Board, Desk, Lists, code_of, desk_of, late, on_portal, told
from tests.works import DRILLING, Works, causes
from worker.core.look_up_plan import Appetite
from worker.errors import RunError
from worker.ports import Answer

HOME = [told(number) for number in range(1, 31)]
AFRESH = Appetite(everything=True, afresh=True, sample_share=0)
CODES = [code_of(number) for number in range(1, 31)]


def desk() -> Desk:
    return desk_of(on_portal(each) for each in HOME)


def answers(works: Works) -> dict[str, bool]:
    return {each.code: each.found for each in rows_of(works.engine, LookupAnswer)}


def spent(works: Works) -> dict[str, int]:
    return {each.day.isoformat(): each.used for each in rows_of(works.engine, CallBudget)}


def test_everything_is_asked_once_and_known_afterwards(works: Works) -> None:
    works.pull(Lists(HOME))
    first = desk()
    assert works.look_up(first) is RunState.COMPLETE
    assert sorted(first.asked) == CODES
    assert answers(works) == dict.fromkeys(CODES, True)
    again = desk()
    assert works.look_up(again) is RunState.COMPLETE
    assert again.asked == []


def test_what_is_open_or_changed_is_asked_again(works: Works) -> None:
    home = [late(1), late(2, status=Status.IN_PROCESS), *HOME[2:]]
    works.pull(Lists(home))
    works.look_up(desk_of(on_portal(each) for each in home))
    works.now += DAY
    works.pull(Lists([home[0], told(2), *home[2:]]))
    again = desk()
    works.look_up(again)
    assert sorted(again.asked) == CODES[:2]


def test_an_unknown_code_is_not_on_the_portal_but_silence_says_nothing(works: Works) -> None:
    home = [late(1), late(2), *HOME[2:]]
    works.pull(Lists(home))
    known = {each.codes[0]: on_portal(each) for each in home[2:]}
    assert works.look_up(Desk(known, silent=frozenset({CODES[1]}))) is RunState.INCOMPLETE
    report = works.reconcile()
    assert causes(report) == {CODES[0]: "NOT_ON_PORTAL"}
    assert report["totals"]["presumed"] == 1
    assert report["complete"] is False
    assert CODES[1] not in answers(works)


def test_a_source_that_dies_keeps_what_came_and_the_rest_stays_presumed(works: Works) -> None:
    home = [late(number) for number in range(1, 31)]
    works.pull(Lists(home))
    dying = replace(desk_of(on_portal(each) for each in home), patience=12)
    assert works.look_up(dying) is RunState.INTERRUPTED
    stopped = works.last_run(works.portal_id)
    assert stopped.error is not None
    assert stopped.error["values"]["source"] == "cong"
    report = works.reconcile()
    assert causes(report) == {}
    assert report["totals"]["presumed"] == 18
    works.now += timedelta(minutes=10)
    again = desk_of(on_portal(each) for each in home)
    assert works.look_up(again) is RunState.COMPLETE
    assert works.last_run(works.portal_id).id == stopped.id
    assert sorted([*dying.asked, *again.asked]) == CODES
    assert works.reconcile()["totals"]["presumed"] == 0


def test_a_day_never_has_more_calls_than_allowed(works: Works) -> None:
    works.pull(Lists(HOME))
    asked: list[list[str]] = []
    for _day in range(3):
        for _round in range(2):
            desk_today = desk()
            works.look_up(desk_today, calls_per_day=12)
            asked.append(desk_today.asked)
            works.now += timedelta(minutes=15)
        works.now += DAY
    assert [len(each) for each in asked] == [12, 0, 12, 0, 6, 0]
    assert sorted(code for each in asked for code in each) == CODES
    assert spent(works) == {"2024-07-24": 12, "2024-07-25": 12, "2024-07-26": 6}
    assert works.last_run(works.portal_id).state is RunState.COMPLETE


def test_a_spent_budget_leaves_the_run_incomplete_and_counts_what_was_not_asked(
    works: Works,
) -> None:
    works.pull(Lists(HOME))
    assert works.look_up(desk(), calls_per_day=12) is RunState.INCOMPLETE
    assert works.last_run(works.portal_id).counts["not_asked"] == 18


def test_open_dossiers_don_t_keep_the_rest_from_ever_being_asked(works: Works) -> None:
    home = [late(number) for number in range(1, 31)]
    works.pull(Lists(home))
    asked: set[str] = set()
    for _ in range(3):
        today = desk_of(on_portal(each) for each in home)
        works.look_up(today, calls_per_day=10)
        asked.update(today.asked)
        works.now += DAY
    assert sorted(asked) == CODES


def test_what_changed_comes_before_what_became_late_before_the_rest(works: Works) -> None:
    due = works.now + timedelta(hours=5)
    home = [
        *(late(n, due_at=works.now + 9 * DAY) for n in range(1, 11)),
        *(late(n, due_at=due) for n in range(11, 21)),
        *HOME[20:],
    ]
    works.pull(Lists(home))
    works.look_up(desk_of(on_portal(each) for each in home))
    works.now += DAY
    changed = [late(n) for n in range(21, 31)]
    works.pull(Lists([*home[:20], *changed]))
    today = desk_of(on_portal(each) for each in home)
    works.look_up(today)
    assert sorted(today.asked[:10]) == CODES[20:]
    assert sorted(today.asked[10:20]) == CODES[10:20]
    assert sorted(today.asked[20:]) == CODES[:10]


def test_drilling_asks_only_where_published_and_recounted_differ(works: Works) -> None:
    home = [*(late(n) for n in range(1, 6)), *HOME[5:]]
    elsewhere = [late(n, unit_code="H99.02") for n in range(41, 61)]
    today = told(99, received_at=works.now - DAY, due_at=works.now + DAY, unit_code="H99.02")
    works.pull(Lists([*home, *elsewhere, today]))
    board = Board({"H99.01": 4, "H99.02": 20})
    portal = desk_of([on_portal(each) for each in [*home[1:], *elsewhere]])
    assert works.look_up(portal, appetite=DRILLING, board=board) is RunState.COMPLETE
    assert set(portal.asked) <= set(CODES)
    assert CODES[0] in portal.asked
    assert len(portal.asked) < len(CODES)
    report = works.reconcile()
    assert causes(report) == {CODES[0]: "NOT_ON_PORTAL"}
    assert report["totals"]["unexplained"] == 0


def test_published_counts_that_agree_cost_no_look_up(works: Works) -> None:
    works.pull(Lists(HOME))
    portal = desk()
    assert works.look_up(portal, appetite=DRILLING, board=Board({"H99.01": 0})) is RunState.COMPLETE
    assert portal.asked == []


def test_published_counts_are_kept_only_where_they_changed(works: Works) -> None:
    works.pull(Lists(HOME))
    for late_count in (3, 3, 4):
        works.look_up(desk(), board=Board({"H99.01": late_count}))
        works.now += timedelta(minutes=15)
    assert [each.late for each in rows_of(works.engine, PublishedCount)] == [3, 4]


def test_a_unit_nobody_listed_stays_out_of_the_published_counts(works: Works) -> None:
    works.pull(Lists(HOME))
    works.look_up(desk(), board=Board({"H99.77": 5, "H99.01": 2}))
    assert {each.unit for each in rows_of(works.engine, PublishedCount)} == {"H99.01"}
    assert works.last_run(works.portal_id).counts["quarantined"] == 1


def test_a_daily_sample_looks_at_a_share_of_what_nobody_suspects(works: Works) -> None:
    works.pull(Lists([told(n) for n in range(1, 201)]))
    board = Board({"H99.01": 0})
    sampling = Appetite(everything=False, afresh=False, sample_share=0.2)
    days = []
    for _ in range(3):
        today = desk()
        works.look_up(today, appetite=sampling, board=board)
        same_day = desk()
        works.look_up(same_day, appetite=sampling, board=board)
        assert same_day.asked == []
        days.append(set(today.asked))
        works.now += DAY
    assert all(15 < len(day) < 70 for day in days)
    assert days[0] != days[1] != days[2]


def test_a_dossier_that_left_the_portal_is_gone_there(works: Works) -> None:
    home = [late(1), *HOME[1:]]
    works.pull(Lists(home))
    works.look_up(desk_of(on_portal(each) for each in home))
    assert causes(works.reconcile()) == {}
    works.now += DAY
    works.look_up(desk_of(on_portal(each) for each in home[1:]), appetite=AFRESH)
    assert causes(works.reconcile()) == {CODES[0]: "NOT_ON_PORTAL"}
    (row,) = [each for each in rows_of(works.engine, DossierRecord) if each.gone_at]
    assert row.external_id == CODES[0]


def test_the_late_answers_of_a_run_taken_over_are_refused(works: Works) -> None:
    works.pull(Lists(HOME))
    before = contents(works.engine, *KNOWLEDGE, "callbudget", "event")
    first = works.claim(works.portal_id, "look_up")
    second = works.claim(works.portal_id, "look_up")
    with pytest.raises(RunError) as refused:
        works.look_up(desk(), run=first)
    assert refused.value.key == "run_taken_over"
    assert contents(works.engine, *KNOWLEDGE, "callbudget", "event") == before
    assert works.look_up(desk(), run=second) is RunState.COMPLETE


def test_calls_are_booked_before_they_are_made(works: Works) -> None:
    booked: list[int] = []

    class Watching(Desk):
        @override
        def look_up(self, codes: Sequence[str], most_calls: int | None = None) -> Iterator[Answer]:
            booked.append(spent(works)["2024-07-24"] - self.calls)
            assert most_calls == booked[-1]
            return super().look_up(codes, most_calls)

    home = [told(n) for n in range(1, 131)]
    works.pull(Lists(home))
    works.look_up(Watching({each.codes[0]: on_portal(each) for each in home}))
    assert booked[0] >= 100
    assert len(booked) == 2
    assert spent(works) == {"2024-07-24": 130}


def test_calls_that_were_not_made_are_given_back(works: Works) -> None:
    works.pull(Lists(HOME))
    works.look_up(replace(desk(), patience=12))
    assert spent(works) == {"2024-07-24": 12}


def test_what_stayed_silent_when_the_calls_ran_out_leaves_the_run_incomplete(works: Works) -> None:
    works.pull(Lists(list(HOME)))
    silent = replace(desk(), silent=frozenset(CODES))
    assert works.look_up(silent, calls_per_day=len(CODES)) is RunState.INCOMPLETE
    (run,) = [row for row in rows_of(works.engine, SyncRun) if row.stage == "look_up"]
    assert (run.counts["unanswered"], run.counts["not_asked"]) == (len(CODES), 0)
