"""What a webhook tells: the codes of dossiers, under any of the names systems use for them."""

from dataclasses import dataclass

import msgspec

from worker.core.codes import dossier_code
from worker.errors import DataError

MOST_CODES = 500
_NULL = b"null"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class NotTold(Exception):  # noqa: N818 - the name says what happened
    """The body names no dossiers; ``reason`` is a key of the catalogue (``console.webhook``)."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Told:
    """Normalised codes, each once, and how many others can't be read."""

    codes: tuple[str, ...]
    unreadable: int


class _Body(msgspec.Struct):
    """The fields we read. Whatever else is sent, however deep, is passed over unread."""

    dossiers: msgspec.Raw = msgspec.Raw(_NULL)
    codes: msgspec.Raw = msgspec.Raw(_NULL)
    ma_ho_so: msgspec.Raw = msgspec.field(name="maHoSo", default=msgspec.Raw(_NULL))
    ma_ho_so_upper: msgspec.Raw = msgspec.field(name="MaHoSo", default=msgspec.Raw(_NULL))


def told_in(body: bytes) -> Told:
    """The codes in the body of a webhook: a list of texts, or one text alone.

    Raises:
        NotTold: it is no JSON object, has none of the fields, or too many codes.
    """
    try:
        fields = msgspec.json.decode(body.removeprefix(_BYTE_ORDER_MARK), type=_Body)
        given = [item for field in msgspec.structs.astuple(fields) for item in _items(field)]
    except _UNREADABLE:
        raise NotTold("not_json") from None
    if not given:
        raise NotTold("no_dossiers")
    if len(given) > MOST_CODES:
        raise NotTold("too_many")
    read = [_code(item) for item in given]
    codes = dict.fromkeys(code for code in read if code is not None)
    return Told(tuple(codes), read.count(None))


def _items(field: msgspec.Raw) -> list[msgspec.Raw]:
    plain = bytes(field).strip()
    if plain == _NULL:
        return []
    return msgspec.json.decode(plain, type=list[msgspec.Raw]) if plain[:1] == b"[" else [field]


def _code(item: msgspec.Raw) -> str | None:
    try:
        return dossier_code(msgspec.json.decode(item, type=str))
    except (*_UNREADABLE, DataError):
        return None
