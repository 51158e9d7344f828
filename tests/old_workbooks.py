"""Workbooks in formats that nothing here writes, put together byte by byte."""

import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path

_SECTOR, _LEAST = 512, 4096
_FREE, _END, _IS_FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_BOF, _EOF, _SHEET, _ROW, _FORMULA, _BOOL_OR_ERROR, _LABEL = (
    0x809,
    0x0A,
    0x85,
    0x208,
    6,
    0x205,
    0x204,
)

_SPREADSHEET = "application/vnd.oasis.opendocument.spreadsheet"
_MANIFEST = f"""<?xml version="1.0"?><manifest:manifest
 xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">
<manifest:file-entry manifest:full-path="/" manifest:media-type="{_SPREADSHEET}"/>
</manifest:manifest>"""
# Without a blank between the tags, as programs write it.
_CONTENT = """<?xml version="1.0"?><office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">
<office:body><office:spreadsheet>{sheets}</office:spreadsheet></office:body>
</office:document-content>"""


def write_ods(file: Path, *sheets: str) -> Path:
    """An OpenDocument spreadsheet of ``table:table`` elements."""
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("mimetype", _SPREADSHEET)
        packed.writestr("META-INF/manifest.xml", _MANIFEST)
        packed.writestr("content.xml", _CONTENT.format(sheets="".join(sheets)))
    return file


def xls_text(row: int, column: int, text: str) -> bytes:
    """A cell with a text."""
    place = struct.pack("<HHHHB", row, column, 0, len(text), 1)
    return _record(_LABEL, place + text.encode("utf-16-le"))


def xls_error(row: int, column: int, code: int) -> bytes:
    """A cell with an error that nobody's formula made."""
    return _record(_BOOL_OR_ERROR, struct.pack("<HHHBB", row, column, 0, code, 1))


def xls_formula(row: int, column: int, value: bytes, options: int = 0) -> bytes:
    """A formula, its value in the eight bytes of [MS-XLS] 2.5.133; =1+1 whatever that is."""
    tokens = b"\x1e\x01\x00\x1e\x01\x00\x03"
    place = struct.pack("<HHH", row, column, 0)
    return _record(_FORMULA, place + value + struct.pack("<HIH", options, 0, len(tokens)) + tokens)


def xls_hidden(row: int) -> bytes:
    """What says that a row isn't shown."""
    return _record(_ROW, struct.pack("<6HI", row, 0, 9, 300, 0, 0, 0x20))


def write_xls(file: Path, name: str, *records: bytes) -> Path:
    """A workbook of Excel 97 with one sheet."""
    begin = struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0)
    label = name.encode("utf-16-le")
    sheet = struct.pack("<IBBBB", 0, 0, 0, len(name), 1) + label
    start = len(_record(_BOF, begin)) + len(_record(_SHEET, sheet)) + len(_record(_EOF, b""))
    parts = [
        _record(_BOF, begin),
        _record(_SHEET, struct.pack("<I", start) + sheet[4:]),
        _record(_EOF, b""),
        _record(_BOF, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0)),
        *records,
        _record(_EOF, b""),
    ]
    file.write_bytes(_compound(b"".join(parts)))
    return file


def _record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _compound(stream: bytes) -> bytes:
    """A compound file with nothing in it but the stream Workbook: header, FAT, directory, data."""
    stream = stream.ljust(_LEAST, b"\0")
    stream += bytes(-len(stream) % _SECTOR)
    count = len(stream) // _SECTOR
    chain = [*range(3, 2 + count), _END]
    fat = [_IS_FAT, _END, *chain]
    header = struct.pack(
        "<8s16sHHHHH6xIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        bytes(16),
        0x3E,
        3,
        0xFFFE,
        9,
        6,
        0,
        1,
        1,
        0,
        _LEAST,
        _END,
        0,
        _END,
        0,
    )
    table = struct.pack(f"<{_SECTOR // 4}I", *_filled(fat, _SECTOR // 4))
    entries = [_entry("Root Entry", 5, 1, _END, 0), _entry("Workbook", 2, _FREE, 2, len(stream))]
    directory = b"".join(entries).ljust(_SECTOR, b"\0")
    return header + struct.pack("<109I", *_filled([0], 109)) + table + directory + stream


def _filled(numbers: Sequence[int], size: int) -> list[int]:
    return [*numbers, *[_FREE] * (size - len(numbers))]


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    label = (name + "\0").encode("utf-16-le")
    return label.ljust(64, b"\0") + struct.pack(
        "<HBBIII16xI16xIQ", len(label), kind, 1, _FREE, _FREE, child, 0, start, size
    )
