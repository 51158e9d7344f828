"""Fresh stores: migrated once a process, then copied."""

import atexit
import shutil
import uuid
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from sqlalchemy import create_engine, make_url, text

from worker.db.engine import open_engine, upgrade


def make_sqlite(path: Path) -> str:
    """Put an empty store of today's schema at ``path``; its URL."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(_template(), path)
    return f"sqlite:///{path}"


def migrate(url: str) -> None:
    """Bring the store behind a URL up to date."""
    engine = open_engine(url)
    try:
        upgrade(engine)
    finally:
        engine.dispose()


class Databases:
    """The databases of the suite on a PostgreSQL server; ``url`` names any that is there."""

    def __init__(self, url: str) -> None:
        self._server = make_url(url).set(drivername="postgresql+psycopg")
        self._admin = create_engine(self._server, isolation_level="AUTOCOMMIT")
        self._made: list[str] = []
        self._template = self._copy("doisoat_template", "template1")
        migrate(self._url_of(self._template))

    def create(self) -> str:
        """Make an empty store of today's schema; its URL."""
        return self._url_of(self._copy("doisoat", self._template))

    def drop(self, url: str) -> None:
        """Drop what ``create`` made, whoever is still connected with it."""
        name = str(make_url(url).database)
        self._run(f'DROP DATABASE "{name}" WITH (FORCE)')
        self._made.remove(name)

    def close(self) -> None:
        """Drop all that are left."""
        for name in reversed(self._made.copy()):
            self.drop(self._url_of(name))
        self._admin.dispose()

    def _copy(self, kind: str, template: str) -> str:
        name = f"{kind}_{uuid.uuid4().hex[:12]}"
        # As files: to log every page of a copy takes longer than to make it.
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
        self._made.append(name)
        return name

    def _url_of(self, name: str) -> str:
        return self._server.set(database=name).render_as_string(hide_password=False)

    def _run(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.execute(text(statement))


@cache
def _template() -> Path:
    folder = mkdtemp(prefix="doisoat-template-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = Path(folder) / "store.db"
    migrate(f"sqlite:///{path}")
    return path
