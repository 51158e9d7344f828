"""A backup: one instant, whole, of either database."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import (
    Boolean,
    Column,
    Engine,
    Integer,
    String,
    insert,
)

from models.tables import metadata
from tests.backups import NOW, everything, fill, quiet, saved, task, value_of
from worker.db.backup import PART, backup, stored_tables
from worker.db.backup_restore import restore
from worker.db.backup_text import lines_of
from worker.db.backup_text import rows_of as rows_in
from worker.db.engine import open_engine
from worker.errors import BackupError, StoreError


@pytest.mark.slow
def test_a_backup_shows_one_instant_while_others_write(
    engine: Engine, target: Engine, tmp_path: Path
) -> None:
    fill(engine)
    before = everything(engine)
    written: list[int] = []

    def meddle(_done: int, _total: int | None) -> None:
        number = 10 + len(written)
        written.append(number)
        with engine.begin() as connection:
            for table in stored_tables(connection):
                if table.name in ("source", "dossier", "unitalias"):
                    row = {each.name: value_of(each, number) for each in table.columns}
                    connection.execute(insert(table).values(row))

    backup(engine, tmp_path / "b.zip", province="H99", now=NOW, progress=meddle)
    assert len(written) > len(metadata.tables)
    assert everything(engine) != before
    restore(task(target, tmp_path / "b.zip"), quiet)
    assert everything(target) == before


def test_there_is_no_backup_of_an_empty_database(tmp_path: Path) -> None:
    nothing = open_engine(f"sqlite:///{tmp_path / 'nothing.db'}")
    try:
        with pytest.raises(StoreError) as told:
            saved(nothing, tmp_path / "b.zip")
    finally:
        nothing.dispose()
    assert told.value.key == "store_empty"
    assert not (tmp_path / "b.zip").exists()


def test_a_backup_that_fails_leaves_the_earlier_one_and_nothing_else(
    light: Engine, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    saved(light, folder / "b.zip")
    before = (folder / "b.zip").read_bytes()

    def fail(_done: int, _total: int | None) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        backup(light, folder / "b.zip", province="H99", now=NOW, progress=fail)
    assert [each.name for each in folder.iterdir()] == ["b.zip"]
    assert (folder / "b.zip").read_bytes() == before


def test_a_backup_is_its_owners_alone_and_appears_whole(light: Engine, tmp_path: Path) -> None:
    file = tmp_path / "b.zip"
    seen: list[bool] = []

    def look(_done: int, _total: int | None) -> None:
        seen.append(file.exists() or not list(tmp_path.glob(f"b.zip.*{PART}")))

    backup(light, file, province="H99", now=NOW, progress=look)
    assert seen
    assert not any(seen)
    assert file.stat().st_mode & 0o077 == 0


def test_a_folder_that_cannot_be_written_to_is_named(light: Engine, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("", encoding="utf-8")
    with pytest.raises(BackupError) as told:
        saved(light, tmp_path / "taken" / "b.zip")
    assert told.value.key == "file_unwritable"


def test_every_column_we_have_is_of_a_kind_that_a_backup_can_hold(light: Engine) -> None:
    with light.connect() as connection:
        for table in stored_tables(connection):
            assert isinstance(list(rows_in(b"", list(table.columns))), list)


_COLUMNS: list[Column[Any]] = [
    Column("number", Integer),
    Column("is_so", Boolean),
    Column("words", String),
]


@given(
    st.lists(
        st.tuples(
            st.none() | st.integers(-(2**63), 2**63 - 1),
            st.none() | st.sampled_from([0, 1]),
            st.none() | st.text(),
        )
    )
)
def test_rows_written_as_lines_are_the_same_when_read(
    rows: list[tuple[int | None, int | None, str | None]],
) -> None:
    text = lines_of(rows, _COLUMNS)
    assert text.count(b"\n") == len(rows)
    assert list(rows_in(text, _COLUMNS)) == rows
