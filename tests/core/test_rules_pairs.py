"""Any two of the six rules: what parts them is always named, and laws of single rules."""

from dataclasses import fields, replace
from datetime import datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from models.types import Cause, CauseKind, RecordView, Status
from tests.core.dossiers import (
    AS_OF,
    JULY,
    STATUTES,
    any_views,
    as_ofs,
    at,
    book,
    case,
    cases,
    on_portal,
    view,
)
from worker.core.causes import rule_cause
from worker.core.compare import compare
from worker.core.facts import facts_of
from worker.core.judged import DossierCase
from worker.core.rules.catalogue import PORTAL, RULES, TD_766, looking_ahead, portal_rule
from worker.core.rules.judge import judge
from worker.core.rules.rule import Granularity, Rule
from worker.core.times import VIETNAM, local_day
from worker.core.verdict import Verdict, category, is_counted, late_count, span_of

RULE_CAUSES = [cause for cause in Cause if cause.kind is CauseKind.RULE]
VARIANTS = [
    *RULES.values(),
    portal_rule(Granularity.DAY),
    *map(looking_ahead, RULES.values()),
]
DAY_RULES = ("td_general", "td_766", "td_indicator")

rules = st.sampled_from(VARIANTS)


def _verdict(rule: Rule, record: RecordView, other: RecordView | None = None) -> Verdict:
    return judge(rule, facts_of(record, other), STATUTES)


def _late(rule: Rule, record: RecordView, as_of: datetime) -> int:
    return late_count(_verdict(rule, record), span_of(JULY, as_of))


def _at_clock(instant: datetime, clock: time) -> datetime:
    return datetime.combine(local_day(instant), clock, tzinfo=VIETNAM)


@given(rules, rules)
def test_a_rule_given_all_treatments_of_another_is_that_other(one: Rule, other: Rule) -> None:
    changed = one
    for cause in RULE_CAUSES:
        changed = changed.with_treatment(cause, other)
    assert changed == replace(other, name=one.name, version=one.version)


def test_every_treatment_belongs_to_exactly_one_cause() -> None:
    touched = [
        each.name
        for cause in RULE_CAUSES
        for each in fields(Rule)
        if getattr(PORTAL.with_treatment(cause, TD_766), each.name) != getattr(PORTAL, each.name)
    ]
    assert sorted(touched) == sorted({each.name for each in fields(Rule)} - {"name", "version"})


@settings(max_examples=400)
@given(rules, rules, any_views, st.none() | any_views, as_ofs)
def test_what_parts_two_rules_is_always_named(
    own: Rule, portal: Rule, record: RecordView, other: RecordView | None, as_of: datetime
) -> None:
    span = span_of(JULY, as_of)
    mine = late_count(_verdict(own, record, other), span)

    def agrees(rule: Rule) -> bool:
        return late_count(_verdict(rule, record, other), span) == mine

    cause = rule_cause(own, portal, agrees)
    assert cause.kind is CauseKind.RULE
    alone = [each for each in RULE_CAUSES if agrees(portal.with_treatment(each, own))]
    assert not alone or cause is alone[0]


@settings(max_examples=200)
@given(rules, rules, cases, as_ofs)
def test_a_comparison_by_any_two_rules_names_every_effect_of_rules(
    own: Rule, portal: Rule, dossier: DossierCase, as_of: datetime
) -> None:
    effects = compare(dossier, book(own=own, portal=portal, as_of=as_of)).effects
    found = [each.cause for each in effects if each.kind is CauseKind.RULE]
    assert Cause.OTHER not in found


@given(rules, any_views, as_ofs)
def test_a_system_agrees_with_itself_by_any_rule(
    rule: Rule, record: RecordView, as_of: datetime
) -> None:
    same = book(own=rule, portal=rule, as_of=as_of)
    assert compare(case(record, record), same).effects == ()


@given(st.sampled_from(sorted(RULES)), any_views, as_ofs, as_ofs)
def test_a_rule_that_looks_ahead_moves_with_the_as_of_only_as_dossiers_come_and_go(
    name: str, record: RecordView, one: datetime, other: datetime
) -> None:
    verdict = _verdict(looking_ahead(RULES[name]), record)
    spans = [span_of(JULY, as_of) for as_of in (one, other)]
    if verdict.looks_ahead and all(is_counted(verdict, span) for span in spans):
        assert late_count(verdict, spans[0]) == late_count(verdict, spans[1])


@given(st.sampled_from(sorted(RULES)), any_views)
def test_at_the_end_of_the_period_nothing_lies_ahead(name: str, record: RecordView) -> None:
    end = span_of(JULY, at(1, month=9))
    ahead, usual = _verdict(looking_ahead(RULES[name]), record), _verdict(RULES[name], record)
    assert late_count(ahead, end) == late_count(usual, end)
    assert category(ahead, end) is category(usual, end)


