"""Backup: put everything aside under the time it was made, and keep the latest few."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine

from worker.core.times import VIETNAM
from worker.db import backup as backups
from worker.ports import Progress

_SUFFIX = ".zip"
# Longer than any backup takes: what still has a working name after that was killed.
_ABANDONED_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A backup of a province's store at ``now`` into ``folder``, where the latest ``keep`` stay."""

    engine: Engine
    folder: Path
    province: str
    keep: int
    now: datetime
    progress: Progress


def backup(task: Backup) -> Path:
    """Make a backup, then take away those that are too many; the new file.

    Raises:
        StoreError: the store can't be reached.
        BackupError: the file can't be written; nothing was taken away.
    """
    file = dated_file(task.folder, task.province, task.now)
    backups.backup(task.engine, file, province=task.province, now=task.now, progress=task.progress)
    thin(task.folder, task.province, task.keep, task.now)
    return file


def dated_file(folder: Path, province: str, now: datetime) -> Path:
    """A name no file in ``folder`` has yet, by the local time: ``doisoat-H51-20240724-160000``."""
    stem = f"{_prefix(province)}{now.astimezone(VIETNAM):%Y%m%d-%H%M%S}"
    file, number = folder / f"{stem}{_SUFFIX}", 2
    while file.exists():
        file, number = folder / f"{stem}-{number}{_SUFFIX}", number + 1
    return file


def thin(folder: Path, province: str, keep: int, now: datetime) -> None:
    """Take away the oldest backups of the province beyond ``keep``, and what killed ones left.

    Files whose names people chose stay.
    """
    dated = sorted(folder.glob(f"{_prefix(province)}*{_SUFFIX}"), key=lambda file: file.stem)
    left = [each for each in folder.glob(f"{_prefix(province)}*{backups.PART}") if _old(each, now)]
    for file in (*dated[:-keep], *left):
        with suppress(OSError):
            file.unlink()


def _old(file: Path, now: datetime) -> bool:
    with suppress(OSError):
        return now.timestamp() - file.stat().st_mtime > _ABANDONED_AFTER.total_seconds()
    return False


def _prefix(province: str) -> str:
    return f"doisoat-{province}-"
