"""Opening the store, and keeping its schema up to date."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from importlib.resources import as_file, files
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlmodel import Session
from tenacity import retry, retry_if_exception, stop_after_delay, wait_random

from models import SCHEMA_REVISION
from worker.errors import StoreError

# The wait comes first: others may hold the file while the rest is set.
_SQLITE_PRAGMAS = (
    "PRAGMA busy_timeout=30000",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",
    "PRAGMA foreign_keys=ON",
)

# Seconds for which processes that start at once wait for each other; as long as the busy timeout.
_HELD_AT_MOST = 30

# Milliseconds that are waited for the embedded database where what is written may be left.
_SOON = 50

# A server whose machine is lost, or that a firewall cut off, is given up after a minute; without
# this a question to it waits for ever. Times in seconds.
_POSTGRESQL_CONNECTION = {
    "connect_timeout": 10,
    "keepalives": 1,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
}
# A process that was stopped, or whose machine is lost, keeps its locks no longer than its runs
# (``runs.LEASE``). Nothing of ours thinks so long between two statements.
_POSTGRESQL_SETTINGS = (
    "SET idle_in_transaction_session_timeout = '5min'",
    # Our queries name many columns and are over soon: to compile one took longer than it saved.
    "SET jit = off",
)
# Each process of a worker needs one or two, the console's requests a few for moments.
_KEPT_CONNECTIONS = 2
_MOST_CONNECTIONS = 10

# The tables that are joined with each other, and grow with every dossier.
_COMPARED = ("dossier", "dossiercode", "dossierrecord", "lookupanswer", "pairverdict")


def open_engine(url: str) -> Engine:
    """An engine for ``url`` (SQLite or PostgreSQL); connects only when first used."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(parsed)
        event.listen(engine, "connect", partial(_prepare_file, _SQLITE_PRAGMAS))
        return engine
    engine = create_engine(
        parsed,
        connect_args=_POSTGRESQL_CONNECTION,
        pool_pre_ping=True,
        pool_size=_KEPT_CONNECTIONS,
        max_overflow=_MOST_CONNECTIONS - _KEPT_CONNECTIONS,
    )
    event.listen(engine, "connect", partial(_prepare, _POSTGRESQL_SETTINGS))
    return engine


def _is_held(error: BaseException) -> bool:
    return isinstance(error, sqlite3.OperationalError) and "locked" in str(error)


def _prepare(statements: Sequence[str], connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for statement in statements:
        cursor.execute(statement)
    cursor.close()
    connection.commit()


@retry(
    retry=retry_if_exception(_is_held),
    stop=stop_after_delay(_HELD_AT_MOST),
    wait=wait_random(0, 0.1),
    reraise=True,
)
def _prepare_file(statements: Sequence[str], connection: Any, record: object) -> None:
    """As ``_prepare``: SQLite does not wait by itself while a new file changes its journal."""
    _prepare(statements, connection, record)


@contextmanager
def impatient(engine: Engine) -> Iterator[Session]:
    """A session for what may as well be left: where others hold the store, nothing is written.

    The embedded database has one writer, and who reconciles writes for long.
    """
    is_file = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        if is_file:
            connection.exec_driver_sql(f"PRAGMA busy_timeout={_SOON}")
            connection.rollback()
        try:
            with Session(connection) as session:
                yield session
                session.commit()
        except OperationalError as error:
            if not will_pass(error):
                raise
            connection.rollback()
        finally:
            if is_file:
                connection.exec_driver_sql(_SQLITE_PRAGMAS[0])


def will_pass(error: DBAPIError) -> bool:
    """Whether the same may succeed once the database is back, or somebody else's work is done."""
    if error.connection_invalidated or isinstance(error, InterfaceError):
        return True
    if not isinstance(error, OperationalError):
        return False
    text = str(error.orig).lower()
    return "sqlite" not in type(error.orig).__module__ or "locked" in text or "busy" in text


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
    try:
        with rebuilding(engine) as connection:
            if connection.dialect.name == "sqlite":
                # Python begins with the first row that is written, and until then another process
                # that starts may build the same.
                connection.execute(text("BEGIN IMMEDIATE"))
            migrate(connection)
    except DBAPIError as error:
        raise StoreError("store_unreachable", url=_shown(engine)) from error


def migrate(connection: Connection, revision: str = "head") -> None:
    """Bring the schema up to a revision in the transaction of ``rebuilding``."""
    from alembic import command

    with _scripts() as config:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def knows_revision(revision: str) -> bool:
    """Whether there is a schema of this number; those of a newer program we don't know."""
    from alembic.script import ScriptDirectory

    with _scripts() as config:
        known = ScriptDirectory.from_config(config).walk_revisions()
        return revision in {each.revision for each in known}


@contextmanager
def _scripts() -> Iterator[Any]:
    """Alembic's settings for our migrations."""
    from alembic.config import Config

    with as_file(files("models") / "migrations") as scripts:
        config = Config()
        config.set_main_option("script_location", str(scripts).replace("%", "%%"))
        yield config


@contextmanager
def rebuilding(engine: Engine) -> Iterator[Connection]:
    """A transaction in which a table may be replaced by one of another shape.

    SQLite alters little in place: a migration copies the table and drops the old one, and that
    counts as deleting all the rows that others refer to.
    """
    with engine.connect() as connection:
        if connection.dialect.name != "sqlite":
            with connection.begin():
                yield connection
            return
        # Says nothing inside a transaction.
        connection.execute(text("PRAGMA foreign_keys=OFF"))
        connection.commit()
        try:
            with connection.begin():
                yield connection
        finally:
            connection.execute(text("PRAGMA foreign_keys=ON"))
            connection.commit()


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