@given(
    st.sampled_from(DAY_RULES),
    any_views,
    as_ofs,
    st.times(max_value=time(23, 59, 58)),
    st.times(max_value=time(23, 59, 58)),
)
def test_by_the_day_the_clock_time_of_the_due_date_does_not_matter(
    name: str, record: RecordView, as_of: datetime, one: time, other: time
) -> None:
    if record.due_at is None:
        return
    on_that_day = [
        structs.replace(record, due_at=_at_clock(record.due_at, clock)) for clock in (one, other)
    ]
    assert len({_late(RULES[name], each, as_of) for each in on_that_day}) == 1


@given(any_views, as_ofs)
def test_the_two_engines_of_opencps_agree_in_what_is_late(
    record: RecordView, as_of: datetime
) -> None:
    month, range_ = (
        _late(RULES[name], record, as_of) for name in ("opencps_month", "opencps_range")
    )
    assert month == range_


@given(any_views, as_ofs)
def test_what_the_766_report_of_td_counts_its_general_report_counts_too(
    record: RecordView, as_of: datetime
) -> None:
    span = span_of(JULY, as_of)
    if is_counted(_verdict(RULES["td_766"], record), span):
        assert is_counted(_verdict(RULES["td_general"], record), span)


DUE = at(10, 10)
TURNS = {
    ("td_general", DUE): at(11, 0),
    ("td_indicator", DUE): at(11, 0),
    ("td_766", DUE): at(10, 0),
    ("td_766", at(10, 23, 59) + timedelta(seconds=58)): at(10, 0),
    ("td_766", at(10, 23, 59) + timedelta(seconds=59)): at(11, 0),
    ("opencps_range", DUE): DUE,
    ("portal", DUE): DUE + timedelta(seconds=1),
}


@pytest.mark.parametrize(("name", "due"), TURNS)
def test_an_open_dossier_becomes_late_in_the_second_its_rule_says(name: str, due: datetime) -> None:
    record = view(due_at=due)
    turn = TURNS[name, due]
    assert _verdict(RULES[name], record).late_from == turn
    assert _late(RULES[name], record, turn - timedelta(seconds=1)) == 0
    assert _late(RULES[name], record, turn) == 1


# The session of an afternoon due time begins at 13:30, that of any other at 7:00.
SESSIONS = {
    (at(10, 16), at(10, 13, 30)): "ended_in_time",
    (at(10, 16), at(10, 13, 29)): "ended_early",
    (at(10, 13, 30), at(10, 13, 30)): "ended_in_time",
    (at(10, 12), at(10, 7)): "ended_in_time",
    (at(10, 10), at(10, 7)): "ended_in_time",
    (at(10, 10), at(10, 6, 59)): "ended_early",
    (at(10, 6), at(10, 5)): "ended_early",
    (at(10, 6), at(10, 6, 30)): "ended_late",
}


@pytest.mark.parametrize(("due", "ended"), SESSIONS)
def test_before_time_is_before_the_half_day_session_of_the_due_time(
    due: datetime, ended: datetime
) -> None:
    record = view(status=Status.FINISHED, due_at=due, finished_at=ended)
    assert _verdict(RULES["opencps_range"], record).reason == SESSIONS[due, ended]
    assert _late(RULES["opencps_range"], record, AS_OF) == int(ended > due)


STOPPED = {"status": Status.STOPPED, "due_at": at(30)}
HALTED = {
    "payment asked for": (view(status=Status.PAYMENT_REQUESTED, due_at=at(30)), at(1)),
    "asked for supplements": (
        on_portal((Status.SUPPLEMENT_REQUESTED, at(5)), status=Status.SUPPLEMENT_REQUESTED),
        at(5),
    ),
    "stopped": (view(finished_at=at(5), **STOPPED), at(5)),
    "stopped, nobody says when": (view(**STOPPED), at(1)),
}


@pytest.mark.parametrize("name", HALTED)
def test_the_indicator_of_td_counts_a_halted_dossier_late_since_it_is_known_to_stand_still(
    name: str,
) -> None:
    record, since = HALTED[name]
    assert _verdict(RULES["td_indicator"], record).late_from == since


@pytest.mark.parametrize("name", DAY_RULES)
def test_td_takes_the_end_from_the_header_while_its_status_is_an_end(name: str) -> None:
    reopened = view(finished_at=at(9))
    only_returned = view(status=Status.RETURNED, returned_at=at(9))
    assert _verdict(RULES[name], reopened).ends_at is None
    assert _verdict(RULES[name], only_returned).ends_at == at(9)
    assert (_late(RULES[name], reopened, AS_OF), _late(RULES[name], only_returned, AS_OF)) == (1, 0)
