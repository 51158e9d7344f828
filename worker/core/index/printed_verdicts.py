"""The verdicts a document prints beside its figures ("Đạt (từ 90% trở lên)").

They are kept as printed. What the printed threshold makes of the printed value is worked out
beside them: document 003 calls 49,22 % "Đạt (từ 90% trở lên)" twice.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from models.types import Period
from worker.core.codes import agency_code
from worker.core.index.rules import Target
from worker.core.index.scoring import Verdict
from worker.core.table import Row, read_rows
from worker.core.times import parse_month
from worker.errors import PermanentError

_COLUMNS = ("period", "as_of", "unit", "indicator", "verdict", "document")
_threshold = re.compile(r"(từ|trên|yêu cầu) ([0-9]{1,3}(?:,[0-9]{1,3})?) ?%", re.IGNORECASE)
_not_met = re.compile(r"chưa đạt\b", re.IGNORECASE)
_met = re.compile(r"(?:đạt|vượt)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedVerdict:
    """A verdict as printed: of which value, in which words, and what they come to.

    ``target`` is the threshold in its words, None where they name none ("Vượt chỉ tiêu Chính phủ
    giao").
    """

    period: Period
    as_of: date | None
    unit: str
    indicator: str
    said: str
    verdict: Verdict
    target: Target | None
    document: str


def parse_verdicts(text: str, file: str) -> tuple[PrintedVerdict, ...]:
    """Read ``verdicts.csv``: verdicts as the users' documents print them.

    Raises:
        ReferenceError: ``reference_line``; ``bad_period``, ``bad_date``, ``bad_verdict``.
    """
    return tuple(_verdict(row) for row in read_rows(text, file, _COLUMNS))


def _verdict(row: Row) -> PrintedVerdict:
    said = unicodedata.normalize("NFC", row.required("verdict"))
    document = row.required("document")
    threshold = _threshold.search(said)
    return PrintedVerdict(
        period=_period(row),
        as_of=row.day("as_of"),
        unit=agency_code(row.required("unit")),
        indicator=row.required("indicator"),
        said=said,
        verdict=_said(row, said),
        target=_target(threshold, document) if threshold else None,
        document=document,
    )


def _said(row: Row, said: str) -> Verdict:
    """The first word that is a verdict decides; "Chưa đạt" holds "đạt", so it comes first."""
    if _not_met.search(said):
        return Verdict.NOT_MET
    return Verdict.MET if _met.search(said) else row.fail("bad_verdict", said)


def _target(threshold: re.Match[str], document: str) -> Target:
    at = Decimal(threshold[2].replace(",", "."))
    return Target(at, above=threshold[1].casefold() == "trên", source=document)


def _period(row: Row) -> Period:
    text = row.required("period")
    try:
        return parse_month(text)
    except PermanentError:
        row.fail("bad_period", text)
