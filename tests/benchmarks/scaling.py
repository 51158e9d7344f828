"""How pulls from slow upstreams scale with worker processes, over Redis and PostgreSQL.

``uv run python -m tests.benchmarks.scaling [--workers N ...] [--sources N] [--dossiers N]
[--page-size N] [--latency SECONDS]``

A province's system and the software of line ministries, each a simulated upstream over HTTP that
takes its time over every answer, are pulled by so many ``doisoat worker`` processes, each of which
does one run at a time. The clock runs from the first message to the last run's end, into a fresh
database each time. A source is read by one run, page after page with one page ahead, whatever the
number of workers: so many sources scale with the workers, and one source doesn't. The last line
shows that. The machine's processors bound what waits for no network, so ratios count.
"""

import argparse
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from redis import Redis
from rich.console import Console
from rich.table import Table

from models.types import RunState
from tests.benchmarks.servers import postgres, postgres_database
from tests.fleet import Fleet, fleet
from tests.journeys import UNSCHEDULED
from tests.places import AS_OF, Place, opened
from tests.provinces import write_province
from tests.redis_server import RedisServer, redis_of_the_suite
from worker.journey.queueing import queue_sync
from worker.journey.wish import Wish
from worker.log import logging_to
from worker.settings.load import load_settings
from worker.settings.model import Settings
from worker.simulator.faults import FaultPlan
from worker.simulator.server import SimulatedEndpoints, SimulatorOptions, running
from worker.tasks.announce import announce

WORKERS = (1, 2, 4, 8)
SOURCES = 8
_PATIENCE = 60.0
_PATIENCE_READING = 3600.0
_TICK = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstreams:
    """How many systems there are, and how each of them is. ``latency`` in seconds."""

    sources: int = SOURCES
    dossiers: int = 300
    page_size: int = 20
    latency: float = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What so many workers took to read so many sources."""

    sources: int
    workers: int
    seconds: float
    pages: int
    rows: int

    @property
    def pages_per_second(self) -> float:
        """Pages read in a second, all sources together."""
        return self.pages / self.seconds


def measure(
    folder: Path, servers: tuple[str, RedisServer], upstreams: Upstreams, workers: Sequence[int]
) -> list[Measured]:
    """Pull from the same upstreams with each number of workers in turn.

    Args:
        folder: Where the installations put their data.
        servers: The URL of a PostgreSQL server, and a Redis server that is ours to wipe.
        upstreams: What is read.
        workers: How many processes, one measurement each.
    """
    folder.mkdir()
    place = Place(folder=folder, code="H99", seeds=str(write_province(folder / "tinh-mau")))
    with _serving(place, upstreams) as systems:
        return [
            _measured(folder / str(number), place, servers, (upstreams, systems), number)
            for number in workers
        ]


@contextmanager
def _serving(place: Place, upstreams: Upstreams) -> Iterator[Mapping[str, SimulatedEndpoints]]:
    """The systems by the names of their sources; the first is the province's."""
    plan = FaultPlan(latency_seconds=upstreams.latency)
    options = SimulatorOptions(province_kind="td", faults=plan)
    with ExitStack() as stack:
        found = {}
        for number in range(upstreams.sources):
            world = place.world(upstreams.dossiers, seed=number + 1)
            found[_name(number)] = stack.enter_context(running(world, options=options))
        yield found


def _measured(
    folder: Path,
    place: Place,
    servers: tuple[str, RedisServer],
    read: tuple[Upstreams, Mapping[str, SimulatedEndpoints]],
    workers: int,
) -> Measured:
    server, redis = servers
    redis.flush()
    folder.mkdir()
    with postgres_database(server) as store_url:
        settings = _installed(folder, place, *read, {"store": store_url, "broker": redis.url})
        with fleet(folder, settings) as ships:
            for _ in range(workers):
                ships.worker(concurrency=1, queues="sources")
            _wait_for_workers(redis, workers)
            return _timed(ships, settings, workers)


def _wait_for_workers(redis: RedisServer, workers: int) -> None:
    """Until each of them waits for messages."""
    until = time.monotonic() + _PATIENCE
    with Redis.from_url(redis.url, socket_timeout=_PATIENCE) as client:
        while client.info("clients")["blocked_clients"] < workers:
            if time.monotonic() > until:
                raise TimeoutError("workers did not come up")
            time.sleep(_TICK)


