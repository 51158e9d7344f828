"""Backing up: everything the store holds as it was at one instant, while others go on writing.

One form for both databases, so that a province moves from the embedded one to PostgreSQL by backup
and restore. Settings and secrets are in no table, and so in no backup.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any
from zipfile import ZipFile

from sqlalchemy import Column, Connection, Engine, MetaData, String, Table, func, select, text
from sqlalchemy.exc import DBAPIError

from models.tables import metadata
from worker.core.backup import FORMAT, Manifest, TableNote
from worker.db.backup_archive import new_archive, put_manifest, table_text
from worker.db.backup_text import lines_of
from worker.db.engine import stored_revision
from worker.errors import BackupError, StoreError
from worker.ports import Progress

PART = ".part"
_PORTION = 5_000


def backup(
    engine: Engine, file: Path, *, province: str, now: datetime, progress: Progress
) -> Manifest:
    """Write everything to ``file``, replacing an older one only once the new one is whole.

    The store may be in an older schema than ours. Memory stays flat however much it holds.

    Args:
        engine: The store.
        file: Where to; its folder is made.
        province: The code of the province whose store it is.
        now: The instant of the backup.
        progress: Hears how many rows are written.

    Raises:
        StoreError: there is no store, or it can't be reached.
        BackupError: ``file`` can't be written.
    """
    shown = engine.url.render_as_string(hide_password=True)
    revision = stored_revision(engine)
    if revision is None:
        raise StoreError("store_empty", url=shown)
    try:
        with (
            _appearing(file) as stream,
            new_archive(stream) as archive,
            _snapshot(engine) as connection,
        ):
            notes = tuple(_packed(connection, archive, progress))
            manifest = Manifest(FORMAT, revision, province, now, notes)
            put_manifest(archive, manifest)
    except OSError as error:
        raise BackupError("file_unwritable", file=str(file)) from error
    except (DBAPIError, engine.dialect.loaded_dbapi.Error) as error:
        raise StoreError("store_unreachable", url=shown) from error
    return manifest


def stored_tables(connection: Connection) -> list[Table]:
    """Our tables as the store has them, each after those it refers to."""
    found = MetaData()
    found.reflect(connection, only=lambda name, _: name in metadata.tables)
    return found.sorted_tables


def quoted(connection: Connection, name: str) -> str:
    """The name of a table or column as a statement has it."""
    return connection.dialect.identifier_preparer.quote(name)


@contextmanager
def _appearing(file: Path) -> Iterator[IO[bytes]]:
    """A file that has its name only when it is whole and on the disk; its owner's alone."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(
        dir=file.parent, prefix=f"{file.name}.", suffix=PART, delete=False
    ) as stream:
        part = Path(stream.name)
        try:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        except BaseException:
            with suppress(OSError):
                part.unlink()
            raise
    part.replace(file)
    _keep_name(file.parent)


def _keep_name(folder: Path) -> None:
    """A name survives a power cut once its folder is on the disk; Windows has no such call."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def _snapshot(engine: Engine) -> Iterator[Connection]:
    """A connection that sees the store as it is now, whatever others write from here on."""
    with engine.connect() as connection:
        if _copies(connection):
            connection.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
            connection.execute(text("SET LOCAL DateStyle TO ISO"))
        else:
            # Python's driver begins no transaction to read in.
            connection.exec_driver_sql("BEGIN")
        yield connection


def _packed(connection: Connection, archive: ZipFile, progress: Progress) -> Iterator[TableNote]:
    tables, done = stored_tables(connection), 0
    total = sum(_count(connection, table) for table in tables)
    progress(0, total)
    for table in tables:
        with table_text(archive, table.name) as written:
            for lines in _lines(connection, table):
                if written.write(lines):
                    progress(done + written.rows, total)
            note = written.note(str(table.name), tuple(map(str, table.columns.keys())))
        done += note.rows
        progress(done, total)
        yield note


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def _lines(connection: Connection, table: Table) -> Iterator[bytes | memoryview]:
    """All rows in the order of their keys: the same rows are the same text."""
    query = _query(connection, table)
    if _copies(connection):
        driver: Any = connection.connection.driver_connection
        with (
            driver.cursor() as cursor,
            cursor.copy(f"COPY ({query}) TO STDOUT (ENCODING 'UTF8')") as copy,
        ):
            yield from copy
        return
    columns = list(table.columns)
    for rows in connection.exec_driver_sql(query).partitions(_PORTION):
        yield lines_of(rows, columns)


def _query(connection: Connection, table: Table) -> str:
    columns = ", ".join(quoted(connection, column.name) for column in table.columns)
    keys = ", ".join(_key(connection, column) for column in table.primary_key)
    return f"SELECT {columns} FROM {quoted(connection, table.name)} ORDER BY {keys}"  # noqa: S608 - our own names


def _key(connection: Connection, column: Column[Any]) -> str:
    """A column to sort by: texts by their bytes, not by the server's language."""
    name = quoted(connection, column.name)
    is_text = _copies(connection) and isinstance(column.type, String)
    return f'{name} COLLATE "C"' if is_text else name


def _copies(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"
