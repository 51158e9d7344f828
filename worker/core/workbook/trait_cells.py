"""What the cells of a list say of a dossier's traits: how it was filed and paid, what came of it.

Such columns are an extra: a cell that can't be understood tells nothing, and never makes its row
unreadable.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from models.rates import Trait
from worker.core.traits import NOT_TOLD, Told, together, told
from worker.core.workbook.cells import Row, plain_words
from worker.core.workbook.headings import TRAITS, Field
from worker.core.workbook.layout import Table

_LONGEST = 300

_TICKS = frozenset("✓✔☑√")
_YES = frozenset({"x", "v", "co", "da", "yes", "true", "dung"})
_no = re.compile(r"(?:khong|chua|no|false|sai)\b.*")
_online = re.compile(r"\b(?:truc tuyen|qua mang|online|cong dich vu cong|cong dvc(?:qg)?|vneid)\b")
_at_the_desk = re.compile(
    r"\b(?:truc tiep|mot cua|buu chinh|buu dien|bcci|tai quay|direct|post(?:al)?)\b"
)
_cash = re.compile(r"\b(?:tien mat|truc tiep|tai quay|cash)\b")
_free = re.compile(r"\b(?:mien phi|mien le phi|khong (?:co |thu )?(?:phi|le phi)|free)\b")
_file = re.compile(r"https?://|\.(?:pdf|xml|docx?|jpe?g|png)\b", re.IGNORECASE)
_electronic = re.compile(r"\b(?:dien tu|ky so|electronic)\b")
_paper = re.compile(r"\b(?:ban giay|giay|paper)\b")
# KenhThucHien and DuocThanhToanTrucTuyen of the portal (wire.md section 2.5).
_CHANNELS = {"1": False, "2": True, "3": False}
_MARKS = {"0": False, "1": True, "2": True}


class TraitCells:
    """Reads the trait columns of one list.

    ``blank_is_no`` are the columns in which only the dossiers that have the trait are marked: some
    cell says yes and none says no.
    """

    def __init__(self, table: Table) -> None:
        places = table.places
        self._places = {field: places[field] for field in TRAITS if field in places}
        self.blank_is_no = frozenset(
            field for field in self._places if self._marks_only_yes(table, field)
        )

    def read(self, row: Row) -> Told:
        """What a row tells."""
        return together(*(self._cell(row, field) for field in self._places))

    def _cell(self, row: Row, field: Field) -> Told:
        text = row.text(self._places[field])
        if _is_empty(text):
            return told(_TRAIT[field], holds=False if field in self.blank_is_no else None)
        return _told(field, text) if len(text) <= _LONGEST else NOT_TOLD

    def _marks_only_yes(self, table: Table, field: Field) -> bool:
        texts = {row.text(self._places[field])[:_LONGEST] for row in table.rows}
        answers = {_told(field, text) for text in texts if not _is_empty(text)}
        trait = _TRAIT[field].value
        said = {bool(holding & trait) for holding, known in answers if known & trait}
        return field is not Field.CHANNEL and said == {True}


_TRAIT: Mapping[Field, Trait] = {
    Field.CHANNEL: Trait.FILED_ONLINE,
    Field.FILED_ONLINE: Trait.FILED_ONLINE,
    Field.PAID_ONLINE: Trait.PAID_ONLINE,
    Field.E_RESULT: Trait.E_RESULT,
}


def _is_empty(text: str) -> bool:
    return text in ("", "-", "–", "—", "_")


@lru_cache(maxsize=4096)
def _told(field: Field, text: str) -> Told:
    words = "x" if set(text) & _TICKS else plain_words(text)
    match field:
        case Field.CHANNEL:
            return told(Trait.FILED_ONLINE, holds=_way(words, _CHANNELS))
        case Field.FILED_ONLINE:
            return told(Trait.FILED_ONLINE, holds=_way(words, _MARKS))
        case Field.PAID_ONLINE:
            return _payment(words)
        case _:
            return told(Trait.E_RESULT, holds=_result(words, text))


def _way(words: str, numbers: Mapping[str, bool]) -> bool | None:
    """Whether it was filed online; a text that names both ways tells nothing."""
    online, at_the_desk = bool(_online.search(words)), bool(_at_the_desk.search(words))
    if online and at_the_desk:
        return None
    if _no.fullmatch(words):
        return False
    if online or at_the_desk:
        return online
    return _answer(words, numbers)


def _payment(words: str) -> Told:
    """What was paid online had a fee, and so had what was paid in cash."""
    if _free.search(words):
        return _paid(online=False, fee=False)
    if _cash.search(words) and not _online.search(words):
        return _paid(online=False, fee=True)
    online = False if _no.fullmatch(words) else _way(words, _MARKS)
    return _paid(online=online, fee=online or None)


def _paid(*, online: bool | None, fee: bool | None) -> Told:
    return together(told(Trait.PAID_ONLINE, holds=online), told(Trait.HAS_FEE, holds=fee))


def _result(words: str, text: str) -> bool | None:
    if _no.fullmatch(words):
        return False
    electronic = bool(_file.search(text) or _electronic.search(words))
    if electronic or _paper.search(words):
        return electronic
    return _answer(words, _MARKS)


def _answer(words: str, numbers: Mapping[str, bool]) -> bool | None:
    return True if words in _YES else numbers.get(words)
