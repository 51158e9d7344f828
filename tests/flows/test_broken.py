"""Broken records stop nothing, tell nobody's name, and are read again once they can be."""

import shutil
from collections import Counter
from pathlib import Path

from models.dossier import DossierRecord
from models.source import Quarantine, SyncRun
from tests.places import Place, connected, journey, reported, serving
from tests.stores import all_text, rows_of
from tests.truths import assert_exact
from worker.journey import Wish
from worker.log import logging_to
from worker.settings.model import Settings
from worker.simulator.extras import UNKNOWN_UNIT_NAME

PEOPLE = (
    "Nguyễn Thị Mẫu",
    "Trần Văn Mẫu",
    "000000000012",
    "000000000013",
    "0900000000",
    "0900000001",
    "mau@example.vn",
    "uyquyen@example.vn",
    "Số 0 đường Mẫu",
    "00000000-0000-0000-0000-000000000abc",
    "dvc.example.vn",
)


def quarantined(settings: Settings) -> list[Quarantine]:
    with connected(settings) as engine:
        return [each for each in rows_of(engine, Quarantine) if each.solved_at is None]


def test_broken_records_are_kept_with_their_reason_and_change_no_figure(place: Place) -> None:
    world = place.world(broken=16)
    with serving(world) as at:
        settings = place.configure(at)
        with logging_to(settings.log_file, "debug"):
            travelled = journey(settings)
    assert travelled.is_complete
    report = reported(travelled)
    assert report["totals"]["presumed"] == 8
    assert_exact(report, world, published=False)
    rows = quarantined(settings)
    reasons = Counter(each.reason for each in rows)
    assert reasons == {
        "code_missing": 4,
        "date_unreadable": 4 + 3,
        "status_unknown": 4 + 3,
        # One more in the table that the province's system makes of its own dossiers.
        "unit_unknown": 4 + 2 + 1,
    }
    with connected(settings) as engine:
        runs = [run for run in rows_of(engine, SyncRun) if run.source_id is not None]
    assert [run.counts["quarantined"] for run in runs] == [16, 8]
    assert all(each.raw and each.at for each in rows)


def test_nobodys_name_is_stored_or_logged(place: Place) -> None:
    world = place.world(broken=16)
    with serving(world) as at:
        settings = place.configure(at, reporting=True, sample_share=1)
        with logging_to(settings.log_file, "debug"):
            journey(settings)
    with connected(settings) as engine:
        stored = all_text(engine)
    assert "dossierNo" in stored
    assert world.planted[0].code in stored
    files = b"".join(each.read_bytes() for each in Path(settings.data_dir).iterdir())
    for canary in PEOPLE:
        assert canary not in stored, canary
        assert canary.encode() not in files, canary


def test_a_unit_entered_later_solves_what_waited_for_it(place: Place) -> None:
    folder = place.folder / "tinh-sua"
    shutil.copytree(place.seeds, folder)
    mended = Place(folder=place.folder, code="H99", seeds=str(folder), store_url=place.store_url)
    world = mended.world(broken=16)
    with serving(world) as at:
        settings = mended.configure(at)
        journey(settings)
        unknown = [each for each in quarantined(settings) if each.reason == "unit_unknown"]
        waiting = {each.row for each in unknown if each.external_id is not None}
        units = folder / "units.csv"
        text = units.read_text(encoding="utf-8")
        entered = f"H99.97,{UNKNOWN_UNIT_NAME},Ban QL,department,H99,,,,\n"
        units.write_text(text + entered, encoding="utf-8")
        report = reported(journey(settings, Wish(full=True)))
    assert len(waiting) == 6
    left = quarantined(settings)
    assert "unit_unknown" not in {each.reason for each in left}
    with connected(settings) as engine:
        known = {each.external_id for each in rows_of(engine, DossierRecord)}
    assert waiting <= known
    assert report["totals"]["presumed"] == 6


def test_a_row_deleted_at_home_leaves_quarantine_after_a_full_sweep(light_place: Place) -> None:
    whole, clean = light_place.world(broken=8), light_place.world(broken=0)
    with serving(whole) as at:
        settings = light_place.configure(at)
        journey(settings)
        assert quarantined(settings)
    with serving(clean) as at:
        journey(light_place.configure(at), Wish(full=True))
    with connected(settings) as engine:
        rows = rows_of(engine, Quarantine)
    assert rows
    assert all(each.solved_at is not None for each in rows)
