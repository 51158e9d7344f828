"""Stores with rows in every table, backed up."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Engine,
    Integer,
    LargeBinary,
    insert,
    select,
)

from worker.core.backup import Manifest
from worker.db.backup import backup, stored_tables
from worker.db.backup_restore import Restore

NOW = datetime(2024, 7, 24, 9, tzinfo=UTC)
LEASE = timedelta(minutes=5)
_AWKWARD = 'Sở "Nội vụ"\t\\N\\\n\r\x0b\x08\x0c €\U0001f4c4 \\t'


def quiet(_done: int, _total: int | None) -> None:
    """Nobody looks on."""


def value_of(column: Column[Any], number: int) -> Any:
    """A value of a column's kind, unlike that of another row."""
    if column.foreign_keys:
        return number
    match column.type:
        case Boolean():
            return bool(number % 2)
        case Integer():
            return number
        case Date():
            return date(2024, 7, number)
        case JSON():
            return {"ký tự": [_AWKWARD, number, None, 1.5]}
        case _:
            told = f"{_AWKWARD}{number}"
            return told.encode() if isinstance(column.type, LargeBinary) else told


def fill(engine: Engine) -> None:
    """Three rows in every table, the last with nothing in it that may be empty."""
    with engine.begin() as connection:
        for table in stored_tables(connection):
            for number in (1, 2, 3):
                row = {each.name: value_of(each, number) for each in table.columns}
                if number == 3:
                    row |= {each.name: None for each in table.columns if each.nullable}
                connection.execute(insert(table).values(row))


def everything(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    with engine.connect() as connection:
        return {
            table.name: [
                tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))
            ]
            for table in stored_tables(connection)
        }


def saved(engine: Engine, file: Path) -> Manifest:
    return backup(engine, file, province="H99", now=NOW, progress=quiet)


def task(engine: Engine, file: Path, **more: Any) -> Restore:
    usual: dict[str, Any] = {
        "engine": engine,
        "file": file,
        "province": "H99",
        "is_alive": lambda _owner: None,
        "lease": LEASE,
        "now": NOW,
    }
    return Restore(**(usual | more))


def digests(manifest: Manifest) -> dict[str, str]:
    return {table.name: table.sha256 for table in manifest.tables}
