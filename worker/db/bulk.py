"""Many rows at once: by COPY or as lists on PostgreSQL, by executemany on SQLite.

Never an object a row, and as many statements whatever the number of rows.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Dialect, String, bindparam, cast, func, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.expression import any_
from sqlmodel import Session

from models.tables import metadata

Value = int | str | None
Row = tuple[Value, ...]

_ASK_FOR_KEYS = text(
    "WITH numbers AS MATERIALIZED"
    " (SELECT CAST(pg_get_serial_sequence(:table, 'id') AS regclass) AS sequence)"
    " SELECT array_agg(nextval(sequence)) FROM numbers, generate_series(1, :wanted)"
)


@dataclass(frozen=True, slots=True)
class Target:
    """A table, and the columns that the rows written to it hold, in that order.

    ``keys`` are the columns by which a row is known to be there already, ``where`` the condition of
    their index if it has one. What is ``kept`` stays as it was when the row was entered.
    """

    table: str
    columns: tuple[str, ...]
    keys: tuple[str, ...] = ()
    where: str | None = None
    kept: tuple[str, ...] = ()


def seconds(instant: datetime | None) -> int | None:
    """An aware instant as the store holds it: whole seconds since 1970 in UTC."""
    return None if instant is None else int(instant.timestamp())


def commit_later(session: Session) -> None:
    """Let the server tell of this transaction's end before it is on the disk.

    A crash of the server may then undo it, as it may with SQLite in WAL. That is for work that its
    own checkpoint goes with: it is taken up again where the store says that it stopped.
    """
    if _copies(session):
        session.connection().exec_driver_sql("SET LOCAL synchronous_commit = off")


def new_keys(session: Session, target: Target, wanted: int) -> list[int]:
    """So many ids that no row of a numbered table has, ascending."""
    if _copies(session):
        told = session.connection().execute(
            _ASK_FOR_KEYS, {"table": target.table, "wanted": wanted}
        )
        return sorted(told.scalar() or ())
    table = _name(session, target.table)
    # SQLite has one writer at a time. A write, if only of nothing, makes it this transaction, so
    # that nobody else takes the same ids.
    session.connection().exec_driver_sql(f"DELETE FROM {table} WHERE 0")  # noqa: S608 - our own names
    last = session.connection().exec_driver_sql(f"SELECT MAX(id) FROM {table}").scalar() or 0  # noqa: S608 - our own names
    return list(range(last + 1, last + wanted + 1))


def append(session: Session, target: Target, rows: Iterable[Row]) -> None:
    """Add rows that are known to be new.

    Rows that are only worked out here cost no time of their own on PostgreSQL: it takes in the
    first ones meanwhile.
    """
    if _copies(session):
        _copy(session, target, rows)
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
    changing = [each for each in target.columns if each not in (*target.keys, *target.kept)]
    names = [_name(session, column) for column in changing]
    changes = ", ".join(f"{name} = excluded.{name}" for name in names)
    _merge(session, target, rows, f"DO UPDATE SET {changes}")


def among(session: Session, column: Any, values: Collection[str]) -> ColumnElement[bool]:
    """That a text column holds one of ``values``, however many there are.

    They travel as one JSON text, which takes the driver a hundredth of the time of a list.
    """
    given = bindparam(None, _json(values), String)
    if _copies(session):
        told = func.json_array_elements_text(cast(given, postgresql.JSON)).column_valued("told")
        found: ColumnElement[bool] = column == any_(func.array(select(told).scalar_subquery()))
        return found
    listed = func.json_each(given).table_valued("value")
    inside: ColumnElement[bool] = column.in_(select(listed.c.value))
    return inside


def _merge(session: Session, target: Target, rows: Sequence[Row], conflict: str) -> int:
    if not rows:
        return 0
    keys = ", ".join(_name(session, key) for key in target.keys)
    index = f"({keys})" if target.where is None else f"({keys}) WHERE {target.where}"
    ending = f"ON CONFLICT {index} {conflict}"
    if not _copies(session):
        return _execute_many(session, f"{_insertion(session, target)} {ending}", rows)
    # A list a column: parsed faster than so many values, and without a table to copy them into.
    lists = ", ".join(["json_array_elements_text(%s)"] * len(target.columns))
    names = [f"c{position}" for position in range(len(target.columns))]
    values = ", ".join(map("{}::{}".format, names, _types(session, target)))
    given = f"ROWS FROM ({lists}) AS given({', '.join(names)})"
    statement = (
        f"INSERT INTO {_name(session, target.table)} ({_columns(session, target)})"  # noqa: S608 - our own names
        f" SELECT {values} FROM {given} {ending}"
    )
    columns = tuple(map(_json, zip(*rows, strict=True)))
    return session.connection().exec_driver_sql(statement, columns).rowcount


def _copy(session: Session, target: Target, rows: Iterable[Row]) -> None:
    driver: Any = session.connection().connection.driver_connection
    statement = (
        f"COPY {_name(session, target.table)} ({_columns(session, target)})"
        " FROM STDIN (FORMAT BINARY)"
    )
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(_types(session, target))
        for row in rows:
            copy.write_row(row)


def _execute_many(session: Session, statement: str, rows: Iterable[Row]) -> int:
    given = list(rows)
    return session.connection().exec_driver_sql(statement, given).rowcount if given else 0


def _insertion(session: Session, target: Target) -> str:
    table, marks = _name(session, target.table), ", ".join("?" for _ in target.columns)
    return f"INSERT INTO {table} ({_columns(session, target)}) VALUES ({marks})"  # noqa: S608 - our own names


def _types(session: Session, target: Target) -> tuple[str, ...]:
    return _types_of(target, session.connection().dialect)


@lru_cache(maxsize=64)
def _types_of(target: Target, dialect: Dialect) -> tuple[str, ...]:
    """What the database calls the types of a target's columns."""
    columns = metadata.tables[target.table].columns
    return tuple(columns[name].type.compile(dialect).lower() for name in target.columns)


def _columns(session: Session, target: Target) -> str:
    return ", ".join(_name(session, column) for column in target.columns)


def _name(session: Session, name: str) -> str:
    """The name of a table or column, quoted where the database reserves the word."""
    return session.connection().dialect.identifier_preparer.quote(name)


def _json(values: Iterable[Value]) -> str:
    return msgspec.json.encode(values if isinstance(values, tuple) else list(values)).decode()


def _copies(session: Session) -> bool:
    return session.connection().dialect.name == "postgresql"
