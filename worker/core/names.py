"""The comparison key of a unit's name.

Names come from two systems, several spellings and many hands: composed and decomposed letters, old
and new tone placement (hoà, hòa), a prefix UBND, abbreviations. Diacritics are kept: Thạnh Trị and
Thanh Trì are different places.
"""

import re
import unicodedata
from functools import lru_cache

_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_LONGEST = 3
_words = re.compile(r"[^\W_]+")


def _steady(word: str) -> str:
    """A word with its tone marks at the end, where no custom of placing them matters.

    A number loses its leading zeros: "Phường 01" is "Phường 1".
    """
    if word.isdecimal():
        return word.lstrip("0") or "0"
    letters = unicodedata.normalize("NFD", word)
    tones = "".join(letter for letter in letters if letter in _TONES)
    rest = "".join(letter for letter in letters if letter not in _TONES)
    return unicodedata.normalize("NFC", rest + tones)


def _phrase(text: str) -> str:
    return " ".join(map(_steady, text.split()))


_IN_FULL = {
    "bql": "ban quản lý",
    "ql": "quản lý",
    "kcn": "khu công nghiệp",
    "lđ": "lao động",
    "tb xh": "thương binh xã hội",
    "tbxh": "thương binh xã hội",
    "lđtb xh": "lao động thương binh xã hội",
    "lđtbxh": "lao động thương binh xã hội",
    "nn": "nông nghiệp",
    "ptnt": "phát triển nông thôn",
    "nnptnt": "nông nghiệp phát triển nông thôn",
    "nn mt": "nông nghiệp môi trường",
    "nnmt": "nông nghiệp môi trường",
    "tn mt": "tài nguyên môi trường",
    "tnmt": "tài nguyên môi trường",
    "tt tt": "thông tin truyền thông",
    "tttt": "thông tin truyền thông",
    "vh tt dl": "văn hóa thể thao du lịch",
    "vhtt dl": "văn hóa thể thao du lịch",
    "vhttdl": "văn hóa thể thao du lịch",
    "gd đt": "giáo dục đào tạo",
    "gdđt": "giáo dục đào tạo",
    "kh đt": "kế hoạch đầu tư",
    "khđt": "kế hoạch đầu tư",
    "kh cn": "khoa học công nghệ",
    "khcn": "khoa học công nghệ",
    "gtvt": "giao thông vận tải",
    "tp": "thành phố",
    "tx": "thị xã",
}
_ABBREVIATIONS = {_phrase(short): _phrase(full) for short, full in _IN_FULL.items()}
# One letter says a level only where it stands first: "H. Mỹ Tú".
_LEVEL_LETTERS = {
    "h": _phrase("huyện"),
    "q": _phrase("quận"),
    "p": _phrase("phường"),
    "x": _phrase("xã"),
}
_LEVELS = tuple(
    f"{_phrase(level)} "
    for level in ("thành phố", "thị xã", "thị trấn", "tỉnh", "huyện", "quận", "phường", "xã")
)
_COMMITTEES = tuple(f"{_phrase(name)} " for name in ("ubnd", "ủy ban nhân dân"))
_AND = _phrase("và")


@lru_cache(maxsize=8192)
def name_key(text: str) -> str:
    """What all spellings of one unit's name have in common; never shown to anybody.

    "UBND huyện Mỹ Tú", "H. Mỹ Tú" and "HUYỆN MỸ TÚ" have one key. The word "và" and everything
    that is neither letter nor digit count for nothing.
    """
    composed = unicodedata.normalize("NFC", text).casefold().replace("ð", "đ")
    words = [word for word in map(_steady, _words.findall(composed)) if word != _AND]
    key = _without_prefix(" ".join(_expanded(words)), _COMMITTEES)
    letter, _, rest = key.partition(" ")
    return f"{_LEVEL_LETTERS[letter]} {rest}" if rest and letter in _LEVEL_LETTERS else key


def without_level(key: str) -> str:
    """A name key without its leading level word: those of "Huyện Mỹ Tú" and "Mỹ Tú" then agree."""
    return _without_prefix(key, _LEVELS)


def has_level(key: str) -> bool:
    """Whether a name key says its place's level: that of "Huyện Mỹ Tú" does, of "Mỹ Tú" not."""
    return key.startswith(_LEVELS)


@lru_cache(maxsize=8192)
def without_marks(key: str) -> str:
    """A name key without any diacritics: "Thạnh Trị" and "Thanh Trì" then look alike.

    Good for a hint to a person who asks which unit a name might be, never for telling units.
    """
    letters = unicodedata.normalize("NFD", key.replace("đ", "d"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _expanded(words: list[str]) -> list[str]:
    """The words with every abbreviation in full, the longest that fits first."""
    full: list[str] = []
    start = 0
    while start < len(words):
        for size in range(_LONGEST, 0, -1):
            phrase = " ".join(words[start : start + size])
            if size == 1 or phrase in _ABBREVIATIONS:
                full.append(_ABBREVIATIONS.get(phrase, phrase))
                start += size
                break
    return full


def _without_prefix(key: str, prefixes: tuple[str, ...]) -> str:
    for prefix in prefixes:
        if key.startswith(prefix):
            return key.removeprefix(prefix)
    return key