def _timed(ships: Fleet, settings: Settings, workers: int) -> Measured:
    with opened(settings) as services:
        ids = queue_sync(services, Wish(pull_only=True))
        begun = time.monotonic()
        announce(services, ids)
    runs = ships.wait_until(
        lambda rows: all(row.state is RunState.COMPLETE for row in rows), patience=_PATIENCE_READING
    )
    return Measured(
        sources=len(ids),
        workers=workers,
        seconds=time.monotonic() - begun,
        pages=sum(run.counts["pages"] for run in runs),
        rows=sum(run.counts["rows"] for run in runs),
    )


def _installed(
    folder: Path,
    place: Place,
    upstreams: Upstreams,
    systems: Mapping[str, SimulatedEndpoints],
    addresses: Mapping[str, str],
) -> Settings:
    secrets = {**addresses} | {name: at.password for name, at in systems.items()}
    for name, secret in secrets.items():
        (folder / name).write_text(secret, encoding="utf-8")
    path = folder / "doisoat.toml"
    sources = "".join(_source(name, at, upstreams) for name, at in systems.items())
    text = _GENERAL.format(now=AS_OF.isoformat(), data=folder / "data", seeds=place.seeds)
    path.write_text(text + sources + UNSCHEDULED, encoding="utf-8")
    return load_settings(path, environment={}, working_folder=folder)


def _source(name: str, at: SimulatedEndpoints, upstreams: Upstreams) -> str:
    return _SOURCE.format(
        name=name,
        side="province" if name == _name(0) else "ministry",
        at=at,
        page_size=upstreams.page_size,
    )


def _name(number: int) -> str:
    return f"nguon_{number}"


_GENERAL = """
now = "{now}"
data_dir = "{data}"
database_url_file = "store"
broker_url_file = "broker"
[province]
code = "H99"
name = "Tỉnh Mẫu"
seeds = "{seeds}"
[sources.cong]
kind = "workbook"
side = "portal"
"""
_SOURCE = """
[sources.{name}]
kind = "td"
side = "{side}"
url = "{at.province_url}"
username = "{at.username}"
password_file = "{name}"
page_size = {page_size}
statistics = false
"""


def table_of(rows: Sequence[Measured]) -> Table:
    """The measurements as a table; the ratio is to the first line with as many sources."""
    table = Table(title="Pulls from slow upstreams, by worker processes")
    for name in ("sources", "workers", "pages", "records", "seconds", "pages/s", "times as fast"):
        table.add_column(name, justify="right")
    first: dict[int, float] = {}
    for row in rows:
        ratio = first.setdefault(row.sources, row.seconds) / row.seconds
        table.add_row(
            str(row.sources),
            str(row.workers),
            f"{row.pages:,}",
            f"{row.rows:,}",
            f"{row.seconds:.1f}",
            f"{row.pages_per_second:.1f}",
            f"{ratio:.2f}",
        )
    return table


def main() -> None:
    """Measure and print."""
    usual = Upstreams()
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--workers", type=int, nargs="+", default=WORKERS, help="processes")
    parser.add_argument("--sources", type=int, default=usual.sources, help="upstreams in all")
    parser.add_argument("--dossiers", type=int, default=usual.dossiers, help="in each of them")
    parser.add_argument("--page-size", type=int, default=usual.page_size, help="rows of a page")
    parser.add_argument("--latency", type=float, default=usual.latency, help="seconds an answer")
    wanted = parser.parse_args()
    many = Upstreams(
        sources=wanted.sources,
        dossiers=wanted.dossiers,
        page_size=wanted.page_size,
        latency=wanted.latency,
    )
    few = (wanted.workers[0], wanted.workers[-1])
    with (
        TemporaryDirectory(prefix="doisoat-scaling-") as name,
        logging_to(Path(name) / "log.jsonl"),
        postgres() as server,
        redis_of_the_suite() as redis,
    ):
        rows = measure(Path(name) / "many", (server, redis), many, wanted.workers)
        rows += measure(Path(name) / "one", (server, redis), replace(many, sources=1), few)
    Console(width=100).print(table_of(rows))


if __name__ == "__main__":
    main()
