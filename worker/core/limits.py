"""Statutory limits: how long handling a procedure may take, read from the catalogue's own words.

The national catalogue tells a limit as a number and a unit, several a procedure (``LayThuTuc``,
wire.md section 2.4), and the portal counts by the longest of them (section 5). The words are kept
and read here each time they are needed, so that what they are taken to mean stays a setting.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from models.types import DayKind

MAX_LIMIT_DAYS = 3650

_MOST_TOLD = 40
_LONGEST_WORDS = 60
_BETWEEN = "; "
_AND_MORE = "…"
_HOURS_A_DAY = 8
_WORKING_DAYS_A_WEEK, _DAYS_A_WEEK = 5, 7
_DAYS_A_MONTH = 30
_number = re.compile(r"([0-9]{1,6})(?:[.,]([0-9]{1,6}))?")
_parenthesis = re.compile(r"\([^)]*\)")


@dataclass(frozen=True, slots=True)
class Limit:
    """How many days of which kind handling may take."""

    days: int
    kind: DayKind


@dataclass(frozen=True, slots=True)
class LimitsRead:
    """The longest limit found (None: none), and the words that could not be understood."""

    longest: Limit | None
    unreadable: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Unit:
    """How many days one of a unit is; ``kind`` None where it does not say which days."""

    days: Fraction
    kind: DayKind | None


# Keys are without diacritics. An hour is one of the eight of a working day whether the unit says
# so or not; weeks, months and years go by the calendar, a month as 30 days.
_UNITS = {
    "ngay lam viec": _Unit(Fraction(1), DayKind.WORKING),
    "ngay lv": _Unit(Fraction(1), DayKind.WORKING),
    "ngay": _Unit(Fraction(1), None),
    "ngay lich": _Unit(Fraction(1), DayKind.CALENDAR),
    "gio": _Unit(Fraction(1, _HOURS_A_DAY), DayKind.WORKING),
    "gio lam viec": _Unit(Fraction(1, _HOURS_A_DAY), DayKind.WORKING),
    "buoi": _Unit(Fraction(1, 2), DayKind.WORKING),
    "tuan": _Unit(Fraction(_DAYS_A_WEEK), DayKind.CALENDAR),
    "tuan lam viec": _Unit(Fraction(_WORKING_DAYS_A_WEEK), DayKind.WORKING),
    "thang": _Unit(Fraction(_DAYS_A_MONTH), DayKind.CALENDAR),
    "nam": _Unit(Fraction(365), DayKind.CALENDAR),
}


def told(limits: Iterable[tuple[str, str]]) -> str | None:
    """Limits as one text of the catalogue's own words: ``5 Ngày làm việc; 8 Giờ``.

    Args:
        limits: Pairs of number and unit as received; one without a number says nothing.

    Returns:
        Each once, in the order told, absurdly many cut off with a sign that can't be read as a
        limit; None where there is none.
    """
    words = [_cleaned(f"{number} {unit}") for number, unit in limits if _cleaned(number)]
    distinct = list(dict.fromkeys(words))
    if len(distinct) > _MOST_TOLD:
        distinct[_MOST_TOLD:] = [_AND_MORE]
    return _BETWEEN.join(distinct) or None


def read_limits(text: str | None, plain_days: DayKind) -> LimitsRead:
    """What a text of limits means.

    Args:
        text: As ``told`` gives it.
        plain_days: Which days a limit in plain "Ngày" counts.

    Returns:
        The longest of the limits that can be read, in days rounded up, from 1 to 3650.
    """
    words = text.split(_BETWEEN) if text else []
    limits = [(each, _limit(each, plain_days)) for each in words]
    return LimitsRead(
        longest([limit for _, limit in limits if limit is not None]),
        tuple(each for each, limit in limits if limit is None),
    )


def longest(limits: Sequence[Limit]) -> Limit | None:
    """The limit that lasts longest; None of none.

    Five working days are taken for a week, holidays left aside, so that which of two limits is
    the longer does not depend on the day it starts. Of equals the one in working days: with a
    holiday in between it is the longer.
    """
    return max(limits, key=_length, default=None)


def _length(limit: Limit) -> tuple[int, bool]:
    working = limit.kind is DayKind.WORKING
    return limit.days * (_DAYS_A_WEEK if working else _WORKING_DAYS_A_WEEK), working


def _limit(words: str, plain_days: DayKind) -> Limit | None:
    number, _, unit_name = words.partition(" ")
    match, unit = _number.fullmatch(number), _UNITS.get(_key(unit_name))
    if match is None or unit is None:
        return None
    days = ceil(Fraction(f"{match[1]}.{match[2] or 0}") * unit.days)
    return Limit(days, unit.kind or plain_days) if 1 <= days <= MAX_LIMIT_DAYS else None


def _key(unit: str) -> str:
    """A unit's name in small letters without diacritics and without what stands in brackets."""
    letters = unicodedata.normalize("NFD", _parenthesis.sub(" ", unit).casefold())
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(bare.replace(".", " ").split())


def _cleaned(words: str) -> str:
    """Printable words in one line, without the sign that parts one limit from the next."""
    plain = unicodedata.normalize("NFC", words).replace(";", ",")
    line = " ".join("".join(each if each.isprintable() else " " for each in plain).split())
    return line[:_LONGEST_WORDS].strip()
