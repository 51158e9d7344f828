"""The restore drill: a province's store lost, and back again, on either database and across."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from models.reconciliation import Reconciliation
from models.source import SyncRun
from models.types import RunState
from tests.levers import calls_at
from tests.places import AS_OF, Place, by_hand, connected, journey, reported, serving
from tests.stores import KNOWLEDGE, contents, rows_of
from tests.truths import assert_exact, same_but_number
from worker.bootstrap import is_alive
from worker.db.backup import PART, backup
from worker.db.backup_restore import Restore, examine, restore
from worker.journey import Wish
from worker.settings.model import Settings
from worker.stages.backup import Backup
from worker.stages.backup import backup as back_up

_PROGRAM = Path(__file__).parents[1] / "keeper.py"


def quiet(_done: int, _total: int | None) -> None:
    """Nobody looks on."""


def keep(settings: Settings, file: Path) -> None:
    with connected(settings) as engine:
        backup(engine, file, province="H99", now=AS_OF, progress=quiet)


def bring_back(settings: Settings, file: Path) -> int:
    settings.data_dir.mkdir(exist_ok=True)
    with connected(settings) as engine:
        task = Restore(
            engine=engine,
            file=file,
            province="H99",
            is_alive=is_alive,
            lease=timedelta(minutes=5),
            now=AS_OF,
        )
        examine(task, quiet)
        return restore(task, quiet)


def digests(settings: Settings) -> list[str]:
    with connected(settings) as engine:
        return [each.digest for each in rows_of(engine, Reconciliation)]


@pytest.fixture(params=["sqlite", "postgresql"])
def elsewhere(request: pytest.FixtureRequest, place: Place, tmp_path: Path) -> Place:
    """A fresh installation of the same province on either database."""
    url = None
    if request.param == "postgresql":
        url = request.getfixturevalue("new_postgres")()
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return replace(place, folder=folder, store_url=url)


def test_a_province_moves_to_a_fresh_store_and_goes_on(place: Place, elsewhere: Place) -> None:
    world = place.world(dossiers=200)
    with serving(world) as at:
        settings = place.configure(at)
        journey(settings)
        before = by_hand(settings, AS_OF)
        keep(settings, place.folder / "b.zip")
        moved = elsewhere.configure(at)
        bring_back(moved, place.folder / "b.zip")
        assert digests(moved) == digests(settings)
        assert same_but_number(by_hand(moved, AS_OF), before)
        asked = [calls_at(at.adapter_url)["/mapi/g"]]
        for each in (moved, settings):
            assert_exact(reported(journey(each)), world, published=False, flags=False)
            asked.append(calls_at(at.adapter_url)["/mapi/g"] - sum(asked))
        everything, again, as_before = asked
        assert again == as_before < everything
    with connected(settings) as old, connected(moved) as new:
        assert contents(new, *KNOWLEDGE) == contents(old, *KNOWLEDGE)


@contextmanager
def keeper(settings: Settings, *what: str) -> Iterator[subprocess.Popen[str]]:
    """Another process that stops in the middle of a backup or a restoration; killed at the end."""
    command = [sys.executable, str(_PROGRAM), settings.store_url, *what]
    process = subprocess.Popen(  # noqa: S603 - our own program
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def kill_half_way(settings: Settings, *what: str) -> None:
    with keeper(settings, *what) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "half way\n"
        process.kill()


def test_a_backup_killed_half_way_leaves_the_old_one(place: Place) -> None:
    with serving(place.world(dossiers=60)) as at:
        settings = place.configure(at)
        journey(settings, Wish(pull_only=True))
    folder = place.folder / "backups"
    keep(settings, folder / "b.zip")
    before = (folder / "b.zip").read_bytes()
    kill_half_way(settings, "backup", str(folder / "b.zip"))
    assert (folder / "b.zip").read_bytes() == before
    assert len(list(folder.glob(f"*{PART}"))) == 1
    bring_back(settings, folder / "b.zip")
    keep(settings, folder / "b.zip")


def test_a_restoration_killed_half_way_leaves_the_store_as_it_was(place: Place) -> None:
    with serving(place.world(dossiers=60)) as at:
        settings = place.configure(at)
        keep_empty = place.folder / "empty.zip"
        journey(settings, Wish(pull_only=True))
        keep(settings, keep_empty)
        journey(settings)
    with connected(settings) as engine:
        before = contents(engine, *KNOWLEDGE)
    kill_half_way(settings, "restore", str(keep_empty))
    with connected(settings) as engine:
        assert contents(engine, *KNOWLEDGE) == before
    by_hand(settings, AS_OF)


def test_backups_of_the_schedule_stay_few(light_place: Place) -> None:
    with serving(light_place.world(dossiers=20)) as at:
        settings = light_place.configure(at)
        journey(settings, Wish(pull_only=True))
    folder = settings.data_dir / "backups"
    folder.mkdir()
    for name in ("mine.zip", "doisoat-H51-20200101-000000.zip"):
        (folder / name).write_bytes(b"")
    made = []
    with connected(settings) as engine:
        for hours in (0, 0, 1, 2):
            task = Backup(
                engine=engine,
                folder=folder,
                province="H99",
                keep=3,
                now=AS_OF + timedelta(hours=hours),
                progress=quiet,
            )
            made.append(back_up(task).name)
    assert made == [
        "doisoat-H99-20240724-160000.zip",
        "doisoat-H99-20240724-160000-2.zip",
        "doisoat-H99-20240724-170000.zip",
        "doisoat-H99-20240724-180000.zip",
    ]
    left = {each.name for each in folder.iterdir()}
    assert left == {*made[1:], "mine.zip", "doisoat-H51-20200101-000000.zip"}


def test_what_was_under_way_is_resumed_after_it_came_back(place: Place, elsewhere: Place) -> None:
    world = place.world(dossiers=200)
    file = place.folder / "b.zip"
    with serving(world) as at:
        settings = place.configure(at)

        def keep_in_the_middle(_stage: object, _name: str) -> object:
            return lambda done, _total: None if file.exists() or not done else keep(settings, file)

        journey(settings, watch=keep_in_the_middle)  # type: ignore[arg-type]
        moved = elsewhere.configure(at)
        assert bring_back(moved, file) == 1
        assert_exact(reported(journey(moved)), world, published=False, flags=False)
    with connected(moved) as engine:
        states = {run.state for run in rows_of(engine, SyncRun)}
    assert states == {RunState.COMPLETE}
