"""Reconciling: past cut-offs, the life of discrepancies, and who may open or close one."""

from datetime import datetime, timedelta
from typing import Any

from models.event import Event
from models.reconciliation import (
    BridgeStep,
    Discrepancy,
    DiscrepancyChange,
    LateCount,
    Reconciliation,
)
from models.types import DiscrepancyState, EventKind, RunState, Status, Unreadable
from tests.places import AS_OF
from tests.stores import rows_of
from tests.truths import same_but_number
from tests.upstreams import DAY, Lists, code_of, desk_of, going_down, late, on_portal, told
from tests.works import Works, causes
from worker.core.look_up_plan import Appetite

AFRESH = Appetite(everything=True, afresh=True, sample_share=0)
HOME = [told(number) for number in range(1, 11)]
STALE = on_portal(late(1))
ONE = code_of(1)


def look(works: Works, home: list[Any], portal: list[Any]) -> dict[str, Any]:
    """A journey over these records; its report."""
    assert works.pull(Lists(home, size=4)) is RunState.COMPLETE
    assert works.look_up(desk_of(portal), appetite=AFRESH) is RunState.COMPLETE
    return works.reconcile()


def honest(home: list[Any]) -> list[Any]:
    return [on_portal(each) for each in home]


def life(works: Works) -> list[tuple[str, str]]:
    """The steps of all discrepancies with the cause each then had."""
    return [
        (each.step.value, each.cause.value) for each in rows_of(works.engine, DiscrepancyChange)
    ]


def test_a_discrepancy_opens_changes_its_cause_closes_and_reopens(works: Works) -> None:
    look(works, HOME, [STALE, *honest(HOME[1:])])
    (row,) = rows_of(works.engine, Discrepancy)
    assert (row.state, row.code, row.unit) == (DiscrepancyState.OPEN, ONE, "H99.01")
    assert (row.opened_at, row.contribution) == (AS_OF, 1)
    assert row.fields["status"] == {"province": 9, "portal": 4}

    works.now += DAY
    look(
        works,
        HOME,
        [on_portal(late(1, finished_at=AFTER, status=Status.FINISHED)), *honest(HOME[1:])],
    )
    works.now += DAY
    look(works, HOME, honest(HOME))
    (row,) = rows_of(works.engine, Discrepancy)
    assert (row.state, row.closed_at) == (DiscrepancyState.CLOSED, works.now)

    works.now += DAY
    look(works, HOME, [STALE, *honest(HOME[1:])])
    (row,) = rows_of(works.engine, Discrepancy)
    assert (row.state, row.closed_at, row.opened_at) == (DiscrepancyState.OPEN, None, AS_OF)
    assert row.last_seen_at == works.now
    assert life(works) == [
        ("opened", "STATUS_BEHIND"),
        ("changed", "END_DIFFERS"),
        ("closed", "END_DIFFERS"),
        ("reopened", "STATUS_BEHIND"),
    ]
    told_of = [each.kind for each in rows_of(works.engine, Event) if "discrepancy" in each.payload]
    assert told_of == [
        EventKind.DISCREPANCY_OPENED,
        EventKind.DISCREPANCY_CLOSED,
        EventKind.DISCREPANCY_OPENED,
    ]


AFTER = AS_OF - 9 * DAY


def test_seen_again_unchanged_it_lives_on(works: Works) -> None:
    look(works, HOME, [STALE, *honest(HOME[1:])])
    works.now += DAY
    look(works, HOME, [STALE, *honest(HOME[1:])])
    (row,) = rows_of(works.engine, Discrepancy)
    assert (row.opened_at, row.last_seen_at) == (AS_OF, works.now)
    assert life(works) == [("opened", "STATUS_BEHIND")]


def test_a_reconciliation_by_hand_opens_and_closes_nothing(works: Works) -> None:
    works.pull(Lists(HOME))
    works.look_up(desk_of([STALE, *honest(HOME[1:])]))
    report = works.reconcile(by_hand=True)
    assert causes(report) == {ONE: "STATUS_BEHIND"}
    assert rows_of(works.engine, Discrepancy) == []
    kinds = {each.kind for each in rows_of(works.engine, Event)}
    assert EventKind.RECONCILIATION_FINISHED not in kinds
    works.reconcile()
    works.now += DAY
    works.look_up(desk_of(honest(HOME)), appetite=AFRESH)
    assert causes(works.reconcile(by_hand=True)) == {}
    (row,) = rows_of(works.engine, Discrepancy)
    assert row.state is DiscrepancyState.OPEN


def test_an_incomplete_reading_opens_and_closes_nothing(works: Works) -> None:
    look(works, HOME, [STALE, *honest(HOME[1:])])
    works.now += DAY
    home = [HOME[0], late(2), *HOME[2:]]
    assert works.pull(Lists(home, size=4, before_page=going_down(4))) is RunState.INTERRUPTED
    works.look_up(desk_of(honest([HOME[0], *HOME[2:]])), appetite=AFRESH)
    report = works.reconcile()
    assert report["complete"] is False
    assert causes(report) == {code_of(2): "NOT_ON_PORTAL"}
    assert life(works) == [("opened", "STATUS_BEHIND")]


