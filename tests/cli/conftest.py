import io
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from worker.cli.main import run
from worker.settings.draft import Draft
from worker.simulator.build import WorldOptions, build_world
from worker.simulator.server import SimulatedEndpoints, running
from worker.simulator.truth import truth
from worker.simulator.world import World
from worker.sources.calendars import national_calendar
from worker.sources.folder import find_folder, read_folder


@dataclass(frozen=True)
class Done:
    """What one command said, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def doisoat(folder: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> Done:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run(arguments, environment or {}, folder)
    return Done(code, out.getvalue(), err.getvalue())


@dataclass(frozen=True)
class Office:
    """A folder with settings for upstreams that are up, both sides pulled once.

    ``as_pulled`` is a copy of it as it was then: other tests work on in ``folder``.
    """

    folder: Path
    as_pulled: Path
    world: World
    endpoints: SimulatedEndpoints
    first_sync: Done

    @property
    def truth(self) -> Any:
        return json.loads(json.dumps(truth(self.world)))

    def do(self, *arguments: str) -> Done:
        return doisoat(self.folder, *arguments)


def write_settings(
    folder: Path, world: World, endpoints: SimulatedEndpoints, password: str | None = None
) -> None:
    (folder / "password").write_text(password or endpoints.password, encoding="utf-8")
    draft = Draft(
        code="H51",
        name="Sóc Trăng",
        seeds="soc-trang",
        home={
            "url": endpoints.province_url,
            "username": endpoints.username,
            "group_id": endpoints.group_id,
        },
        adapter_url=endpoints.adapter_url,
        portal_username=endpoints.username,
        reporting_url=endpoints.reporting_url,
        root_department_id=endpoints.root_department_id,
        figures_pause="0s",
        password_file="password",
        lookups_per_second=5000,
        now=world.as_of,
    )
    (folder / "doisoat.toml").write_text(draft.toml(), encoding="utf-8")


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("office")
    province = read_folder(find_folder("soc-trang", folder))
    calendar = national_calendar(folder).calendar
    options = WorldOptions(seed=3, dossiers=400, broken=4, portal_only=2)
    world = build_world(province, "H51", calendar, options)
    with running(world) as endpoints:
        write_settings(folder, world, endpoints)
        first = doisoat(folder, "sync", "--wait", "--full", "--by", "ca trực", "--json")
        as_pulled = tmp_path_factory.mktemp("as-pulled") / "office"
        shutil.copytree(folder, as_pulled)
        yield Office(folder, as_pulled, world, endpoints, first)
