"""A fresh embedded store: migrated once a process, then copied."""

import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

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


@cache
def _template() -> Path:
    path = Path(mkdtemp(prefix="doisoat-template-")) / "store.db"
    migrate(f"sqlite:///{path}")
    return path