def test_nothing_is_said_of_a_dossier_that_is_only_presumed(works: Works) -> None:
    look(works, HOME, [STALE, *honest(HOME[1:])])
    works.now += DAY
    works.pull(Lists([told(1, procedure="1.990001"), *HOME[1:]]))
    nobody_asked = Appetite(everything=False, afresh=False, sample_share=0)
    works.look_up(desk_of([]), appetite=nobody_asked, calls_per_day=0)
    report = works.reconcile()
    assert report["complete"] is True
    assert report["totals"]["presumed"] == 1
    assert causes(report) == {}
    assert life(works) == [("opened", "STATUS_BEHIND")]


def test_before_the_first_observation_the_earliest_view_counts(works: Works) -> None:
    before = AS_OF - 2 * DAY
    look(works, HOME, [STALE, *honest(HOME[1:])])
    first = works.reconcile(before, by_hand=True)
    assert causes(first) == {ONE: "STATUS_BEHIND"}
    works.now += DAY
    look(works, HOME, honest(HOME))
    assert causes(works.reconcile(before, by_hand=True)) == {ONE: "STATUS_BEHIND"}
    assert same_but_number(works.reconcile(before, by_hand=True), first)


def test_every_past_cut_off_is_reproduced_bit_for_bit(works: Works) -> None:
    stages = [
        ([*HOME[:8], late(9), HOME[9]], [STALE, *honest(HOME[1:8])]),
        ([late(1), late(2), *HOME[2:]], honest(HOME)),
        (HOME[1:], honest(HOME[2:])),
        (HOME, [STALE, on_portal(late(2)), *honest(HOME[2:])]),
    ]
    seen: list[tuple[datetime, dict[str, Any]]] = []
    for home, portal in stages:
        seen.append((works.now, look(works, home, portal)))
        works.now += DAY
    assert len({str(causes(report)) for _, report in seen}) > 2
    for as_of, report in seen:
        again = works.reconcile(as_of, by_hand=True)
        assert same_but_number({**again, "complete": True}, report)
        later = works.reconcile(as_of + timedelta(hours=1), by_hand=True)
        assert causes(later) == causes(report)
    digests = [each.digest for each in rows_of(works.engine, Reconciliation)]
    assert digests[:4] == digests[4::2]


def test_what_is_gone_at_home_is_judged_by_where_it_was_at_the_cut_off(works: Works) -> None:
    home = [late(1), *HOME[1:]]
    look(works, home, honest(home))
    works.now += DAY
    report = look(works, HOME[1:], honest(home))
    assert causes(report) == {ONE: "ONLY_ON_PORTAL"}
    assert report["totals"]["late_province"] == 0
    assert causes(works.reconcile(AS_OF, by_hand=True)) == {}
    works.now += DAY
    assert causes(look(works, home, honest(home))) == {}
    middle = works.reconcile(works.now - timedelta(hours=12), by_hand=True)
    assert causes(middle) == {ONE: "ONLY_ON_PORTAL"}


def test_the_stored_figures_are_those_of_the_report(works: Works) -> None:
    report = look(works, [late(1), *HOME[1:]], honest(HOME))
    key = report["reconciliation"]
    late_counts: dict[str, int] = {}
    for each in rows_of(works.engine, LateCount):
        if each.reconciliation_id == key and each.category.is_late:
            late_counts[each.view.value] = late_counts.get(each.view.value, 0) + each.count
    assert late_counts == {"late_province": 1, "late_province_by_portal_rule": 1}
    (step,) = rows_of(works.engine, BridgeStep)
    assert (step.unit, step.cause.value, step.count) == ("H99.01", "REOPENED", -1)
    assert report["totals"]["difference"] == -1


def test_times_made_to_fit_are_flagged_on_either_side(works: Works) -> None:
    due = AS_OF - 10 * DAY
    fitted = told(1, finished_at=due, due_at=due)
    report = look(works, [late(1), *HOME[1:]], [on_portal(fitted), *honest(HOME[1:])])
    (item,) = report["discrepancies"]
    assert item["flags"] == ["END_EQUALS_DUE"]


def test_a_due_date_moved_after_it_had_passed_is_flagged_from_then_on(works: Works) -> None:
    look(works, [late(1), *HOME[1:]], [STALE, *honest(HOME[1:])])
    works.now += DAY
    moved = late(1, due_at=works.now + 5 * DAY)
    report = look(works, [moved, *HOME[1:]], [STALE, *honest(HOME[1:])])
    (item,) = report["discrepancies"]
    assert (item["cause"], item["flags"]) == ("DUE_DIFFERS", ["DUE_MOVED_AFTER_DUE"])


def test_what_could_not_be_read_then_is_presumed_then_and_only_then(works: Works) -> None:
    home = [late(1), *HOME[1:]]
    look(works, home, [])
    second = works.reconcile(by_hand=True)
    assert causes(second)[ONE] == "NOT_ON_PORTAL"
    works.now += DAY
    broken = Unreadable(reason="date_unreadable", detail="x", raw="{}", external_id="1", code=ONE)
    works.pull(Lists([broken, *HOME[1:]]))
    works.now += DAY
    works.pull(Lists([broken, *HOME[1:]]))
    third = works.reconcile(by_hand=True)
    assert (causes(third), third["totals"]["presumed"]) == ({}, 1)
    works.now += DAY
    fourth = look(works, home, honest(home))
    assert (causes(fourth), fourth["totals"]["presumed"]) == ({}, 0)
    for days, report in ((3, second), (1, third)):
        again = works.reconcile(works.now - days * DAY, by_hand=True)
        assert same_but_number({**again, "complete": report["complete"]}, report)
