"""The workbook of a mail: every dossier in typed cells, ready to filter and to print."""

from collections.abc import Sequence
from io import BytesIO

from worker.core.alerts.letter import Letter
from worker.i18n import text
from worker.i18n.numbers import number
from worker.render.mail.bridge import bridge_lines
from worker.render.mail.columns import DOSSIERS, PRINTED, WARNINGS, Column, Row, safe
from worker.render.mail.notes import freshness
from worker.render.mail.sheets import Sheets, clock_time
from worker.render.mail.words import unit_name

MOST_ROWS = 10_000
_LABEL, _FIGURE = 76, 12


def workbook_of(letter: Letter, most: int = MOST_ROWS) -> bytes | None:
    """The xlsx in the language in use, at most ``most`` rows a sheet; None with nothing to list.

    Instants stand on Vietnam's clock. Two workbooks of one letter are the same byte for byte.
    """
    if not letter.dossiers and not letter.warnings:
        return None
    from xlsxwriter import Workbook

    room = BytesIO()
    with Workbook(room, {"in_memory": True}) as book:
        book.set_properties({"title": _title(letter), "created": clock_time(letter.written_at)})
        sheets = Sheets(book)
        _summary(sheets, letter)
        _table(sheets, "dossiers", DOSSIERS, letter.dossiers[:most], _left(letter, most))
        _table(sheets, "warnings", WARNINGS, letter.warnings[:most], len(letter.warnings) - most)
    return room.getvalue()


def _title(letter: Letter) -> str:
    return text("mail.sheet.title", unit=unit_name(letter))


def _left(letter: Letter, most: int) -> int:
    """How many dossiers have no row."""
    return max(len(letter.dossiers) - most, 0) + letter.left_out


def _summary(sheets: Sheets, letter: Letter) -> None:
    """The unit's bridge and the age of its data, on the first sheet."""
    sheet = sheets.add("summary")
    sheet.set_column(0, 0, _LABEL)
    sheet.set_column(1, 1, _FIGURE)
    sheets.write(sheet, 0, 0, _title(letter), "strong")
    lines = list(bridge_lines(letter))
    for place, line in enumerate(lines, start=2):
        sheets.write(sheet, place, 0, line.label, "strong" if line.is_total else "step")
        sheets.write(sheet, place, 1, line.value, "strong" if line.is_total else "moved")
    for place, words in enumerate(freshness(letter), start=len(lines) + 3):
        sheets.write(sheet, place, 0, words, "line")


def _table(
    sheets: Sheets,
    name: str,
    columns: Sequence[Column[Row]],
    rows: Sequence[Row],
    left: int,
) -> None:
    """A row each, and below them how many more there are."""
    if not rows:
        return
    sheet = sheets.add_table(name, columns)
    for down, row in enumerate(rows, start=1):
        sheets.write_row(sheet, down, columns, [safe(column.cell(row)) for column in columns])
    sheet.autofilter(0, 0, len(rows), len(columns) - 1)
    sheet.print_area(0, 0, len(rows) + 2, min(PRINTED, len(columns)) - 1)
    if left > 0:
        more = text("mail.sheet.more", shown=number(len(rows)), n=number(left))
        sheets.write(sheet, len(rows) + 2, 0, more, "line")
