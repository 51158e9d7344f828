"""The processes of docker-compose.yml, started outside containers as the file says."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.compose import composition
from tests.places import Place, serving
from tests.redis_server import RedisServer, free_port
from worker.simulator.server import SimulatedEndpoints

SERVICES = composition().services
_STAYING = ("worker", "beat", "console")
_PATIENCE = 120.0
_PROGRAMS = {"doisoat": str(Path(sys.executable).with_name("doisoat")), "python": sys.executable}


@dataclass(frozen=True)
class Host:
    """Stands in for the containers' world: where their paths and their one port lead to here."""

    folder: Path
    port: int

    def command(self, words: Sequence[str]) -> list[str]:
        """A command of the file for this machine."""
        program, *arguments = words
        here = [argument.replace(":8080", f":{self.port}") for argument in arguments]
        return [_PROGRAMS[program], *here]

    def environment(self, service: str) -> dict[str, str]:
        """What a service of the file is given, and nothing else of ours."""
        told = SERVICES[service].environment
        here = {name: self._here(value) for name, value in told.items()}
        if "DOISOAT_CONSOLE__PORT" in here:
            here |= {"DOISOAT_CONSOLE__PORT": str(self.port), "DOISOAT_CONSOLE__HOST": "127.0.0.1"}
        return here | {"LC_ALL": "C.UTF-8"}

    def run(self, service: str, words: Sequence[str]) -> subprocess.CompletedProcess[str]:
        """Run a command of a service to its end."""
        return subprocess.run(  # noqa: S603 - our own program
            self.command(words),
            cwd=self.folder / "data",
            env=self.environment(service),
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=False,
        )

    @contextmanager
    def staying(self, service: str) -> Iterator[subprocess.Popen[bytes]]:
        """A service that stays; killed at the end if it still lives."""
        with (self.folder / f"{service}.log").open("wb") as log:
            process = subprocess.Popen(  # noqa: S603 - our own program
                self.command(SERVICES[service].command or ()),
                cwd=self.folder / "data",
                env=self.environment(service),
                stdout=log,
                stderr=subprocess.STDOUT,
            )
            with process:
                try:
                    yield process
                finally:
                    process.kill()

    def _here(self, value: str) -> str:
        places = {
            "/run/secrets/": f"{self.folder / 'secrets'}/",
            "/etc/doisoat/": f"{self.folder}/",
            "/data": str(self.folder / "data"),
        }
        for there, here in places.items():
            if value.startswith(there):
                return here + value.removeprefix(there)
        return value


@pytest.fixture
def host(tmp_path: Path) -> Host:
    (tmp_path / "data").mkdir()
    (tmp_path / "secrets").mkdir()
    return Host(tmp_path, free_port())


def install(host: Host, place: Place, at: SimulatedEndpoints, database: str, broker: str) -> None:
    """Settings without addresses of stores or passwords: those come as secrets."""
    place.configure(at)
    file = host.folder / "doisoat.toml"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith(("password_file", "data_dir"))]
    file.write_text("".join(kept), encoding="utf-8")
    secrets = {
        "database_url": database,
        "broker_url": broker,
        "smtp_url": "",
        "tinh_password": at.password,
        "cong_password": at.password,
    }
    for name, content in secrets.items():
        (host.folder / "secrets" / name).write_text(f"{content}\n", encoding="utf-8")


def waited_for(holds: Callable[[], bool]) -> bool:
    """Whether something came to hold while anybody would wait."""
    ends = time.monotonic() + _PATIENCE
    while time.monotonic() < ends:
        if holds():
            return True
        time.sleep(0.3)
    return False


def runs(host: Host) -> list[Mapping[str, Any]]:
    told = host.run("worker", ["doisoat", "runs", "--all", "--json"])
    assert told.returncode == 0, told.stderr
    found: list[Mapping[str, Any]] = json.loads(told.stdout)["items"]
    return found


def is_measured(host: Host) -> bool:
    return any((run["stage"], run["state"]) == ("measure", "complete") for run in runs(host))


def is_alive(host: Host) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{host.port}/healthz", timeout=5).is_success
    except httpx.TransportError:
        return False


@pytest.fixture
def new_database(new_postgres: Callable[[], str]) -> str:
    return new_postgres()


@pytest.mark.slow
def test_the_processes_of_the_file_do_the_whole_job(
    host: Host, light_place: Place, new_database: str, redis_server: RedisServer
) -> None:
    place = replace(light_place, folder=host.folder)
    with serving(place.world(dossiers=60)) as at:
        install(host, place, at, new_database, redis_server.url)
        migrated = host.run("migrate", SERVICES["migrate"].command or ())
        assert migrated.returncode == 0, migrated.stderr
        with (
            host.staying("worker") as worker,
            host.staying("beat") as beat,
            host.staying("console") as console,
        ):
            assert waited_for(lambda: is_alive(host))
            assert waited_for(lambda: is_measured(host)), runs(host)
            for service in _STAYING:
                check = SERVICES[service].healthcheck
                assert check is not None
                checked = host.run(service, check.test[1:])
                assert checked.returncode == 0, checked.stdout + checked.stderr
            for process in (beat, console, worker):
                process.send_signal(signal.SIGTERM)
                assert process.wait(_PATIENCE) == 0
    assert {run["state"] for run in runs(host)}.isdisjoint({"running", "failed", "incomplete"})
