"""What spreadsheets make of text: formulas, and files that they read as anything but UTF-8."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

# A cell that begins with one of these is taken for a formula.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
# A CSV is read as UTF-8 only if it begins with this.
_MARK = "\ufeff"


def harmless(words: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{words}" if words.startswith(FORMULA_SIGNS) else words


def csv_text(rows: Iterable[Sequence[str]]) -> str:
    """Rows as CSV that spreadsheets read as UTF-8; commas between cells."""
    room = StringIO(newline="")
    csv.writer(room).writerows(rows)
    return _MARK + room.getvalue()
