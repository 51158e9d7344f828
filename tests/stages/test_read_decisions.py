"""Reading the decisions that announce procedures, within the calls there are."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine

from models.catalogue import Procedure, ProcedureDecision
from models.source import Quarantine
from tests.catalogue_shelf import DATED, OTHER, UNDATED, Shelf, four_dossiers, read, spent
from tests.stores import rows_of
from tests.works import Works
from worker.core.units import UnitDirectory
from worker.ports import ToldDecision

DAY = timedelta(days=1)


@pytest.fixture
def works(engine: Engine, directory: UnitDirectory) -> Works:
    return four_dossiers(engine, directory)


DECIDED = ToldDecision(
    number="12/QĐ-UBND",
    decided_on=date(2024, 7, 22),
    effective_on=date(2024, 9, 1),
    by_ministry=False,
)
LIMITS: dict[str, str | None] = dict.fromkeys((DATED, UNDATED, OTHER), "5 Ngày")


def test_decisions_are_asked_for_once_however_many_procedures_name_them(
    engine: Engine, works: Works
) -> None:
    named = {DATED: "7001", UNDATED: "7001", OTHER: "7002"}
    shelf = Shelf(LIMITS, (DATED,), named, {"7001": DECIDED})
    run = works.claim(works.portal_id, "look_up")
    read(works, shelf, run)
    assert shelf.asked == [UNDATED, DATED, OTHER, "7001", "7002", "list"]
    assert (run.counts["decisions_read"], run.counts["decisions_unanswered"]) == (2, 0)
    kept = {(row.procedure, row.number): row for row in rows_of(engine, ProcedureDecision)}
    assert kept.keys() == {(DATED, "12/QĐ-UBND"), (UNDATED, "12/QĐ-UBND")}
    row = kept[DATED, "12/QĐ-UBND"]
    assert (row.decided_on, row.public_on, row.by_ministry) == (date(2024, 7, 22), None, False)
    assert row.read_at == works.now
    assert {row.parts for row in rows_of(engine, Procedure)} == {127}


def test_what_may_become_public_any_day_is_asked_for_every_day_and_the_rest_after_thirty(
    engine: Engine, works: Works
) -> None:
    public = ToldDecision(number="13/QĐ-UBND", decided_on=date(2024, 7, 22), by_ministry=False)
    shelf = Shelf(LIMITS, (), {DATED: "7001", OTHER: "7002"}, {"7001": DECIDED})
    shelf.decisions["7002"] = ToldDecision(number="9/QĐ-UBND", decided_on=date(2020, 1, 2))
    read(works, shelf)
    works.now += DAY
    shelf.decisions["7001"] = ToldDecision(
        number=DECIDED.number, decided_on=public.decided_on, public_on=date(2024, 7, 25)
    )
    read(works, shelf)
    assert shelf.asked[-2:] == ["7001", "list"]
    works.now += DAY
    read(works, shelf)
    assert shelf.asked[-2:] == ["list", "list"]
    assert {row.public_on for row in rows_of(engine, ProcedureDecision)} == {
        None,
        date(2024, 7, 25),
    }
    works.now += 30 * DAY
    read(works, shelf)
    assert shelf.asked[-3:] == ["7001", "7002", "list"]


def test_an_adapter_that_tells_no_decisions_holds_up_nothing(engine: Engine, works: Works) -> None:
    named = {DATED: "7001", UNDATED: "7002", OTHER: "7003"}
    shelf = Shelf(LIMITS, (DATED,), named, silent=frozenset(named.values()))
    run = works.claim(works.portal_id, "look_up")
    assert read(works, shelf, run) == 3
    assert shelf.asked[-1] == "list"
    assert run.counts["decisions_unanswered"] == 3
    assert rows_of(engine, ProcedureDecision) == []
    asked = len(shelf.asked)
    read(works, shelf)
    assert len(shelf.asked) == asked


def test_decisions_stay_within_the_days_calls_and_the_next_day_goes_on(works: Works) -> None:
    shelf = Shelf(LIMITS, (DATED,), {DATED: "7001", OTHER: "7002"}, {"7001": DECIDED})
    read(works, shelf, calls_per_day=4)
    assert shelf.asked == [UNDATED, DATED, OTHER, "7001"]
    assert spent(works) == shelf.calls == 4
    works.now += DAY
    read(works, shelf)
    assert shelf.asked[4:] == ["7002", "7001", "list"]


def test_a_procedure_that_comes_under_another_decision_keeps_the_old_one_too(
    engine: Engine, works: Works
) -> None:
    later = ToldDecision(number="99/QĐ-UBND", decided_on=date(2024, 8, 20))
    shelf = Shelf(LIMITS, (), {DATED: "7001"}, {"7001": DECIDED, "7009": later})
    read(works, shelf)
    works.now += 31 * DAY
    shelf.named[DATED] = "7009"
    read(works, shelf)
    assert "7009" in shelf.asked
    kept = {(row.procedure, row.number) for row in rows_of(engine, ProcedureDecision)}
    assert kept == {(DATED, "12/QĐ-UBND"), (DATED, "99/QĐ-UBND")}


def test_a_decision_that_gets_its_number_later_is_still_one(engine: Engine, works: Works) -> None:
    nameless = ToldDecision(number="7001", decided_on=date(2024, 7, 22))
    shelf = Shelf(LIMITS, (), {DATED: "7001"}, {"7001": nameless})
    read(works, shelf)
    works.now += DAY
    shelf.decisions["7001"] = DECIDED
    read(works, shelf)
    assert [row.number for row in rows_of(engine, ProcedureDecision)] == ["12/QĐ-UBND"]


def test_a_day_nobody_can_read_goes_to_quarantine_until_it_can(
    engine: Engine, works: Works
) -> None:
    odd = ToldDecision(number="12/QĐ-UBND", unreadable=("NGAYHIEULUC: 32/07/2024",))
    shelf = Shelf(LIMITS, (), {DATED: "7001"}, {"7001": odd})
    read(works, shelf)
    (row,) = rows_of(engine, Quarantine)
    assert (row.reason, row.detail, row.row) == (
        "decision_unreadable",
        "NGAYHIEULUC: 32/07/2024",
        "qdcb:7001",
    )
    works.now += 31 * DAY
    shelf.decisions["7001"] = DECIDED
    read(works, shelf)
    (row,) = rows_of(engine, Quarantine)
    assert row.solved_at == works.now


def test_a_limit_the_folder_tells_anyway_is_no_matter_for_quarantine(
    engine: Engine, works: Works
) -> None:
    read(works, Shelf({UNDATED: "5 Phiên họp"}), settled=frozenset({UNDATED}))
    assert rows_of(engine, Quarantine) == []
