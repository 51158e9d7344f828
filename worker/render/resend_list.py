"""The list for the operator of a system that can't be asked to send a dossier again."""

from collections.abc import Iterator, Sequence
from io import BytesIO

from models.resend import ResendItem
from worker.core.times import VIETNAM
from worker.i18n import text
from worker.i18n.numbers import exact
from worker.render.explanation_unit import status_text
from worker.render.resends import Told
from worker.render.spreadsheets import FORMULA_SIGNS

# Column names with their widths in letters; the last two are for the operator to fill in.
_COLUMNS = {
    "number": 6,
    "dossier": 28,
    "external_id": 16,
    "status": 24,
    "cause": 34,
    "known": 12,
    "done": 18,
    "remark": 30,
}
_A4 = 9
_FIRST = 5
_CELL = {"border": 1, "text_wrap": True, "valign": "top"}


def resend_list(told: Told) -> bytes:
    """An xlsx of the dossiers of a request, in the language in use; nothing personal is in it."""
    from xlsxwriter import Workbook

    room = BytesIO()
    with Workbook(room, {"in_memory": True}) as book:
        at = told.request.asked_at.astimezone(VIETNAM).replace(tzinfo=None)
        book.set_properties({"title": text("resend.sheet.title"), "created": at})
        sheet = book.add_worksheet(text("resend.sheet.name"))
        sheet.set_paper(_A4)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.freeze_panes(_FIRST, 0)
        sheet.repeat_rows(_FIRST - 1)
        strong = book.add_format({"bold": True})
        for row, words in enumerate(_head(told)):
            sheet.write_string(row, 0, words, strong if row == 0 else None)
        heading = book.add_format({"bold": True, "text_wrap": True, "border": 1})
        for column, (name, width) in enumerate(_COLUMNS.items()):
            sheet.set_column(column, column, width)
            sheet.write_string(_FIRST - 1, column, text(f"resend.sheet.{name}"), heading)
        usual, quoted = book.add_format(_CELL), book.add_format(_CELL | {"quote_prefix": True})
        for row, cells in enumerate(_rows(told.items), start=_FIRST):
            for column, cell in enumerate(cells):
                look = quoted if cell.startswith(FORMULA_SIGNS) else usual
                sheet.write_string(row, column, cell, look)
    return room.getvalue()


def _head(told: Told) -> tuple[str, ...]:
    row = told.request
    asked_at, by = exact(row.asked_at), row.decided_by or ""
    return (
        text("resend.sheet.title"),
        text("resend.sheet.unit", name=told.unit, code=row.unit),
        text("resend.sheet.request", id=row.id or 0, at=asked_at, by=by),
        text("resend.sheet.note"),
    )


def _rows(items: Sequence[ResendItem]) -> Iterator[tuple[str, ...]]:
    for number, row in enumerate(items, start=1):
        yield (
            str(number),
            row.code,
            row.external_id,
            status_text(row.status),
            text(f"causes.label.{row.cause.value}"),
            text("resend.sheet.yes" if row.is_known else "resend.sheet.no"),
            "",
            "",
        )
