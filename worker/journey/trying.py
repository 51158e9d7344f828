"""Trying a source's connection: everything it offers is asked for the least there is."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from worker.bootstrap import upstream
from worker.errors import DoisoatError
from worker.ports import Source
from worker.settings.model import Settings

# Beyond this nothing further is tried while somebody waits for the page.
LONGEST_TRIAL = timedelta(seconds=20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One capability that was asked, by its name; ``seconds`` it took, ``error`` what is wrong.

    ``part`` is None where the source could not be asked for anything at all; ``seconds`` is None
    where there was no time left to ask.
    """

    part: str | None
    seconds: float | None = None
    error: DoisoatError | None = None


def try_source(settings: Settings, name: str, longest: timedelta | None = None) -> Iterator[Tried]:
    """Ask each capability of a configured source once.

    Args:
        settings: What is configured.
        name: The source's name there.
        longest: For so long; then what is under way ends at its next time-out, nothing is asked
            twice, and the rest is left out. None: as patiently as a pull asks.
    """
    began = time.monotonic()
    try:
        source = upstream(settings, name, is_hasty=longest is not None)
    except DoisoatError as error:
        yield Tried(part=None, error=error)
        return
    try:
        for part, capability in source.capabilities.items():
            is_over = longest is not None and time.monotonic() - began > longest.total_seconds()
            yield Tried(part=part) if is_over else _tried(part, capability)
    finally:
        source.close()


def _tried(part: str, capability: Source) -> Tried:
    began = time.monotonic()
    try:
        capability.check()
    except DoisoatError as error:
        return Tried(part=part, error=error, seconds=_since(began))
    return Tried(part=part, seconds=_since(began))


def _since(began: float) -> float:
    return max(round(time.monotonic() - began, 2), 0.01)
