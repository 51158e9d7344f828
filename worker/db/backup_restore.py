"""Restoring: a backup put in the place of all that the store holds, or nothing changed at all."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, func, inspect, select, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, update

from models.source import SyncRun
from models.tables import metadata
from models.types import RunState
from worker.core.backup import Manifest, TableNote
from worker.db.backup import quoted, stored_tables
from worker.db.backup_archive import Archive, opened_archive
from worker.db.backup_text import rows_of
from worker.db.engine import (
    knows_revision,
    migrate,
    rebuilding,
    refresh_statistics,
    stored_revision,
)
from worker.db.sources import identity
from worker.errors import BackupError, RunError, StoreError
from worker.ports import Progress

# Long enough for what others are writing to end, short enough for a person to wait.
_PATIENCE = "30s"
_VERSIONS = "alembic_version"


@dataclass(frozen=True, slots=True, kw_only=True)
class Restore:
    """A backup to be restored from ``file`` into the store of a province.

    ``is_alive`` says of a run's owner whether its process lives (None: on another machine), and
    ``lease`` how long it may give no sign of life.
    """

    engine: Engine
    file: Path
    province: str
    is_alive: Callable[[str], bool | None]
    lease: timedelta
    now: datetime


def examine(task: Restore, progress: Progress) -> Manifest:
    """What the file holds, once all of it was read and compared; nothing is written.

    Raises:
        BackupError: it is missing, broken, of a newer program or of another province.
    """
    with opened_archive(task.file) as archive:
        _require_ours(task, archive.manifest)
        archive.verify(progress)
        return archive.manifest


def holds_data(engine: Engine) -> bool:
    """Whether there is anything that restoring would take away.

    Raises:
        StoreError: the store can't be reached, or a newer program made it.
    """
    revision = stored_revision(engine)
    if revision is None:
        return False
    _require_known(revision)
    with engine.connect() as connection:
        return any(
            connection.execute(select(text("1")).select_from(table).limit(1)).first()
            for table in stored_tables(connection)
        )


def restore(task: Restore, progress: Progress) -> int:
    """Put the backup in the place of all that the store holds; how many runs it cut short.

    In one transaction: killed or refused at any instant, the store is as it was. A backup of an
    older schema goes into that schema, which is then brought up to date. Runs that were under way
    are INTERRUPTED, so that they are resumed and nobody takes them for alive.

    Raises:
        BackupError: the file is not what it should be.
        RunError: ``run_alive``: a process is at work on the store.
        StoreError: the store can't be reached, is in use, or a newer program made it.
    """
    revision = stored_revision(task.engine)
    if revision is not None:
        _require_known(revision)
    with (
        opened_archive(task.file) as archive,
        _understood(task),
        rebuilding(task.engine) as connection,
    ):
        _require_ours(task, archive.manifest)
        _lock(connection)
        _require_idle(connection, task)
        _drop(connection)
        migrate(connection, archive.manifest.revision)
        _load(connection, archive, progress)
        migrate(connection)
        _require_references(connection)
        interrupted = _interrupt(connection, task.now)
        with Session(connection) as session, session.begin():
            refresh_statistics(session)
    return interrupted


def _require_ours(task: Restore, manifest: Manifest) -> None:
    if not knows_revision(manifest.revision):
        raise BackupError("backup_newer", file=str(task.file))
    if manifest.province != task.province:
        raise BackupError(
            "backup_of_another",
            file=str(task.file),
            found=manifest.province,
            province=task.province,
        )


def _require_known(revision: str) -> None:
    if not knows_revision(revision):
        raise StoreError("store_newer", found=revision)


@contextmanager
def _understood(task: Restore) -> Iterator[None]:
    """What the database says of a backup that doesn't fit, or of its own state, in one sentence."""
    driver: Any = task.engine.dialect.loaded_dbapi
    try:
        yield
    except (DBAPIError, driver.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        if isinstance(cause, driver.OperationalError):
            raise StoreError("restore_not_possible") from error
        raise BackupError("backup_broken", file=str(task.file)) from error
    except (ValueError, KeyError, TypeError) as error:
        raise BackupError("backup_broken", file=str(task.file)) from error


def _lock(connection: Connection) -> None:
    """Keep everybody else out until the end."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        return
    connection.execute(text(f"SET LOCAL lock_timeout = '{_PATIENCE}'"))
    tables = ", ".join(quoted(connection, name) for name in _present(connection))
    if tables:
        connection.execute(text(f"LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE"))


def _present(connection: Connection) -> list[str]:
    ours = {*metadata.tables, _VERSIONS}
    return [name for name in inspect(connection).get_table_names() if name in ours]


def _require_idle(connection: Connection, task: Restore) -> None:
    """Refuse while a process works on the store; it may be in an older schema than ours."""
    if SyncRun.__tablename__ not in _present(connection):
        return
    fresh = select(col(SyncRun.id), col(SyncRun.owner)).where(
        col(SyncRun.state) == RunState.RUNNING, col(SyncRun.heartbeat_at) > task.now - task.lease
    )
    for number, owner in connection.execute(fresh):
        if task.is_alive(owner) is not False:
            raise RunError("run_alive", run=identity(number))


def _drop(connection: Connection) -> None:
    names = [quoted(connection, name) for name in _present(connection)]
    if connection.dialect.name == "sqlite":
        for name in names:
            connection.execute(text(f"DROP TABLE {name}"))
    elif names:
        connection.execute(text(f"DROP TABLE {', '.join(names)}"))


def _load(connection: Connection, archive: Archive, progress: Progress) -> None:
    tables = {table.name: table for table in stored_tables(connection)}
    done, total = 0, archive.manifest.rows
    for note in archive.manifest.tables:
        table = tables[note.name]
        for lines in archive.text(note):
            _put(connection, table, note, lines)
            done += lines.count(b"\n")
            progress(done, total)
        _continue_numbers(connection, table)


def _put(connection: Connection, table: Table, note: TableNote, lines: bytes) -> None:
    """Enter whole lines; the names come from the store, which must have those of the file."""
    columns = [table.columns[name] for name in note.columns]
    names = ", ".join(quoted(connection, column.name) for column in columns)
    into = f"{quoted(connection, table.name)} ({names})"
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" for _ in columns)
        statement = f"INSERT INTO {into} VALUES ({marks})"  # noqa: S608 - names of our own tables
        driver.executemany(statement, rows_of(lines, columns))
        return
    with (
        driver.cursor() as cursor,
        cursor.copy(f"COPY {into} FROM STDIN (ENCODING 'UTF8')") as copy,
    ):
        copy.write(lines)


def _continue_numbers(connection: Connection, table: Table) -> None:
    """Let PostgreSQL number new rows after the highest one; SQLite does so by itself."""
    if connection.dialect.name == "sqlite" or "id" not in table.columns:
        return
    name = quoted(connection, table.name)
    sequence = connection.execute(select(func.pg_get_serial_sequence(name, "id"))).scalar()
    highest = connection.execute(select(func.max(table.columns["id"]))).scalar()
    if sequence is not None and highest is not None:
        connection.execute(select(func.setval(sequence, highest)))


def _require_references(connection: Connection) -> None:
    """Refuse rows that refer to none; SQLite didn't look while its tables were being made."""
    if connection.dialect.name != "sqlite":
        return
    if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
        message = "a row refers to one that is not there"
        raise ValueError(message)


def _interrupt(connection: Connection, now: datetime) -> int:
    """Take runs from whoever held them; the fence refuses what such a process may still write."""
    held = update(SyncRun).where(col(SyncRun.state) == RunState.RUNNING)
    changed = connection.execute(
        held.values(state=RunState.INTERRUPTED, ended_at=now, fence=SyncRun.fence + 1)
    )
    return changed.rowcount
