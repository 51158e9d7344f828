"""Receiving and decoding a body that may be anything: too long, a bomb, cut off, not JSON."""

import json
import re
import zlib
from collections.abc import Iterator
from math import isfinite
from typing import Protocol, TypeVar

import httpx
import msgspec

from worker.errors import UpstreamContractError
from worker.sources.attempt import AttemptError

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_GZIP_WINDOW = 31
# Texts are matched too, so that brackets in them are not taken for nesting.
_nesting = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]', re.DOTALL)
_OPENING, _CLOSING = ("[", "{"), ("]", "}")
_DEEPEST = 100
_LONGEST_NUMBER = 100
_UNREADABLE = (msgspec.DecodeError, ValueError, RecursionError)

T_co = TypeVar("T_co", covariant=True)


class Decoder(Protocol[T_co]):
    """What a msgspec decoder does."""

    def decode(self, _body: bytes, /) -> T_co:
        """The value in a body."""


def chunks_of(response: httpx.Response, limit: int) -> Iterator[bytes]:
    """The body in pieces, unpacked, never more than ``limit`` bytes of it in all.

    Unpacking is done here and not by the client because a few bytes can unpack to gigabytes: no
    more is unpacked than there is room for.

    Raises:
        AttemptError: the body is too long, cut off, or packed in a way we did not ask for.
    """
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip", "x-gzip", ""):
        raise AttemptError("content encoding", error=UpstreamContractError, again=False)
    pieces = response.iter_raw()
    room = limit
    for piece in _unzipped(pieces, limit) if "gzip" in encoding else pieces:
        room -= len(piece)
        if room < 0:
            raise AttemptError("body too large", error=UpstreamContractError, again=False)
        yield piece


def _unzipped(pieces: Iterator[bytes], limit: int) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(_GZIP_WINDOW)
    try:
        for piece in pieces:
            yield unpacker.decompress(piece, limit + 1)
    except zlib.error:
        raise AttemptError("body garbled") from None
    if not unpacker.eof:
        raise AttemptError("body cut off")


def decoded(decoder: Decoder[T_co], body: bytes) -> T_co:
    """The value in ``body``.

    Raises:
        AttemptError: it is not JSON (a web page, nothing at all, half an answer, nested too
            deep), or JSON of another shape than the system's.
    """
    plain = body.removeprefix(_BYTE_ORDER_MARK)
    try:
        return decoder.decode(plain)
    except _UNREADABLE:
        mended = _mended(plain)
    try:
        return decoder.decode(mended)
    except msgspec.ValidationError:
        raise AttemptError("another shape", error=UpstreamContractError) from None
    except _UNREADABLE:
        raise AttemptError("not JSON") from None


def lenient(body: bytes) -> object:
    """Whatever is in ``body``, what is broken in it replaced; None where it is nothing readable."""
    try:
        return _loaded(body)
    except (ValueError, RecursionError):
        return None


def _mended(body: bytes) -> bytes:
    """The same as proper JSON in UTF-8, so that one bad value spoils only its row."""
    try:
        return json.dumps(_loaded(body), ensure_ascii=False).encode("utf-8", "replace")
    except _UNREADABLE:
        raise AttemptError("not JSON") from None


def _loaded(body: bytes) -> object:
    """The value in JSON as homemade programs write it.

    In UTF-16, with broken characters (which become "?"), with line breaks inside of texts, with
    ``NaN`` for a number that isn't one, and with numbers beyond all reason (which become null).
    """
    text = _shallow(body.decode(json.detect_encoding(body), "replace"))
    value: object = json.loads(
        text, strict=False, parse_constant=_no_number, parse_int=_whole, parse_float=_decimal
    )
    return value


def _shallow(text: str) -> str:
    """JSON with null in place of whatever is nested deeper than any record of ours."""
    kept: list[str] = []
    depth = start = 0
    for match in _nesting.finditer(text):
        if match[0] in _OPENING:
            depth += 1
            if depth == _DEEPEST:
                kept += [text[start : match.start()], "null"]
        elif match[0] in _CLOSING:
            if depth == _DEEPEST:
                start = match.end()
            depth -= 1
    return "".join([*kept, text[start:]]) if kept else text


def _whole(digits: str) -> int | None:
    return int(digits) if len(digits) <= _LONGEST_NUMBER else None


def _decimal(text: str) -> float | None:
    number = float(text)
    return number if isfinite(number) else None


def _no_number(_name: str) -> None:
    """``NaN`` and ``Infinity`` are no values of JSON's."""
