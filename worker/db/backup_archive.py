"""The file of a backup: a ZIP with a text for each table and a manifest, read with suspicion.

A text holds a row a line in the form of PostgreSQL's COPY, whichever database it came from: see
``backup_text``. The manifest says what each table must hold, so that a file that was cut off or
changed on its way is refused before anything is written.
"""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

import msgspec

from worker.core.backup import FORMAT, Manifest, TableNote
from worker.errors import BackupError
from worker.ports import Progress

_MANIFEST = "manifest.json"
_LARGEST_MANIFEST = 1_000_000
_CHUNK = 1 << 20
_MOST_MEMBERS = 1_000
# Rows of ours pack ten to thirty times; a file that means harm unpacks a thousand times its size.
_HIGHEST_RATIO = 200
_LONGEST_LINE = 64 << 20
# A level that keeps up with the database; the highest one saves a tenth and takes thrice the time.
_LEVEL = 4

_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    msgspec.MsgspecError,
    EOFError,
    KeyError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OverflowError,
)


class _Format(msgspec.Struct, frozen=True):
    """The one thing that a manifest of any format says."""

    format: int


@dataclass(slots=True)
class TableText:
    """The text of one table while it is written."""

    stream: IO[bytes]
    rows: int = 0
    size: int = 0
    _waiting: bytearray = field(default_factory=bytearray)
    _digest: Any = field(default_factory=sha256)

    def write(self, lines: bytes | memoryview) -> bool:
        """Add whole lines; whether ``rows`` has grown, for they are packed many at a time."""
        self._waiting += lines
        if len(self._waiting) < _CHUNK:
            return False
        self._pack()
        return True

    def note(self, name: str, columns: tuple[str, ...]) -> TableNote:
        """What the text came to, once nothing follows."""
        self._pack()
        return TableNote(name, columns, self.rows, self.size, self._digest.hexdigest())

    def _pack(self) -> None:
        self._digest.update(self._waiting)
        self.rows += self._waiting.count(b"\n")
        self.size += len(self._waiting)
        self.stream.write(self._waiting)
        self._waiting.clear()


def new_archive(stream: IO[bytes]) -> zipfile.ZipFile:
    """An archive to be written to ``stream``."""
    return zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL)


@contextmanager
def table_text(archive: zipfile.ZipFile, name: str) -> Iterator[TableText]:
    """The text of a table in a new archive."""
    with archive.open(_member(name), "w", force_zip64=True) as stream:
        yield TableText(stream)


def put_manifest(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    """Finish a new archive."""
    told = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
    with archive.open(_MANIFEST, "w") as stream:
        stream.write(told)


@dataclass(frozen=True, slots=True)
class Archive:
    """A backup opened for reading; nothing in it is believed before it was compared."""

    manifest: Manifest
    zip: zipfile.ZipFile

    def verify(self, progress: Progress) -> None:
        """Read everything once and compare it with the manifest.

        Raises:
            BackupError: ``backup_broken``.
        """
        done = 0
        for table in self.manifest.tables:
            for chunk in self.text(table):
                done += chunk.count(b"\n")
                progress(done, self.manifest.rows)

    def text(self, table: TableNote) -> Iterator[bytes]:
        """The text of a table in whole lines, about a megabyte each time.

        Raises:
            BackupError: it is not what the manifest says; at the end at the latest.
        """
        digest, rows, size, rest = sha256(), 0, 0, b""
        with _reading(str(self.zip.filename)), self.zip.open(_member(table.name)) as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
                rows, size = rows + chunk.count(b"\n"), size + len(chunk)
                lines, rest = _whole_lines(rest + chunk)
                _require(size <= table.size and len(rest) <= _LONGEST_LINE)
                if lines:
                    yield lines
            found = (digest.hexdigest(), rows, size, rest)
            _require(found == (table.sha256, table.rows, table.size, b""))


@contextmanager
def opened_archive(file: Path) -> Iterator[Archive]:
    """A backup to be read.

    Raises:
        BackupError: ``backup_missing``, ``backup_broken`` or, of a later format,
            ``backup_newer``.
    """
    with _reading(str(file)):
        archive = zipfile.ZipFile(file)
    with archive:
        yield Archive(_manifest(archive, str(file)), archive)


def _manifest(archive: zipfile.ZipFile, file: str) -> Manifest:
    with _reading(file):
        members = archive.infolist()
        _require(len(members) <= _MOST_MEMBERS)
        _require(all(_unpacks_plausibly(member) for member in members))
        _require(archive.getinfo(_MANIFEST).file_size <= _LARGEST_MANIFEST)
        told = archive.read(_MANIFEST)
        if msgspec.json.decode(told, type=_Format).format > FORMAT:
            raise BackupError("backup_newer", file=file)
        manifest = msgspec.json.decode(told, type=Manifest)
        names = sorted([_MANIFEST, *(_member(table.name) for table in manifest.tables)])
        _require(names == sorted(member.filename for member in members))
        _require(manifest.made_at.tzinfo is not None)
    return manifest


def _unpacks_plausibly(member: zipfile.ZipInfo) -> bool:
    return member.file_size <= max(_CHUNK, _HIGHEST_RATIO * member.compress_size)


def _whole_lines(text: bytes) -> tuple[bytes, bytes]:
    """The lines that are complete, and the beginning of the next."""
    end = text.rfind(b"\n") + 1
    return text[:end], text[end:]


def _member(table: str) -> str:
    return f"tables/{table}.txt"


def _require(holds: bool) -> None:  # noqa: FBT001 - a condition
    if not holds:
        message = "not what the manifest says"
        raise ValueError(message)


@contextmanager
def _reading(file: str) -> Iterator[None]:
    """Whatever is wrong with a file, it is one sentence."""
    try:
        yield
    except FileNotFoundError as error:
        raise BackupError("file_missing", file=file) from error
    except OSError as error:
        raise BackupError("file_unreadable", file=file) from error
    except _DAMAGE as error:
        raise BackupError("backup_broken", file=file) from error
