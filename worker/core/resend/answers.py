"""What a province's system says to a re-send, judged and not trusted (wire.md sections 2.2, 4.4).

An answer is a code and words, and they need not agree: ``0`` comes as a number, as ``"0"`` and as
``"00"``, ``3`` and ``-3`` are neither good nor bad, a duplicate bears any code at all, and "thành
công" stands beside a step that failed. Only code and words together are believed.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from models.resend_types import ResendAnswer
from worker.core.privacy import BLANK, excerpt

Told = str | int | float | bool | None

_LONGEST = 160
_MOST_READ = 2000
_SOFT = frozenset({3, -3})
_GOOD_WORDS = frozenset({"success", "ok"})
_SENTENCE_ENDS = (".", ":", ";", "!", "?")
_NOBODY = frozenset(
    {"API", "CSDL", "DVC", "DVCQG", "HTTP", "ID", "JSON", "OK", "SQL", "TTHC", "UBND"}
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an answer comes to, and its words fit to be kept: short, without people's data."""

    answer: ResendAnswer
    words: str


class _Code(Enum):
    GOOD = auto()
    SOFT = auto()
    BAD = auto()
    NONE = auto()


class _Words(Enum):
    NONE = auto()
    EXISTS = auto()
    PARTLY = auto()
    NOTHING = auto()
    DONE = auto()
    FAILED = auto()
    UNKNOWN = auto()


_ALWAYS: Mapping[_Words, ResendAnswer] = {
    _Words.EXISTS: ResendAnswer.ALREADY_THERE,
    _Words.PARTLY: ResendAnswer.HEADER_ONLY,
}
_JUDGED: Mapping[_Code, Mapping[_Words, ResendAnswer]] = {
    _Code.GOOD: {
        _Words.NONE: ResendAnswer.NOTHING_SENT,
        _Words.NOTHING: ResendAnswer.NOTHING_SENT,
        _Words.DONE: ResendAnswer.TAKEN,
    },
    _Code.SOFT: {
        _Words.NOTHING: ResendAnswer.REFUSED,
        _Words.DONE: ResendAnswer.TAKEN,
        _Words.FAILED: ResendAnswer.REFUSED,
    },
    _Code.BAD: {
        _Words.NONE: ResendAnswer.REFUSED,
        _Words.NOTHING: ResendAnswer.REFUSED,
        _Words.FAILED: ResendAnswer.REFUSED,
        _Words.UNKNOWN: ResendAnswer.REFUSED,
    },
    _Code.NONE: {
        _Words.NONE: ResendAnswer.NO_ANSWER,
        _Words.NOTHING: ResendAnswer.REFUSED,
        _Words.DONE: ResendAnswer.TAKEN,
        _Words.FAILED: ResendAnswer.REFUSED,
    },
}

# All without diacritics, as many systems write them so.
_exists = re.compile(r"\b(?:da|bi) (?:ton tai|co tren|trung)\b|\balready exist|\bduplicate")
_course = re.compile(r"\b(?:tien do|tien trinh|qua trinh|progress)\b")
_failed = re.compile(
    r"\b(?:khong|chua)(?: \w+){0,2} thanh cong\b|\bthat bai\b|\b(?:khong|chua) (?:hop le|dung|du)\b"
    r"|\b(?:bi|co|gap|xay ra|do) loi\b|\bloi (?:he thong|ket noi|du lieu|khi|trong)\b|^loi\b"
    r"|\btu choi\b|\bthieu\b|\bbat buoc\b|\bhet han\b|\bsai\b"
    r"|\bfail|\berror|\binvalid|\bexception|\bunsuccess|\brefused|\bdenied|\btimed? ?out\b"
)
_nothing = re.compile(
    r"\bkhong (?:ton tai|tim thay|co du lieu|co ho so|gui|duoc gui)\b|\bchua (?:duoc )?gui\b"
    r"|\bnot found\b|\bno data\b|(?<![\d.\-/])0 ?(?:/ ?\d+ ?)?ho so\b"
)
_done = re.compile(r"\bthanh cong\b|\bsuccess|\bhang doi\b|\bhoan thanh\b|\bqueued\b|^ok$")
_clause = re.compile(r"[.;,]\s|\b(?:nhung|but)\b")
_flag = re.compile(r"\btrangthaidongbodvc\s*:\s*([01])\b")


