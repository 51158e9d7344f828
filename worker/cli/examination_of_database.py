"""The doctor's look at the database itself: what it is, how big, whether it has room to work."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from worker.cli.finding import Finding, Level
from worker.i18n import text
from worker.i18n.numbers import number

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from worker.db.condition import Condition

_OLDEST = {"PostgreSQL": (14,), "SQLite": (3, 35)}
_CROWDED = 0.8
_WAL = "wal"
# Locks on these are not to be trusted, and a SQLite database lives by them.
_OF_NETWORKS = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "afs"})
_MOUNTS = Path("/proc/mounts")


def database_examined(engine: "Engine") -> Iterator[Finding]:
    """What the database tells of itself, and what stands in its way.

    Raises:
        StoreError: it is out of reach.
    """
    from worker.db.condition import condition

    found = condition(engine)
    version = ".".join(map(str, found.version))
    size = number(round(found.size / 1_000_000, 1))
    said = text("doctor.database.is", product=found.product, version=version, size=size)
    yield Finding("store", Level.OK, said)
    if found.version < _OLDEST[found.product]:
        oldest = ".".join(map(str, _OLDEST[found.product]))
        said = text("doctor.database.old", product=found.product, version=version, oldest=oldest)
        yield Finding("store", Level.WARNING, said, text("doctor.database.old_advice"))
    yield from _connections(found)
    yield from _journal(found)
    if engine.url.get_backend_name() == "sqlite":
        yield from _place(Path(engine.url.database or "."), _mounts())


def _connections(found: "Condition") -> Iterator[Finding]:
    if found.connections is None:
        return
    used, allowed = found.connections
    said = text("doctor.database.connections", used=number(used), allowed=number(allowed))
    crowded = used > _CROWDED * allowed
    advice = text("doctor.database.connections_advice")
    level = Level.WARNING if crowded else Level.OK
    yield Finding("store", level, said, advice if crowded else None)


def _journal(found: "Condition") -> Iterator[Finding]:
    if found.journal is not None and found.journal != _WAL:
        said = text("doctor.database.journal", mode=found.journal)
        yield Finding("store", Level.WARNING, said, text("doctor.database.place_advice"))


def _place(file: Path, mounts: str) -> Iterator[Finding]:
    kind = filesystem_of(file.absolute().parent, mounts)
    if kind in _OF_NETWORKS:
        said = text("doctor.database.place", folder=file.absolute().parent, kind=kind)
        yield Finding("store", Level.PROBLEM, said, text("doctor.database.place_advice"))


def filesystem_of(folder: Path, mounts: str) -> str | None:
    """The kind of file system a folder lies on, by the lines of ``/proc/mounts``."""
    kinds = {}
    for line in mounts.splitlines():
        _, point, kind, *_ = line.split(" ")
        # A blank in a name is written in octal.
        kinds[Path(point.replace("\\040", " "))] = kind
    return next((kinds[each] for each in (folder, *folder.parents) if each in kinds), None)


def _mounts() -> str:
    """What is mounted where; nothing where the system doesn't say."""
    try:
        return _MOUNTS.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
