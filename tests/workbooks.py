"""Files as offices keep and export them, written for the tests."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import xlsxwriter

from worker.core.workbook.cells import Cell

Rows = Sequence[Sequence[Cell]]


def write_xlsx(
    file: Path,
    sheets: Mapping[str, Rows],
    *,
    merged: Sequence[str] = (),
    hidden: Sequence[str] = (),
    from_1904: bool = False,
) -> Path:
    """A workbook; ``merged`` are ranges of every sheet. Dates become cells shown as dates."""
    with xlsxwriter.Workbook(str(file), {"date_1904": from_1904}) as book:
        shown = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        for name, rows in sheets.items():
            page = book.add_worksheet(name)
            for across in merged:
                page.merge_range(across, "")
            for at, row in enumerate(rows):
                for place, cell in enumerate(row):
                    if isinstance(cell, datetime):
                        page.write_datetime(at, place, cell, shown)
                    elif cell is not None:
                        page.write(at, place, cell)
            if name in hidden:
                page.hide()
    return file


def write_csv(file: Path, rows: Rows, *, encoding: str = "utf-8-sig", separator: str = ";") -> Path:
    """A csv export."""
    lines = [separator.join("" if cell is None else str(cell) for cell in row) for row in rows]
    file.write_bytes("\r\n".join(lines).encode(encoding))
    return file
