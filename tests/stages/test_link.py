"""Linking before a reconciliation: what it finds, and how discrepancies live through it."""

from collections.abc import Mapping
from datetime import timedelta

from sqlmodel import Session

from models.decision import CodeLink
from models.dossier import LookupAnswer
from models.reconciliation import Discrepancy, DiscrepancyChange
from models.types import DiscrepancyState, LinkGround, RunState, Side, SourceRecord
from tests.records import put
from tests.stores import contents, rows_of
from tests.upstreams import DAY, Lists, code_of, desk_of, late, on_portal, told
from tests.works import Works, causes
from worker.core.link_evidence import Evidence
from worker.core.look_up_plan import Appetite
from worker.core.resolve import resolved
from worker.db import links
from worker.db.links import Decision
from worker.stages.link import LinkCodes, Linked, link_codes

BORN_THERE = "G22.99-240701-020175"
ANOTHER = "G22.99-240701-020176"
ONE = code_of(1)
HOME = late(1, procedure="1.990003")
# What is filed on the portal, under the portal's own code, and overdue there as it is at home.
THERE = on_portal(HOME, external_id=BORN_THERE, codes=(BORN_THERE,), procedure="1.990003")
AFRESH = Appetite(everything=True, afresh=True, sample_share=0)


def link(works: Works, heirs: Mapping[str, str] | None = None) -> Linked:
    sides = {works.province_id: Side.PROVINCE, works.portal_id: Side.PORTAL}
    return link_codes(
        LinkCodes(engine=works.engine, sides=sides, heirs=heirs or {}, clock=lambda: works.now)
    )


def import_list(works: Works, *records: SourceRecord) -> None:
    """The portal's records put in as an imported list puts them."""
    views = [resolved(each, works.directory) for each in records]
    put(works.engine, works.portal_id, views, works.now)  # type: ignore[arg-type]


def look(works: Works, home: SourceRecord, *portal: SourceRecord) -> dict[str, str]:
    """Pull, ask the portal and reconcile; the data causes by dossier."""
    assert works.pull(Lists([home])) is RunState.COMPLETE
    assert works.look_up(desk_of(portal), appetite=AFRESH) is RunState.COMPLETE
    return causes(works.reconcile())


def life(works: Works) -> list[tuple[str, str]]:
    return [
        (each.step.value, each.cause.value) for each in rows_of(works.engine, DiscrepancyChange)
    ]


def test_a_pair_nobody_told_of_is_linked_with_its_evidence_once(works: Works) -> None:
    works.pull(Lists([HOME]))
    import_list(works, THERE)
    assert link(works) == Linked(made=1, doubtful=0, crowded=0)
    (row,) = rows_of(works.engine, CodeLink)
    assert {row.code, row.other} == {ONE, BORN_THERE}
    assert (row.ground, row.by, row.at) == (LinkGround.AGREEMENT, None, works.now)
    assert links.evidence_in(row).second_keys == ("due_at",)
    before = contents(works.engine, "codelink", "dossiercode", "dossierrecord")
    works.now += DAY
    assert link(works) == Linked(made=0, doubtful=0, crowded=0)
    assert contents(works.engine, "codelink", "dossiercode", "dossierrecord") == before


def test_two_that_fit_are_left_to_an_operator(works: Works) -> None:
    works.pull(Lists([HOME]))
    import_list(works, THERE, on_portal(HOME, external_id=ANOTHER, codes=(ANOTHER,)))
    assert link(works).made == 1
    works.now += DAY
    home = [HOME, late(2, procedure="1.990003", unit_code="H99.02")]
    works.pull(Lists(home))
    rivals = [
        on_portal(home[1], external_id=code, codes=(code,), procedure="1.990003")
        for code in ("G22.99-240701-020177", "G22.99-240701-020178")
    ]
    import_list(works, *rivals)
    assert link(works) == Linked(made=0, doubtful=2, crowded=0)
    assert len(rows_of(works.engine, CodeLink)) == 1


def test_what_an_operator_took_apart_stays_apart(works: Works) -> None:
    works.pull(Lists([HOME]))
    import_list(works, THERE)
    link(works)
    with Session(works.engine) as session, session.begin():
        decision = Decision(at=works.now, by="ca trực")
        assert links.undo(session, (ONE, BORN_THERE), Evidence(), decision)
    assert link(works) == Linked(made=0, doubtful=0, crowded=0)


def test_both_discrepancies_of_a_linked_pair_end_as_one(works: Works) -> None:
    import_list(works, THERE)
    assert look(works, HOME) == {ONE: "NOT_ON_PORTAL", BORN_THERE: "ONLY_ON_PORTAL"}
    works.now += DAY
    link(works)
    finished = told(1, procedure="1.990003")
    assert look(works, finished, THERE) == {ONE: "TWO_CODES"}
    kept, closed = rows_of(works.engine, Discrepancy)
    assert (kept.state, kept.code) == (DiscrepancyState.OPEN, ONE)
    assert (closed.state, closed.closed_at) == (DiscrepancyState.CLOSED, works.now)
    works.now += DAY
    assert look(works, HOME, THERE) == {}
    assert {each.state for each in rows_of(works.engine, Discrepancy)} == {DiscrepancyState.CLOSED}
    assert sorted(life(works)) == [
        ("changed", "TWO_CODES"),
        ("closed", "NOT_ON_PORTAL"),
        ("closed", "TWO_CODES"),
        ("opened", "NOT_ON_PORTAL"),
        ("opened", "ONLY_ON_PORTAL"),
    ]


def test_a_discrepancy_of_the_younger_dossier_lives_on_in_the_older(works: Works) -> None:
    finished = told(1, procedure="1.990003")
    there = on_portal(finished, external_id=BORN_THERE, codes=(BORN_THERE,), procedure="1.990003")
    import_list(works, there)
    assert look(works, HOME) == {ONE: "NOT_ON_PORTAL"}
    (row,) = rows_of(works.engine, Discrepancy)
    opened_at = row.opened_at
    works.now += DAY
    link(works)
    assert look(works, HOME, there) == {ONE: "TWO_CODES"}
    (row,) = rows_of(works.engine, Discrepancy)
    assert (row.opened_at, row.cause.value) == (opened_at, "TWO_CODES")
    assert life(works) == [("opened", "NOT_ON_PORTAL"), ("changed", "TWO_CODES")]


def test_the_portal_is_asked_for_both_codes_from_then_on(works: Works) -> None:
    import_list(works, THERE)
    look(works, HOME)
    assert {each.code: each.found for each in rows_of(works.engine, LookupAnswer)} == {ONE: False}
    works.now += DAY
    link(works)
    look(works, HOME, THERE)
    answers = {each.code: each.found for each in rows_of(works.engine, LookupAnswer)}
    assert answers == {ONE: False, BORN_THERE: True}


def test_an_earlier_as_of_is_told_with_the_link_known_today(works: Works) -> None:
    import_list(works, THERE)
    look(works, told(1, procedure="1.990003"))
    then = works.now
    works.now += timedelta(hours=1)
    link(works)
    again = works.reconcile(then, by_hand=True)
    assert causes(again) == {ONE: "TWO_CODES"}
