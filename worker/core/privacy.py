"""Takes personal data out of text that has to be kept for an operator to look at.

Two nets: values under the field names in which the upstreams carry people, papers, notes and
secrets are dropped whole; in all other text, e-mails, addresses of pages and long digit runs
(phones, 9- and 12-digit identity numbers, tax codes) are. Dossier codes, procedure codes and dates
are what a quarantined record is found by: they stay.
"""

import json
import re
import unicodedata
from collections.abc import Mapping
from itertools import islice

BLANK = "…"

_MAX_DEPTH = 12
_MAX_ITEMS = 200
_MAX_PARSED = 1_000_000
_MAX_KEY = 100
_MAX_BITS = 64

_PERSONAL_WORDS = (
    # OpenCPS and iGate
    "applicant|contact|delegate|owner|address|e_?mail|tel_?no|telephone|phone|mobile|fax"
    "|full_?name|identity|birth|passport|assignee|sender|receiver|user|note"
    # the portal's adapter and TD
    "|chu_?ho_?so|giay_?to|dinh_?danh|doi_?tuong|dien_?thoai|dia_?chi|ho_?(?:va_?)?ten"
    "|cccd|cmnd|ngay_?sinh|trich_?yeu|ghi_?chu|tai_?lieu|tep_?(?:tin|dinh)|duong_?dan"
    "|nguoi_?|noi_?dung|thong_?tin_?(?:khac|tra|tiep)|chuc_?danh"
    # secrets
    "|password|token|secret|session|cookie|authorization"
)
_personal_key = re.compile(_PERSONAL_WORDS, re.IGNORECASE)

# A field in text that can't be parsed: a cut body, markup, a query. Where the value opens a list
# or an object, everything after it goes, since its end can't be told.
_loose_field = re.compile(
    rf"((?<!\w)\w{{0,40}}?(?:{_PERSONAL_WORDS})\w*\\?[\"']?\s*[:=>]\s*)"
    r"(?:\"(?:[^\"\\]|\\.)*\"?|'(?:[^'\\]|\\.)*'?|[\[{].*|\\.*|[^,;&<\n}\]]+)",
    re.IGNORECASE | re.DOTALL,
)

_KEPT = (
    r"(?<!\w)(?:\d{3}\.\d{2}\.\d{2,3}\.[A-Z]\d{2}|[A-Z]\d{2}(?:\.\d{2,3}){0,4})-\d{6}-\d{4,8}(?!\d)",
    r"(?<![\w.])\d\.\d{6}(?:\.000\.00\.00\.[A-Z]\d{2})?(?!\d)",
    r"(?<!\d)\d{14}(?!\d)",
    r"(?<!\d)\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)?(?!\d)",
    r"(?<!\d)\d{1,2}/\d{1,2}/\d{4}(?: \d{2}:\d{2}(?::\d{2})?)?(?!\d)",
)
_BLANKED = (
    r"(?:https?|ftp)://\S+",
    r"(?<!\w)www\.\S+",
    r"[^\s@\"'<>,;:]{1,64}@[^\s@\"'<>,;]+",
    r"\+?\d(?:[ .\-()]{0,2}\d){8,}",
)
_patterns = re.compile(
    f"(?P<kept>{'|'.join(_KEPT)})|(?:{'|'.join(_BLANKED)})",
    re.IGNORECASE,
)
# A mobile number, the number of an identity card, an e-mail, the address of a page.
_person = re.compile(r"(?:\+?84|0)[35789]\d{8}|0\d{11}|\S*[^\s@]@[^\s@]+\.\S*|\w{2,12}://.*")
_marks = re.compile(r"[\u0300-\u036f]")
# With those that turn the direction of the text behind them, on whatever page it is shown.
_control = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def scrub(raw: object, limit: int = 4000) -> str:
    """What may be kept of a record or body as received, at most ``limit`` characters.

    Args:
        raw: A decoded JSON value, or text; text that is JSON is treated like its value.
        limit: The greatest length of the answer; what is cut is replaced by ``…``.

    Returns:
        JSON text (not escaped to ASCII) for values, plain text for text that is not JSON.
    """
    value = _parsed(raw) if isinstance(raw, str) else raw
    if isinstance(value, str):
        text = _clean_text(value, limit)
    else:
        text = json.dumps(_clean(value, limit, 0), ensure_ascii=False)
    # A lone surrogate can be sent as \ud800 and no database takes it.
    return _cut(text.encode("utf-8", "replace").decode(), limit)


def is_personal(text: str) -> bool:
    """Whether a text is nothing but a person's number or address, whatever its field is called.

    Codes come in so many forms that this is all that can be told of them.
    """
    return _person.fullmatch(text) is not None


def is_personal_field(field: str) -> bool:
    """Whether a field, named as ``plain_field`` does, holds people, papers, notes or secrets."""
    return _personal_key.search(field) is not None


def excerpt(text: str, limit: int = 64) -> str:
    """The value at fault, fit to be shown: one line, short, without personal patterns."""
    return _cut(" ".join(_clean_text(text, 4 * limit).split()), limit)


def _parsed(text: str) -> object:
    """The JSON list or object a text holds, else the text."""
    if len(text) > _MAX_PARSED or not text.lstrip().startswith(("{", "[")):
        return text
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return value


def _clean(value: object, limit: int, depth: int) -> object:
    if depth > _MAX_DEPTH:
        return BLANK
    match value:
        case None | bool():
            return value
        case int() | float():
            return _clean_number(value)
        case str():
            return _clean_string(value, limit, depth)
        case Mapping():
            return _clean_mapping(value, limit, depth)
        case _:
            return _clean_items(value, limit, depth)


def _clean_number(value: float) -> float | str:
    if isinstance(value, int) and value.bit_length() > _MAX_BITS:
        return BLANK
    text = str(value)
    return value if _patterns.sub(_verdict, text) == text else BLANK


def _clean_mapping(value: Mapping[object, object], limit: int, depth: int) -> dict[str, object]:
    return {
        _clean_text(str(key), _MAX_KEY): BLANK
        if is_personal_field(plain_field(str(key)))
        else _clean(item, limit, depth + 1)
        for key, item in islice(value.items(), _MAX_ITEMS)
    }


def plain_field(key: str) -> str:
    """A key as a field name: the column "Họ và tên" of a workbook is the field ho_va_ten."""
    letters = unicodedata.normalize("NFD", key.casefold().replace("đ", "d"))
    return "_".join(_marks.sub("", letters).split())


def _clean_items(value: object, limit: int, depth: int) -> object:
    if not isinstance(value, (list, tuple)):
        return BLANK
    return [_clean(item, limit, depth + 1) for item in value[:_MAX_ITEMS]]


def _clean_string(text: str, limit: int, depth: int) -> str:
    """A string value; some wrappers put a whole JSON body into one (`message`)."""
    value = _parsed(text)
    if isinstance(value, str):
        return _clean_text(text, limit)
    return json.dumps(_clean(value, limit, depth + 1), ensure_ascii=False)


def _clean_text(text: str, limit: int) -> str:
    """Both nets over text without structure."""
    if len(text) > limit:
        # Half a number would slip through the net: the cut falls between words.
        text = re.sub(r"\S{1,200}$", "", text[:limit]) + BLANK
    text = _loose_field.sub(rf"\1{BLANK}", _control.sub(" ", text))
    return _patterns.sub(_verdict, text)


def _verdict(match: re.Match[str]) -> str:
    return match["kept"] or BLANK


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + BLANK
