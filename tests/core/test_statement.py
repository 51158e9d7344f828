"""The statement adds up or is refused, and its canonical text says all there is, always alike."""

import copy
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.types import Category, Cause, CauseKind, CountView, UnitLevel
from tests.core.dossiers import AS_OF, JULY
from worker.core.bridge import Bridge
from worker.core.outcome import Outcome, Report, of_unit, report_of
from worker.core.statement import (
    BY_PORTAL_RULE,
    CLOSING,
    OPENING,
    PUBLISHED,
    UNEXPLAINED,
    WHOLE,
    Frozen,
    Grounds,
    Statement,
    Told,
    canonical,
    digest_of,
    frozen_in,
    statement_of,
)
from worker.core.statement_figures import (
    Difference,
    Figure,
    differences,
    figures_of,
    grounds_of,
    report_figures,
)
from worker.core.units import Unit, UnitDirectory
from worker.errors import StatementError

CODES = ("H51.01", "H51.02", "H51.03")
GROUNDS = Grounds(
    province="tinh",
    portal="cong",
    province_rule="opencps_month",
    portal_rule="portal",
    settings="4f",
)
DIRECTORY = UnitDirectory(
    tuple(
        Unit(code=code, name=f"Sở {code}", short_name=code, level=UnitLevel.DEPARTMENT)
        for code in CODES
    )
)
STEPS = st.dictionaries(st.sampled_from(list(Cause)), st.integers(-9, 9), max_size=6)
SOME = st.integers(0, 40)


@st.composite
def bridges(draw: st.DrawFn) -> Bridge:
    """Lines whose steps lead from one view's late count to the next's, as comparing makes them."""
    bridge = Bridge()
    for code in draw(st.sets(st.sampled_from(CODES))):
        steps = draw(STEPS)
        late = {CountView.PROVINCE: draw(st.integers(60, 99))}
        late[CountView.PROVINCE_BY_PORTAL_RULE] = late[CountView.PROVINCE] + _sum(steps, "rule")
        late[CountView.PORTAL] = late[CountView.PROVINCE_BY_PORTAL_RULE] + _sum(steps, "data")
        for view, count in late.items():
            resolved = draw(st.integers(0, max(0, count)))
            bridge.count(code, view, Category.RESOLVED_LATE, resolved)
            bridge.count(code, view, Category.OPEN_LATE, count - resolved)
            bridge.count(code, view, Category.OPEN_IN_TIME, draw(SOME))
        bridge.lines[code].steps.update(steps)
        bridge.presume(code, draw(SOME))
        bridge.receive(code, draw(SOME), on_portal=draw(st.booleans()))
    return bridge


def _sum(steps: Mapping[Cause, int], kind: str) -> int:
    return sum(count for cause, count in steps.items() if cause.kind == kind)


@st.composite
def reports(draw: st.DrawFn) -> Report:
    known = st.none() | st.integers(0, 99)
    outcome = Outcome(
        as_of=AS_OF,
        period=JULY,
        complete=draw(st.booleans()),
        bridge=draw(bridges()),
        findings=[],
        published=draw(st.dictionaries(st.sampled_from(CODES), known)),
        published_whole=draw(known),
    )
    return report_of(outcome, DIRECTORY)


def stated(report: Report) -> Statement:
    return statement_of(report, "d1", GROUNDS)


@given(reports())
def test_any_bridge_makes_a_statement_that_adds_up_line_by_line(report: Report) -> None:
    told = stated(report)
    for account in told.accounts:
        running = account.count(OPENING) or 0
        running += sum(line.count or 0 for line in account.steps(CauseKind.RULE))
        assert running == account.count(BY_PORTAL_RULE)
        running += sum(line.count or 0 for line in account.steps(CauseKind.DATA))
        assert running == account.count(CLOSING)
        if account.count(PUBLISHED) is not None:
            assert running + (account.count(UNEXPLAINED) or 0) == account.count(PUBLISHED)
    units = told.accounts[1:]
    assert [each.unit for each in units] == sorted(CODES)
    for name in (OPENING, CLOSING, *Cause):
        assert told.main.count(name) == sum(each.count(name) or 0 for each in units)
    assert told.main.received == sum(each.received for each in units)


@given(reports())
def test_the_lines_stand_in_the_order_of_a_bank_statement(report: Report) -> None:
    for account in stated(report).accounts:
        names = [line.name for line in account.lines]
        assert names[0] == OPENING
        assert names[-3:] == [CLOSING, UNEXPLAINED, PUBLISHED]
        middle = names.index(BY_PORTAL_RULE)
        rules, data = names[1:middle], names[middle + 1 : -3]
        assert all(Cause(each).kind is CauseKind.RULE for each in rules)
        assert all(Cause(each).kind is CauseKind.DATA for each in data)


@given(reports(), st.data())
def test_one_figure_off_and_there_is_no_statement(report: Report, data: st.DataObject) -> None:
    wrong = copy.deepcopy(report)
    line = data.draw(st.sampled_from([wrong["totals"], *wrong["units"]]))
    line[data.draw(st.sampled_from([OPENING, BY_PORTAL_RULE, CLOSING]))] += 1
    with pytest.raises(StatementError):
        stated(wrong)


