"""Opening a store: current, empty, outdated, or out of reach."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import Engine, text

from models import SCHEMA_REVISION
from tests.fleet import fleet
from tests.places import Place, connected, serving
from worker.db.engine import open_engine, require_current_schema, stored_revision, upgrade
from worker.errors import StoreError


def test_an_empty_store_is_told_from_a_current_one(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'new.db'}")
    try:
        assert stored_revision(engine) is None
        with pytest.raises(StoreError) as empty:
            require_current_schema(engine)
        assert empty.value.key == "store_empty"
        upgrade(engine)
        require_current_schema(engine)
    finally:
        engine.dispose()


def test_an_outdated_store_names_both_revisions(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    with pytest.raises(StoreError) as outdated:
        require_current_schema(engine)
    assert outdated.value.values == {"found": "0000", "wanted": SCHEMA_REVISION}


@pytest.mark.parametrize("act", [stored_revision, upgrade])
def test_a_store_out_of_reach_is_named_without_its_password(
    act: Callable[[Engine], object],
) -> None:
    engine = open_engine("postgresql+psycopg://doisoat:mat-khau@127.0.0.1:9/doisoat")
    try:
        with pytest.raises(StoreError) as unreachable:
            act(engine)
    finally:
        engine.dispose()
    assert unreachable.value.key == "store_unreachable"
    assert "127.0.0.1" in str(unreachable.value.values["url"])
    assert "mat-khau" not in str(unreachable.value.values)


def test_the_embedded_store_keeps_its_promises_to_readers_and_references(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'new.db'}")
    try:
        with engine.connect() as connection:
            assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
            assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
    finally:
        engine.dispose()


def test_processes_that_start_at_once_make_one_store(light_place: Place) -> None:
    with serving(light_place.world(dossiers=20)) as at:
        settings = light_place.configure(at, has_store=False)
    with fleet(light_place.folder, settings) as ships:
        started = [ships.start("runs") for _ in range(4)]
        assert [process.wait(60) for process in started] == [0] * 4, ships.logs()
    with connected(settings) as engine:
        require_current_schema(engine)


def test_many_that_open_a_new_file_at_the_same_moment_wait_for_each_other(tmp_path: Path) -> None:
    def open_together(at_once: Barrier, path: Path) -> str | None:
        engine = open_engine(f"sqlite:///{path}")
        try:
            at_once.wait()
            return stored_revision(engine)
        finally:
            engine.dispose()

    for number in range(20):
        at_once = Barrier(6)
        with ThreadPoolExecutor(6) as pool:
            opened = [
                pool.submit(open_together, at_once, tmp_path / f"{number}.db") for _ in range(6)
            ]
        assert [each.result() for each in opened] == [None] * 6
