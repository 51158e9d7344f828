"""Another system that is told by webhooks: a real HTTP server that keeps what it hears."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import msgspec
from typing_extensions import override


@dataclass(frozen=True)
class Heard:
    """One request as it came."""

    headers: dict[str, str]
    body: bytes

    @property
    def delivery(self) -> str:
        return self.headers["x-doisoat-delivery"]

    @property
    def told(self) -> Any:
        return msgspec.json.decode(self.body)


@dataclass
class Receiver:
    """What it ``heard`` by POST, and the paths it was ``asked`` for by GET.

    ``status`` is what it answers, for one path where ``statuses`` says so.
    """

    url: str = ""
    status: int = 204
    statuses: dict[str, int] = field(default_factory=dict)
    location: str | None = None
    heard: list[Heard] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    @property
    def order(self) -> list[Any]:
        """The runs it was told of, in the order in which they came."""
        return [each.told["data"]["run"] for each in self.heard]


@contextmanager
def receiving(port: int = 0) -> Iterator[Receiver]:
    """A receiver that is up inside the block; on a given port where it was there before."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.heard.append(Heard(headers, body))
            self._answer()

        def do_GET(self) -> None:
            receiver.asked.append(self.path)
            self._answer()

        def _answer(self) -> None:
            self.send_response(receiver.statuses.get(self.path, receiver.status))
            if receiver.location is not None:
                self.send_header("location", receiver.location)
            self.send_header("content-length", "0")
            self.end_headers()

        @override
        def log_message(self, *_: object) -> None:
            """Say nothing: what comes is kept."""

    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        receiver.url = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()
