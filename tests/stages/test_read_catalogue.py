"""Reading the catalogue of procedures: what is needed, within the calls there are."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from models.catalogue import Procedure
from models.source import Quarantine
from tests.catalogue_shelf import DATED, OTHER, UNDATED, Shelf, four_dossiers, read, spent
from tests.places import AS_OF
from tests.stores import rows_of
from tests.upstreams import Lists, code_of, told
from tests.works import Works
from worker.core.units import UnitDirectory
from worker.db import catalogue
from worker.errors import RunError, UpstreamUnavailable
from worker.ports import ListedProcedure

DAY = timedelta(days=1)


@pytest.fixture
def works(engine: Engine, directory: UnitDirectory) -> Works:
    return four_dossiers(engine, directory)


def limits(works: Works) -> dict[str, str]:
    with Session(works.engine) as session:
        return catalogue.told_limits(session)


def test_what_has_no_due_date_is_asked_for_first_and_the_list_last(works: Works) -> None:
    shelf = Shelf({DATED: "5 Ngày", UNDATED: "7 Ngày làm việc", OTHER: None}, (DATED, UNDATED))
    run = works.claim(works.portal_id, "look_up")
    assert read(works, shelf, run) == 2
    assert shelf.asked == [UNDATED, DATED, OTHER, "list"]
    assert limits(works) == {DATED: "5 Ngày", UNDATED: "7 Ngày làm việc"}
    assert spent(works) == shelf.calls == 4
    assert run.counts == {
        "limits_read": 3,
        "limits_unanswered": 0,
        "procedures": 2,
        "procedures_unknown": 0,
    }
    assert shelf.allowed[-1] is None


def test_the_catalogue_is_read_once_a_day_and_limits_again_after_thirty(works: Works) -> None:
    shelf = Shelf(dict.fromkeys((DATED, UNDATED, OTHER), "5 Ngày"), (DATED,))
    assert read(works, shelf) == 3
    assert read(works, shelf) == 0
    assert len(shelf.asked) == 4
    works.now += DAY
    assert read(works, shelf) == 0
    assert shelf.asked[4:] == ["list"]
    works.now += 30 * DAY
    shelf.limits[DATED] = "6 Ngày"
    assert read(works, shelf) == 1
    assert shelf.asked[5:] == [UNDATED, DATED, OTHER, "list"]


def test_afresh_it_is_read_again_but_no_code_twice_a_day(works: Works) -> None:
    shelf = Shelf(dict.fromkeys((DATED, UNDATED, OTHER), "5 Ngày"))
    read(works, shelf)
    read(works, shelf, afresh=True)
    assert shelf.asked[4:] == ["list"]
    works.now += DAY
    read(works, shelf, afresh=True)
    assert shelf.asked[5:] == [UNDATED, DATED, OTHER, "list"]


def test_procedures_whose_limit_the_folder_tells_come_last(works: Works) -> None:
    shelf = Shelf({})
    read(works, shelf, settled=frozenset({UNDATED, OTHER, "9.000009"}))
    assert shelf.asked == [DATED, UNDATED, OTHER, "list"]


def test_procedures_of_the_folder_are_asked_for_though_no_dossier_bears_them(works: Works) -> None:
    shelf = Shelf({})
    read(works, shelf, own=frozenset({OTHER, "9.000009"}))
    assert shelf.asked == [UNDATED, DATED, OTHER, "9.000009", "list"]


def test_one_without_an_answer_does_not_stop_the_others(works: Works) -> None:
    shelf = Shelf({DATED: "5 Ngày", OTHER: "5 Ngày"}, (DATED,), silent=frozenset({UNDATED}))
    run = works.claim(works.portal_id, "look_up")
    assert read(works, shelf, run) == 2
    assert run.counts["limits_unanswered"] == 1
    assert spent(works) == shelf.calls == 7
    works.now += DAY
    shelf.silent = frozenset()
    shelf.limits[UNDATED] = "9 Ngày"
    assert read(works, shelf) == 1
    assert limits(works)[UNDATED] == "9 Ngày"


def test_a_list_without_an_answer_leaves_the_day_open(works: Works) -> None:
    shelf = Shelf(dict.fromkeys((DATED, UNDATED, OTHER), "5 Ngày"), (DATED,), list_fails=True)
    with pytest.raises(UpstreamUnavailable):
        read(works, shelf)
    assert len(limits(works)) == 3
    assert spent(works) == shelf.calls == 7
    shelf.list_fails = False
    assert read(works, shelf) == 0
    assert shelf.asked[-1] == "list"
    assert shelf.asked.count(UNDATED) == 1


@pytest.mark.parametrize("budget", [0, 1, 2, 3])
def test_the_days_calls_are_never_exceeded_and_the_next_day_goes_on(
    works: Works, budget: int
) -> None:
    shelf = Shelf(dict.fromkeys((DATED, UNDATED, OTHER), "5 Ngày"), (DATED,))
    read(works, shelf, calls_per_day=budget)
    read(works, shelf, calls_per_day=budget)
    assert spent(works) == shelf.calls == budget
    assert "list" not in shelf.asked
    works.now += DAY
    read(works, shelf)
    assert sorted(shelf.asked) == [DATED, UNDATED, OTHER, "list"]


def test_killed_in_the_middle_it_goes_on_where_it_stopped(works: Works) -> None:
    rows = [told(n, codes=(code_of(n),), procedure=f"2.{n:06}", due_at=None) for n in range(5, 55)]
    works.pull(Lists(rows))
    shelf = Shelf({f"2.{n:06}": "5 Ngày" for n in range(5, 55)})

    def stop(what: str) -> None:
        if what == "2.000030":
            raise KeyboardInterrupt

    shelf.before = stop
    with pytest.raises(KeyboardInterrupt):
        read(works, shelf)
    assert len(limits(works)) == 20
    shelf.before = lambda _code: None
    before = len(shelf.asked)
    read(works, shelf)
    assert len(limits(works)) == 50
    again = shelf.asked[before:]
    assert not {f"2.{n:06}" for n in range(5, 25)} & set(again)
    assert spent(works) == shelf.calls


def test_a_round_asks_for_a_bounded_number(works: Works) -> None:
    many = [f"2.{n:06}" for n in range(5, 215)]
    works.pull(Lists([told(n, procedure=code, due_at=None) for n, code in enumerate(many, 5)]))
    shelf = Shelf(dict.fromkeys(many, "5 Ngày"))
    read(works, shelf)
    assert len(shelf.asked) == 200
    read(works, shelf)
    assert len(set(shelf.asked)) == len(shelf.asked) == 211
    assert shelf.asked[-1] == "list"


def test_a_limit_nobody_can_read_goes_to_quarantine_until_it_can(
    engine: Engine, works: Works
) -> None:
    shelf = Shelf({UNDATED: "5 Phiên họp; 3 Ngày"})
    read(works, shelf)
    (row,) = rows_of(engine, Quarantine)
    assert (row.reason, row.detail, row.row) == (
        "limit_unreadable",
        "5 Phiên họp",
        f"tthc:{UNDATED}",
    )
    assert row.code is None
    assert row.solved_at is None
    works.now += 31 * DAY
    shelf.limits[UNDATED] = "3 Ngày"
    read(works, shelf)
    (row,) = rows_of(engine, Quarantine)
    assert row.solved_at == works.now


def test_codes_the_nation_does_not_know_are_counted(engine: Engine, works: Works) -> None:
    shelf = Shelf({DATED: "5 Ngày"}, (DATED,))
    run = works.claim(works.portal_id, "look_up")
    read(works, shelf, run, settled=frozenset({OTHER}))
    assert run.counts["procedures_unknown"] == 2
    known = {row.code: row.known for row in rows_of(engine, Procedure)}
    assert known == {DATED: True, UNDATED: False, OTHER: False}
    works.now += DAY
    shelf.listed = (UNDATED, OTHER)
    read(works, shelf, run, settled=frozenset({OTHER}))
    assert run.counts["procedures_unknown"] == 1
    assert {row.code for row in rows_of(engine, Procedure)} == {DATED, UNDATED, OTHER}


def test_a_name_that_changed_in_the_list_is_changed_here(engine: Engine, works: Works) -> None:
    with Session(engine) as session, session.begin():
        catalogue.put_list(session, [ListedProcedure(DATED, "Tên cũ")], works.now)
    works.now += DAY
    with Session(engine) as session, session.begin():
        catalogue.put_list(session, [ListedProcedure(DATED, "Tên mới")], works.now)
    (row,) = rows_of(engine, Procedure)
    assert (row.name, row.listed_at, row.read_at) == ("Tên mới", works.now, None)


def test_a_run_that_was_taken_over_writes_nothing(works: Works) -> None:
    run = works.claim(works.portal_id, "look_up")
    works.claim(works.portal_id, "look_up")
    shelf = Shelf({UNDATED: "5 Ngày"})
    with pytest.raises(RunError):
        read(works, shelf, run)
    assert (shelf.asked, limits(works), spent(works)) == ([], {}, 0)
    assert works.now == AS_OF
