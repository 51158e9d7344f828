"""Vietnamese in the letters from before Unicode: TCVN3 (fonts like .VnTime) and VNI-Windows.

Both put Vietnamese letters where Western ones stand, and only their fonts make them look right. A
file of theirs reads as "M· hå s¬" or "Maõ hoà sô". Here such texts only get their bare letters
back, which is enough to know that it is one: what it says is not guessed.
"""

import re
from collections.abc import Callable

_TCVN3 = {
    "a": "µ¶·¹¸¨»¼½¾Æ©ÇÈÉÊË",
    "e": "ÌÎÏÐÑªÒÓÔÕÖ",
    "i": "×ØÜÝÞ",
    "o": "ßáâãä«åæçèé¬êëìíî",
    "u": "ïñòóô\u00adõö÷øù",
    "y": "úûüýþ",
    "d": "®",
    "A": "¡¢",
    "E": "£",
    "O": "¤¥",
    "U": "¦",
    "D": "§",
}
_FROM_TCVN3 = str.maketrans({old: new for new, olds in _TCVN3.items() for old in olds})

# VNI writes a letter and then its marks, but for these letters.
_vni_marks = re.compile("(?<=[aeiouyôö])[ùøûõïâêáàåãäéèúüë]", re.IGNORECASE)
_VNI = {"o": "ô", "u": "ö", "d": "ñ", "i": "íìæóò", "y": "î"}
_FROM_VNI = str.maketrans(
    {old: new for new, olds in _VNI.items() for old in olds}
    | {old.upper(): new.upper() for new, olds in _VNI.items() for old in olds}
)


Letters = Callable[[str], str]


def from_tcvn3(text: str) -> str:
    """What a text in TCVN3 says in bare letters."""
    return text.translate(_FROM_TCVN3)


def from_vni(text: str) -> str:
    """What a text in VNI-Windows says in bare letters."""
    return _vni_marks.sub("", text).translate(_FROM_VNI)


def _as_western(letters: Letters) -> Letters:
    """The same for a text that was taken for one in the Vietnamese code page of Windows."""
    return lambda text: letters(text.encode("cp1258", "replace").decode("cp1252", "replace"))


OLD_LETTERS: tuple[Letters, ...] = (
    from_tcvn3,
    from_vni,
    _as_western(from_tcvn3),
    _as_western(from_vni),
)
