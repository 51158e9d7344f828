"""Objects whose keys come in one case here and in another there."""

from typing import Generic, TypeVar

import msgspec

R = TypeVar("R", bound=msgspec.Struct)

_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class AnyCase(Generic[R]):
    """Reads objects of one type by the names of their keys, whatever the case.

    One installation of TD writes ``maHoSo`` and the next ``MaHoSo``; within one answer the page may
    differ from its rows, and ``ID`` from ``Id``.
    """

    def __init__(self, row_type: type[R]) -> None:
        self._names = {name.lower(): name for name in row_type.__struct_encode_fields__}
        self._objects = msgspec.json.Decoder(dict[str, msgspec.Raw])
        self._values = msgspec.json.Decoder(row_type)

    def decode(self, body: bytes | msgspec.Raw) -> R:
        """The value in ``body``.

        Raises:
            msgspec.DecodeError: it is no object, or one of another shape.
        """
        return self._values.decode(msgspec.json.encode(self._known(body)))

    def plain(self, raw: msgspec.Raw) -> msgspec.Raw:
        """The object with the known keys alone, in their own case; as it is where it is none."""
        try:
            return msgspec.Raw(msgspec.json.encode(self._known(raw)))
        except _UNREADABLE:
            return raw

    def _known(self, raw: bytes | msgspec.Raw) -> dict[str, msgspec.Raw]:
        items = self._objects.decode(raw).items()
        return {self._names[key.lower()]: value for key, value in items if self._is_known(key)}

    def _is_known(self, key: str) -> bool:
        return key.lower() in self._names