def judged(code: Told, message: Told) -> Verdict:
    """The verdict on one answer.

    Args:
        code: ``error_code``, a number or text, or a word such as ``success``; None where there is
            none.
        message: The words, in any writing; a flag ``trangThaiDongBoDVC:1`` of TD counts as a code.

    Returns:
        The verdict. A good code without a word is an acknowledgement of nothing (D03), no code and
        no word no answer at all; where code and words disagree it is UNCLEAR.
    """
    text = "" if message is None else str(message)[:_MOST_READ]
    plain = _plain(text)
    kind, sense = _code_of(code), _sense_of(_with_word(code, plain))
    flag = _flag.search(plain)
    if flag is not None:
        kind, sense = _Code.GOOD, _Words.DONE if flag[1] == "1" else _Words.NOTHING
    answer = _ALWAYS.get(sense) or _JUDGED[kind].get(sense, ResendAnswer.UNCLEAR)
    return Verdict(answer, _kept(code, text))


def judged_together(header: Verdict, course: Verdict) -> Verdict:
    """The verdict on a dossier whose course is sent after its header, by answers of their own.

    A course that is there already is as good as one that was taken.
    """
    if header.answer is not ResendAnswer.TAKEN:
        return header
    if course.answer in (ResendAnswer.TAKEN, ResendAnswer.ALREADY_THERE):
        return Verdict(ResendAnswer.TAKEN, course.words)
    if course.answer in (ResendAnswer.NO_ANSWER, ResendAnswer.UNCLEAR):
        return course
    return Verdict(ResendAnswer.HEADER_ONLY, course.words)


def _code_of(code: Told) -> _Code:
    """``"00"`` and ``0.0`` are 0; what is no number is not good, whatever else it is."""
    text = str(code).strip() if code is not None and not isinstance(code, bool) else ""
    if not text:
        return _Code.NONE
    try:
        number = float(text)
    except ValueError:
        return _Code.GOOD if text.lower() in _GOOD_WORDS else _Code.BAD
    if number == 0:
        return _Code.GOOD
    return _Code.SOFT if number in _SOFT else _Code.BAD


def _with_word(code: Told, plain: str) -> str:
    """A code that is a word says what the message need not say again."""
    word = _plain(code) if isinstance(code, str) else ""
    return f"{word}. {plain}" if word.isalpha() else plain


def _sense_of(plain: str) -> _Words:
    if not plain:
        return _Words.NONE
    if _exists.search(plain):
        return _Words.EXISTS
    clauses = [clause.strip() for clause in _clause.split(plain) if clause.strip()]
    failed = [clause for clause in clauses if _failed.search(clause)]
    done = [clause for clause in clauses if clause not in failed and _done.search(clause)]
    if any(map(_course.search, failed)) and not all(map(_course.search, done)):
        return _Words.PARTLY
    if _nothing.search(plain):
        return _Words.NOTHING
    if failed:
        return _Words.UNKNOWN if done else _Words.FAILED
    return _Words.DONE if done else _Words.UNKNOWN


def _plain(text: str) -> str:
    """Small letters without diacritics, white space of any kind as one space."""
    decomposed = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    letters = "".join(each for each in decomposed if not unicodedata.combining(each))
    return " ".join(letters.split())


def _kept(code: Told, text: str) -> str:
    """The words as an operator may see them: the code first, numbers and names of people out."""
    words = _without_names(unicodedata.normalize("NFC", text))
    parts = [part for part in ("" if code is None else str(code)[:_LONGEST], words) if part]
    return excerpt(": ".join(parts), _LONGEST)


def _without_names(text: str) -> str:
    """A word with a capital may be somebody's name, unless a sentence begins with it alone."""
    words = text.split()
    names = [_may_be_name(word) for word in words]
    kept = []
    for index, word in enumerate(words):
        begins = index == 0 or words[index - 1].endswith(_SENTENCE_ENDS)
        alone = begins and (word.endswith(_SENTENCE_ENDS) or not any(names[index + 1 : index + 2]))
        if not names[index] or alone:
            kept.append(word)
        elif kept[-1:] != [BLANK]:
            kept.append(BLANK)
    return " ".join(kept)


def _may_be_name(word: str) -> bool:
    """No name has digits, as codes have, or capitals inside, as the names of fields have."""
    letters = word.strip("()[]{}\"'“”.,;:!?-").replace("-", "")
    if letters in _NOBODY or not letters.isalpha() or not letters[0].isupper():
        return False
    return letters.isupper() or letters[1:].islower() or len(letters) == 1
