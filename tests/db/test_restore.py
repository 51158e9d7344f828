"""Backups of either database, restored into either one, whole or not at all."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    Engine,
    MetaData,
    Table,
    insert,
    select,
)
from sqlmodel import Session

from models import SCHEMA_REVISION
from models.source import Source, SyncRun
from models.tables import metadata
from models.types import RunState, Side, Trigger
from tests.backups import LEASE, NOW, digests, everything, fill, quiet, saved, task, value_of
from tests.stores import rows_of
from worker.db.backup import stored_tables
from worker.db.backup_restore import holds_data, restore
from worker.db.engine import migrate, rebuilding, stored_revision
from worker.errors import RunError


def test_everything_comes_back_from_either_database_to_either(
    engine: Engine, target: Engine, tmp_path: Path
) -> None:
    fill(engine)
    first = saved(engine, tmp_path / "first.zip")
    assert {table.name for table in first.tables} == set(metadata.tables)
    assert first.rows == 3 * len(metadata.tables)
    assert (first.revision, first.province, first.made_at) == (SCHEMA_REVISION, "H99", NOW)
    assert restore(task(target, tmp_path / "first.zip"), quiet) == 0
    assert everything(target) == everything(engine)
    assert digests(saved(target, tmp_path / "second.zip")) == digests(first)


def test_new_rows_are_numbered_after_those_that_came_back(target: Engine, full: Path) -> None:
    restore(task(target, full), quiet)
    with Session(target) as session, session.begin():
        source = Source(name="mới", side=Side.PORTAL, kind="portal", rule="portal")
        session.add(source)
        session.flush()
        assert source.id == 4


def run_of(engine: Engine, owner: str, state: RunState, heartbeat_at: datetime = NOW) -> None:
    with Session(engine) as session, session.begin():
        source = Source(name=owner, side=Side.PROVINCE, kind="opencps", rule="portal")
        session.add(source)
        session.flush()
        run = SyncRun(
            source_id=source.id,
            trigger=Trigger.SCHEDULE,
            stage="pull",
            state=state,
            started_at=heartbeat_at,
            heartbeat_at=heartbeat_at,
            owner=owner,
        )
        session.add(run)
        session.flush()
        source.active_run_id = run.id


def test_runs_under_way_come_back_as_interrupted_and_lose_their_holder(
    engine: Engine, target: Engine, tmp_path: Path
) -> None:
    run_of(engine, "máy:1", RunState.RUNNING)
    run_of(engine, "máy:2", RunState.COMPLETE)
    saved(engine, tmp_path / "b.zip")
    assert restore(task(target, tmp_path / "b.zip"), quiet) == 1
    found = {run.owner: (run.state, run.fence, run.ended_at) for run in rows_of(target, SyncRun)}
    assert found == {
        "máy:1": (RunState.INTERRUPTED, 2, NOW),
        "máy:2": (RunState.COMPLETE, 1, None),
    }


@pytest.mark.parametrize(
    ("alive", "quiet_for", "refused"),
    [
        (True, timedelta(0), True),
        (None, LEASE - timedelta(seconds=1), True),
        (None, LEASE, False),
        (False, timedelta(0), False),
    ],
)
def test_a_store_at_work_is_left_alone(
    engine: Engine, tmp_path: Path, *, alive: bool | None, quiet_for: timedelta, refused: bool
) -> None:
    saved(engine, tmp_path / "b.zip")
    run_of(engine, "máy:1", RunState.RUNNING, NOW - quiet_for)
    before = everything(engine)
    wanted = task(engine, tmp_path / "b.zip", is_alive=lambda _owner: alive)
    if refused:
        with pytest.raises(RunError) as told:
            restore(wanted, quiet)
        assert told.value.key == "run_alive"
        assert everything(engine) == before
    else:
        restore(wanted, quiet)
        assert rows_of(engine, SyncRun) == []


def test_a_store_without_rows_holds_no_data(engine: Engine, target: Engine, full: Path) -> None:
    assert holds_data(engine)
    assert not holds_data(target)
    restore(task(target, full), quiet)
    assert holds_data(target)


def old_store(engine: Engine) -> None:
    with rebuilding(engine) as connection:
        migrate(connection, "0003")
    with engine.begin() as connection:
        source = next(each for each in stored_tables(connection) if each.name == "source")
        row = {each.name: value_of(each, 1) for each in source.columns}
        connection.execute(insert(source).values(row))
        run = next(each for each in stored_tables(connection) if each.name == "syncrun")
        row = {each.name: value_of(each, 1) for each in run.columns}
        connection.execute(insert(run).values(row | {"state": "running"}))


def test_an_older_schema_is_restored_as_it_was_and_brought_up_to_date(
    engine: Engine, target: Engine, tmp_path: Path
) -> None:
    old_store(target)
    manifest = saved(target, tmp_path / "old.zip")
    assert manifest.revision == "0003"
    assert "auditentry" not in digests(manifest)
    restore(task(engine, tmp_path / "old.zip"), quiet)
    assert stored_revision(engine) == SCHEMA_REVISION
    (run,) = everything_of(engine, "syncrun")
    assert (run["state"], run["wish"], run["slot"]) == ("interrupted", {}, None)


def everything_of(engine: Engine, name: str) -> list[dict[str, Any]]:
    table = Table(name, MetaData(), autoload_with=engine)
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(select(table)).mappings()]


def test_a_store_in_an_older_schema_can_be_restored_over(target: Engine, full: Path) -> None:
    old_store(target)
    with pytest.raises(RunError):
        restore(task(target, full, now=datetime.fromtimestamp(2, UTC)), quiet)
    assert stored_revision(target) == "0003"
    restore(task(target, full), quiet)
    assert stored_revision(target) == SCHEMA_REVISION
