"""Lists as files: a workbook, or CSV that spreadsheets read, made row by row."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import TextIOWrapper
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Final, Literal

from starlette.responses import Response, StreamingResponse

from worker.core.times import VIETNAM
from worker.errors import PermanentError
from worker.i18n.numbers import number
from worker.render.mail.words import shown
from worker.render.spreadsheets import FORMULA_SIGNS, harmless

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

Kind = Literal["xlsx", "csv"]

_CONTENT: Final[dict[Kind, str]] = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]+")
_PORTION = 1 << 16
# Sheets have no more rows, their headings included; cells hold no longer text.
_MOST_ROWS, _LONGEST_CELL = 1_048_576, 32_767
_WIDTHS = (8, 48)
_INSTANT, _DAY = "hh:mm dd/mm/yyyy", "dd/mm/yyyy"


def download(
    name: str, headings: Sequence[str], rows: Iterable[Sequence[object]], kind: Kind
) -> Response:
    """A file of a list, to be kept.

    The rows are read to their end before this returns, so they may come straight from a session;
    they wait on disk, never in memory. Instants stand on Vietnam's clock; text is never a formula.

    Args:
        name: The file's name without its ending, of plain letters, digits and dashes.
        headings: What the columns are called.
        rows: Text, numbers, aware instants, days, or None, one for each column.
        kind: ``xlsx``, or ``csv``: UTF-8 with the mark by which spreadsheets know it, commas
            between cells, days as 2024-07-31 and instants as 2024-07-24 16:00:00.

    Raises:
        PermanentError: there are more rows than a sheet has.
    """
    write = _write_workbook if kind == "xlsx" else _write_csv
    called = _NOT_IN_NAMES.sub("-", name).strip("-.") or "doisoat"
    disposition = f'attachment; filename="{called}.{kind}"'
    return StreamingResponse(
        _kept(write, headings, rows),
        media_type=_CONTENT[kind],
        headers={"Content-Disposition": disposition},
    )


def _kept(
    write: Callable[[IO[bytes], Sequence[str], Iterable[Sequence[object]]], None],
    headings: Sequence[str],
    rows: Iterable[Sequence[object]],
) -> Iterator[bytes]:
    """The file's content; it is written now, and read as it is sent."""
    content = _written(write, headings, rows)
    next(content)
    return content


def _written(
    write: Callable[[IO[bytes], Sequence[str], Iterable[Sequence[object]]], None],
    headings: Sequence[str],
    rows: Iterable[Sequence[object]],
) -> Iterator[bytes]:
    # A generator closes its file also where nobody reads it to its end.
    with TemporaryFile() as room:
        write(room, headings, rows)
        room.seek(0)
        yield b""
        while portion := room.read(_PORTION):
            yield portion


def _write_csv(room: IO[bytes], headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    words = TextIOWrapper(room, encoding="utf-8-sig", newline="")
    lines = csv.writer(words)
    lines.writerow(harmless(each) for each in headings)
    lines.writerows([_in_csv(each) for each in row] for row in rows)
    words.detach()


def _in_csv(value: object) -> str:
    match value:
        case None:
            return ""
        case datetime():
            return value.astimezone(VIETNAM).strftime("%Y-%m-%d %H:%M:%S")
        case date():
            return value.isoformat()
        case int() | float() | Decimal():
            return str(value)
        case _:
            return harmless(shown(str(value), _LONGEST_CELL))


def _write_workbook(
    room: IO[bytes], headings: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    from xlsxwriter import Workbook

    # Row by row to disk: what was written is in memory no more.
    with Workbook(room, {"constant_memory": True, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet()
        looks = _Looks(book)
        sheet.freeze_panes(1, 0)
        least, most = _WIDTHS
        for across, heading in enumerate(headings):
            sheet.set_column(across, across, min(max(least, len(heading) + 4), most))
            sheet.write_string(0, across, heading, looks.heading)
        last = 0
        for last, row in enumerate(rows, start=1):
            if last == _MOST_ROWS:
                raise PermanentError("download_too_long", most=number(_MOST_ROWS - 1))
            for across, value in enumerate(row):
                looks.write(sheet, last, across, value)
        sheet.autofilter(0, 0, last, max(len(headings) - 1, 0))


class _Looks:
    """How cells of one workbook look."""

    def __init__(self, book: Workbook) -> None:
        self.heading: Format = book.add_format({"bold": True, "bg_color": "#E2E8F0", "border": 1})
        self._instant = book.add_format({"num_format": _INSTANT, "align": "left"})
        self._day = book.add_format({"num_format": _DAY, "align": "left"})
        self._quoted = book.add_format({"quote_prefix": True})

    def write(self, sheet: Worksheet, down: int, across: int, value: object) -> None:
        """A cell of its own type."""
        match value:
            case None | "":
                return
            case datetime():
                local = value.astimezone(VIETNAM).replace(tzinfo=None, microsecond=0)
                sheet.write_datetime(down, across, local, self._instant)
            case date():
                sheet.write_datetime(down, across, value, self._day)
            case int() | float() | Decimal():
                sheet.write_number(down, across, value)
            case _:
                words = shown(str(value), _LONGEST_CELL)
                is_quoted = words.startswith(FORMULA_SIGNS)
                sheet.write_string(down, across, words, self._quoted if is_quoted else None)
