"""Files that are not what they say, and files that are not for this store."""

import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from models import SCHEMA_REVISION
from models.tables import metadata
from tests.backups import everything, fill, quiet, saved, task
from worker.db.backup_restore import examine, restore
from worker.db.engine import stored_revision
from worker.errors import BackupError, StoreError


def remade(file: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    """Write a backup anew with other members."""
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


@contextmanager
def telling(members: dict[str, bytes]) -> Iterator[dict[str, Any]]:
    """The manifest, to be changed."""
    manifest = json.loads(members["manifest.json"])
    yield manifest
    members["manifest.json"] = json.dumps(manifest).encode()


def _one_byte(members: dict[str, bytes]) -> None:
    members["tables/source.txt"] = members["tables/source.txt"].replace(b"1", b"7", 1)


def _a_row_less(members: dict[str, bytes]) -> None:
    members["tables/source.txt"] = members["tables/source.txt"].split(b"\n", 1)[1]


def _a_table_less(members: dict[str, bytes]) -> None:
    del members["tables/source.txt"]


def _a_stranger(members: dict[str, bytes]) -> None:
    members["../../etc/passwd"] = b"x"


def _no_manifest(members: dict[str, bytes]) -> None:
    del members["manifest.json"]


def _no_json(members: dict[str, bytes]) -> None:
    members["manifest.json"] = members["manifest.json"][:-10]


def _a_flood(members: dict[str, bytes]) -> None:
    members["tables/source.txt"] = b"0" * 30_000_000


def _agreeing(members: dict[str, bytes], text: bytes) -> None:
    members["tables/source.txt"] = text
    with telling(members) as manifest:
        for table in manifest["tables"]:
            if table["name"] == "source":
                table["sha256"], table["size"] = sha256(text).hexdigest(), len(text)
                table["rows"] = text.count(b"\n")


def _twice_the_same_key(members: dict[str, bytes]) -> None:
    _agreeing(members, 2 * members["tables/source.txt"])


def _no_number(members: dict[str, bytes]) -> None:
    _agreeing(members, members["tables/source.txt"].replace(b"1", b"one", 1))


def _a_column_too_many(members: dict[str, bytes]) -> None:
    _agreeing(members, members["tables/source.txt"].replace(b"\n", b"\t1\n"))


def _rows_that_refer_to_none(members: dict[str, bytes]) -> None:
    _agreeing(members, b"")


def _another_column(members: dict[str, bytes]) -> None:
    with telling(members) as manifest:
        manifest["tables"][0]["columns"][0] = 'id"); DROP TABLE source; --'


def _another_table(members: dict[str, bytes]) -> None:
    members["tables/pg_authid.txt"] = b""
    with telling(members) as manifest:
        empty = {"columns": [], "rows": 0, "size": 0, "sha256": sha256(b"").hexdigest()}
        manifest["tables"].append({"name": "pg_authid", **empty})


def assert_refused(engine: Engine, file: Path) -> None:
    """The file is refused, and nothing has changed."""
    before = everything(engine)
    with pytest.raises(BackupError) as told:
        restore(task(engine, file), quiet)
    assert told.value.key == "backup_broken"
    assert everything(engine) == before
    assert stored_revision(engine) == SCHEMA_REVISION


@pytest.mark.parametrize(
    "change",
    [
        _one_byte,
        _a_row_less,
        _a_table_less,
        _a_stranger,
        _no_manifest,
        _no_json,
        _a_flood,
        _another_column,
        _another_table,
    ],
)
def test_a_file_that_was_changed_on_its_way_changes_nothing(
    light: Engine, tmp_path: Path, change: Callable[[dict[str, bytes]], None]
) -> None:
    fill(light)
    saved(light, tmp_path / "b.zip")
    remade(tmp_path / "b.zip", change)
    assert_refused(light, tmp_path / "b.zip")


@pytest.mark.parametrize(
    "change", [_twice_the_same_key, _no_number, _a_column_too_many, _rows_that_refer_to_none]
)
def test_a_file_that_the_database_cannot_take_changes_nothing(
    engine: Engine, full: Path, change: Callable[[dict[str, bytes]], None]
) -> None:
    remade(full, change)
    assert_refused(engine, full)


@pytest.mark.parametrize("change", [_one_byte, _a_row_less, _a_flood])
def test_a_file_is_examined_before_anything_is_asked(
    light: Engine, tmp_path: Path, change: Callable[[dict[str, bytes]], None]
) -> None:
    fill(light)
    saved(light, tmp_path / "b.zip")
    assert examine(task(light, tmp_path / "b.zip"), quiet).rows == 3 * len(metadata.tables)
    remade(tmp_path / "b.zip", change)
    with pytest.raises(BackupError) as told:
        examine(task(light, tmp_path / "b.zip"), quiet)
    assert told.value.key == "backup_broken"


@pytest.mark.parametrize("share", [0, 0.01, 0.5, 0.99])
def test_a_file_cut_off_is_refused(light: Engine, tmp_path: Path, share: float) -> None:
    saved(light, tmp_path / "b.zip")
    content = (tmp_path / "b.zip").read_bytes()
    (tmp_path / "b.zip").write_bytes(content[: int(share * len(content))])
    with pytest.raises(BackupError) as told:
        examine(task(light, tmp_path / "b.zip"), quiet)
    assert told.value.key == "backup_broken"


def test_a_file_that_is_not_there_is_said_to_be_missing(light: Engine, tmp_path: Path) -> None:
    with pytest.raises(BackupError) as told:
        examine(task(light, tmp_path / "none.zip"), quiet)
    assert told.value.key == "file_missing"


def _newer_schema(members: dict[str, bytes]) -> None:
    with telling(members) as manifest:
        manifest["revision"] = "9999"


def _newer_format(members: dict[str, bytes]) -> None:
    members["manifest.json"] = b'{"format": 2, "all": "different"}'


@pytest.mark.parametrize("change", [_newer_schema, _newer_format])
def test_a_backup_of_a_newer_program_is_refused(
    light: Engine, tmp_path: Path, change: Callable[[dict[str, bytes]], None]
) -> None:
    file = tmp_path / "b.zip"
    saved(light, file)
    remade(file, change)
    for refuse in (examine, restore):
        with pytest.raises(BackupError) as told:
            refuse(task(light, file), quiet)
        assert told.value.key == "backup_newer"


def test_a_backup_of_another_province_is_refused(light: Engine, tmp_path: Path) -> None:
    saved(light, tmp_path / "b.zip")
    for refuse in (examine, restore):
        with pytest.raises(BackupError) as told:
            refuse(task(light, tmp_path / "b.zip", province="H51"), quiet)
        assert told.value.key == "backup_of_another"


def test_a_store_of_a_newer_program_is_not_restored_over(light: Engine, tmp_path: Path) -> None:
    saved(light, tmp_path / "b.zip")
    with light.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError) as told:
        restore(task(light, tmp_path / "b.zip"), quiet)
    assert told.value.key == "store_newer"
