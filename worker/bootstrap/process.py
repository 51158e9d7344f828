"""This process: its clock, and the name it goes by among those that share the store."""

import os
import platform
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from worker.settings.model import Settings


def clock_of(settings: Settings) -> Callable[[], datetime]:
    """The clock, in whole seconds; one that stands still where the settings name an instant."""
    fixed = settings.now
    if fixed is not None:
        return lambda: fixed
    return lambda: datetime.now(UTC).replace(microsecond=0)


def owner() -> str:
    """This process as the owner of runs: ``machine/parent:process``."""
    return f"{family(os.getppid())}{os.getpid()}"


def family(parent: int) -> str:
    """What the names of all children of a process on this machine begin with."""
    return f"{platform.node()}/{parent}:"


def is_alive(owner: str) -> bool | None:
    """Whether the process that owns a run still lives; None where it runs on another machine.

    An owner is named as ``owner`` says.
    """
    place, _, number = owner.rpartition(":")
    if place.rpartition("/")[0] != platform.node():
        return None
    if int(number) == os.getpid():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _has_ended(number)


def _has_ended(number: str) -> bool:
    """Whether a process is over and only its parent has not noticed yet, where the system tells."""
    try:
        told = Path("/proc", number, "stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    # The state follows the name, which stands in brackets and may hold anything.
    return told.rpartition(") ")[2].startswith(("Z", "X"))
