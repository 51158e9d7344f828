"""The counting rules: the cases of the research's matrix, and laws that hold for any record."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from models.types import Category, RecordView, Status
from tests.core.dossiers import (
    AS_OF,
    JULY,
    STATUTES,
    any_views,
    as_ofs,
    at,
    on_portal,
    portal_views,
)
from worker.core.course import EndEvent, course_of
from worker.core.facts import facts_of
from worker.core.rules.catalogue import OPENCPS_MONTH, PORTAL, RULES, portal_rule
from worker.core.rules.judge import judge
from worker.core.rules.rule import Granularity, Rule
from worker.core.verdict import category, is_counted, late_count, span_of

RECEIVED = (Status.RECEIVED, at(1))
ASKED = (Status.SUPPLEMENT_REQUESTED, at(5))


def _category(rule: Rule, record: RecordView, as_of: datetime = AS_OF) -> Category | None:
    return category(judge(rule, facts_of(record), STATUTES), span_of(JULY, as_of))


def _ended(when: datetime, **told: object) -> RecordView:
    """A record whose header and events tell the same end."""
    return on_portal(
        RECEIVED,
        (Status.FINISHED, when),
        status=Status.FINISHED,
        finished_at=when,
        **told,
    )


ON_TIME, LATE = Category.RESOLVED_ON_TIME, Category.RESOLVED_LATE
OPEN_LATE, OPEN_IN_TIME, WAITING = Category.OPEN_LATE, Category.OPEN_IN_TIME, Category.WAITING

# Case: (record, by the portal's rule, by OpenCPS's month); numbers are the research's own.
MATRIX: dict[str, tuple[RecordView, Category | None, Category | None]] = {
    "1 due at 10, finished at 16 the same day": (
        _ended(at(10, 16), due_at=at(10, 10)),
        LATE,
        LATE,
    ),
    "2 due at 16, finished at 15:30 the same day": (
        _ended(at(10, 15, 30), due_at=at(10, 16)),
        ON_TIME,
        ON_TIME,
    ),
    "3 finished the day before": (_ended(at(9)), ON_TIME, ON_TIME),
    "4 no due date, within the maximum": (_ended(at(5), due_at=None), ON_TIME, ON_TIME),
    "4 no due date, over the maximum": (_ended(at(12), due_at=None), LATE, ON_TIME),
    "5 one request before due, now past due": (
        on_portal(RECEIVED, ASKED, status=Status.SUPPLEMENT_REQUESTED),
        WAITING,
        WAITING,
    ),
    "6 two requests, finished before due": (
        replace(
            _ended(at(9)),
            events=on_portal(
                RECEIVED,
                (Status.SUPPLEMENT_REQUESTED, at(3)),
                (Status.IN_PROCESS, at(4)),
                ASKED,
                (Status.IN_PROCESS, at(6)),
                (Status.FINISHED, at(9)),
            ).events,
        ),
        LATE,
        ON_TIME,
    ),
    "7 answered request, finished within the pause": (
        replace(
            _ended(at(12)),
            events=on_portal(
                RECEIVED, ASKED, (Status.IN_PROCESS, at(8)), (Status.FINISHED, at(12))
            ).events,
        ),
        ON_TIME,
        LATE,
    ),
    "8 open, due at 10 today": (
        on_portal(RECEIVED, due_at=at(24, 10)),
        OPEN_LATE,
        OPEN_LATE,
    ),
    "8b open, due later in the period": (
        on_portal(RECEIVED, due_at=at(30)),
        OPEN_IN_TIME,
        OPEN_IN_TIME,
    ),
    "9 withdrawn after due": (
        on_portal(
            RECEIVED, (Status.WITHDRAWN, at(12)), status=Status.WITHDRAWN, finished_at=at(12)
        ),
        LATE,
        ON_TIME,
    ),
    "10 refused before receipt": (
        on_portal(status=Status.NOT_ACCEPTED, received_at=None),
        None,
        None,
    ),
    "11 stopped after due": (
        on_portal(RECEIVED, (Status.STOPPED, at(12)), status=Status.STOPPED, finished_at=at(12)),
        LATE,
        LATE,
    ),
    "12 received last period, finished late in this": (
        _ended(at(12), received_at=at(20, month=6)),
        LATE,
        LATE,
    ),
    "13 finished in time, handed over after due": (
        replace(_ended(at(9)), status=Status.RETURNED, returned_at=at(15)),
        ON_TIME,
        ON_TIME,
    ),
    "14 end set back to the due time, the old event stays": (
        replace(_ended(at(12)), finished_at=at(10)),
        LATE,
        ON_TIME,
    ),
    "new, not received yet": (on_portal(status=Status.NEW, received_at=None), None, None),
    "waiting, but nobody says since when": (
        on_portal(RECEIVED, status=Status.SUPPLEMENT_REQUESTED),
        WAITING,
        WAITING,
    ),
    "asked only after it was late": (
        on_portal(
            RECEIVED,
            (Status.SUPPLEMENT_REQUESTED, at(12)),
            status=Status.SUPPLEMENT_REQUESTED,
        ),
        OPEN_LATE,
        WAITING,
    ),
    "ended before the period began": (
        _ended(at(20, month=6), received_at=at(1, month=6), due_at=at(5, month=6)),
        None,
        None,
    ),
    "finished in the due second itself": (_ended(at(10)), ON_TIME, ON_TIME),
}


@pytest.mark.parametrize("name", MATRIX)
def test_a_case_of_the_matrix_counts_as_it_should(name: str) -> None:
    record, by_portal, by_opencps = MATRIX[name]
    assert _category(PORTAL, record) is by_portal
    assert _category(OPENCPS_MONTH, record) is by_opencps


def test_by_the_day_a_dossier_due_at_ten_may_end_in_the_evening() -> None:
    record = _ended(at(10, 16), due_at=at(10, 10))
    assert _category(portal_rule(Granularity.DAY), record) is ON_TIME
    assert _category(portal_rule(Granularity.DAY), replace(record, due_at=at(9, 10))) is LATE


def test_which_of_two_end_events_counts_is_a_setting() -> None:
    record = on_portal(RECEIVED, (Status.FINISHED, at(9)), (Status.FINISHED, at(12)))
    assert course_of(record, end_event=EndEvent.FIRST).end != course_of(record).end


def test_finished_outranks_returned_and_returned_outranks_stopped() -> None:
    events = (RECEIVED, (Status.STOPPED, at(3)), (Status.RETURNED, at(4)), (Status.FINISHED, at(2)))
    for count, status in ((4, Status.FINISHED), (3, Status.RETURNED), (2, Status.STOPPED)):
        end = course_of(on_portal(*events[:count])).end
        assert end is not None
        assert end.status is status


def test_an_open_dossier_becomes_late_in_the_second_after_it_was_due() -> None:
    record = on_portal(RECEIVED, due_at=AS_OF)
    assert _category(PORTAL, record, AS_OF) is OPEN_IN_TIME
    assert _category(PORTAL, record, AS_OF + timedelta(seconds=1)) is OPEN_LATE


@given(any_views, as_ofs, as_ofs, st.sampled_from(sorted(RULES)))
def test_moving_the_as_of_moves_lateness_only_where_an_instant_lies_between(
    record: RecordView, one: datetime, other: datetime, rule: str
) -> None:
    verdict = judge(RULES[rule], facts_of(record), STATUTES)
    spans = [span_of(JULY, as_of) for as_of in sorted((one, other))]
    before, after = (late_count(verdict, span) for span in spans)
    turning = (
        verdict.late_from,
        verdict.counted_from,
        verdict.absent_from,
        verdict.absent_until,
    )
    crossed = any(
        each is not None and spans[0].cutoff < each <= spans[1].cutoff for each in turning
    )
    assert before == after or crossed


@given(any_views, st.sampled_from(sorted(RULES)))
def test_a_verdict_is_only_late_when_it_is_counted(record: RecordView, rule: str) -> None:
    verdict = judge(RULES[rule], facts_of(record), STATUTES)
    span = span_of(JULY, AS_OF)
    assert is_counted(verdict, span) or late_count(verdict, span) == 0
    assert (category(verdict, span) is None) is not is_counted(verdict, span)


@given(portal_views, st.randoms(use_true_random=False))
def test_the_order_in_which_events_arrive_changes_nothing(
    record: RecordView, random: object
) -> None:
    told = {event.at: event for event in record.events or ()}
    ordered = tuple(told.values())
    shuffled = list(ordered)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = replace(record, events=ordered), replace(record, events=tuple(shuffled))
    assert course_of(one) == course_of(other)


@given(portal_views)
def test_an_event_delivered_twice_counts_once(record: RecordView) -> None:
    twice = replace(record, events=(*(record.events or ()), *(record.events or ())))
    assert course_of(twice) == course_of(record)
