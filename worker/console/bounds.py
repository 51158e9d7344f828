"""What goes for every request before anything else: no body too large, the reader's language."""

from http.cookies import CookieError, SimpleCookie
from typing import Final

from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from worker.i18n import language, speaking, text
from worker.i18n.catalogue import LANGUAGES

LANGUAGE_COOKIE: Final = "doisoat_language"
LARGEST_BODY: Final = 1024 * 1024

_TOO_LARGE = 413


class TooLargeError(Exception):
    """More of a body came than anybody reads."""


class Bounds:
    """Reads no more of a body than ``largest`` bytes, and speaks as the reader's cookie says."""

    def __init__(self, app: ASGIApp, largest: int = LARGEST_BODY) -> None:
        self._app = app
        self._largest = largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if _length(scope) > self._largest:
            await _refuse(scope, receive, send)
            return
        read, has_begun = 0, False

        async def bounded() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._largest:
                raise TooLargeError
            return message

        async def noted(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        with speaking(_language_of(scope)):
            try:
                await self._app(scope, bounded, noted)
            except TooLargeError:
                if has_begun:
                    raise
                await _refuse(scope, receive, send)


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    with speaking(_language_of(scope)):
        refusal = PlainTextResponse(text("pages.fault.too_large"), _TOO_LARGE)
    await refusal(scope, receive, send)


def _length(scope: Scope) -> int:
    """How long the body says it is; what says nothing is counted as it comes."""
    told = HTTPConnection(scope).headers.get("content-length", "")
    return int(told) if told.isascii() and told.isdigit() else 0


def _language_of(scope: Scope) -> str:
    asked = HTTPConnection(scope).headers.get("cookie", "")
    try:
        found = SimpleCookie(asked).get(LANGUAGE_COOKIE)
    except CookieError:
        return language()
    return found.value if found is not None and found.value in LANGUAGES else language()
