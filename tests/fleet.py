"""Real processes of the program, side by side, for tests that start, kill, stop and wake them."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.source import SyncRun
from tests.levers import set_faults
from tests.stores import rows_of
from worker.db.engine import open_engine
from worker.settings.model import OpenCpsSettings, Settings
from worker.simulator.faults import NO_FAULTS, FaultPlan

Process = subprocess.Popen[bytes]

_PATIENCE = 120.0
_TICK = 0.1


@dataclass(slots=True)
class Fleet:
    """Processes that work with the settings file in ``folder``, and what they have in common.

    What each says stands in ``folder/<number>-<command>.log``.
    """

    folder: Path
    settings: Settings
    environment: Mapping[str, str] = field(default_factory=dict)
    started: list[Process] = field(default_factory=list)

    def start(self, *arguments: str) -> Process:
        """Start a command in a process group of its own, without waiting for it."""
        log = self.folder / f"{len(self.started)}-{arguments[0]}.log"
        with log.open("ab") as told:
            process = subprocess.Popen(  # noqa: S603 - this very program
                self._command(arguments),
                cwd=self.folder,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=told,
                stderr=told,
                start_new_session=True,
            )
        self.started.append(process)
        return process

    def worker(self, *, concurrency: int = 2, queues: str = "sources,compute,tend") -> Process:
        """Start a worker."""
        return self.start("worker", "--concurrency", str(concurrency), "--queues", queues)

    def beat(self) -> Process:
        """Start beat."""
        return self.start("beat")

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(  # noqa: S603 - this very program
            self._command(arguments),
            cwd=self.folder,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=_PATIENCE,
        )

    def json(self, *arguments: str) -> Any:
        """What a command prints with ``--json``; it must succeed."""
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def runs(self) -> list[SyncRun]:
        """All runs as they stand in the store, in order."""
        engine = open_engine(self.settings.store_url)
        try:
            return sorted(rows_of(engine, SyncRun), key=lambda run: run.id or 0)
        finally:
            engine.dispose()

    def wait_until(
        self, holds: Callable[[list[SyncRun]], bool], patience: float = _PATIENCE
    ) -> list[SyncRun]:
        """Wait until something holds of the runs; the runs then. Fails where it never does."""
        until = time.monotonic() + patience
        while not holds(runs := self.runs()):
            told = [(run.id, run.stage, run.state.value, run.owner, run.error) for run in runs]
            assert time.monotonic() < until, f"{told}\n{self.logs()}"
            time.sleep(_TICK)
        return runs

    def wait_until_logged(self, *words: str) -> None:
        """Wait until a line of the log has all of some words. Fails where none ever does."""
        log = self.settings.log_file
        assert log is not None
        until = time.monotonic() + _PATIENCE
        while not any(all(word in line for word in words) for line in _lines_of(log)):
            assert time.monotonic() < until, self.logs()
            time.sleep(_TICK)

    def hasten(self, plan: FaultPlan = NO_FAULTS) -> None:
        """Let the province's system answer quicker from now on: what was to be met is met."""
        source = self.settings.sources["tinh"]
        assert isinstance(source, OpenCpsSettings)
        set_faults(source.url, plan)

    def logs(self) -> str:
        """The end of everything the processes said."""
        return "\n".join(
            f"--- {file.name}\n{file.read_text(encoding='utf-8', errors='replace')[-4000:]}"
            for file in sorted(self.folder.glob("*.log"))
        )

    def _command(self, arguments: tuple[str, ...]) -> list[str]:
        config = str(self.folder / "doisoat.toml")
        return [sys.executable, "-m", "worker.cli.main", "--config", config, *arguments]

    def _environment(self) -> dict[str, str]:
        here = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}  # noqa: TID251 - what any process needs
        return here | {"PYTHONPATH": str(Path(__file__).parent.parent)} | dict(self.environment)


def kill(process: Process) -> None:
    """Kill a process and its children at once, as a power cut would."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def freeze(process: Process) -> None:
    """Stop a process and its children where they stand."""
    os.killpg(process.pid, signal.SIGSTOP)


def thaw(process: Process) -> None:
    """Let a stopped process and its children go on."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGCONT)


@contextmanager
def fleet(
    folder: Path, settings: Settings, environment: Mapping[str, str] | None = None
) -> Iterator[Fleet]:
    """A fleet without processes yet; whatever still runs at the end is killed."""
    made = Fleet(folder, settings, environment or {})
    try:
        yield made
    finally:
        for process in made.started:
            thaw(process)
            kill(process)


def _lines_of(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines() if file.exists() else []
