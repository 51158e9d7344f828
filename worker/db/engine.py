"""Opening the store, and keeping its schema up to date."""

from importlib.resources import as_file, files
from typing import Any

from sqlalchemy import Engine, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from models import SCHEMA_REVISION
from worker.errors import StoreError

_SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=30000",
)

# The tables that are joined with each other, and grow with every dossier.
_COMPARED = ("dossier", "dossiercode", "dossierrecord", "lookupanswer", "pairverdict")


def open_engine(url: str) -> Engine:
    """An engine for ``url`` (SQLite or PostgreSQL); connects only when first used."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(parsed)
        event.listen(engine, "connect", _prepare_sqlite)
        return engine
    return create_engine(parsed, pool_pre_ping=True)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in _SQLITE_PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def require_current_schema(engine: Engine) -> None:
    """Raise StoreError unless the store can be reached and has exactly our schema."""
    revision = stored_revision(engine)
    if revision is None:
        raise StoreError("store_empty", url=_shown(engine))
    if revision != SCHEMA_REVISION:
        raise StoreError("store_outdated", found=revision, wanted=SCHEMA_REVISION)


def stored_revision(engine: Engine) -> str | None:
    """The schema revision of the store, None for an empty one; StoreError if out of reach."""
    try:
        with engine.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except DBAPIError as error:
        raise StoreError("store_unreachable", url=_shown(engine)) from error
    return None if found is None else str(found)


def upgrade(engine: Engine) -> None:
    """Bring the schema up to date; does nothing where it is."""
    from alembic import command
    from alembic.config import Config

    with as_file(files("models") / "migrations") as scripts:
        config = Config()
        config.set_main_option("script_location", str(scripts).replace("%", "%%"))
        try:
            with engine.begin() as connection:
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
        except DBAPIError as error:
            raise StoreError("store_unreachable", url=_shown(engine)) from error


def refresh_statistics(session: Session) -> None:
    """Tell the planner what the tables hold by now.

    A database that was filled a minute ago still plans for empty tables, and compares each row with
    every other; its own housekeeping comes later than our first question. Both databases look at a
    sample only.
    """
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"ANALYZE {', '.join(_COMPARED)}"))
        return
    connection.execute(text("PRAGMA analysis_limit = 1000"))
    for table in _COMPARED:
        connection.execute(text(f"ANALYZE {table}"))


def _shown(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=True)
