"""How long the console's pages take on a large store.

``uv run python -m tests.benchmarks.console [--dossiers N] [--store S] [--requests R]``

A store is filled with N dossiers a side, of which a hundredth differs, reconciled and measured;
ten days of earlier figures stand beside these. The console then runs in a process of its own. One
client, signed in as an administrator, asks for every page R times, one after the other.
Milliseconds from the question to the last byte of the answer.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

import httpx
from rich.console import Console
from rich.table import Table
from sqlmodel import Session, col, select

from models.reconciliation import Discrepancy
from tests.benchmarks.dossiers import UNITS, Population
from tests.benchmarks.offices import ACCOUNT, WORD, bring_to_life, office_around
from tests.benchmarks.servers import database_version, postgres, postgres_database, sqlite_file
from tests.benchmarks.stores import fill, tidy
from worker.db.engine import open_engine

_GOAL = 200
# Ten days of reconciling every quarter of an hour.
_BEFORE = 960
_STORES = ("sqlite", "postgresql")


@dataclass(frozen=True, slots=True)
class Timed:
    """How long one page took, in milliseconds."""

    path: str
    status: int
    kilobytes: float
    took: Sequence[float]

    def part(self, percent: int) -> float:
        """A percentile."""
        return quantiles(self.took, n=100, method="inclusive")[percent - 1]


def pages(url: str) -> list[str]:
    """The pages that are asked for; lists in the orders and with the filters that people use."""
    engine = open_engine(url)
    try:
        with Session(engine) as session:
            found = session.exec(select(Discrepancy).order_by(col(Discrepancy.id)).limit(1)).one()
    finally:
        engine.dispose()
    unit, code, dossier = UNITS[3], found.code, found.dossier_id
    return [
        "/",
        "/units",
        f"/units/{unit}",
        "/discrepancies",
        f"/discrepancies?unit={unit}&cause={found.cause.value}",
        "/discrepancies?sort=opened_at&dir=desc&page=20",
        f"/discrepancies?q={code[:12]}",
        f"/dossiers?q={code}",
        f"/dossiers?unit={unit}&view=late_portal",
        f"/dossiers?unit={unit}&view=late_province",
        f"/dossiers/{dossier}",
        "/runs",
        "/quarantine",
        "/incidents",
        "/resends",
        f"/resends/new?unit={unit}",
        f"/resends/new?cause={found.cause.value}",
        "/mails",
        "/mails/recipients",
        "/mails/recipients?own=no",
        "/index",
        "/index/months",
        "/reports",
        "/names",
        "/names/links",
        "/names/links/waiting",
        "/sources",
        "/audit",
        "/api/v1/overview",
        "/api/v1/units",
        f"/api/v1/units/{unit}",
        "/api/v1/discrepancies?limit=50",
    ]


@contextmanager
def console_over(settings: Path) -> Iterator[str]:
    """A console in a process of its own; its address."""
    command = [sys.executable, "-m", "worker.cli.main", "--config", str(settings)]
    command += ["console", "--port", "0", "--json"]
    with subprocess.Popen(  # noqa: S603 - our own program
        command, stdout=subprocess.PIPE, text=True, cwd=settings.parent
    ) as process:
        try:
            assert process.stdout is not None
            yield str(json.loads(process.stdout.readline())["url"])
        finally:
            process.terminate()


def measure(address: str, paths: Sequence[str], requests: int) -> Iterator[Timed]:
    """Each page in turn, once before it is measured."""
    with httpx.Client(base_url=address, timeout=120) as client:
        client.post("/sign-in", data={"name": ACCOUNT, "word": WORD})
        for path in paths:
            client.get(path)
            answers = [_timed(client, path) for _ in range(requests)]
            last = answers[-1][1]
            took = [milliseconds for milliseconds, _ in answers]
            yield Timed(path, last.status_code, len(last.content) / 1024, took)


def _timed(client: httpx.Client, path: str) -> tuple[float, httpx.Response]:
    begun = time.perf_counter()
    answer = client.get(path)
    return (time.perf_counter() - begun) * 1000, answer


def table_of(store: str, dossiers: int, rows: Sequence[Timed]) -> Table:
    """One line a page."""
    title = f"Console over {store}, {dossiers:,} dossiers a side (goal: p95 <= {_GOAL} ms)"
    table = Table(title=title)
    table.add_column("page", overflow="fold")
    for name in ("answer", "KB", "p50 ms", "p95 ms", "most ms"):
        table.add_column(name, justify="right")
    for each in rows:
        slow = "" if each.part(95) <= _GOAL else " !"
        table.add_row(
            each.path,
            str(each.status),
            f"{each.kilobytes:.0f}",
            f"{each.part(50):.0f}",
            f"{each.part(95):.0f}{slow}",
            f"{max(each.took):.0f}",
        )
    return table


def main() -> None:
    """Fill, bring to life, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dossiers", type=int, default=1_000_000)
    parser.add_argument("--store", choices=_STORES, default="sqlite")
    parser.add_argument("--requests", type=int, default=40)
    wanted = parser.parse_args()
    out = Console()
    with ExitStack() as stack:
        server = stack.enter_context(postgres()) if wanted.store == "postgresql" else None
        fresh = postgres_database(server) if server else sqlite_file()
        url = stack.enter_context(fresh)
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="doisoat-console-")))
        _prepare(url, folder, wanted.dossiers, out)
        address = stack.enter_context(console_over(folder / "doisoat.toml"))
        rows = list(measure(address, pages(url), wanted.requests))
        out.print(table_of(database_version(url), wanted.dossiers, rows))


def _prepare(url: str, folder: Path, dossiers: int, out: Console) -> None:
    begun = time.perf_counter()
    engine = open_engine(url)
    try:
        fill(engine, Population(dossiers=dossiers))
        tidy(engine)
        out.print(f"filled in {time.perf_counter() - begun:.0f} s")
        bring_to_life(office_around(url, folder), _BEFORE)
        tidy(engine)
    finally:
        engine.dispose()
    out.print(f"reconciled and measured after {time.perf_counter() - begun:.0f} s")


if __name__ == "__main__":
    main()
