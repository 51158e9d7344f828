"""Reads the files that offices keep and export: xlsx, xlsm, xls, ods and csv.

Nothing in a file is trusted: its size, what it unpacks to and how many cells it has are bounded
before and while it is read, and spreadsheets are opened in a process of their own.
"""

import re
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from datetime import date, datetime, time
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import msgspec

from worker.core.workbook.cells import Cell, Row, Sheet
from worker.errors import NotFoundError, PermanentError
from worker.sources import spreadsheet
from worker.sources.csv_sheet import read_csv
from worker.sources.spreadsheet import WireSheet

MOST_BYTES = 50_000_000
_MOST_UNPACKED = 400_000_000
_HIGHEST_RATIO = 150
_SMALL = 1_000_000
_MOST_PARTS = 2000
_PATIENCE = 2 * spreadsheet.MOST_SECONDS

_ZIP = b"PK\x03\x04"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
# Excel's binary workbook: what its cells hold in place of values, only Excel can tell.
_BINARY = "xl/workbook.bin"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_markup = re.compile(
    rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html|table|\?xml|meta|style|div)", re.IGNORECASE
)
_from_1904 = re.compile(rb"\bdate1904\s*=\s*[\"'](?:1|true)[\"']")

_KEYS = {
    spreadsheet.PASSWORD: "file_has_password",
    spreadsheet.BROKEN: "file_broken",
    spreadsheet.TOO_LARGE: "file_too_many_cells",
}


@dataclass(frozen=True, slots=True)
class TableFile:
    """A file as it was read: its name without the path, what identifies its content, its sheets."""

    name: str
    sha256: str
    sheets: tuple[Sheet, ...]


def read_file(path: Path) -> TableFile:
    """Read a file whole.

    Raises:
        NotFoundError: ``file_missing``.
        PermanentError: ``file_unreadable``, ``file_too_large``, ``file_empty``,
            ``file_unpacks_too_large``, ``file_too_many_cells``, ``file_has_password``,
            ``file_is_web_page``, ``file_is_xlsb``, ``file_not_text``, ``file_broken``.
    """
    content = _content(path)
    if not content.strip():
        raise PermanentError("file_empty", file=path.name)
    digest = sha256(content).hexdigest()
    if content.startswith(_ZIP):
        old = _inspected(content, path.name)
        return TableFile(path.name, digest, _opened(content, path.name, from_1904=old))
    if content.startswith(_OLD_OFFICE):
        if _ENCRYPTED in content:
            raise PermanentError("file_has_password", file=path.name)
        return TableFile(path.name, digest, _opened(content, path.name, from_1904=False))
    if _markup.match(content):
        raise PermanentError("file_is_web_page", file=path.name)
    return TableFile(path.name, digest, (read_csv(content, path.name),))


def _content(path: Path) -> bytes:
    if not path.is_file():
        raise NotFoundError("file_missing", file=str(path))
    try:
        with path.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise PermanentError("file_unreadable", file=str(path)) from error
    if len(content) > MOST_BYTES:
        raise PermanentError("file_too_large", file=path.name, most=MOST_BYTES // 1_000_000)
    return content


def _inspected(content: bytes, file: str) -> bool:
    """Refuse what would unpack to too much, or isn't read; whether days are counted from 1904."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            parts = packed.infolist()
            unpacked = sum(part.file_size for part in parts)
            if len(parts) > _MOST_PARTS or unpacked > _MOST_UNPACKED or any(map(_is_bomb, parts)):
                raise PermanentError("file_unpacks_too_large", file=file)
            if _BINARY in packed.namelist():
                raise PermanentError("file_is_xlsb", file=file)
            if "xl/workbook.xml" not in packed.namelist():
                return False
            with packed.open("xl/workbook.xml") as stream:
                return _from_1904.search(stream.read(_SMALL)) is not None
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError) as error:
        raise PermanentError("file_broken", file=file) from error


def _is_bomb(part: zipfile.ZipInfo) -> bool:
    return part.file_size > _SMALL and part.file_size > _HIGHEST_RATIO * max(part.compress_size, 1)


def _opened(content: bytes, file: str, *, from_1904: bool) -> tuple[Sheet, ...]:
    """The sheets, as the process that opens the file tells them."""
    command = [sys.executable, "-P", "-m", spreadsheet.__name__]
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            command, input=content, capture_output=True, timeout=_PATIENCE, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise PermanentError("file_too_many_cells", file=file) from error
    if done.returncode:
        raise PermanentError(_why(done.returncode), file=file)
    sheets = msgspec.msgpack.decode(done.stdout, type=list[WireSheet], ext_hook=_dated)
    return tuple(_sheet(each, from_1904=from_1904) for each in sheets)


def _why(code: int) -> str:
    """The error that a process ended with; one that was ended took too much memory or time."""
    return "file_too_many_cells" if code < 0 else _KEYS.get(code, "file_broken")


def _sheet(wire: WireSheet, *, from_1904: bool) -> Sheet:
    rows = [Row(number, tuple(cells)) for number, cells in enumerate(wire.rows, wire.first_row)]
    return Sheet(
        name=wire.name,
        rows=rows,
        hidden=wire.hidden,
        hidden_rows=frozenset(wire.hidden_rows),
        from_1904=from_1904,
    )


def _dated(code: int, data: memoryview) -> Cell:
    text = bytes(data).decode()
    match code:
        case spreadsheet.DATETIME:
            return datetime.fromisoformat(text)
        case spreadsheet.DATE:
            return date.fromisoformat(text)
        case _:
            return time.fromisoformat(text)
