"""Which files in a watched folder are brought in, and what may become of one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from worker.errors import DoisoatError

# A file that changed just now may still be on its way.
QUIET = timedelta(seconds=60)
_BEGINNINGS = (".", "~$")
_ENDINGS = (".tmp", ".part", ".partial", ".crdownload", ".download", ".lock")
_OF_THE_SYSTEM = frozenset({"thumbs.db", "desktop.ini"})


class Fate(StrEnum):
    """What became of a file."""

    WRITTEN = "written"
    KNOWN = "known"
    REFUSED = "refused"
    LEFT = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What became of one file of a source's folder; without a ``file``, of the folder itself.

    ``run`` wrote it. ``error`` says why it was REFUSED, or why it is still there: LEFT.
    """

    source: str
    file: str
    fate: Fate
    run: int | None = None
    error: DoisoatError | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A file as it lay in a folder: its size in bytes, and when it changed, in nanoseconds."""

    path: Path
    size: int
    changed: int

    @property
    def name(self) -> str:
        """Its name, in letters that can be stored."""
        return self.path.name.encode("utf-8", "replace").decode()


def is_meant(name: str) -> bool:
    """Whether a file is there to be brought in, not left by a program at work."""
    lower = name.lower()
    return not (
        lower.startswith(_BEGINNINGS) or lower.endswith(_ENDINGS) or lower in _OF_THE_SYSTEM
    )


def settled(found: Iterable[Found], now: datetime | None) -> list[Found]:
    """The files that lay still for ``QUIET``, the one that changed first at the front.

    Exports follow each other, and the later one is to have the last word. Without ``now``, where
    the clock stands still, all of them. One that changed in the future, by a clock that is wrong,
    is not waited for.
    """
    quiet = QUIET.total_seconds()
    still = [
        each for each in found if now is None or abs(now.timestamp() - each.changed / 1e9) >= quiet
    ]
    return sorted(still, key=lambda each: (each.changed, each.path.name))
