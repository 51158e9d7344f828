"""``doisoat prune`` as its user meets it."""

from pathlib import Path

import pytest

from models.reconciliation import Reconciliation
from models.types import Side
from tests.cli.conftest import Done, doisoat
from tests.cli.test_links import _SETTINGS
from tests.new_store import make_sqlite
from tests.records import NOW, enter, put, view
from tests.stores import rows_of
from worker.db.engine import open_engine

LATER = {"DOISOAT_NOW": "2028-07-24T16:00:00+07:00"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An installation whose one dossier changed its unit, long ago."""
    (tmp_path / "doisoat.toml").write_text(_SETTINGS, encoding="utf-8")
    make_sqlite(tmp_path / ".doisoat" / "doisoat.db")
    engine = open_engine(f"sqlite:///{tmp_path / '.doisoat' / 'doisoat.db'}")
    try:
        home = enter(engine, "tinh", Side.PROVINCE)
        for day, unit in enumerate(("H51.01", "H51.02"), start=1):
            now = NOW.replace(day=day)
            put(engine, home, [view("H51.01-240701-0001", unit=unit)], now)
    finally:
        engine.dispose()
    return tmp_path


def do(folder: Path, *arguments: str, **environment: str) -> Done:
    return doisoat(folder, *arguments, environment=LATER | environment)


def kinds(done: Done) -> dict[str, int]:
    return {each["kind"]: each["rows"] for each in done.json["items"] if each["rows"]}


def test_a_dry_run_shows_what_would_go_and_deletes_nothing(folder: Path) -> None:
    shown = do(folder, "prune", "--dry-run")
    assert shown.code == 0
    assert "Bản trước của hồ sơ" in shown.out
    assert "16:00 20/6/2027" in shown.out
    assert "chưa xóa gì" in shown.out
    for _ in range(2):
        told = do(folder, "prune", "--dry-run", "--json")
        assert (told.json["deleted"], kinds(told)) == (False, {"versions": 1, "runs": 1})
        assert told.json["earliest_as_of"] is None


def test_what_is_past_its_time_goes_once_and_is_told(folder: Path) -> None:
    first = do(folder, "prune", "--yes")
    assert first.code == 0
    assert "Đã xóa 2 dòng." in first.out
    assert "không tái lập được" in first.out
    again = do(folder, "prune", "--yes", "--json")
    assert (again.json["deleted"], again.json["total"]) == (False, 0)
    assert again.json["earliest_as_of"] == "2027-06-20T16:00:00+07:00"
    assert "Tái lập được số liệu chốt từ 16:00 20/6/2027." in do(folder, "prune").out


def test_a_cut_off_of_which_something_went_is_refused_with_one_sentence(folder: Path) -> None:
    before = do(folder, "reconcile", "--as-of", "2024-07-24", "--json")
    assert before.json["totals"]["received"] == 1
    do(folder, "prune", "--yes")
    for command in (("reconcile",), ("explain", "H51.12")):
        refused = do(folder, *command, "--as-of", "2024-07-24")
        assert (refused.code, refused.out) == (1, "")
        assert "không tái lập được số liệu chốt trước 2027-06-20T16:00:00" in refused.err
        assert len(refused.err.splitlines()) == 1
    allowed = do(folder, "reconcile", "--as-of", "2027-06-20T16:00:00", "--json")
    assert allowed.json["totals"]["on_portal"] == 0
    assert allowed.err == ""


def test_how_long_things_are_kept_is_a_setting(folder: Path) -> None:
    kept = do(folder, "prune", "--dry-run", "--json", DOISOAT_RETENTION__CUTOFFS="2000d")
    assert kinds(kept) == {}
    refused = do(folder, "prune", DOISOAT_RETENTION__CUTOFFS="34d")
    assert refused.code == 1
    assert "từ 35d đến 36500d" in refused.err


def test_reconciliations_by_hand_go_after_their_own_time(folder: Path) -> None:
    assert doisoat(folder, "reconcile").code in (0, 4)
    gone = do(folder, "prune", "--yes", "--json", DOISOAT_RETENTION__CUTOFFS="2000d")
    assert kinds(gone) == {"by_hand": 1}
    engine = open_engine(f"sqlite:///{folder / '.doisoat' / 'doisoat.db'}")
    try:
        assert rows_of(engine, Reconciliation) == []
    finally:
        engine.dispose()
