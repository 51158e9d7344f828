"""Publish: put the files of the open data into a folder, each whole or not at all."""

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from worker.errors import PublicationError

# Those who host the folder read it as somebody else.
_READABLE = 0o644


@dataclass(frozen=True, slots=True)
class Written:
    """How many files are new or other than before, and how many stayed as they were."""

    changed: int
    unchanged: int


def publish(folder: Path, files: Mapping[str, bytes]) -> Written:
    """Write files by their addresses, in their order; what else lies there stays.

    A reader sees the old file or the new one, never half of one. Stopped in the middle and done
    again, it ends the same.

    Raises:
        PublicationError: a file can't be written there.
    """
    changed = 0
    for address, content in files.items():
        file = folder / address
        try:
            changed += _put(file, content)
        except OSError as error:
            raise PublicationError(
                "publication_not_written", file=str(file), problem=error.strerror or str(error)
            ) from error
    return Written(changed, len(files) - changed)


def _put(file: Path, content: bytes) -> bool:
    """Whether it had to be written."""
    with suppress(FileNotFoundError):
        if file.read_bytes() == content:
            return False
    file.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=file.parent, prefix=".", delete=False) as draft:
        try:
            draft.write(content)
            draft.flush()
            os.fsync(draft.fileno())
            Path(draft.name).chmod(_READABLE)
            Path(draft.name).replace(file)
        except BaseException:
            Path(draft.name).unlink(missing_ok=True)
            raise
    return True