def test_units_that_do_not_make_the_province_are_refused() -> None:
    report = _plain_report()
    report["units"].pop()
    with pytest.raises(StatementError) as refused:
        stated(report)
    assert refused.value.key == "statement_wrong_total"
    assert report_figures(report)[Figure(WHOLE, OPENING)] == 7


def _plain_report() -> Report:
    bridge = Bridge()
    for code, count in (("H51.01", 3), ("H51.03", 4)):
        for view in CountView:
            bridge.count(code, view, Category.OPEN_LATE, count)
    outcome = Outcome(
        as_of=AS_OF,
        period=JULY,
        complete=True,
        bridge=bridge,
        findings=[],
        published={},
        published_whole=None,
    )
    return report_of(outcome, DIRECTORY)


def _turned(value: Any) -> Any:
    """The same with the keys of every object the other way round."""
    if isinstance(value, dict):
        return {key: _turned(value[key]) for key in reversed(value)}
    if isinstance(value, list):
        return [_turned(each) for each in value]
    return value


@given(reports(), st.randoms())
def test_the_text_is_the_same_in_whatever_order_things_come(report: Report, chance: Any) -> None:
    text = canonical(Frozen(stated(report)))
    assert canonical(_turned(msgspec.json.decode(text))) == text
    mixed = _turned(report) | {"units": chance.sample(report["units"], len(report["units"]))}
    assert canonical(Frozen(stated(mixed))) == text


@given(reports())
def test_what_is_frozen_is_read_back_as_it_was(report: Report) -> None:
    further = (Told("H51.01", "ON_TIME.portal", {"numerator": 3, "denominator": 4, "untold": 0}),)
    frozen = Frozen(stated(report), further)
    read = frozen_in(canonical(frozen))
    assert read == frozen
    assert canonical(read) == canonical(frozen)
    assert read.statement.as_of.isoformat() == "2024-07-24T16:00:00+07:00"


def _places(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every plain value below."""
    if isinstance(value, dict):
        return [each for key in value for each in _places(value[key], (*way, key))]
    if isinstance(value, list):
        return [each for key, one in enumerate(value) for each in _places(one, (*way, key))]
    return [way]


@given(reports(), st.data())
def test_any_figure_that_changes_changes_the_digest(report: Report, data: st.DataObject) -> None:
    text = canonical(Frozen(stated(report)))
    told = msgspec.json.decode(text)
    *way, last = data.draw(st.sampled_from(_places(told)))
    place = told
    for key in way:
        place = place[key]
    place[last] = f"{place[last]}?"
    assert digest_of(canonical(told)) != digest_of(text)


@given(reports(), reports())
def test_different_digests_are_explained_by_figures_or_by_what_they_rest_on(
    one: Report, other: Report
) -> None:
    before, after = Frozen(stated(one)), Frozen(stated(other))
    told = differences(figures_of(before), figures_of(after))
    told += differences(grounds_of(before.statement), grounds_of(after.statement))
    assert bool(told) == (canonical(before) != canonical(after))


def test_a_difference_names_unit_figure_and_both_values() -> None:
    before = Frozen(stated(_plain_report()))
    wider = Bridge()
    for view in CountView:
        wider.count("H51.01", view, Category.OPEN_LATE, 3)
        wider.count("H51.03", view, Category.OPEN_LATE, 4)
    wider.count("H51.03", CountView.PORTAL, Category.OPEN_LATE, 1)
    wider.lines["H51.03"].steps[Cause.STATUS_BEHIND] = 1
    outcome = Outcome(
        as_of=AS_OF,
        period=JULY,
        complete=True,
        bridge=wider,
        findings=[],
        published={},
        published_whole=None,
    )
    after = report_figures(report_of(outcome, DIRECTORY))
    assert differences(figures_of(before), after) == (
        Difference(Figure("", "STATUS_BEHIND"), 0, 1),
        Difference(Figure("", CLOSING), 7, 8),
        Difference(Figure("H51.03", "STATUS_BEHIND"), 0, 1),
        Difference(Figure("H51.03", CLOSING), 4, 5),
    )


def test_the_statement_of_one_unit_holds_that_unit_alone() -> None:
    report = of_unit(_plain_report(), "H51.03", "Sở")
    told = statement_of(report, "d1", GROUNDS, of_unit=True)
    assert (told.unit, told.main.count(OPENING), len(told.accounts)) == ("H51.03", 4, 1)


def test_a_floating_point_number_is_never_frozen() -> None:
    with pytest.raises(TypeError):
        canonical({"rate": [1, {"percent": 12.99}]})


def test_a_text_that_is_no_statement_is_refused() -> None:
    text = canonical(Frozen(stated(_plain_report())))
    for broken in ("", "{}", text[:-2], text.replace('"late_portal"', "7", 1)):
        with pytest.raises(StatementError) as refused:
            frozen_in(broken)
        assert refused.value.key == "statement_broken"
