"""What no reader should have to check: imports, schema, sizes."""

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from models import SCHEMA_REVISION
from models.tables import metadata
from worker.db.engine import require_current_schema, stored_revision, upgrade

ROOT = Path(__file__).parents[1]
_LONGEST = 400


def test_rooms_open_only_the_doors_they_may() -> None:
    checked = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as lint; lint()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_code_names_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "models" / "migrations"))
    assert ScriptDirectory.from_config(config).get_heads() == [SCHEMA_REVISION]


def test_migrations_end_in_the_schema_the_models_describe(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_an_upgrade_of_what_is_up_to_date_does_nothing(engine: Engine) -> None:
    upgrade(engine)
    require_current_schema(engine)
    assert stored_revision(engine) == SCHEMA_REVISION


@pytest.mark.parametrize("folder", ["models", "worker", "tests"])
def test_no_module_is_too_long_to_read(folder: str) -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in (ROOT / folder).rglob("*.py")
        if "migrations" not in path.parts
    }
    assert lengths
    assert {path: length for path, length in lengths.items() if length > _LONGEST} == {}
