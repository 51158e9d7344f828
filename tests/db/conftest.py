from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete

from models.tables import metadata
from tests.backups import fill, saved
from tests.new_store import make_sqlite
from tests.queues import Queue
from worker.db.engine import open_engine, upgrade


@contextmanager
def store_at(url: str) -> Iterator[Engine]:
    """An open store, its schema up to date."""
    opened = open_engine(url)
    try:
        upgrade(opened)
        yield opened
    finally:
        opened.dispose()


@pytest.fixture
def light(tmp_path: Path) -> Iterator[Engine]:
    """A store on the embedded database, where the database doesn't matter."""
    with store_at(make_sqlite(tmp_path / "light.db")) as opened:
        yield opened


@pytest.fixture
def full(engine: Engine, tmp_path: Path) -> Path:
    """A backup of ``engine``, which has rows in every table."""
    fill(engine)
    saved(engine, tmp_path / "full.zip")
    return tmp_path / "full.zip"


@pytest.fixture(params=["sqlite", "postgresql"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database without tables, to restore into."""
    if request.param == "sqlite":
        opened = open_engine(f"sqlite:///{tmp_path / 'target.db'}")
    else:
        opened = open_engine(request.getfixturevalue("new_postgres")())
        with opened.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
    try:
        yield opened
    finally:
        opened.dispose()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def lasting_engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """A store for many small tests: a database for each would take longer than the tests do."""
    url = f"sqlite:///{tmp_path_factory.mktemp('store') / 'store.db'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("new_postgres")()
    with store_at(url) as opened:
        yield opened


def emptied(engine: Engine) -> Engine:
    """The same store without sources and runs."""
    with engine.begin() as connection:
        for name in ("syncrun", "source"):
            connection.execute(delete(metadata.tables[name]))
    return engine


@pytest.fixture
def queue(lasting_engine: Engine) -> Queue:
    """An empty queue."""
    return Queue(emptied(lasting_engine))
