"""A store filled for a benchmark holds what was planted, and the program finds exactly that."""

from collections import Counter
from datetime import timedelta

from sqlalchemy import Engine

from models.dossier import DossierRecord, ProgressEvent
from models.types import Status
from tests.benchmarks.dossiers import CAUSES, Population, directory, dossiers_of
from tests.benchmarks.news import change
from tests.benchmarks.stores import fill, tidy
from tests.places import AS_OF
from tests.stores import contents, rows_of
from tests.works import Works, causes

SMALL = Population(dossiers=600, differing=0.1)


def filled(engine: Engine) -> Works:
    fill(engine, SMALL)
    tidy(engine)
    return Works(engine, directory())


def test_reconciling_finds_exactly_the_planted_differences(engine: Engine) -> None:
    report = filled(engine).reconcile()
    planted = {each.code: each.planted.value for each in dossiers_of(SMALL) if each.planted}
    assert causes(report) == planted
    assert len(report["discrepancies"]) == len(planted)
    assert set(planted.values()) == {cause.value for cause in CAUSES}
    assert report["totals"].get("presumed", 0) == 0


def test_a_change_moves_both_sides_of_as_many_dossiers_as_it_says(engine: Engine) -> None:
    works = filled(engine)
    before = works.reconcile()
    works.now += timedelta(minutes=15)
    moved = change(engine, 0.05, works.now)
    assert moved == 30
    seen = [each for each in rows_of(engine, DossierRecord) if each.observed_at == works.now]
    of_side = Counter(each.source_id for each in seen)
    assert of_side[works.province_id] == moved
    assert len({each.dossier_id for each in seen}) == moved
    after = works.reconcile()
    assert after["units"] != before["units"]
    assert after["totals"].get("presumed", 0) == 0


def test_two_fifths_are_open_and_the_portal_tells_the_course_of_each(engine: Engine) -> None:
    works = filled(engine)
    records = rows_of(engine, DossierRecord)
    home = [each for each in records if each.source_id == works.province_id]
    still_open = sum(not each.status.is_end for each in home) / len(home)
    assert 0.3 < still_open < 0.5
    assert all(each.received_at and each.received_at < AS_OF for each in records)
    ends = Counter(
        each.record_id for each in rows_of(engine, ProgressEvent) if each.status is Status.FINISHED
    )
    portal = [each for each in records if each.source_id == works.portal_id]
    assert {each.id for each in portal if each.status.is_end} == set(ends)


def test_the_same_seed_fills_the_same_store(engine: Engine) -> None:
    filled(engine)
    found = contents(engine, "dossierrecord", "progressevent")
    assert len(found["dossierrecord"]) == sum(
        1 if each.portal is None else 2 for each in dossiers_of(SMALL)
    )
    assert list(dossiers_of(SMALL)) == list(dossiers_of(SMALL))
    assert list(dossiers_of(SMALL)) != list(dossiers_of(Population(dossiers=600, seed=2)))
