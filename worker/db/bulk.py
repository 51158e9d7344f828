"""Many rows at once: COPY on PostgreSQL, executemany on SQLite, and never an object a row."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ARRAY, ColumnElement, String, bindparam, func, select
from sqlalchemy.sql.expression import any_
from sqlmodel import Session

Value = int | str | None
Row = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """A table, and the columns that the rows written to it hold, in that order.

    ``keys`` are the columns by which a row is known to be there already.
    """

    table: str
    columns: tuple[str, ...]
    keys: tuple[str, ...] = ()


def seconds(instant: datetime | None) -> int | None:
    """An aware instant as the store holds it: whole seconds since 1970 in UTC."""
    return None if instant is None else int(instant.timestamp())


def append(session: Session, target: Target, rows: Sequence[Row]) -> None:
    """Add rows that are known to be new."""
    if not rows:
        return
    if _copies(session):
        _copy(session, _name(session, target.table), target, rows)
    else:
        _execute_many(session, _insertion(session, target), rows)


def enter(session: Session, target: Target, rows: Sequence[Row]) -> int:
    """Add the rows that are not there yet; returns how many that were.

    They are entered in order, so that two writers of the same rows wait for each other instead of
    blocking one another.
    """
    return _merge(session, target, sorted(rows), "DO NOTHING")


def upsert(session: Session, target: Target, rows: Sequence[Row]) -> None:
    """Add rows, or bring those that are there already up to date."""
    quoted = {column: _name(session, column) for column in target.columns}
    changes = ", ".join(
        f"{name} = excluded.{name}" for column, name in quoted.items() if column not in target.keys
    )
    _merge(session, target, rows, f"DO UPDATE SET {changes}")


def among(session: Session, column: Any, values: Collection[str]) -> ColumnElement[bool]:
    """That a text column holds one of ``values``, however many there are."""
    if _copies(session):
        given = bindparam(None, list(values), ARRAY(String))
        found: ColumnElement[bool] = column == any_(given)
        return found
    listed = func.json_each(msgspec.json.encode(list(values)).decode()).table_valued("value")
    inside: ColumnElement[bool] = column.in_(select(listed.c.value))
    return inside


def _merge(session: Session, target: Target, rows: Sequence[Row], conflict: str) -> int:
    if not rows:
        return 0
    keys = ", ".join(_name(session, key) for key in target.keys)
    ending = f"ON CONFLICT ({keys}) {conflict}"
    if not _copies(session):
        return _execute_many(session, f"{_insertion(session, target)} {ending}", rows)
    staged = _stage(session, target)
    _copy(session, staged, target, rows)
    table, columns = _name(session, target.table), _columns(session, target)
    written = session.connection().exec_driver_sql(
        f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {staged} {ending}"  # noqa: S608 - our own names
    )
    session.connection().exec_driver_sql(f"DELETE FROM {staged}")  # noqa: S608 - our own names
    return written.rowcount


def _stage(session: Session, target: Target) -> str:
    """A table of this connection alone, with the target's columns and no rows."""
    staged, table = _name(session, f"staged_{target.table}"), _name(session, target.table)
    shape = f"SELECT {_columns(session, target)} FROM {table} WITH NO DATA"  # noqa: S608 - our own names
    session.connection().exec_driver_sql(
        f"CREATE TEMPORARY TABLE IF NOT EXISTS {staged} ON COMMIT DELETE ROWS AS {shape}"
    )
    return staged


def _copy(session: Session, into: str, target: Target, rows: Sequence[Row]) -> None:
    driver: Any = session.connection().connection.driver_connection
    with (
        driver.cursor() as cursor,
        cursor.copy(f"COPY {into} ({_columns(session, target)}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)


def _execute_many(session: Session, statement: str, rows: Sequence[Row]) -> int:
    return session.connection().exec_driver_sql(statement, list(rows)).rowcount


def _insertion(session: Session, target: Target) -> str:
    table, marks = _name(session, target.table), ", ".join("?" for _ in target.columns)
    return f"INSERT INTO {table} ({_columns(session, target)}) VALUES ({marks})"  # noqa: S608 - our own names


def _columns(session: Session, target: Target) -> str:
    return ", ".join(_name(session, column) for column in target.columns)


def _name(session: Session, name: str) -> str:
    """The name of a table or column, quoted where the database reserves the word."""
    return session.connection().dialect.identifier_preparer.quote(name)


def _copies(session: Session) -> bool:
    return session.connection().dialect.name == "postgresql"
