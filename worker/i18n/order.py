"""Words in the order of the Vietnamese alphabet, as people look for them in a list."""

import unicodedata
from typing import Final

_LETTERS: Final = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_PLACES: Final = {letter: place for place, letter in enumerate(_LETTERS)}
# Grave, acute, tilde, hook and dot: the tones, which part two words only where all else is equal.
_TONES: Final = frozenset("\u0300\u0301\u0303\u0309\u0323")


def alphabetical(words: str) -> tuple[list[tuple[int, str]], str]:
    """A key to sort by: letter by letter without their tones, "đ" after "d", then as written."""
    bare = "".join(
        letter for letter in unicodedata.normalize("NFD", words.casefold()) if letter not in _TONES
    )
    letters = unicodedata.normalize("NFC", bare)
    return [(_PLACES.get(letter, -1), letter) for letter in letters], words
