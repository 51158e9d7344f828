"""The simulated upstreams in a process of their own, for as long as they are needed."""

import json
import selectors
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from worker.errors import TransientError

_PATIENCE = 60.0
_GRACE = 5.0


@contextmanager
def simulated(arguments: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Run ``doisoat simulate`` with these arguments; what it says of itself.

    The process ends with the block, and also when this process is killed: its input ends then.

    Raises:
        TransientError: It did not come up.
    """
    command = [sys.executable, "-P", "-m", "worker.cli.main", "simulate", *arguments]
    process = subprocess.Popen(  # noqa: S603 - our own program
        [*command, "--json", "--until-input-ends"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,  # a Ctrl-C is for us; we end it ourselves
    )
    try:
        yield _announced(process)
    finally:
        _end(process)


def _announced(process: "subprocess.Popen[bytes]") -> dict[str, Any]:
    output = process.stdout
    line = output.readline() if output and _is_readable(process) else b""
    if not line:
        raise TransientError("upstreams_not_up")
    told: dict[str, Any] = json.loads(line)
    return told


def _is_readable(process: "subprocess.Popen[bytes]") -> bool:
    with selectors.DefaultSelector() as selector:
        if process.stdout is not None:
            selector.register(process.stdout, selectors.EVENT_READ)
        return bool(selector.select(_PATIENCE))


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(_GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


def until_interrupted() -> None:
    """Nothing to do until somebody presses Ctrl-C or ends the program."""
    with suppress(KeyboardInterrupt):
        threading.Event().wait()
