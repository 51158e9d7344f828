"""What is installed from a wheel works far from the checkout, the provinces' folders included."""

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

_PROGRAM = """
from pathlib import Path
import models, worker
from worker.sources.calendars import national_calendar
from worker.sources.folder import find_folder, read_folder
here = Path(models.__file__).parents[1]
assert "site-packages" in str(here), here
province = read_folder(find_folder("soc-trang", Path()))
assert len(province.units) >= 28, len(province.units)
assert 2024 in national_calendar(Path()).tabled
from worker.db.engine import open_engine, upgrade, require_current_schema
engine = open_engine("sqlite:///store.db")
upgrade(engine)
require_current_schema(engine)
engine.dispose()
print("works")
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    uv = shutil.which("uv")
    if uv is None:
        pytest.skip("uv builds the wheel, and is not installed here")
    _run([uv, "build", "--quiet", "--wheel", "--out-dir", str(folder)], cwd=ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.mark.slow
def test_the_wheel_holds_what_the_program_reads(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert {
        "seeds/soc-trang/units.csv",
        "seeds/calendar/2024.csv",
        "models/migrations/env.py",
        "models/migrations/versions/0001_the_first_schema.py",
        "worker/cli/main.py",
    } <= names
    assert any(name.startswith("worker/i18n/") and not name.endswith(".py") for name in names)
    assert not [name for name in names if name.startswith("tests/")]


@pytest.mark.slow
def test_an_installed_wheel_works_outside_the_checkout(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "elsewhere"
    _run([sys.executable, "-m", "venv", "--without-pip", str(home)])
    packages = next(home.glob("lib/python*/site-packages"))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    _lend_dependencies(packages)
    python = home / "bin" / "python"
    assert _run([str(python), "-I", "-c", _PROGRAM], cwd=tmp_path).strip() == "works"
    told = _run([str(python), "-I", "-m", "worker.cli.main", "--help"], cwd=tmp_path)
    assert "sync" in told


def _lend_dependencies(packages: Path) -> None:
    """Link every installed package but our own, so that nothing has to be fetched."""
    ours = {"models", "worker", "seeds", "__pycache__"}
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        editable = entry.suffix == ".pth" or "doisoat" in entry.name
        if entry.name not in ours and not editable and not (packages / entry.name).exists():
            (packages / entry.name).symlink_to(entry)


def _run(command: list[str], cwd: Path | None = None) -> str:
    environment = {**os.environ, "PYTHONPATH": ""}  # noqa: TID251 - for another process
    done = subprocess.run(  # noqa: S603 - our own commands
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
