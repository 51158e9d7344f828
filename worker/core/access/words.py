"""What a name and a password have to be.

Length is what counts (NIST SP 800-63B, section 3.1.1.2): no classes of characters are asked for,
and nothing is to be changed by the calendar.
"""

import re
import unicodedata
from collections import Counter

LEAST_WORD = 12
MOST_WORD = 200

# An account's name stands in the audit trail and in addresses.
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,38}[a-z0-9]")
# Of a password's characters so many must differ.
_LEAST_DIFFERENT = 5
# What people think of first, alone or several times over.
_COMMON = ("password", "matkhau", "doisoat", "123456", "qwerty", "abc123", "admin", "vietnam")


def fault_of_name(name: str) -> str | None:
    """What is wrong with an account's name, a key of ``pages.fault``; None where nothing is."""
    return None if _NAME.fullmatch(name) else "name"


def fault_of_password(word: str, name: str) -> str | None:
    """What is wrong with a password of account ``name``, a key of ``pages.fault``; None: nothing.

    Length is counted in characters as people see them typed.
    """
    plain = unicodedata.normalize("NFC", word)
    if len(plain) < LEAST_WORD:
        return "too_short"
    if len(plain) > MOST_WORD:
        return "too_long"
    if len(Counter(plain)) < _LEAST_DIFFERENT or _is_common(plain, name):
        return "too_common"
    return None


def _is_common(word: str, name: str) -> bool:
    """Whether little is left once what is easily guessed is taken out."""
    left = word.casefold()
    for each in (name, *_COMMON):
        left = left.replace(each, "")
    return len(left) < LEAST_WORD // 2
