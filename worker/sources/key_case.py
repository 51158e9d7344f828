"""Rows whose field names come in capitals from one system and in small letters from the next."""

import re
from collections.abc import Iterable

import msgspec

# Behind a colon can only stand a key: quotation marks inside of texts bear a backslash.
_key = re.compile(rb'"(\w{2,40})"(?=\s*:)')


class KeyCase:
    """Gives known keys their own case, at any depth; all others stay as they are."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = {name.lower().encode(): name.encode() for name in names}

    def plain(self, raw: msgspec.Raw) -> msgspec.Raw:
        """The same JSON with the known keys as we write them."""
        return msgspec.Raw(_key.sub(self._named, bytes(raw)))

    def _named(self, match: re.Match[bytes]) -> bytes:
        return b'"%b"' % self._names.get(match[1].lower(), match[1])
