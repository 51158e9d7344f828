"""``doisoat backup`` and ``doisoat restore`` as their users meet them."""

import json
import zipfile
from pathlib import Path

import pytest

from models.types import Side
from tests.cli.conftest import doisoat
from tests.cli.test_links import _SETTINGS
from tests.new_store import make_sqlite
from tests.records import NOW, enter, put, view
from worker.db.engine import open_engine


def fill(folder: Path, *codes: str) -> None:
    """Records of dossiers in the store of an installation."""
    engine = open_engine(f"sqlite:///{folder / '.doisoat' / 'doisoat.db'}")
    try:
        put(engine, enter(engine, "tinh", Side.PROVINCE), [view(code) for code in codes], NOW)
    finally:
        engine.dispose()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An installation that knows one dossier."""
    (tmp_path / "doisoat.toml").write_text(_SETTINGS, encoding="utf-8")
    make_sqlite(tmp_path / ".doisoat" / "doisoat.db")
    fill(tmp_path, "H51.01-240701-0001")
    return tmp_path


def test_a_backup_goes_where_it_says_and_is_told_how_to_come_back(folder: Path) -> None:
    done = doisoat(folder, "backup")
    assert done.code == 0
    (file,) = (folder / ".doisoat" / "backups").iterdir()
    assert file.name.startswith("doisoat-H51-")
    assert str(file) in done.out
    assert f"doisoatrestore{file}" in "".join(done.out.split())
    assert "không chứa cấu hình và mật khẩu" in done.out
    told = doisoat(folder, "backup", "mine.zip", "--json").json
    assert (told["file"], told["province"]) == (str(folder / "mine.zip"), "H51")
    assert told["size"] == (folder / "mine.zip").stat().st_size
    assert {"name": "dossierrecord", "rows": 1} in told["tables"]
    assert told["rows"] == sum(table["rows"] for table in told["tables"])


def test_no_setting_and_no_secret_is_in_a_backup(folder: Path) -> None:
    doisoat(folder, "backup", "b.zip", environment={"DOISOAT_SOURCES__TINH__PASSWORD": "bí mật"})
    with zipfile.ZipFile(folder / "b.zip") as archive:
        everything = "".join(archive.read(name).decode() for name in archive.namelist())
    assert "H51.01-240701-0001" in everything
    assert "bí mật" not in everything
    assert "http://" not in everything


def test_data_is_replaced_only_when_somebody_agrees(folder: Path) -> None:
    doisoat(folder, "backup", "b.zip")
    fill(folder, "H51.01-240701-0002")
    refused = doisoat(folder, "restore", "b.zip")
    assert refused.code == 1
    assert "thêm --yes" in refused.err
    assert known(folder) == 2
    done = doisoat(folder, "restore", "b.zip", "--yes")
    assert done.code == 0
    assert "Bản sao lưu của H51" in done.out
    assert "Đã khôi phục" in done.out
    assert known(folder) == 1


def known(folder: Path) -> int:
    """How many dossiers the store knows, by what a backup of it tells."""
    tables = doisoat(folder, "backup", "count.zip", "--json").json["tables"]
    found: int = next(table["rows"] for table in tables if table["name"] == "dossier")
    return found


def test_an_empty_store_is_restored_into_without_a_question(folder: Path) -> None:
    doisoat(folder, "backup", "b.zip")
    elsewhere = {"DOISOAT_DATA_DIR": str(folder / "elsewhere")}
    done = doisoat(folder, "restore", "b.zip", "--json", environment=elsewhere)
    assert (done.code, done.err) == (0, "")
    assert done.json["interrupted"] == 0
    assert done.json["restored_revision"] == done.json["revision"]
    assert doisoat(folder, "runs", "--json", environment=elsewhere).json["total"] == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(None, "Không tìm thấy tệp"), (b"not a backup", "hỏng, bị sửa hoặc không phải")],
)
def test_a_file_of_no_use_is_refused_with_one_sentence(
    folder: Path, content: bytes | None, sentence: str
) -> None:
    if content is not None:
        (folder / "b.zip").write_bytes(content)
    refused = doisoat(folder, "restore", "b.zip", "--yes")
    assert (refused.code, refused.out) == (1, "")
    assert sentence in refused.err
    assert len(refused.err.splitlines()) == 1


def test_how_many_backups_are_kept_is_a_setting(folder: Path) -> None:
    refused = doisoat(folder, "backup", environment={"DOISOAT_BACKUP__KEEP": "0"})
    assert refused.code == 1
    assert "backup.keep" in refused.err


def test_a_backup_for_a_program_is_one_document(folder: Path) -> None:
    done = doisoat(folder, "backup", "b.zip", "--json")
    assert json.loads(done.out)["revision"]
    assert done.err == ""
