"""What was backed up or restored: as an item for programs and as sentences."""

from pathlib import Path
from typing import Any

from worker.core.backup import Manifest
from worker.i18n import text
from worker.i18n.numbers import exact, number

_MEGABYTE = 1_000_000


def backup_item(file: Path, manifest: Manifest) -> dict[str, Any]:
    """A backup as ``backup --json`` shows it."""
    return {"file": file, "size": file.stat().st_size, **_contents(manifest)}


def backup_lines(file: Path, manifest: Manifest) -> list[str]:
    """Where the backup is, what it holds, and what is done with it."""
    size = number(file.stat().st_size / _MEGABYTE)
    return [
        text("backup.done", file=file, rows=number(manifest.rows), size=size),
        text("backup.keep_safe"),
        text("backup.how_to_restore", file=file),
    ]


def restore_item(file: Path, manifest: Manifest, revision: str, interrupted: int) -> dict[str, Any]:
    """A restoration as ``restore --json`` shows it; ``revision`` is the schema it is in now."""
    told = {"restored_revision": revision, "interrupted": interrupted}
    return {"file": file, **_contents(manifest), **told}


def found_line(manifest: Manifest) -> str:
    """What a verified file holds."""
    made_at, rows = exact(manifest.made_at), number(manifest.rows)
    return text("backup.found", province=manifest.province, made_at=made_at, rows=rows)


def restore_lines(manifest: Manifest, revision: str, interrupted: int) -> list[str]:
    """What was restored, and what happens next."""
    lines = [text("backup.restored", rows=number(manifest.rows), made_at=exact(manifest.made_at))]
    if manifest.revision != revision:
        lines.append(text("backup.upgraded", before=manifest.revision, after=revision))
    if interrupted:
        lines.append(text("backup.interrupted", count=number(interrupted)))
    return [*lines, text("backup.next")]


def _contents(manifest: Manifest) -> dict[str, Any]:
    return {
        "province": manifest.province,
        "made_at": manifest.made_at,
        "revision": manifest.revision,
        "rows": manifest.rows,
        "tables": [{"name": table.name, "rows": table.rows} for table in manifest.tables],
    }
