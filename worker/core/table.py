"""Reads the CSV files of a province's folder, and says which line of which file is wrong.

Tolerates what spreadsheets add: a byte order mark, CRLF, blank lines, extra columns.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NoReturn

from worker.errors import ReferenceError  # noqa: A004 - reference data, the domain's word

MAX_NUMBER = 10_000_000
_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a file, its values by column and without space around them."""

    file: str
    line: int
    values: Mapping[str, str]

    def text(self, column: str) -> str | None:
        """The value, None where it is empty."""
        return self.values[column] or None

    def required(self, column: str) -> str:
        """The value; ``value_missing`` where it is empty."""
        return self.values[column] or self.fail("value_missing", column)

    def day(self, column: str) -> date | None:
        """An ISO day, None where it is empty; ``bad_date`` where it is none."""
        text = self.values[column]
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            self.fail("bad_date", text)

    def number(self, column: str) -> int | None:
        """A whole number from 0 on, None where it is empty; ``bad_number`` where it is none."""
        text = self.values[column]
        if not text:
            return None
        if not (text.isascii() and text.isdecimal() and len(text) <= _DIGITS):
            self.fail("bad_number", text)
        return int(text)

    def fail(self, problem: str, value: str) -> NoReturn:
        """Refuse the line.

        Raises:
            ReferenceError: ``reference_line``, always.
        """
        raise line_error(self.file, self.line, problem, value)


def line_error(file: str, line: int, problem: str, value: str) -> ReferenceError:
    """What is wrong with one line; ``problem`` is a key of the message catalogues."""
    return ReferenceError("reference_line", file=file, line=line, problem=problem, value=value)


def read_rows(text: str, file: str, columns: Sequence[str]) -> Iterator[Row]:
    """The rows under the header, blank lines left out.

    Args:
        text: The file's text.
        file: Its name, for what is said of it.
        columns: The columns it must have, in any order; others are ignored.

    Raises:
        ReferenceError: ``reference_line`` with the problem ``column_missing``, ``field_count`` or
            ``not_csv``.
    """
    lines = _lines(text, file)
    header_line, header = next(lines, (1, []))
    names = [name.strip() for name in header]
    for column in columns:
        if column not in names:
            raise line_error(file, header_line, "column_missing", column)
    for line, fields in lines:
        if len(fields) != len(names):
            raise line_error(file, line, "field_count", f"{len(fields)}/{len(names)}")
        values = dict(zip(names, (field.strip() for field in fields), strict=True))
        yield Row(file, line, values)


def _lines(text: str, file: str) -> Iterator[tuple[int, list[str]]]:
    """The lines that hold something, with the number of the line each begins on."""
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    while True:
        first = reader.line_num + 1
        try:
            fields = next(reader, None)
        except csv.Error as error:
            raise line_error(file, first, "not_csv", str(error)) from error
        if fields is None:
            return
        if any(field.strip() for field in fields):
            yield first, fields
