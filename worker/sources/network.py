"""Connections on which a whole exchange has to be over in time, however it is drawn out.

What httpx calls a time-out holds for every read and every write alone, so whoever sends a byte now
and then keeps a caller for as long as he likes. Here every wait ends with the exchange's time too.
"""

import socket
import ssl
import threading
from collections.abc import Callable, Iterable
from typing import Any

import httpcore
from typing_extensions import override

# So much is handed over at once; the time that is left is looked at before each piece.
_PIECE = 16 * 1024


class Deadline(threading.local):
    """Until when the exchange of a thread may last; every thread has its own.

    A thread that has begun no exchange has no time for one.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        """Take a steadily rising clock, in seconds."""
        self._clock = clock
        self._ends = clock()

    def start(self, seconds: float) -> None:
        """Begin an exchange that may last so long."""
        self._ends = self._clock() + seconds

    def within(self, patience: float | None, late: type[httpcore.TimeoutException]) -> float:
        """The seconds to wait: no longer than ``patience``, nor than there is time.

        Raises:
            TimeoutException: as ``late``: the time is over.
        """
        left = self._ends - self._clock()
        if left <= 0:
            raise late
        return left if patience is None else min(patience, left)


class Network(httpcore.NetworkBackend):
    """Connects by TCP within the deadline, and keeps to the next ones on what it has connected."""

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline
        self._sockets = httpcore.SyncBackend()

    @override
    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of a host that answers.

        They are gone through here, since they would be given ``timeout`` each, and can be many.
        """
        failure: Exception = httpcore.ConnectError()
        for address in _addresses(host, port):
            within = self._deadline.within(timeout, httpcore.ConnectTimeout)
            try:
                stream = self._sockets.connect_tcp(
                    address, port, within, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _Stream(stream, self._deadline)
        raise failure


class _Stream(httpcore.NetworkStream):
    """A connection whose waits end with the exchange it is used for at the time."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    @override
    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        within = self._deadline.within(timeout, httpcore.ReadTimeout)
        return self._stream.read(max_bytes, within)

    @override
    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _PIECE):
            within = self._deadline.within(timeout, httpcore.WriteTimeout)
            self._stream.write(buffer[start : start + _PIECE], within)

    @override
    def close(self) -> None:
        self._stream.close()

    @override
    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        # Python bounds a handshake as a whole.
        within = self._deadline.within(timeout, httpcore.ConnectTimeout)
        stream = self._stream.start_tls(ssl_context, server_hostname, within)
        return _Stream(stream, self._deadline)

    @override
    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _addresses(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError(str(error)) from error
    return [str(address[0]) for *_, address in found]
