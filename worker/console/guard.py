"""What goes for every answer: headers that browsers keep to, and a line in the log."""

import time
from collections.abc import Mapping
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from worker.core.alerts.tokens import PATHS
from worker.journey.accounts import PATH_OF_LINKS
from worker.log import logger

_HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_STATIC: Final = "/static/"
# Another address whenever the file changes, see ``showing.asset``.
_KEPT: Final = "public, max-age=31536000, immutable"
_LONGEST_PATH = 100
# What follows allows to answer, or to come in, in somebody's place.
_SECRET_BELOW = (*(f"/{path}/" for path in PATHS.values()), f"/{PATH_OF_LINKS}/")
_FOUND, _BROKEN = 200, 500


class Guard:
    """Adds the headers that an answer does not set itself, and logs each request.

    Who asked, the query and the body are not in the log: they may tell of people.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, status = time.perf_counter(), _BROKEN

        async def guarded(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                if scope["path"].startswith(_STATIC) and status == _FOUND:
                    headers.setdefault("Cache-Control", _KEPT)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, receive, guarded)
        finally:
            logger().info(
                "request",
                method=scope["method"],
                path=_shown(scope["path"]),
                status=status,
                milliseconds=round((time.perf_counter() - begun) * 1000),
            )


def _shown(path: str) -> str:
    """A path as it may stand in the log: without the token of a link."""
    below = next((each for each in _SECRET_BELOW if path.startswith(each)), None)
    return path[:_LONGEST_PATH] if below is None else f"{below}…"
