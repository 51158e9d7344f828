"""Units merged and gone: both sides reconcile across the break, counts summed where heirs stand."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from models.types import CauseKind, Period, SourceRecord, Status
from tests.places import Place, connected, journey, opened, reported, serving
from tests.provinces import write_merged_province
from tests.truths import assert_exact, lines_of
from tests.upstreams import DAY, Board, Lists, desk_of, on_portal
from tests.works import EVERYTHING, Works
from tests.worlds import changed
from worker.core.outcome import Report, of_unit
from worker.core.times import VIETNAM, month_of
from worker.core.units import UnitDirectory
from worker.db.trail import find
from worker.journey.explaining import explaining
from worker.simulator.build import WorldOptions, build_world
from worker.simulator.records import Planted
from worker.simulator.truth import truth
from worker.simulator.world import World
from worker.sources.calendars import national_calendar
from worker.sources.folder import read_folder
from worker.stages.explain import explain_dossier, explain_unit
from worker.stages.read_published import ReadPublished, read_published

NOW = datetime(2025, 7, 24, 16, tzinfo=VIETNAM)
BREAK = datetime(2025, 7, 1, tzinfo=VIETNAM)
JULY = Period(date(2025, 7, 1), date(2025, 7, 31))
JUNE = Period(date(2025, 6, 1), date(2025, 6, 30))

# Who keeps a dossier's old unit, by the new one, and what the portal may still call it.
_BEFORE = {"H98.11": ("H98.01", "H97.11"), "H98.12": ("H98.02", "H98.03"), "H98.71": ("H98.32",)}
_OLD_NAMES = {
    "H98.11": "Sở Kế hoạch và Đầu tư",
    "H98.12": "Sở TN&MT",
    "H98.71": "Phòng Nội vụ - UBND huyện Cuối",
}


@pytest.fixture(scope="session")
def merged_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_merged_province(tmp_path_factory.mktemp("seeds") / "tinh-gop")


@pytest.fixture
def merged_place(tmp_path: Path, merged_folder: Path, backend: str, store_url: str) -> Place:
    url = store_url if backend == "postgresql" else None
    return Place(folder=tmp_path, code="H98", seeds=str(merged_folder), store_url=url)


@pytest.fixture
def works(engine: Engine, merged_folder: Path) -> Works:
    return Works(engine, UnitDirectory(read_folder(merged_folder).units), now=NOW)


def _world(place: Place, seed: int, dossiers: int) -> World:
    calendar = national_calendar(place.folder).calendar
    options = WorldOptions(seed=seed, dossiers=dossiers, as_of=NOW)
    return build_world(place.province(), "H98", calendar, options)


def _half_under_old_units(world: World) -> World:
    """Every other dossier: at home under a predecessor's code, or on the portal by its name."""
    numbers = {each.code: place for place, each in enumerate(world.planted)}

    def keep_old(each: Planted) -> Planted:
        number = numbers[each.code]
        codes, name = _BEFORE.get(each.unit), _OLD_NAMES.get(each.portal_unit)
        homes, portals = each.homes, each.portals
        if codes is not None and number % 2 == 0:
            homes = tuple(replace(row, unit=codes[number // 2 % len(codes)]) for row in homes)
        if name is not None and number % 3 == 0:
            portals = tuple(replace(row, unit_name=name) for row in portals)
        return replace(each, homes=homes, portals=portals)

    return changed(world, numbers, keep_old)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_planted_truth_is_found_though_either_side_still_uses_old_units(
    merged_place: Place, seed: int
) -> None:
    world = _half_under_old_units(_world(merged_place, seed, 300))
    with serving(world) as at:
        settings = merged_place.configure(at, now=NOW, reporting=True, sample_share=1)
        travelled = journey(settings)
    assert travelled.troubles == []
    report = reported(travelled)
    assert_exact(report, world, published=True)
    merged = {unit["code"]: unit["predecessors"] for unit in report["units"]}
    assert merged["H98.11"] == ["H97.11", "H98.01"]
    assert merged["H98.12"] == ["H98.02", "H98.03"]
    assert merged["H98.71"] == ["H98.32"]
    assert merged["H98.72"] == []
    assert not merged.keys() & report["predecessor_names"].keys()


def test_few_look_ups_find_every_late_count_though_published_under_old_and_new_units(
    merged_place: Place,
) -> None:
    world = _half_under_old_units(_world(merged_place, 4, 300))
    with serving(world) as at:
        travelled = journey(merged_place.configure(at, now=NOW, reporting=True))
    report = reported(travelled)
    late = ("late_province", "late_portal", "late_published", "unexplained")
    assert lines_of(report["units"], late) == lines_of(truth(world)["units"], late)
    assert report["totals"]["presumed"] > 0


def received(day: int, unit: str | None, number: int, **more: object) -> SourceRecord:
    """An open dossier received in June 2025, overdue since July."""
    usual: dict[str, object] = {
        "external_id": str(number),
        "codes": (f"H98.01-2506{day:02d}-{number:04d}",),
        "unit_code": unit,
        "unit_name": None,
        "status": Status.IN_PROCESS,
        "received_at": BREAK - (30 - day) * DAY,
        "due_at": BREAK + 5 * DAY,
    }
    return SourceRecord(**(usual | more))  # type: ignore[arg-type]


def named(record: SourceRecord, name: str, **more: object) -> SourceRecord:
    return on_portal(record, unit_code=None, unit_name=name, **more)


def look(works: Works, home: Sequence[SourceRecord], portal: Sequence[SourceRecord]) -> None:
    works.pull(Lists(home))
    works.look_up(desk_of(portal), appetite=EVERYTHING)


def publish(works: Works, late: dict[str, int], period: Period = JULY) -> None:
    run = works.claim(works.portal_id, "look_up")
    task = ReadPublished(
        engine=works.engine,
        source=Board(late),
        directory=works.directory,
        clock=lambda: works.now,
        progress=lambda _done, _total: None,
        periods=(period,),
    )
    read_published(task, run)


def line(report: Report, code: str) -> dict[str, object]:
    (found,) = [unit for unit in report["units"] if unit["code"] == code]
    return dict(found)


def test_old_units_at_home_and_new_ones_on_the_portal_are_no_difference(works: Works) -> None:
    home = [received(10, "H98.01", 1), received(11, "H98.02", 2), received(12, "H98.32", 3)]
    names = ["Sở Tài chính", "Sở Nông nghiệp và Môi trường", "UBND xã Cuối"]
    portal = [named(record, name) for record, name in zip(home, names, strict=True)]
    look(works, home, portal)
    report = works.reconcile(period=JULY)
    assert report["discrepancies"] == []
    assert [line(report, code)["late_portal"] for code in ("H98.11", "H98.12", "H98.71")] == [
        1,
        1,
        1,
    ]
    assert report["predecessor_names"]["H98.32"] == "Huyện Cuối"


def test_published_counts_of_old_and_new_units_are_summed_and_compared_as_one(
    works: Works,
) -> None:
    home = [received(10, "H98.01", 1), received(11, "H97.11", 2), received(12, "H98.11", 3)]
    look(works, home, [named(each, "Sở Tài chính") for each in home])
    publish(works, {"H98.01": 2, "H98.11": 2, "H98.12": 0})
    report = works.reconcile(period=JULY)
    finance = line(report, "H98.11")
    assert (finance["late_published"], finance["late_portal"], finance["unexplained"]) == (4, 3, 1)
    assert report["totals"]["late_published"] == 4
    assert report["totals"]["unexplained"] == 1


def test_a_district_without_an_heir_keeps_what_was_its_own(works: Works) -> None:
    record = received(10, "H98.31", 1)
    look(works, [record], [named(record, "Huyện Đầu")])
    report = works.reconcile(period=JULY)
    assert line(report, "H98.31")["late_province"] == 1
    assert report["discrepancies"] == []


def test_a_period_before_the_break_is_counted_by_the_units_of_then(works: Works) -> None:
    record = received(10, "H98.32", 1, due_at=BREAK - 5 * DAY)
    look(works, [record], [named(record, "Huyện Cuối")])
    report = works.reconcile(period=JUNE)
    assert line(report, "H98.32")["late_province"] == 1
    assert line(report, "H98.32")["predecessors"] == []
    assert "H98.71" not in {unit["code"] for unit in report["units"]}


def test_an_ended_unit_is_reported_and_explained_as_part_of_its_heir(
    merged_place: Place,
) -> None:
    world = _half_under_old_units(_world(merged_place, 3, 200))
    with serving(world) as at:
        settings = merged_place.configure(at, now=NOW)
        report = reported(journey(settings))
    assert of_unit(report, "H98.01", "")["units"] == of_unit(report, "H98.11", "")["units"]
    with opened(settings) as services, connected(settings) as engine:
        task = explaining(services, NOW, month_of(NOW), lambda _done, _total: None)
        told = explain_unit(task, "H98.01")
        assert told["units"] == of_unit(report, "H98.11", "")["units"]
        planted = [
            each
            for each in world.planted
            if each.truth.cause is None
            and each.portals
            and each.homes[0].unit != each.unit
            and each.truth.counted
        ]
        with Session(engine) as session:
            dossier = find(session, planted[0].code)
        assert dossier is not None
        explained = explain_dossier(task, dossier)
        assert [each for each in explained["effects"] if each["kind"] == CauseKind.DATA] == []
