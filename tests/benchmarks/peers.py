"""Work in a process of its own, measured alike whether it is ours or a peer's.

Peers live in environments that the benchmark makes in a temporary folder, never among our own
dependencies.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any


class UnavailableError(Exception):
    """A peer could not be had here; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """What one process took.

    ``seconds`` is its work as it measured it itself, everything imported; ``whole`` from its start
    to its end; ``megabytes`` the most memory it ever held, by its own word where it gives one;
    ``told`` what else it printed as JSON.
    """

    seconds: float
    whole: float
    megabytes: float
    told: dict[str, Any]


def measured(command: Sequence[str | Path]) -> Took:
    """Run a command whose last line is a JSON object with ``seconds``, alone.

    Raises:
        UnavailableError: it failed.
    """
    started = time.perf_counter()
    with (
        TemporaryFile("w+") as complaints,
        subprocess.Popen(  # noqa: S603 - our own commands
            [str(each) for each in command], stdout=subprocess.PIPE, stderr=complaints, text=True
        ) as process,
    ):
        output = process.stdout.read() if process.stdout else ""
        _, status, usage = os.wait4(process.pid, 0)
        whole = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        complaints.seek(0)
        complaint = complaints.read()
    if process.returncode:
        raise UnavailableError(_last_line(complaint))
    told = json.loads(_last_line(output))
    return Took(
        seconds=told.pop("seconds"),
        whole=whole,
        megabytes=told.pop("megabytes", usage.ru_maxrss / 1024),
        told=told,
    )


def peak_megabytes() -> float:
    """The most memory this process ever held; what its parent held is not in it, as in rusage."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def environment(folder: Path, name: str, packages: Sequence[str]) -> Path:
    """The Python of a new environment with these packages.

    Raises:
        UnavailableError: it can't be made, or a package can't be had.
    """
    uv = shutil.which("uv")
    if uv is None:
        raise UnavailableError("uv is not installed")
    python = folder / name / "bin" / "python"
    for command in (
        [uv, "venv", "--quiet", "--python", sys.executable, str(folder / name)],
        [uv, "pip", "install", "--quiet", "--python", str(python), *packages],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own commands
        if done.returncode:
            raise UnavailableError(_last_line(done.stderr))
    return python


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or [""])[-1]
