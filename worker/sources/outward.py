"""The one way in which this program asks other machines by HTTP.

Every client is made here: it follows no redirect, so that a question goes to the configured host
and nowhere else, takes no proxy and no password from its surroundings, and bounds every exchange as
a whole, from connecting to the last byte of the answer.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import httpcore
import httpx
from typing_extensions import override

from worker.sources.cookies import FewCookies
from worker.sources.network import Deadline, Network
from worker.sources.trust import trusted

# Seconds for which a connection that nobody uses is kept.
_IDLE = 5.0

_ERRORS: Final[Mapping[type[Exception], type[httpx.TransportError]]] = {
    httpcore.ConnectTimeout: httpx.ConnectTimeout,
    httpcore.ReadTimeout: httpx.ReadTimeout,
    httpcore.WriteTimeout: httpx.WriteTimeout,
    httpcore.PoolTimeout: httpx.PoolTimeout,
    httpcore.ConnectError: httpx.ConnectError,
    httpcore.ReadError: httpx.ReadError,
    httpcore.WriteError: httpx.WriteError,
    httpcore.LocalProtocolError: httpx.LocalProtocolError,
    httpcore.RemoteProtocolError: httpx.RemoteProtocolError,
    httpcore.UnsupportedProtocol: httpx.UnsupportedProtocol,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """For how long to wait, in seconds: ``exchange`` for all of it, the others at any one point."""

    connect: float
    read: float
    exchange: float


def outward_client(
    patience: Patience,
    *,
    auth: httpx.Auth | None = None,
    headers: Mapping[str, str] | None = None,
    connections: int = 10,
    clock: Callable[[], float] = time.monotonic,
) -> httpx.Client:
    """A client that is safe to share between threads; each reads the answers it asked for.

    Args:
        patience: how long to wait. What takes longer fails as ``httpx.TimeoutException``.
        auth: how to log in.
        headers: what every question bears; ``user-agent`` is ours in any case.
        connections: how many there may be at a time.
        clock: a steadily rising one, in seconds.
    """
    return httpx.Client(
        auth=auth,
        headers={**(headers or {}), "user-agent": "doisoat"},
        cookies=FewCookies(),
        timeout=httpx.Timeout(patience.read, connect=patience.connect),
        transport=_Transport(patience.exchange, connections, clock),
        follow_redirects=False,
        trust_env=False,
    )


class _Transport(httpx.BaseTransport):
    """httpx's own does the same, but lets nobody choose how it connects."""

    def __init__(self, exchange: float, connections: int, clock: Callable[[], float]) -> None:
        self._exchange = exchange
        self._deadline = Deadline(clock)
        self._pool = httpcore.ConnectionPool(
            ssl_context=trusted(),
            max_connections=connections,
            keepalive_expiry=_IDLE,
            network_backend=Network(self._deadline),
        )

    @override
    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._deadline.start(self._exchange)
        with _as_httpx_tells_it():
            answer = self._pool.handle_request(_asked(request))
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_Body(answer),
            extensions=answer.extensions,
        )

    @override
    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    @override
    def __iter__(self) -> Iterator[bytes]:
        with _as_httpx_tells_it():
            yield from self._answer.iter_stream()

    @override
    def close(self) -> None:
        self._answer.close()


def _asked(request: httpx.Request) -> httpcore.Request:
    url = request.url
    return httpcore.Request(
        request.method,
        httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
        headers=request.headers.raw,
        content=request.stream,
        extensions=request.extensions,
    )


@contextmanager
def _as_httpx_tells_it() -> Iterator[None]:
    try:
        yield
    except tuple(_ERRORS) as error:
        raise _ERRORS[type(error)](str(error)) from error
