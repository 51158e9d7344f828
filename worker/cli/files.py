"""Writing files for people: whole or not at all, secrets for their owner only."""

import os
from pathlib import Path

from worker.errors import SettingsError


def write_text(file: Path, text: str, *, secret: bool = False) -> None:
    """Write a file whole, replacing an older one; a secret is readable by its owner alone.

    Raises:
        SettingsError: It can't be written.
    """
    write_bytes(file, text.encode(), secret=secret)


def write_bytes(file: Path, content: bytes, *, secret: bool = False) -> None:
    """The same for what is no text."""
    fresh = file.with_name(file.name + ".new")
    mode = 0o600 if secret else 0o644
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as stream:
            stream.write(content)
        fresh.replace(file)
    except OSError as error:
        raise SettingsError("file_unwritable", file=str(file)) from error
