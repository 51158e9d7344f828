"""What the national catalogue says of the publication of procedures: their parts, their decisions.

Public code reads ``LayThuTuc`` in full and asks ``LayQDCB`` for the decision it names under
``IDQUYETDINHCONGBO`` (TD, ``ImportThuTucService``), but keeps that answer unread, so the names of
its fields are nowhere to be seen. We assume those that ``LayThuTuc`` uses for its legal base
(``SOVANBAN``, ``NGAYBANHANH``, ``NGAYHIEULUC``) and their like for a decision, days as the portal
writes them anywhere. All of it stands in ``DECISION``, ``PARTS`` and ``DAYS``: one line each to
mend, once a province sees its first answer. A name that is not there is silence, never a "no".
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from worker.core.decisions import is_by_ministry
from worker.core.privacy import excerpt
from worker.core.publication import Part
from worker.core.times import local_day, local_instant
from worker.errors import DataError
from worker.ports import ToldDecision
from worker.sources.clock import offset_instant

Row = Mapping[str, Any]

# Under which names the parts of a decision may stand; the first that says something counts.
NUMBER: Final = ("SOQUYETDINH", "SOVANBAN")
AGENCY: Final = ("MACOQUANCONGBO", "MACOQUANBANHANH")
DECISION: Final[Mapping[str, tuple[str, ...]]] = {
    "decided_on": ("NGAYQUYETDINH", "NGAYBANHANH"),
    "effective_on": ("NGAYHIEULUC",),
    "public_on": ("NGAYCONGKHAI",),
}
DAYS: Final = {"%d/%m/%Y": 10, "%Y-%m-%d": 10, "%Y%m%d": 8}  # and how long each is
NAMED_BY: Final = "IDQUYETDINHCONGBO"

# Where the parts of a procedure stand (wire.md section 2.4; the whole set in TD, ``ThuTucApp``). A
# part is there where any of its places holds text, and untold where the first key of none is sent.
# The number of copies stands beside each paper, and is not asked for by itself.
PARTS: Final[Mapping[Part, tuple[str, ...]]] = {
    Part.NAME: ("TENTTHC",),
    Part.STEPS: ("TRINHTUTHUCHIEN.TRINHTU.TENTRINHTU",),
    Part.WAYS: ("CACHTHUCTHUCHIEN.KENH",),
    Part.PAPERS: (
        "THANHPHANHOSO.GIAYTO.TENGIAYTO",
        "THANHPHANHOSO.GIAYTO.TENMAUDON",
        "THANHPHANHOSO.GIAYTO.MAGIAYTO",
    ),
    Part.TIME_LIMIT: (
        "CACHTHUCTHUCHIEN.THOIGIAN.THOIGIANGIAIQUYET",
        "CACHTHUCTHUCHIEN.THOIGIAN.MOTA",
    ),
    Part.APPLICANTS: (
        "DOITUONGTHUCHIEN.TENDOITUONG",
        "DOITUONGTHUCHIEN.MADOITUONG",
        "MOTADOITUONGTHUCHIEN",
    ),
    Part.AGENCY: (
        "COQUANTHUCHIEN.TENDONVI",
        "COQUANTHUCHIEN.MADONVI",
        "MOTACOQUANTHUCHIEN",
    ),
}

_LONGEST = 500
_LONGEST_KEY = 64
_clock_time = re.compile(r"(?:[T ]?[0-9]{2}:?[0-9]{2}(?::?[0-9]{2}(?:\.[0-9]{1,9})?)?)?")


def parts_of(row: Row) -> int | None:
    """The parts a procedure has, as flags; None where the answer is silent about one of them."""
    found = Part(0)
    for part, places in PARTS.items():
        if not any(place.split(".", maxsplit=1)[0] in row for place in places):
            return None
        if any(words(value) for place in places for value in _at(row, place.split("."))):
            found |= part
    return int(found)


def decision_named(row: Row) -> str | None:
    """The catalogue's own number of the decision that announces a procedure."""
    key = words(row.get(NAMED_BY))
    return key if key and len(key) <= _LONGEST_KEY else None


def decision_of(key: str, row: Row) -> ToldDecision:
    """A decision; one without a number of its own bears the catalogue's, ``key``."""
    number = _first(row, NUMBER) or key
    days: dict[str, date | None] = {}
    unreadable = []
    for name, fields in DECISION.items():
        text = _first(row, fields)
        try:
            days[name] = _day(text)
        except DataError:
            unreadable.append(f"{fields[0]}: {excerpt(text or '')}")
    return ToldDecision(
        number=number,
        by_ministry=is_by_ministry(number, _first(row, AGENCY)),
        unreadable=tuple(unreadable),
        **days,
    )


def _at(value: object, path: list[str]) -> Iterator[object]:
    """What stands at the end of a path, over all lists on the way; text on the way is an end."""
    if isinstance(value, list):
        for each in value:
            yield from _at(each, path) if not isinstance(each, list) else ()
    elif isinstance(value, Mapping) and path:
        yield from _at(value.get(path[0]), path[1:])
    elif isinstance(value, str) or not path:
        yield value


def _first(row: Row, names: tuple[str, ...]) -> str | None:
    return next(filter(None, (words(row.get(name)) for name in names)), None)


def _day(text: str | None) -> date | None:
    """A local day, with or without a clock time behind it."""
    if text is None:
        return None
    for pattern, length in DAYS.items():
        if not _clock_time.fullmatch(text[length:]):
            continue
        try:
            return local_day(local_instant(text[:length], pattern))
        except DataError:
            continue
    return local_day(offset_instant(text))


def words(value: object) -> str:
    """A scalar as printable text in one line, cut to a length; nothing for anything else."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    plain = str(value)[: 2 * _LONGEST]
    line = "".join(each if each.isprintable() else " " for each in plain)
    return " ".join(line.split())[:_LONGEST]
