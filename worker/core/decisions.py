"""The decisions that announce procedures: as values, and as a province's table lists them.

A ministry announces the procedures of its field, a province those it handles (decree 63/2010/NĐ-CP,
articles 13 and 15, as amended by decree 92/2017/NĐ-CP).
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from worker.core.codes import agency_code, procedure_code
from worker.core.table import Row, read_rows
from worker.core.times import FIRST_YEAR, LAST_YEAR
from worker.errors import DataError

_COLUMNS = ("procedure", "number", "decided_on", "effective_on", "public_on", "by")
_ISSUERS = {"ministry": True, "bộ": True, "province": False, "tỉnh": False}
# The letter before an agency's own digits (wire.md section 7): G22 is a ministry's, H51 a province.
_BY_LETTER = {"G": True, "H": False}
_agency = re.compile(r"[GH][0-9]{2}(?:\.|$)")
_peoples_committee = re.compile(r"QĐ-[A-ZĐ]*UBND")
_ministry = re.compile(r"QĐ-B[A-ZĐ]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A decision as far as it announces one procedure; days are local, None where nobody tells.

    ``effective_on`` is when what it announces takes legal effect, ``public_on`` when the procedure
    was made public under it. ``by_ministry`` is None where nobody tells whose it is.
    """

    procedure: str
    number: str
    decided_on: date | None = None
    effective_on: date | None = None
    public_on: date | None = None
    by_ministry: bool | None = None


def is_by_ministry(number: str, agency: str | None) -> bool | None:
    """Whose a decision is: by the agency's code, else by the sign in its own number.

    Args:
        number: For example ``1234/QĐ-UBND`` or ``567/QĐ-BTP``.
        agency: The code of who announces, where one is told.

    Returns:
        True for a ministry's, False for a province's, None where neither says.
    """
    code = agency_code(agency or "")
    if _agency.match(code):
        return _BY_LETTER[code[0]]
    sign = _key(number)
    if _peoples_committee.search(sign):
        return False
    return True if _ministry.search(sign) else None


def merged(told: Iterable[Decision], own: Iterable[Decision]) -> list[Decision]:
    """What the catalogue tells, with what the province's table says over it.

    Decisions are the same by procedure and number; what the table leaves open stays as told.
    """
    found = {(each.procedure, _key(each.number)): each for each in told}
    for each in own:
        key = (each.procedure, _key(each.number))
        found[key] = _over(found.get(key, each), each)
    return list(found.values())


def parse_decisions(text: str, file: str) -> tuple[Decision, ...]:
    """Read ``decisions.csv``: one line a decision and procedure, days as ``2024-07-24``.

    Raises:
        ReferenceError: ``reference_line``; ``bad_code``, ``bad_date``, ``other_year``,
            ``unknown_issuer``, ``duplicate``.
    """
    found: dict[tuple[str, str], Decision] = {}
    for row in read_rows(text, file, _COLUMNS):
        decision = _decision(row)
        key = (decision.procedure, _key(decision.number))
        if key in found:
            row.fail("duplicate", decision.number)
        found[key] = decision
    return tuple(found.values())


def _decision(row: Row) -> Decision:
    row.required("decided_on")
    return Decision(
        procedure=_procedure(row),
        number=row.required("number"),
        decided_on=_day(row, "decided_on"),
        effective_on=_day(row, "effective_on"),
        public_on=_day(row, "public_on"),
        by_ministry=_issuer(row),
    )


def _procedure(row: Row) -> str:
    text = row.required("procedure")
    try:
        return procedure_code(text) or row.fail("bad_code", text)
    except DataError:
        row.fail("bad_code", text)


def _day(row: Row, column: str) -> date | None:
    day = row.day(column)
    if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
        row.fail("other_year", day.isoformat())
    return day


def _issuer(row: Row) -> bool:
    text = row.required("by")
    issuer = _ISSUERS.get(unicodedata.normalize("NFC", text).casefold())
    return row.fail("unknown_issuer", text) if issuer is None else issuer


def _over(told: Decision, own: Decision) -> Decision:
    return replace(
        own,
        decided_on=own.decided_on or told.decided_on,
        effective_on=own.effective_on or told.effective_on,
        public_on=own.public_on or told.public_on,
    )


def _key(number: str) -> str:
    return "".join(unicodedata.normalize("NFC", number).upper().split())
