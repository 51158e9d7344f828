"""Links: found in the database, made, undone, and kept by what comes later."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from models.decision import CodeLink
from models.dossier import DossierRecord, LookupAnswer
from models.types import LinkGround, RecordView, Side
from tests.records import DUE, NOW, enter, owners, put, take, view
from tests.stores import contents, rows_of
from worker.core.link_evidence import Evidence
from worker.core.linking import Doubt, Proposals
from worker.db import links, lookups, runs
from worker.db.link_candidates import Found, evidence_between, find_proposals
from worker.db.links import Decision
from worker.errors import NotFoundError

DAY = timedelta(days=1)
A, B, C = "H99.01-240701-0001", "G22.99-240701-000001", "G22.99-240701-000002"


@dataclass
class Shelf:
    """A store with a source on each side."""

    engine: Engine
    home: int
    portal: int
    ministry: int

    def propose(self, heirs: dict[str, str] | None = None) -> Proposals:
        sides = {
            self.home: Side.PROVINCE,
            self.portal: Side.PORTAL,
            self.ministry: Side.MINISTRY,
        }
        with Session(self.engine) as session:
            return find_proposals(session, sides, heirs or {}).proposals

    def certain(self) -> list[tuple[str, str]]:
        return [(each.one.code, each.other.code) for each in self.propose().certain]

    def link(self, code: str, other: str, by: str = "ca trực") -> bool:
        decision = Decision(at=NOW, by=by, reason="cùng một giấy biên nhận")
        with Session(self.engine) as session, session.begin():
            return links.link(
                session, (code, other), LinkGround.OPERATOR, Evidence(unit="H99.01"), decision
            )

    def undo(self, code: str, other: str, by: str = "ca trực") -> bool:
        decision = Decision(at=NOW + DAY, by=by, reason="hai người khác nhau")
        with Session(self.engine) as session, session.begin():
            return links.undo(session, (code, other), Evidence(unit="H99.01"), decision)


@pytest.fixture
def shelf(engine: Engine) -> Shelf:
    return Shelf(
        engine,
        enter(engine, "tinh", Side.PROVINCE),
        enter(engine, "cong", Side.PORTAL),
        enter(engine, "bo", Side.MINISTRY),
    )


def test_a_pair_nobody_told_of_is_found_on_any_two_sides(shelf: Shelf) -> None:
    put(shelf.engine, shelf.home, [view(A)])
    put(shelf.engine, shelf.portal, [view(B)])
    assert shelf.certain() == [(B, A)]
    (found,) = shelf.propose().certain
    assert (found.evidence.procedure, found.evidence.due_at) == ("1.990003", DUE)
    assert {found.one.source_id, found.other.source_id} == {shelf.home, shelf.portal}
    put(shelf.engine, shelf.ministry, [view("BO-1", due_at=DUE + DAY, finished_at=DUE)])
    put(shelf.engine, shelf.home, [view("H99-2", due_at=None, finished_at=DUE)])
    assert shelf.certain() == [("BO-1", "H99-2"), (B, A)]


def test_what_both_hold_already_or_no_longer_is_left_out(shelf: Shelf) -> None:
    put(shelf.engine, shelf.home, [view(A)])
    put(shelf.engine, shelf.portal, [view(A), view(B)])
    assert shelf.propose() == Proposals()
    take(shelf.engine, shelf.portal, [A])
    assert shelf.certain() == [(B, A)]
    take(shelf.engine, shelf.portal, [B])
    assert shelf.propose() == Proposals()


def test_a_dossier_entered_anew_at_home_is_found_under_its_first_code(shelf: Shelf) -> None:
    put(shelf.engine, shelf.home, [view("H99-OLD")])
    put(shelf.engine, shelf.portal, [view("H99-OLD")])
    take(shelf.engine, shelf.home, ["H99-OLD"])
    put(shelf.engine, shelf.home, [view("H99-NEW")], NOW + DAY)
    assert shelf.certain() == [("H99-NEW", "H99-OLD")]


def test_two_sources_of_one_side_are_not_put_together(shelf: Shelf) -> None:
    second = enter(shelf.engine, "bo-2", Side.MINISTRY)
    put(shelf.engine, shelf.ministry, [view("BO-1")])
    put(shelf.engine, second, [view("BO-2")])
    with Session(shelf.engine) as session:
        sides = {shelf.ministry: Side.MINISTRY, second: Side.MINISTRY}
        assert find_proposals(session, sides, {}) == Found(Proposals(), [])


def test_heirs_and_several_candidates_reach_the_core(shelf: Shelf) -> None:
    put(shelf.engine, shelf.home, [view(A, unit="H99.03")])
    put(shelf.engine, shelf.portal, [view(B)])
    assert shelf.propose() == Proposals()
    assert len(shelf.propose({"H99.03": "H99.01"}).certain) == 1
    put(shelf.engine, shelf.portal, [view(C)])
    doubtful = shelf.propose({"H99.03": "H99.01"}).doubtful
    assert [each.doubts for each in doubtful] == [(Doubt.SEVERAL,), (Doubt.SEVERAL,)]


def test_a_link_folds_the_younger_dossier_and_is_made_once(shelf: Shelf) -> None:
    put(shelf.engine, shelf.portal, [view(B)])
    put(shelf.engine, shelf.home, [view(A)])
    older = owners(shelf.engine)[B]
    assert shelf.link(A, B)
    assert owners(shelf.engine) == {A: older, B: older}
    assert {each.dossier_id for each in rows_of(shelf.engine, DossierRecord)} == {older}
    before = contents(shelf.engine, "codelink", "dossiercode", "dossierrecord")
    assert not shelf.link(B, A, by="người khác")
    assert contents(shelf.engine, "codelink", "dossiercode", "dossierrecord") == before
    (row,) = rows_of(shelf.engine, CodeLink)
    assert (row.code, row.other, row.by, row.at) == (B, A, "ca trực", NOW)
    assert links.evidence_in(row) == Evidence(unit="H99.01")
    assert shelf.propose() == Proposals()


def test_what_comes_later_under_either_code_joins_the_linked_dossier(shelf: Shelf) -> None:
    put(shelf.engine, shelf.home, [view(A)])
    put(shelf.engine, shelf.portal, [view(B)])
    shelf.link(A, B)
    put(shelf.engine, shelf.home, [view(A, due_at=DUE + DAY)], NOW + DAY)
    put(shelf.engine, shelf.ministry, [view("BO-1", B)], NOW + DAY)
    assert len(set(owners(shelf.engine).values())) == 1
    assert len({each.dossier_id for each in rows_of(shelf.engine, DossierRecord)}) == 1


def test_undone_each_goes_back_to_a_dossier_of_its_own_with_its_answers(shelf: Shelf) -> None:
    put(shelf.engine, shelf.home, [view(A)])
    put(shelf.engine, shelf.portal, [view(B, "G22-SECOND")])
    with Session(shelf.engine) as session, session.begin():
        run = runs.last_run(session, shelf.portal)
        assert run is not None
        assert run.id is not None
        answered = {A: False, B: True}
        lookups.note_answers(session, shelf.portal, run.id, answered, NOW)
    shelf.link(A, B)
    assert shelf.undo(B, A)
    owner = owners(shelf.engine)
    assert owner[B] == owner["G22-SECOND"] != owner[A]
    told = {each.external_id: each.dossier_id for each in rows_of(shelf.engine, DossierRecord)}
    assert told == {A: owner[A], B: owner[B]}
    answers = {each.code: each.dossier_id for each in rows_of(shelf.engine, LookupAnswer)}
    assert answers == {A: owner[A], B: owner[B]}
    (row,) = rows_of(shelf.engine, CodeLink)
    assert (row.undone_at, row.undone_by) == (NOW + DAY, "ca trực")
    assert row.undone_reason == "hai người khác nhau"


def test_undone_it_is_not_proposed_again_and_undoing_again_changes_nothing(shelf: Shelf) -> None:
    put(shelf.engine, shelf.home, [view(A)])
    put(shelf.engine, shelf.portal, [view(B)])
    shelf.link(A, B)
    shelf.undo(A, B)
    before = contents(shelf.engine, "codelink", "dossier", "dossiercode", "dossierrecord")
    assert shelf.undo(A, B, by="người khác")
    assert contents(shelf.engine, "codelink", "dossier", "dossiercode", "dossierrecord") == before
    assert shelf.propose() == Proposals()
    put(shelf.engine, shelf.home, [view(A, due_at=DUE + DAY)], NOW + DAY)
    put(shelf.engine, shelf.portal, [view(B, due_at=DUE + DAY)], NOW + DAY)
    assert shelf.propose() == Proposals()
    assert shelf.link(A, B)
    assert len(set(owners(shelf.engine).values())) == 1
    (row,) = rows_of(shelf.engine, CodeLink)
    assert (row.undone_at, row.undone_by, row.undone_reason) == (None, None, None)


def test_what_another_link_or_a_source_joins_stays_together(shelf: Shelf) -> None:
    put(shelf.engine, shelf.home, [view(A)])
    put(shelf.engine, shelf.portal, [view(B), view(C)])
    shelf.link(A, B)
    shelf.link(B, C)
    assert shelf.undo(A, B)
    owner = owners(shelf.engine)
    assert owner[B] == owner[C] != owner[A]
    shelf.link(A, B)
    put(shelf.engine, shelf.home, [view(A, B)], NOW + DAY)
    put(shelf.engine, shelf.home, [view(A)], NOW + 2 * DAY)
    assert not shelf.undo(A, B)
    assert len(set(owners(shelf.engine).values())) == 1


def test_a_dossier_recoded_at_home_leaves_its_first_code_when_undone(shelf: Shelf) -> None:
    recoded = view("H99-NEW", external_id="7")
    put(shelf.engine, shelf.home, [view("H99-OLD", external_id="7")])
    put(shelf.engine, shelf.portal, [view("H99-OLD")])
    put(shelf.engine, shelf.home, [recoded], NOW + DAY)
    before = owners(shelf.engine)
    assert before["H99-OLD"] != before["H99-NEW"]
    shelf.link("H99-OLD", "H99-NEW")
    assert shelf.undo("H99-OLD", "H99-NEW")
    after = owners(shelf.engine)
    told = {(each.source_id, each.dossier_id) for each in rows_of(shelf.engine, DossierRecord)}
    assert told == {(shelf.home, after["H99-NEW"]), (shelf.portal, after["H99-OLD"])}


def test_a_code_whose_record_is_called_otherwise_now_can_be_taken_apart(shelf: Shelf) -> None:
    put(shelf.engine, shelf.home, [view("H99-OLD", external_id="7")])
    put(shelf.engine, shelf.home, [view("H99-NEW", external_id="7")], NOW + DAY)
    shelf.link("H99-OLD", "H99-NEW")
    assert shelf.undo("H99-OLD", "H99-NEW")
    (record,) = rows_of(shelf.engine, DossierRecord)
    assert record.dossier_id == owners(shelf.engine)["H99-NEW"]


def test_a_pair_never_linked_can_be_refused(shelf: Shelf) -> None:
    put(shelf.engine, shelf.home, [view(A)])
    put(shelf.engine, shelf.portal, [view(B), view(C)])
    before = contents(shelf.engine, "dossier", "dossiercode", "dossierrecord")
    assert shelf.undo(A, B)
    assert contents(shelf.engine, "dossier", "dossiercode", "dossierrecord") == before
    assert shelf.certain() == [(C, A)]


def test_a_code_nobody_knows_is_said_so(shelf: Shelf) -> None:
    put(shelf.engine, shelf.home, [view(A)])
    with pytest.raises(NotFoundError, match="dossier_not_found"):
        shelf.link(A, "H99-NIE")
    with pytest.raises(NotFoundError, match="dossier_not_found"):
        shelf.undo("H99-NIE", A)
    assert rows_of(shelf.engine, CodeLink) == []


def test_the_evidence_between_two_codes_is_that_of_their_own_records(shelf: Shelf) -> None:
    put(shelf.engine, shelf.home, [view(A, finished_at=DUE)])
    put(shelf.engine, shelf.portal, [view(B, due_at=None, finished_at=DUE - DAY)])
    for _ in range(2):
        with Session(shelf.engine) as session:
            told = evidence_between(session, A, B, {})
        assert (told.procedure, told.unit, told.due_at) == ("1.990003", "H99.01", None)
        assert told.differing == ("finished_at",)
        shelf.link(A, B)
    with Session(shelf.engine) as session:
        assert evidence_between(session, A, "H99-NIE", {}) == Evidence()


def twice(code: str) -> list[RecordView]:
    return [view(code, external_id="1"), view(code, external_id="2")]


def test_a_dossier_that_one_source_holds_twice_is_listed(shelf: Shelf) -> None:
    put(shelf.engine, shelf.home, [*twice(A), view("H99-3", external_id="3")])
    put(shelf.engine, shelf.portal, [view(A), *twice(B)])
    with Session(shelf.engine) as session:
        total, found = links.duplicates(session)
        assert total == 2
        assert [each.source_id for each in found] == [shelf.home, shelf.portal]
        assert [[each.external_id for each in held.records] for held in found] == [["1", "2"]] * 2
        assert links.duplicates(session, limit=1) == (2, found[:1])
    take(shelf.engine, shelf.home, ["2"])
    take(shelf.engine, shelf.portal, ["1"])
    with Session(shelf.engine) as session:
        assert links.duplicates(session) == (0, [])
