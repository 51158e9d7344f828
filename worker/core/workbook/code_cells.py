"""Codes of dossiers and procedures in cells, and what spreadsheets make of them."""

import re

from worker.core.codes import dossier_code, looks_like_dossier_code
from worker.core.privacy import excerpt
from worker.core.workbook.cells import Cell
from worker.errors import DataError

_apart = re.compile(r"[\s;,|]+")
# What stands before a number in a cell, or in a csv of it, so that it is kept as a text.
_AS_TEXT = "'’` "
_no_code = re.compile(r"#.*|\d+(?:[.,]\d+)?E[+-]?\d+", re.IGNORECASE)
_MOST_EXACT = 10**15
_short_procedure = re.compile(r"(\d)[.,](\d{1,6})")
_PLACES = 6


def codes_of_cell(cell: Cell, text: str | None, second: str | None) -> tuple[str, ...]:
    """A dossier's codes, its own first; some lists write both into one cell.

    A text without a digit ("chưa cấp mã") is no code: it would make one dossier of many. So would
    a number that Excel has rounded ("2,40718E+11"), or an error ("#DIV/0!").

    Args:
        cell: The cell of the code.
        text: Its text, None where it is blank.
        second: The text in the column of second codes; what is no code there is passed over.

    Raises:
        DataError: ``row_without_code``, ``code_unreadable``.
    """
    written = (text or "").lstrip(_AS_TEXT)
    if not written:
        raise DataError("row_without_code", "")
    if _no_code.fullmatch(written) or _is_rounded(cell):
        raise DataError("code_unreadable", excerpt(written))
    pieces = [piece for piece in _apart.split(written) if looks_like_dossier_code(piece)]
    own = [dossier_code(piece) for piece in pieces] if len(pieces) > 1 else [dossier_code(written)]
    if not any(sign.isdigit() for sign in own[0]):
        raise DataError("code_unreadable", excerpt(own[0]))
    if looks_like_dossier_code(second):
        own.append(dossier_code(second))
    return tuple(dict.fromkeys(own))


def procedure_in_full(text: str | None) -> str | None:
    """A procedure code that Excel took for a number: 1.010250 has become 1.01025, or 1,01025."""
    match = _short_procedure.fullmatch(text or "")
    return f"{match[1]}.{match[2]:0<{_PLACES}}" if match else text


def _is_rounded(cell: Cell) -> bool:
    """Whether a cell is a number with more digits than Excel keeps: the last ones are zeros."""
    return isinstance(cell, int | float) and abs(cell) >= _MOST_EXACT
