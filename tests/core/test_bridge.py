"""The bridge adds up exactly, whatever the records say."""

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from models.types import Cause, CauseKind, CountView, RecordView
from tests.core.dossiers import any_views, as_ofs, book, bridge_of, case, cases, cases_elsewhere
from worker.core.bridge import Bridge, UnitLine, unexplained
from worker.core.compare import compare
from worker.core.judged import DossierCase
from worker.core.rules.catalogue import RULES


def _steps(line: UnitLine, kind: CauseKind) -> int:
    return sum(count for cause, count in line.steps.items() if cause.kind is kind)


def _assert_adds_up(line: UnitLine) -> None:
    home = line.late(CountView.PROVINCE)
    by_portal_rule = line.late(CountView.PROVINCE_BY_PORTAL_RULE)
    portal = line.late(CountView.PORTAL)
    assert by_portal_rule - home == _steps(line, CauseKind.RULE)
    assert portal - by_portal_rule == _steps(line, CauseKind.DATA)
    assert line.difference == sum(line.steps.values())


@given(st.lists(cases | cases_elsewhere, max_size=6), as_ofs, st.sampled_from(sorted(RULES)))
def test_the_bridge_adds_up_for_every_unit_and_in_total(
    dossiers: list[DossierCase], as_of: datetime, own: str
) -> None:
    bridge = bridge_of(compare(each, book(as_of=as_of, own=RULES[own])) for each in dossiers)
    for line in (*bridge.lines.values(), bridge.total()):
        _assert_adds_up(line)


@given(st.lists(cases, max_size=6), st.randoms())
def test_the_order_of_dossiers_changes_nothing(dossiers: list[DossierCase], random: object) -> None:
    shuffled = list(dossiers)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = (
        bridge_of(compare(each, book()) for each in some) for some in (dossiers, shuffled)
    )
    assert one == other


@given(any_views, as_ofs, st.sampled_from(sorted(RULES)))
def test_a_system_agrees_with_itself(view: RecordView, as_of: datetime, rule: str) -> None:
    same = book(as_of=as_of, own=RULES[rule], portal=RULES[rule])
    assert compare(case(view, view), same).effects == ()


@given(cases, as_ofs, st.sampled_from(sorted(RULES)))
def test_two_sides_that_count_alike_differ_in_data_alone(
    dossier: DossierCase, as_of: datetime, rule: str
) -> None:
    same = book(as_of=as_of, own=RULES[rule], portal=RULES[rule])
    assert all(effect.kind is CauseKind.DATA for effect in compare(dossier, same).effects)


@given(cases, as_ofs)
def test_a_presumed_dossier_has_no_data_cause(dossier: DossierCase, as_of: datetime) -> None:
    effects = compare(replace(dossier, presumed=True), book(as_of=as_of)).effects
    assert all(effect.kind is CauseKind.RULE for effect in effects)


@given(cases, as_ofs)
def test_a_dossier_has_at_most_one_rule_cause_and_one_data_cause(
    dossier: DossierCase, as_of: datetime
) -> None:
    effects = compare(dossier, book(as_of=as_of)).effects
    kinds = [effect.kind for effect in effects]
    assert len(kinds) == len(set(kinds))
    assert all(effect.contributions and all(effect.contributions.values()) for effect in effects)
    assert all(effect.cause.kind is effect.kind for effect in effects)


@given(cases_elsewhere, as_ofs)
def test_what_only_line_ministry_software_has_is_named_so_and_nothing_else(
    dossier: DossierCase, as_of: datetime
) -> None:
    compared = compare(dossier, book(as_of=as_of))
    assert {each.cause for each in compared.effects} <= {Cause.IN_MINISTRY_SOFTWARE}
    assert {each.view for each in compared.counted} <= {CountView.PORTAL}
    assert compared.received is None
    late = sum(each.count for each in compared.counted if each.category.is_late)
    assert late == sum(each.contribution for each in compared.effects)


def test_a_bridge_of_nothing_is_empty() -> None:
    assert Bridge().total().difference == 0


def test_unexplained_is_what_is_published_over_our_recount_and_none_where_nothing_is() -> None:
    assert unexplained(12, 10) == 2
    assert unexplained(None, 10) is None
