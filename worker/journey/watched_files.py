"""The files of a watched folder: finding them, and putting them away with a note beside them.

``done/`` keeps what was brought in and ``refused/`` what could not be. The note is written before
the file is moved, so that whoever is killed in between only writes it again.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from worker.core.arrival import Found, is_meant
from worker.errors import NotFoundError, PermanentError

DONE = "done"
REFUSED = "refused"
_NOTE = ".ly-do.txt"
_MOST_ENTRIES = 10_000


def files_in(folder: Path) -> list[Found]:
    """The files that lie in a folder itself; links and what programs at work leave are not ours.

    Raises:
        NotFoundError: ``folder_missing``.
        PermanentError: ``folder_unreadable``.
    """
    if not folder.is_dir():
        raise NotFoundError("folder_missing", folder=str(folder))
    try:
        return list(_files_in(folder))
    except OSError as error:
        raise PermanentError("folder_unreadable", folder=str(folder)) from error


def is_as_it_was(found: Found) -> bool:
    """Whether a file still lies where it was found, unchanged."""
    return _found(found.path) == found


def put_away(found: Found, sub_folder: str, note: str) -> None:
    """Move a file into a folder below its own, its note beside it; never over another file.

    Raises:
        PermanentError: ``file_unmovable``; the file is where it was.
    """
    try:
        target = _free_name(found.path.parent / sub_folder, found.path)
        target.parent.mkdir(exist_ok=True)
        beside = target.with_name(target.name + _NOTE)
        # For the editors of old Windows, which need the mark and the long line ends.
        beside.write_text(note, encoding="utf-8-sig", errors="replace", newline="\r\n")
        found.path.rename(target)
    except FileNotFoundError:
        if found.path.exists():
            raise PermanentError("file_unmovable", file=found.name) from None
    except OSError as error:
        raise PermanentError("file_unmovable", file=found.name) from error


def _files_in(folder: Path) -> Iterator[Found]:
    with os.scandir(folder) as entries:
        for seen, entry in enumerate(entries):
            if seen >= _MOST_ENTRIES:
                return
            if is_meant(entry.name):
                found = _found(Path(entry.path))
                if found is not None:
                    yield found


def _found(path: Path) -> Found | None:
    """A file as it lies there now; None where it is gone or no plain file."""
    try:
        told = path.lstat()
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(told.st_mode):
        return None
    # Copying may keep the time of the content, never that of the entry.
    return Found(path, told.st_size, max(told.st_mtime_ns, told.st_ctime_ns))


def _free_name(folder: Path, path: Path) -> Path:
    target, number = folder / path.name, 1
    while target.exists():
        number += 1
        target = folder / f"{path.stem}-{number}{path.suffix}"
    return target
