"""What a column's heading means, however it is spelt.

Headings are compared in plain letters with abbreviations in full. How those of lists of dossiers
are read stands in ``list_headings.py``, those of count tables in ``count_headings.py``.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from worker.core.workbook.cells import plain_words


class Field(StrEnum):
    """What a column holds. The values are keys of the message catalogues."""

    NUMBER = "number"
    CODE = "code"
    SECOND_CODE = "second_code"
    ID = "external_id"
    UNIT_CODE = "unit_code"
    UNIT = "unit_name"
    PLACE = "place"
    PROCEDURE = "procedure"
    STATUS = "status"
    SUBMITTED = "submitted_at"
    RECEIVED = "received_at"
    DUE = "due_at"
    FINISHED = "finished_at"
    RETURNED = "returned_at"
    CHANNEL = "channel"
    FILED_ONLINE = "filed_online"
    PAID_ONLINE = "paid_online"
    E_RESULT = "e_result"
    PERSONAL = "personal"

    COUNT_RECEIVED = "count_received"
    COUNT_NEW = "count_new"
    COUNT_CARRIED = "count_carried"
    COUNT_COMPLETED = "count_completed"
    COUNT_EARLY = "count_early"
    COUNT_RESOLVED_ON_TIME = "count_resolved_on_time"
    COUNT_RESOLVED_LATE = "count_resolved_late"
    COUNT_OPEN = "count_open"
    COUNT_OPEN_IN_TIME = "count_open_in_time"
    COUNT_OPEN_LATE = "count_open_late"
    COUNT_ON_TIME = "count_on_time"
    COUNT_LATE = "count_late"
    RATE_ON_TIME = "rate_on_time"
    RATE_LATE = "rate_late"


DATES = (Field.SUBMITTED, Field.RECEIVED, Field.DUE, Field.FINISHED, Field.RETURNED)
TRAITS = (Field.CHANNEL, Field.FILED_ONLINE, Field.PAID_ONLINE, Field.E_RESULT)
COUNTS = frozenset(field for field in Field if field.value.startswith("count_"))
RATES = frozenset({Field.RATE_ON_TIME, Field.RATE_LATE})


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a heading says; of two columns with one meaning the lower ``rank`` is taken."""

    field: Field
    rank: int = 0


_SHORT = {
    "hs": "ho so",
    "mhs": "ma ho so",
    "tthc": "thu tuc hanh chinh",
    "tt": "stt",
    "tn": "tiep nhan",
    "kq": "ket qua",
    "kt": "ket thuc",
    "gq": "giai quyet",
    "xl": "xu ly",
    "bs": "bo sung",
    "dv": "don vi",
    "cq": "co quan",
    "sl": "so luong",
    "tg": "thoi gian",
    "dvc": "dich vu cong",
    "qg": "quoc gia",
    "nvtc": "nghia vu tai chinh",
    "dvcqg": "dich vu cong quoc gia",
    "cdvcqg": "cong dich vu cong quoc gia",
}
# Words that only say how something is written or counted.
_FILLERS = frozenset({"dd", "mm", "yyyy", "hh", "mi", "ss"})


@lru_cache(maxsize=4096)
def heading_words(text: str) -> str:
    """A heading in plain words, abbreviations in full, numbers and formats left out."""
    words = words_in_full(text).split()
    return " ".join(word for word in words if word not in _FILLERS and not word.isdigit())


def words_in_full(text: str) -> str:
    """A text in plain words, abbreviations in full."""
    return " ".join(_SHORT.get(word, word) for word in plain_words(text).split())
