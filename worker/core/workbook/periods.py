"""Which period a title speaks of: "từ ngày 15/6/2024 đến ngày 14/7/2024", "tháng 7/2024"."""

import re
from datetime import date, timedelta

from models.types import Period
from worker.core.times import FIRST_YEAR, LAST_YEAR
from worker.core.workbook.cells import bare_letters, shown

_DAY = r"(\d{1,2})\s?[/.\-]\s?(\d{1,2})\s?[/.\-]\s?(\d{4})"
_from_to = re.compile(rf"(?<!\d){_DAY}\s*(?:den|toi|-|–)(?: het)?(?: ngay)?\s*{_DAY}(?!\d)")
# "ngày 25 tháng 7 năm 2024" is the day of the letter, no period.
_month = re.compile(
    r"(?P<day>ngay\s+\d{1,2}\s+)?(?<![a-z])(?:thang|month)\s*(?P<month>\d{1,2})\s*"
    r"(?:/|-|\.|,?\s*nam)\s*(?P<year>\d{4})(?!\d)"
)
_quarter = re.compile(
    r"\bquy\s*(?P<quarter>i{1,3}|iv|[1-4])\s*(?:/|-|\.|,?\s*nam)?\s*(?P<year>\d{4})(?!\d)"
)
_half = re.compile(r"\b6 thang (?P<half>dau|cuoi) nam\s*(?P<year>\d{4})(?!\d)")
_nine = re.compile(r"\b9 thang(?: dau)? nam\s*(?P<year>\d{4})(?!\d)")
_year = re.compile(r"(?<!thang )\b(?:ca )?nam\s*(?P<year>\d{4})(?!\d)")

_QUARTERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_LONGEST = 1000


def period_in(text: str) -> Period | None:
    """The period that a title names, the narrowest way of saying it first; None where none is."""
    words = bare_letters(shown(text[:_LONGEST]))
    try:
        return _between(words) or _of_month(words) or _of_months(words)
    except ValueError:
        return None


def _between(words: str) -> Period | None:
    match = _from_to.search(words)
    if match is None:
        return None
    parts = [int(part) for part in match.groups()]
    first, last = date(parts[2], parts[1], parts[0]), date(parts[5], parts[4], parts[3])
    return Period(first, last) if first <= last else None


def _of_month(words: str) -> Period | None:
    for match in _month.finditer(words):
        if match["day"] is None:
            return _months(int(match["year"]), int(match["month"]), 1)
    return None


def _of_months(words: str) -> Period | None:
    if match := _quarter.search(words):
        quarter = _QUARTERS.get(match["quarter"]) or int(match["quarter"])
        return _months(int(match["year"]), 3 * quarter - 2, 3)
    if match := _half.search(words):
        return _months(int(match["year"]), 1 if match["half"] == "dau" else 7, 6)
    if match := _nine.search(words):
        return _months(int(match["year"]), 1, 9)
    if (match := _year.search(words)) and not _month.search(words):
        return _months(int(match["year"]), 1, 12)
    return None


def _months(year: int, month: int, count: int) -> Period | None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    after = month - 1 + count
    following = date(year + after // 12, after % 12 + 1, 1)
    return Period(date(year, month, 1), following - timedelta(days=1))
