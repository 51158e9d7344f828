"""Real callers for the tests of shared budgets: a counting server, and processes that call it."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

from typing_extensions import override

from worker.errors import TransientError
from worker.sources.http import Call, ClientPolicy, UpstreamClient
from worker.sources.pace import Book
from worker.sources.pace_file import FileBook
from worker.sources.pace_redis import RedisBook, is_redis

# Calls a second. Wide enough apart for a busy machine: what is counted is when calls arrive.
LIMIT = 4
_PATIENCE = 60.0
_THREADS = 2


class Counter(ThreadingHTTPServer):
    """Answers everything, and notes when each question came (steady clock, seconds)."""

    daemon_threads = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.arrivals: list[float] = []
        self.refusals: list[bytes] = []
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), name="counter")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"

    @override
    def __enter__(self) -> Self:
        self._thread.start()
        return self

    @override
    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()

    def await_calls(self, count: int) -> None:
        """Return once so many further calls came."""
        wanted = len(self.arrivals) + count
        ends = time.monotonic() + _PATIENCE
        while len(self.arrivals) < wanted:
            if time.monotonic() > ends:
                raise TimeoutError("the callers fell silent")
            time.sleep(0.05)

    def most_within(self, seconds: float) -> int:
        """The most calls that came within any stretch of so many seconds."""
        stamps = sorted(self.arrivals)
        return max(
            sum(first <= each < first + seconds for each in stamps[index:])
            for index, first in enumerate(stamps)
        )


class _Answer(BaseHTTPRequestHandler):
    server: Counter

    def do_GET(self) -> None:
        self.server.arrivals.append(time.monotonic())
        refusal = self.server.refusals.pop() if self.server.refusals else None
        self.send_response(200 if refusal is None else 429)
        if refusal is not None:
            self.send_header("retry-after", refusal.decode())
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def callers(count: int, url: str, place: str) -> Iterator[list[subprocess.Popen[bytes]]]:
    """So many processes that call ``url`` as fast as the budget kept at ``place`` lets them."""
    command = [sys.executable, "-m", "tests.sources.pacing", url, place]
    with ExitStack() as stack:
        started = []
        for _ in range(count):
            process = subprocess.Popen(command, stdin=subprocess.PIPE)  # noqa: S603 - ourselves
            stack.enter_context(process)
            stack.callback(process.kill)
            started.append(process)
        yield started


def book_at(place: str) -> Book:
    """A book in Redis, or in a file."""
    return RedisBook(place) if is_redis(place) else FileBook(Path(place))


def _call(client: UpstreamClient, url: str) -> None:
    while True:
        try:
            client.ask(Call(method="GET", url=url), bytes)
        except TransientError:
            time.sleep(0.1)


def _main(url: str, place: str) -> None:
    policy = ClientPolicy(book=book_at(place), calls_per_second=LIMIT)
    client = UpstreamClient("cong", policy)
    for _ in range(_THREADS):
        threading.Thread(target=_call, args=(client, url), daemon=True).start()
    sys.stdin.read()


if __name__ == "__main__":
    _main(*sys.argv[1:])
