"""The doctor's look at the data folder: room on its disk, and who may look into it."""

import os
import shutil
import stat
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from worker.cli.finding import Finding, Level
from worker.errors import StoreError
from worker.i18n import text
from worker.i18n.numbers import duration, number, percent

if TYPE_CHECKING:
    from worker.settings.model import Settings

_GIGABYTE = 1_000_000_000
_LITTLE_SPACE = _GIGABYTE
_NO_SPACE = 100_000_000
_LITTLE_SHARE = 0.10
# Sooner, the first reading of everything would pass for daily growth.
_TELLING = timedelta(days=7)
_SOON = timedelta(days=30)


def data_folder_examined(settings: "Settings", now: datetime) -> Iterator[Finding]:
    """Room, names for new files, growth, permissions.

    Writing its log, this command has shown already that the folder can be written to.
    """
    folder = settings.data_dir
    if not folder.is_dir():
        return
    yield _space(folder)
    yield from _names(folder)
    yield from _growth(settings, now)
    yield from _permissions(folder)


def _space(folder: Path) -> Finding:
    disk = shutil.disk_usage(folder)
    level = Level.OK
    if disk.free < _LITTLE_SPACE or disk.free < _LITTLE_SHARE * disk.total:
        level = Level.PROBLEM if disk.free < _NO_SPACE else Level.WARNING
    gigabytes = number(round(disk.free / _GIGABYTE, 1))
    share = percent(round(disk.free / disk.total, 2))
    said = text("doctor.data.writable", folder=folder, free=gigabytes, share=share)
    return Finding("data", level, said, None if level is Level.OK else text("doctor.data.advice"))


def _names(folder: Path) -> Iterator[Finding]:
    """File systems have a limit on how many files they hold; some tell none."""
    if sys.platform == "win32":
        return
    told = os.statvfs(folder)
    if told.f_files and told.f_favail < _LITTLE_SHARE * told.f_files:
        said = text("doctor.data.inodes", left=number(told.f_favail))
        yield Finding("data", Level.WARNING, said, text("doctor.data.inodes_advice"))


def _growth(settings: "Settings", now: datetime) -> Iterator[Finding]:
    """How long the room lasts an embedded database that grows as it has so far."""
    if settings.database_url is not None:
        return
    file = settings.data_dir / "doisoat.db"
    began = _began(settings) if file.is_file() else None
    if began is None or now - began < _TELLING:
        return
    rate = file.stat().st_size / ((now - began) / timedelta(days=1))
    left = timedelta(days=min(shutil.disk_usage(file.parent).free / max(rate, 1), 36_500))
    if left < _SOON:
        said = text("doctor.data.growth", left=duration(left))
        yield Finding("data", Level.WARNING, said, text("doctor.data.growth_advice"))


def _began(settings: "Settings") -> datetime | None:
    """When the store began to fill; None where it is empty or can't be read as it is."""
    from sqlmodel import Session

    from worker.bootstrap import open_store
    from worker.db.engine import require_current_schema
    from worker.db.pulse import first_run_at

    engine = open_store(settings)
    try:
        require_current_schema(engine)
        with Session(engine) as session:
            return first_run_at(session)
    except StoreError:
        return None
    finally:
        engine.dispose()


def _permissions(folder: Path) -> Iterator[Finding]:
    if sys.platform == "win32":
        return
    mode = folder.stat().st_mode
    if mode & stat.S_IWOTH:
        key, level = "doctor.data.others_write", Level.PROBLEM
    elif mode & (stat.S_IROTH | stat.S_IXOTH):
        key, level = "doctor.data.others_read", Level.WARNING
    else:
        return
    advice = text("doctor.data.others_advice", folder=folder)
    yield Finding("data", level, text(key, folder=folder), advice)
