"""Cells of a sheet, and the texts and numbers in them; dates stand in ``dates.py``.

Numbers are written the Vietnamese way: ``1.234`` is a thousand and more, ``12,99`` has decimals.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import cached_property

from worker.core.privacy import excerpt
from worker.errors import DataError

Cell = str | int | float | bool | datetime | date | time | None

# What stands in a cell whose formula was never worked out; no field takes it for a value.
NO_VALUE = "=…"

_LETTERS = 26
_MOST_DIGITS = 18
_LONGEST = 300
_LARGEST = 2**31 - 1  # what the store's columns hold
# What people write where there is nothing to write.
_NOTHING = frozenset({"-", "–", "—", "_", "x", "n/a", "null", "none", "#n/a"})
# What stands in a cell whose formula failed; of LibreOffice's own errors, a number.
_error = re.compile(r"#(?:N/A|GETTING_DATA|[A-Z]{1,12}(?:/0)?[!?])|Err:\d{3}")
_NO_DOSSIERS = frozenset({"khong co ho so", "khong phat sinh ho so", "khong phat sinh"})

_markup = re.compile(r"<[^<>]{0,100}>")
_control = re.compile(r"[\x00-\x1f\x7f-\x9f]")
# Signs of no width, which web pages and word processors leave behind, and those that turn the
# direction of what follows.
_no_width = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_marks = re.compile(r"[\u0300-\u036f]")
_word_parts = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_CROSSED = str.maketrans({"đ": "d", "Đ": "D", "ð": "d", "Ð": "D"})
_apart = re.compile(r"[^a-z0-9%]+")
_whole = re.compile(r"\d+|\d{1,3}(?:[.,\s]\d{3})+")
_decimal = re.compile(
    r"[+-]?(?:\d+|\d{1,3}(?:\.\d{3})+|\d{1,3}(?:\s\d{3})+)(?:,\d+)?|[+-]?\d+\.\d+"
)


@dataclass(frozen=True)
class Row:
    """One row of a sheet; ``number`` is the one that Excel shows beside it."""

    number: int
    cells: tuple[Cell, ...]

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """The cells as texts."""
        return tuple(map(shown, self.cells))

    @property
    def distinct_texts(self) -> list[str]:
        """The different texts from left to right: a merged cell shows its text only once."""
        return list(dict.fromkeys(filter(None, self.texts)))

    def cell(self, column: int) -> Cell:
        """The cell in a column, counted from 0; None past the end."""
        return self.cells[column] if 0 <= column < len(self.cells) else None

    def text(self, column: int) -> str:
        """The cell's text, empty where there is none."""
        return self.texts[column] if 0 <= column < len(self.texts) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet of a file, merged cells filled with what they show.

    ``hidden_rows`` are the numbers of rows that nobody sees who opens the file; they are read like
    all others. ``from_1904`` says that its serial dates count from 1904, as old files of
    Macintosh do.
    """

    name: str
    rows: Sequence[Row]
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    from_1904: bool = False


def column_letters(column: int) -> str:
    """The letters that Excel shows above a column counted from 0: 0 is A, 27 is AB."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, _LETTERS)
        letters = chr(ord("A") + rest) + letters
    return letters


def shown(cell: Cell) -> str:
    """A cell as text in composed letters: no markup, white space of any kind as one blank."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 10**_MOST_DIGITS:
        cell = int(cell)
    text = cell if isinstance(cell, str) else str(cell)
    if not text.isprintable() or "<" in text:
        text = _control.sub(" ", _markup.sub(" ", _no_width.sub("", text)))
    return " ".join(unicodedata.normalize("NFC", text).split())


def plain_words(text: str) -> str:
    """What all spellings of a heading or a status have in common; never shown to anybody.

    Lower case, no diacritics (so tone placement does not matter either), words parted by single
    blanks: "Ngày hẹn trả", "NGAY HEN TRA" and "ngayHenTra" are one.
    """
    return _apart.sub(" ", _word_parts.sub(" ", _unmarked(text)).casefold()).strip()


def bare_letters(text: str) -> str:
    """A text in lower case and without diacritics; all other signs stay."""
    return _unmarked(text).casefold()


def _unmarked(text: str) -> str:
    letters = unicodedata.normalize("NFD", text.translate(_CROSSED))
    return _marks.sub("", letters)


def is_blank(text: str) -> bool:
    """Whether a cell's text says nothing: empty, or a dash in its place."""
    return not text or text.casefold() in _NOTHING


def is_error(text: str) -> bool:
    """Whether a cell's text is what stands where a formula failed, or was never worked out."""
    return text == NO_VALUE or _error.fullmatch(text) is not None


def refuse_error(text: str, *, may_be_blank: bool = False) -> None:
    """See to it that no failed formula is taken for a value, or for the lack of one.

    Args:
        text: The cell's text.
        may_be_blank: Whether the cell may be empty as well: ``#N/A``, which VLOOKUP puts where it
            finds nothing, is then as good as an empty one.

    Raises:
        DataError: ``cell_in_error``.
    """
    if is_error(text) and not (may_be_blank and is_blank(text)):
        raise DataError("cell_in_error", text)


def says_no_dossiers(text: str) -> bool:
    """Whether a cell's text says "Không có hồ sơ", which is a value of its own."""
    return plain_words(text) in _NO_DOSSIERS


def checked_text(text: str, field: str) -> str | None:
    """A cell's text, None where it is blank.

    Raises:
        DataError: ``text_unreadable`` (``detail`` is the field): too long, or not printable.
    """
    if len(text) > _LONGEST or not text.isprintable():
        raise DataError("text_unreadable", field)
    return None if is_blank(text) else text


def count_of_cell(cell: Cell) -> int | None:
    """A number of dossiers; None where the cell is empty.

    A dash and "Không có hồ sơ" are none at all: 0. Both signs may part thousands, for half a
    dossier is never counted.

    Raises:
        DataError: ``count_unreadable``, ``cell_in_error``.
    """
    text = shown(cell)
    if not text:
        return None
    refuse_error(text)
    if is_blank(text) or says_no_dossiers(text):
        return 0
    whole = text.split(",")[0] if re.fullmatch(r"\d+,0{1,2}", text) else text
    if isinstance(cell, bool) or len(text) > _MOST_DIGITS or not _whole.fullmatch(whole):
        raise DataError("count_unreadable", excerpt(text))
    count = int(re.sub(r"\D", "", whole))
    if count > _LARGEST:
        raise DataError("count_unreadable", excerpt(text))
    return count


def decimal_of_cell(cell: Cell) -> Decimal | None:
    """A number with decimals, or a share in percent; None where there is none.

    ``12,99 %`` is 12.99, and so is 0.1299 in a cell that shows percent only if the text says so:
    a bare number is taken as it stands.

    Raises:
        DataError: ``number_unreadable``.
    """
    if is_blank(shown(cell)) or says_no_dossiers(shown(cell)):
        return None
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return Decimal(str(cell))
    text = shown(cell).removesuffix("%").strip()
    if len(text) > _MOST_DIGITS or not _decimal.fullmatch(text):
        raise DataError("number_unreadable", excerpt(shown(cell)))
    return Decimal(_english(text))


def _english(text: str) -> str:
    """A number with a point before its decimals. ``1.234`` is a thousand, ``12.99`` is not."""
    compact = "".join(text.split())
    if re.fullmatch(r"[+-]?\d+\.\d+", compact) and not re.fullmatch(
        r"[+-]?\d{1,3}\.\d{3}", compact
    ):
        return compact
    return compact.replace(".", "").replace(",", ".")
