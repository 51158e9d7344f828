"""The console over real HTTP, in a thread of its own, with small parts at its edges."""

import json
import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import httpx
import pytest
import uvicorn
from starlette.types import ASGIApp

from tests.console.offices import make_office, office_in
from tests.places import AS_OF, Place
from worker.bootstrap import Services, services
from worker.console.app import build_console
from worker.console.server import config_of
from worker.core.outbox_signature import SIGNATURE_HEADER, TIMESTAMP_HEADER, signature
from worker.log import logging_to
from worker.settings.load import load_settings
from worker.settings.model import Settings
from worker.sources.trust import trusted

SECRET = "bi-mat-thu-nghiem-0123456789"

_SECONDS = 10

_SETTINGS = """
now = "{now}"
data_dir = "data"
{store}
[province]
code = "H99"
name = "Tỉnh Mẫu"
seeds = "{seeds}"
[sources.tinh]
kind = "opencps"
url = "http://127.0.0.1:9"
username = "doisoat"
group_id = "1"
webhook_secret_file = "secret"
[sources.nganh]
kind = "igate"
side = "ministry"
sso_url = "http://127.0.0.1:9"
api_url = "http://127.0.0.1:9"
client_id = "doisoat"
username = "doisoat"
[sources.cong]
kind = "portal"
adapter_url = "http://127.0.0.1:9"
madonvi = "H99"
username = "doisoat"
lookups_per_day = 1234
"""


def configured(place: Place, *, now: datetime = AS_OF, **environment: str) -> Settings:
    """The settings of a console; its sources are never asked."""
    (place.folder / "secret").write_text(SECRET, encoding="utf-8")
    (place.folder / "store").write_text(place.store_url or "", encoding="utf-8")
    store = 'database_url_file = "store"' if place.store_url else ""
    file = place.folder / "doisoat.toml"
    told = _SETTINGS.format(now=now.isoformat(), store=store, seeds=place.seeds)
    file.write_text(told, encoding="utf-8")
    return load_settings(file, environment=environment, working_folder=place.folder)


@dataclass
class Desk:
    """Stands where runs are put in the queue, and where workers are told of them."""

    queued: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    announced: list[tuple[int, ...]] = field(default_factory=list)

    def queue(self, _services: Services, source: str, codes: Sequence[str]) -> tuple[int, ...]:
        self.queued.append((source, tuple(codes)))
        return (40 + len(self.queued),)

    def announce(self, _services: Services, ids: Sequence[int]) -> None:
        self.announced.append(tuple(ids))

    def heard(self, many: int) -> list[tuple[int, ...]]:
        """What workers were told once that was so often: it is told after the answer is given."""
        until = time.monotonic() + _SECONDS
        while len(self.announced) < many and time.monotonic() < until:
            time.sleep(0.01)
        return self.announced


@contextmanager
def served(app: ASGIApp, proxies: Sequence[str] = ()) -> Iterator[str]:
    """The application on a free port, in a thread; yields its URL."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    server = uvicorn.Server(config_of(app, proxies))
    thread = threading.Thread(target=server.run, args=([listener],), name="console")
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


@dataclass
class Console:
    """A running console, and a client for it."""

    settings: Settings
    desk: Desk
    client: httpx.Client

    def get(self, path: str) -> httpx.Response:
        return self.client.get(path)

    def tell(
        self,
        body: object,
        *,
        source: str = "tinh",
        secret: str = SECRET,
        at: datetime = AS_OF,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """A signed webhook; ``headers`` replace those it would have."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        stamp = int(at.timestamp())
        signed = {
            TIMESTAMP_HEADER: str(stamp),
            SIGNATURE_HEADER: signature(secret, stamp, content),
        }
        signed |= headers or {}
        return self.client.post(f"/events/{source}", content=content, headers=signed)


@contextmanager
def consoled(settings: Settings, desk: Desk | None = None) -> Iterator[Console]:
    """The console of an installation, its parts at the edges being ``desk``'s."""
    at = desk or Desk()
    app = build_console(settings, lambda: services(settings), at.queue, at.announce)
    proxies = settings.console.trusted_proxies
    with (
        served(app, proxies) as url,
        httpx.Client(base_url=url, timeout=60, verify=trusted()) as client,
    ):
        yield Console(settings, at, client)


@pytest.fixture(autouse=True)
def _log(tmp_path: Path) -> Iterator[None]:
    """Where a running console writes what is asked of it."""
    with logging_to(tmp_path / "console.log"):
        yield


@pytest.fixture
def settings(place: Place) -> Settings:
    """Of a console over either database."""
    return configured(place)


@pytest.fixture
def console(settings: Settings) -> Iterator[Console]:
    """A running console over either database."""
    with consoled(settings) as found:
        yield found


@pytest.fixture(scope="session")
def made_office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office after one journey; nobody changes it, see ``office``."""
    return make_office(tmp_path_factory.mktemp("office"))


@pytest.fixture
def office(made_office: Path, tmp_path: Path) -> Iterator[Console]:
    """The console of an office that knows a whole journey; its upstreams are gone."""
    with consoled(office_in(made_office, tmp_path / "office")) as found:
        yield found
