"""A store that holds something is brought up to date without losing any of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from worker.db.engine import migrate, open_engine, rebuilding, upgrade

_ROWS = (
    "INSERT INTO source (id, name, side, kind, rule) VALUES (1, 'tinh', 'province', 'o', 'portal')",
    (
        "INSERT INTO syncrun (id, source_id, trigger, stage, state, started_at, heartbeat_at,"
        ' owner, fence, "full", request, checkpoint, counts)'
        " VALUES (1, 1, 'operator', 'pull', 'complete', 1, 1, 'here:1', 1, true, '{}', '{}', '{}')"
    ),
    "INSERT INTO dossier (id, created_at) VALUES (1, 1)",
    "INSERT INTO dossiercode (code, dossier_id) VALUES ('A', 1)",
    (
        "INSERT INTO dossierrecord (id, dossier_id, source_id, external_id, codes, unit, status,"
        " events_told, fingerprint, observed_at, changed_run)"
        " VALUES (1, 1, 1, '7', 'A', 'H99.01', 4, true, 'f', 1, 1)"
    ),
    "INSERT INTO progressevent (record_id, position, at, status) VALUES (1, 0, 1, 2)",
    "INSERT INTO recordversion (id, record_id, observed_at, until, view) VALUES (1, 1, 1, 2, '')",
    (
        "INSERT INTO recordverdict (record_id, rule, basis, waiting, weight, reason)"
        " VALUES (1, 'portal', '1', false, 1, 'open')"
    ),
    (
        "INSERT INTO lookupanswer (id, source_id, code, dossier_id, found, since, asked_at, run_id)"
        " VALUES (1, 1, 'A', 1, true, 1, 1, 1)"
    ),
    "INSERT INTO sighting (run_id, \"row\", \"window\") VALUES (1, '7', 'all')",
)
_TABLES = (
    "source",
    "syncrun",
    "dossier",
    "dossiercode",
    "dossierrecord",
    "progressevent",
    "recordversion",
    "recordverdict",
    "lookupanswer",
    "sighting",
)


@pytest.fixture
def old(store_url: str, tmp_path: Path) -> Iterator[Engine]:
    """A store as the program of migration 0003 left it."""
    url = f"sqlite:///{tmp_path / 'old.db'}" if store_url.startswith("sqlite") else store_url
    engine = open_engine(url)
    try:
        with rebuilding(engine) as connection:
            if engine.name == "postgresql":
                connection.execute(text("DROP SCHEMA public CASCADE"))
                connection.execute(text("CREATE SCHEMA public"))
            migrate(connection, "0003")
            for row in _ROWS:
                connection.execute(text(row))
        yield engine
    finally:
        engine.dispose()


def _rows(engine: Engine) -> dict[str, dict[str, Any]]:
    """The one row of each table."""
    with engine.connect() as connection:
        return {
            table: dict(connection.execute(text(f"SELECT * FROM {table}")).mappings().one())  # noqa: S608 - our own names
            for table in _TABLES
        }


def test_an_upgrade_keeps_what_a_store_holds(old: Engine) -> None:
    before = _rows(old)
    upgrade(old)
    after = _rows(old)
    assert all(before[table].items() <= after[table].items() for table in _TABLES)
