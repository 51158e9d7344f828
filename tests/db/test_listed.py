"""A list imported for the portal answers as look-ups do: for what it holds, and what it doesn't."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from models.types import RecordView, RunState, Status
from tests.places import AS_OF, JULY
from tests.works import Works, causes, judged
from worker.core.unit_list import parse_units
from worker.core.units import UnitDirectory
from worker.db import records, runs
from worker.db.listed import note_absent, note_listed
from worker.db.records import Writing

_UNITS = """\
code,name,short_name,level,parent,valid_from,valid_to,successor,aliases
H99,Tỉnh Mẫu,,province,,,,,
H99.01,Sở Mẫu,,department,H99,,,,
"""
_LATE = AS_OF - timedelta(days=2)


@pytest.fixture
def works(engine: Engine) -> Works:
    return Works(engine, UnitDirectory(parse_units(_UNITS, "units.csv")))


def _view(*codes: str, received: datetime = _LATE - timedelta(days=10)) -> RecordView:
    return RecordView(
        external_id=codes[0],
        codes=codes,
        unit="H99.01",
        status=Status.IN_PROCESS,
        received_at=received,
        due_at=_LATE,
    )


def _put(works: Works, source_id: int, *views: RecordView) -> int:
    run = works.claim(source_id, "load", full=True)
    with Session(works.engine) as session, session.begin():
        records.upsert(session, views, Writing(source_id, run.id, works.now, judged))
        runs.finish(session, run, RunState.COMPLETE, works.now)
    return run.id


def _listed(works: Works, *views: RecordView, covered: bool) -> None:
    run_id = _put(works, works.portal_id, *views)
    codes = [code for view in views for code in view.codes]
    with Session(works.engine) as session, session.begin():
        note_listed(session, works.portal_id, run_id, codes, works.now)
        if covered:
            homes = [works.province_id]
            note_absent(session, works.portal_id, run_id, homes, JULY, works.now)


def test_what_a_whole_list_does_not_hold_is_not_on_the_portal(works: Works) -> None:
    _put(works, works.province_id, _view("H99.01-240712-0001"), _view("H99.01-240712-0002"))
    _listed(works, _view("H99.01-240712-0001"), covered=True)
    report = works.reconcile()
    assert report["totals"]["presumed"] == 0
    assert causes(report) == {"H99.01-240712-0002": "NOT_ON_PORTAL"}


def test_what_a_list_of_some_dossiers_does_not_hold_is_only_presumed(works: Works) -> None:
    _put(works, works.province_id, _view("H99.01-240712-0001"), _view("H99.01-240712-0002"))
    _listed(works, _view("H99.01-240712-0001"), covered=False)
    report = works.reconcile()
    assert report["totals"]["presumed"] == 1
    assert causes(report) == {}


def test_a_whole_list_of_a_month_says_nothing_of_another_month(works: Works) -> None:
    earlier = _view("H99.01-240612-0001", received=AS_OF - timedelta(days=40))
    _put(works, works.province_id, earlier)
    _listed(works, _view("H99.01-240712-0001"), covered=True)
    assert works.reconcile()["totals"]["presumed"] == 1


def test_a_dossier_listed_under_one_of_its_codes_is_answered_for_all_of_them(
    works: Works,
) -> None:
    _put(works, works.province_id, _view("H99.01-240712-0001", "G22.99-240712-000001"))
    _listed(works, _view("G22.99-240712-000001"), covered=False)
    report = works.reconcile()
    assert report["totals"]["presumed"] == 0
    assert report["totals"]["late_portal"] == 1


def test_a_later_list_that_holds_it_after_all_ends_the_difference(works: Works) -> None:
    _put(works, works.province_id, _view("H99.01-240712-0001"))
    _listed(works, _view("H99.01-240712-0009"), covered=True)
    assert "NOT_ON_PORTAL" in causes(works.reconcile()).values()
    works.now += timedelta(hours=1)
    _listed(works, _view("H99.01-240712-0001"), covered=True)
    assert "NOT_ON_PORTAL" not in causes(works.reconcile()).values()


def test_a_change_at_home_after_the_list_makes_its_dossier_presumed_again(works: Works) -> None:
    _put(works, works.province_id, _view("H99.01-240712-0001"))
    _listed(works, _view("H99.01-240712-0001"), covered=True)
    works.now += timedelta(hours=1)
    _put(works, works.province_id, _view("H99.01-240712-0001", received=_LATE - timedelta(days=9)))
    assert works.reconcile()["totals"]["presumed"] == 1
