"""Codes by which dossiers, procedures and agencies are known.

Dossier codes follow circular 01/2018/TT-VPCP, article 19: agency code, receipt day (YYMMDD) and the
agency's sequence of the day. Agencies wrote their code from right to left until QCVN 102:2016 was
replaced by decision 20/2020/QĐ-TTg, and from left to right since; the portal itself is G22.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from worker.core.privacy import excerpt, is_personal
from worker.errors import DataError

MAX_CODE = 64
_MAX_RAW = 400

_AGENCY_OLD = r"[0-9]{3}\.[0-9]{2}\.[0-9]{2,3}\.[A-Z][0-9]{2}"
_AGENCY_NEW = r"[A-Z][0-9]{2}(?:\.[0-9]{2,3}){0,4}"
_dossier = re.compile(
    rf"(?P<agency>(?P<old>{_AGENCY_OLD})|{_AGENCY_NEW})-(?P<day>[0-9]{{6}})-(?P<sequence>[0-9]{{4,8}})"
)
_old_agency = re.compile(_AGENCY_OLD)
_zero_levels = re.compile(r"(?:\.0+)+$")
_province_suffix = re.compile(r"\.000\.00\.00\.[A-Z][0-9]{2}$", re.IGNORECASE)
_between = re.compile(r"[\s,;|]+")
_PORTAL = "G22"
# What word processors and web pages put into codes: dashes in place of the hyphen, signs of no
# width, hints where a word may be broken.
_TYPED = str.maketrans(
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d", "-")
    | dict.fromkeys("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff", "")
)


class CodeKind(StrEnum):
    """Which pattern a dossier code follows."""

    OLD = "old"
    NEW = "new"
    PORTAL = "portal"


@dataclass(frozen=True, slots=True)
class ParsedCode:
    """The parts of a dossier code; ``agency`` in the new form, ``sequence`` with its zeros."""

    kind: CodeKind
    agency: str
    day: date
    sequence: str


def dossier_code(text: str | None) -> str:
    """A dossier code in the form in which codes are compared: NFC, upper case, no white space.

    Local patterns are accepted as they are, up to 64 printable characters. Dashes of other widths
    are hyphens, and signs of no width are nothing.

    Raises:
        DataError: ``code_missing``; ``code_unreadable``, also where it is a person's number or
            address.
    """
    code = _normal(text)
    if not code:
        raise DataError("code_missing", "")
    if len(code) > MAX_CODE or not code.isprintable() or is_personal(code):
        raise DataError("code_unreadable", excerpt(code))
    return code


@dataclass(frozen=True, slots=True)
class Pasted:
    """The dossier codes of a pasted list, each once and in its order, and what can't be one.

    ``unreadable`` are excerpts, fit to be shown.
    """

    codes: tuple[str, ...]
    unreadable: tuple[str, ...]


def pasted_codes(text: str) -> Pasted:
    """What a list of dossier codes names, as people paste it from a sheet, a mail or a page.

    Codes stand apart by white space, commas, semicolons or bars, in any case, once or more often.
    How long a text may be is the caller's to say.
    """
    codes: dict[str, None] = {}
    unreadable: list[str] = []
    for piece in filter(None, _between.split(text)):
        try:
            codes[dossier_code(piece)] = None
        except DataError as error:
            unreadable.append(error.detail)
    return Pasted(tuple(codes), tuple(unreadable))


def looks_like_dossier_code(text: str | None) -> bool:
    """Whether a text, once normalised, follows one of the official patterns."""
    return parse_dossier_code(_normal(text)) is not None


def parse_dossier_code(code: str) -> ParsedCode | None:
    """The parts of a normalised dossier code; None for a local pattern, which is no error."""
    match = _dossier.fullmatch(code)
    if match is None:
        return None
    try:
        day = date.fromisoformat(f"20{match['day']}")
    except ValueError:
        return None
    agency = agency_code(match["agency"])
    return ParsedCode(
        _kind(agency, is_old=match["old"] is not None), agency, day, match["sequence"]
    )


@lru_cache(maxsize=8192)
def procedure_code(text: str | None) -> str | None:
    """A national procedure code: the province's suffix ``.000.00.00.Hxx`` taken off.

    What a province invented itself (``TS_lop1``) stays letter for letter; blank is None.

    Raises:
        DataError: ``procedure_unreadable`` beyond 64, with unprintable characters, or where it is
            a person's number or address.
    """
    code = unicodedata.normalize("NFC", (text or "")[:_MAX_RAW].translate(_TYPED)).strip()
    if len(code) > MAX_CODE or not code.isprintable() or is_personal(code):
        raise DataError("procedure_unreadable", excerpt(code))
    return _province_suffix.sub("", code) or None


@lru_cache(maxsize=8192)
def agency_code(text: str) -> str:
    """An agency code in the new form, without empty lower levels.

    ``000.03.12.H51`` is ``H51.12.03``; ``H51.12.00`` is ``H51.12``; other texts are only cleaned.
    """
    code = _normal(text)
    if _old_agency.fullmatch(code):
        code = ".".join(reversed(code.split(".")))
    return _zero_levels.sub("", code)


def _normal(text: str | None) -> str:
    raw = (text or "")[:_MAX_RAW]
    if raw.isascii():
        # Nothing to compose.
        return "".join(raw.upper().split())
    upper = unicodedata.normalize("NFC", raw.translate(_TYPED)).upper()
    return unicodedata.normalize("NFC", "".join(upper.split()))


def _kind(agency: str, *, is_old: bool) -> CodeKind:
    if agency.split(".", maxsplit=1)[0] == _PORTAL:
        return CodeKind.PORTAL
    return CodeKind.OLD if is_old else CodeKind.NEW
