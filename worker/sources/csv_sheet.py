"""Reads csv exports: whatever encoding and separator the exporting program chose."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from typing import Literal

from worker.core.workbook.cells import Row, Sheet
from worker.errors import PermanentError
from worker.sources.spreadsheet import LONGEST_CELL, MOST_COLUMNS, MOST_ROWS

_BOM_16 = (b"\xff\xfe", b"\xfe\xff")
_SEPARATORS = ";,\t|"
_LOOKED_AT = 50
_in_quotes = re.compile(r'"(.*)"', re.DOTALL)
# How programs keep Excel from taking a code for a number.
_forced_text = re.compile(r'="(.*)"', re.DOTALL)
_SAMPLE = 200_000
# Letters that only Vietnamese texts have; read in a wrong encoding, they come out as others.
_OURS = frozenset("ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ")
_COMBINING = frozenset("\u0300\u0301\u0303\u0309\u0323")


def read_csv(content: bytes, file: str) -> Sheet:
    """The one sheet of a csv file, its rows numbered as a spreadsheet would number them.

    Raises:
        PermanentError: ``file_not_text``, ``file_too_many_cells``, ``file_broken``.
    """
    text = _decoded(content, file)
    try:
        rows = _rows(text, file, quoted=_has_paired_quotes(text))
    except csv.Error as error:
        raise PermanentError("file_broken", file=file) from error
    return Sheet(name="csv", rows=rows)


def _rows(text: str, file: str, *, quoted: bool) -> list[Row]:
    rows: list[Row] = []
    for number, fields in enumerate(_reader(text, quoted=quoted), start=1):
        if number > MOST_ROWS or len(fields) > MOST_COLUMNS:
            raise PermanentError("file_too_many_cells", file=file)
        rows.append(Row(number, tuple(_cell(field, quoted=quoted) for field in fields)))
    return rows


def _reader(text: str, *, quoted: bool, strict: bool = False) -> Iterator[list[str]]:
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE
    stream = io.StringIO(text, newline="")
    return csv.reader(stream, delimiter=_separator(text), quoting=quoting, strict=strict)


def _has_paired_quotes(text: str) -> bool:
    """Whether every quotation mark that opens a field is closed at its end.

    Where one is not, it is a mere letter: it would swallow the lines down to the next one.
    """
    try:
        for _ in _reader(text, quoted=True, strict=True):
            pass
    except csv.Error:
        return False
    return True


def _cell(field: str, *, quoted: bool) -> str | None:
    if not quoted and (match := _in_quotes.fullmatch(field)):
        field = match[1]
    if match := _forced_text.fullmatch(field):
        field = match[1]
    return field[:LONGEST_CELL] or None


def _decoded(content: bytes, file: str) -> str:
    """The text; of the two old code pages the one that makes Vietnamese of it."""
    if content.startswith(_BOM_16):
        return _tried(content, "utf-16", file)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        readings = [_tried(content, name, file) for name in ("cp1258", "cp1252")]
        text = max(readings, key=_vietnamese)
    if "\x00" in text:
        raise PermanentError("file_not_text", file=file)
    return text


def _tried(content: bytes, encoding: str, file: str) -> str:
    try:
        return content.decode(encoding, errors="strict" if encoding == "utf-16" else "replace")
    except UnicodeDecodeError as error:
        raise PermanentError("file_not_text", file=file) from error


def _vietnamese(text: str) -> int:
    letters = Counter(text.casefold())
    return sum(letters[letter] for letter in _OURS | _COMBINING) - letters["\ufffd"]


def _separator(text: str) -> str:
    """What parts the fields: the sign that most lines have equally often."""
    lines = [line for line in text[:_SAMPLE].splitlines() if line.strip()][:_LOOKED_AT]
    return max(_SEPARATORS, key=lambda sign: _evenness([line.count(sign) for line in lines]))


def _evenness(counts: list[int]) -> tuple[int, int]:
    """How many lines have the commonest count of a sign, and that count."""
    usual = Counter(count for count in counts if count)
    return max(((lines, count) for count, lines in usual.items()), default=(0, 0))
