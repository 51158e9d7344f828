"""A TCP relay between a client and a server that can swallow everything, or hang up."""

import contextlib
import selectors
import socket
import threading
from types import TracebackType
from typing import Self

_CHUNK = 65_536
_TICK = 0.05


class Relay:
    """Listens on a port of its own and passes bytes on to ``target``.

    ``swallow``: connections are accepted and stay open, nothing passes any more, in either
    direction, and nobody is told; what was swallowed is lost. ``hang_up`` closes every
    connection. ``restore`` passes bytes again, on new connections only. ``forget`` is what a
    firewall does to connections it has had for long: they stay open and lead nowhere for ever,
    while new ones are served.
    """

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._peers: dict[socket.socket, socket.socket | None] = {}
        self._swallowing = threading.Event()
        self._hanging_up = threading.Event()
        self._forgetting = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="relay")

    @property
    def port(self) -> int:
        """Where clients connect to, on 127.0.0.1."""
        return int(self._listener.getsockname()[1])

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._closing.set()
        self._thread.join()

    def swallow(self) -> None:
        """Become a black hole."""
        self._swallowing.set()

    def hang_up(self) -> None:
        """Close every connection; new ones are served."""
        self._hanging_up.set()

    def forget(self) -> None:
        """Let what is connected now lead nowhere; new connections are served."""
        self._forgetting.set()

    def restore(self) -> None:
        """Serve new connections again; those that fell into the hole are closed."""
        self._swallowing.clear()
        self._hanging_up.set()

    def _run(self) -> None:
        while not self._closing.is_set():
            for key, _ in self._selector.select(_TICK):
                ready = key.fileobj
                assert isinstance(ready, socket.socket)
                self._accept() if ready is self._listener else self._pass_on(ready)
            if self._hanging_up.is_set():
                self._hanging_up.clear()
                self._drop(*self._peers)
            if self._forgetting.is_set():
                self._forgetting.clear()
                self._cut_off()
        self._drop(*self._peers)
        self._selector.close()
        self._listener.close()

    def _accept(self) -> None:
        client, _ = self._listener.accept()
        server = None if self._swallowing.is_set() else self._connected()
        if server is None and not self._swallowing.is_set():
            client.close()
            return
        self._join(client, server)
        if server is not None:
            self._join(server, client)

    def _connected(self) -> socket.socket | None:
        try:
            return socket.create_connection(self._target, timeout=5)
        except OSError:
            return None

    def _join(self, one: socket.socket, other: socket.socket | None) -> None:
        self._peers[one] = other
        self._selector.register(one, selectors.EVENT_READ)

    def _pass_on(self, source: socket.socket) -> None:
        if source not in self._peers:
            return
        try:
            chunk = source.recv(_CHUNK)
            peer = self._peers[source]
            if chunk and peer is not None and not self._swallowing.is_set():
                peer.sendall(chunk)
        except OSError:
            chunk = b""
        if not chunk:
            peer = self._peers[source]
            self._drop(source, *([] if peer is None else [peer]))

    def _cut_off(self) -> None:
        """Keep the clients' ends, and close the server's."""
        servers = [end for end in self._peers if end.getsockname()[1] != self.port]
        self._drop(*servers)
        self._peers |= dict.fromkeys(self._peers)

    def _drop(self, *ends: socket.socket) -> None:
        for end in ends:
            if self._peers.pop(end, self) is not self:
                with contextlib.suppress(KeyError, ValueError):
                    self._selector.unregister(end)
                end.close()
