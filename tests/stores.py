"""Looking into a store as a whole."""

from typing import Any, TypeVar

from sqlalchemy import Engine, String, cast, select
from sqlmodel import Session, SQLModel
from sqlmodel import select as select_rows

from models.tables import metadata

Row = TypeVar("Row", bound=SQLModel)

# What is known of dossiers and of their discrepancies; when it was last confirmed is left out.
KNOWLEDGE = (
    "dossier",
    "dossiercode",
    "dossierrecord",
    "progressevent",
    "recordversion",
    "recordverdict",
    "lookupanswer",
    "quarantine",
    "publishedcount",
    "discrepancy",
    "discrepancychange",
)
_CONFIRMATIONS = frozenset(
    {
        ("lookupanswer", "asked_at"),
        ("lookupanswer", "run_id"),
        ("quarantine", "at"),
        ("quarantine", "run_id"),
        ("discrepancy", "seen_until"),
        ("discrepancy", "seen_by"),
    }
)


def contents(engine: Engine, *tables: str) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of tables in order of their keys, but for when they were last confirmed."""
    found = {}
    with engine.connect() as connection:
        for name in tables:
            table = metadata.tables[name]
            columns = [each for each in table.columns if (name, each.name) not in _CONFIRMATIONS]
            rows = connection.execute(select(*columns).order_by(*table.primary_key.columns))
            found[name] = [tuple(row) for row in rows]
    return found


def all_text(engine: Engine) -> str:
    """Everything the store holds in words, table by table."""
    told = []
    with engine.connect() as connection:
        for table in metadata.sorted_tables:
            columns = [cast(column, String) for column in table.columns]
            told += [str(tuple(row)) for row in connection.execute(select(*columns))]
    return "\n".join(told)


def rows_of(engine: Engine, table: type[Row]) -> list[Row]:
    """All rows of a table in order of their keys, free of their session."""
    keys = metadata.tables[str(table.__tablename__)].primary_key.columns
    with Session(engine, expire_on_commit=False) as session:
        return list(session.exec(select_rows(table).order_by(*keys)))
