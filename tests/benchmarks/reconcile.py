"""How long reconciling takes on a large store, beside peers that only list differing rows.

``uv run python -m tests.benchmarks.reconcile [--dossiers N] [--store S] [--peers] [--grow]``

A store is filled with N dossiers a side, of which a hundredth differs. Then, in turn and each in a
process of its own: the first reconciliation, which judges every dossier; a full one with causes,
which counts and compares everything by the verdicts; the peers, where asked for, on the
same columns of the same rows; and one after a thousandth of the records changed, as a schedule asks
for it: its findings are in the store, and listed for nobody. A worker stays while cycles come and
go, so the second cycle of a process is measured beside the first. With ``--grow`` the same without
peers on ten times as many. Seconds are medians of the runs. Memory is the most a process held, the
database server left out.
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from platform import python_version
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.benchmarks.peers import Took, UnavailableError, environment, measured
from tests.benchmarks.reconcile_once import EVERY
from tests.benchmarks.reconcile_peers import datacompy_command, reladiff_command
from tests.benchmarks.servers import database_version, postgres, postgres_database, sqlite_file
from tests.places import AS_OF

FIRST, FULL, CYCLE = "first, all judged", "full, with causes", "cycle, 0.1 % changed"
FIRST_CYCLE = f"{CYCLE}, first of its process"
_GROWN = 10

Say = Callable[[str], None]


@dataclass(slots=True)
class Measured:
    """What was measured on one store: by the name of the work, each run."""

    store: str
    dossiers: int
    took: defaultdict[str, list[Took]] = field(default_factory=lambda: defaultdict(list))

    def seconds(self, work: str) -> float:
        """The median."""
        return median(each.seconds for each in self.took[work])


@dataclass(slots=True)
class Bench:
    """One filled store under measurement; ``now`` moves on with each reconciliation."""

    url: str
    measured: Measured
    say: Say
    now: datetime = AS_OF

    def step(self, name: str, value: str | int | Path = "-") -> Took:
        """One step in a process of its own."""
        module = "tests.benchmarks.reconcile_once"
        return measured([sys.executable, "-m", module, self.url, name, str(value)])

    def reconcile(self, work: str, step: str = "reconcile", times: int = 1) -> None:
        """Reconcile a quarter of an hour after the last time, and keep what the last took."""
        took = self.step(step, self.now.isoformat())
        self.now += times * EVERY
        self.keep(work, took)

    def change(self) -> None:
        """Bring news of a thousandth of the records."""
        self.step("change", self.now.isoformat())

    def keep(self, work: str, took: Took) -> None:
        """Keep and say what some work took."""
        self.measured.took[work].append(took)
        self.say(f"{self.measured.store}, {work}: {took.seconds:.2f} s")


@dataclass(frozen=True, slots=True)
class Peer:
    """A peer made ready: its name, and the process that compares."""

    name: str
    command: Sequence[str | Path]


def measure(bench: Bench, runs: int, peers: Sequence[Peer]) -> None:
    """The first once, which takes minutes; all other works in turn, as often as there are runs."""
    bench.step("forget")
    bench.reconcile(FIRST)
    for _ in range(runs):
        bench.step("recount")
        bench.reconcile(FULL)
        for peer in peers:
            took = measured(peer.command)
            bench.keep(f"{peer.name} {took.told['version']}", took)
        bench.change()
        bench.reconcile(FIRST_CYCLE, "follow")
        bench.change()
        bench.reconcile(CYCLE, "go on", times=2)


def peers_for(bench: Bench, folder: Path) -> Iterator[Peer]:
    """Those peers that can be had, over the store's rows exported; says which can't."""
    link: dict[str, Any] | None = bench.step("export", folder).told["link"]
    with _missing_said("reladiff", bench.say):
        if link is not None:
            python = environment(folder, "reladiff", ["reladiff[postgresql]"])
            yield Peer("reladiff joindiff", reladiff_command(python, link))
    with _missing_said("datacompy", bench.say):
        python = environment(folder, "datacompy", ["datacompy", "polars"])
        yield Peer("datacompy", datacompy_command(python, folder))


@contextmanager
def _missing_said(name: str, say: Say) -> Iterator[None]:
    try:
        yield
    except UnavailableError as error:
        say(f"{name} can't be had here: {error}")


def bench_on(url: str, dossiers: int, say: Say) -> Bench:
    """A store filled with so many dossiers a side."""
    bench = Bench(url, Measured(database_version(url), dossiers), say)
    took = bench.step("fill", dossiers)
    say(f"{bench.measured.store}: {dossiers:,} dossiers a side filled in {took.seconds:.0f} s")
    return bench


def table_of(rows: Sequence[Measured]) -> Table:
    """The medians; ratios beside the full reconciliation of the same store."""
    table = Table(title=f"Reconciling (Python {python_version()})")
    for name in ("store", "work"):
        table.add_column(name)
    for name in ("dossiers a side", "seconds", "least", "most", "whole process", "peak MB"):
        table.add_column(name, justify="right")
    for name in ("rows found", "x full"):
        table.add_column(name, justify="right")
    for row in rows:
        for work, took in row.took.items():
            table.add_row(*_cells(row, work, took))
        table.add_section()
    return table


def _cells(row: Measured, work: str, took: Sequence[Took]) -> Iterator[str]:
    seconds = [each.seconds for each in took]
    yield row.store
    yield work
    yield f"{row.dossiers:,}"
    yield f"{median(seconds):.2f}"
    yield f"{min(seconds):.2f}"
    yield f"{max(seconds):.2f}"
    yield f"{median(each.whole for each in took):.2f}"
    yield f"{max(each.megabytes for each in took):.0f}"
    yield f"{took[-1].told['rows']:,}"
    yield f"{row.seconds(work) / row.seconds(FULL):.2f}"


def ratios_of(rows: Sequence[Measured]) -> Iterator[str]:
    """What the goals speak of, store by store."""
    for row in rows:
        cycle = row.seconds(CYCLE)
        yield (
            f"{row.store}, {row.dossiers:,}: a cycle is {row.seconds(FIRST) / cycle:.1f} times"
            f" cheaper than the first, {row.seconds(FULL) / cycle:.1f} times than a full one"
        )
        for other in rows:
            if other.store == row.store and other.dossiers == row.dossiers * _GROWN:
                dearer = other.seconds(CYCLE) / cycle
                yield f"{row.store}: a cycle is {dearer:.1f} times dearer on ten times as many"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--dossiers", type=int, default=1_000_000, help="on each side")
    parser.add_argument("--store", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--runs", type=int, default=3, help="how often each is measured")
    parser.add_argument("--peers", action="store_true", help="measure reladiff and datacompy too")
    parser.add_argument("--grow", action="store_true", help="then on ten times as many")
    wanted = parser.parse_args()
    console = Console(width=160)
    rows = [each for name in _stores(wanted.store) for each in _measured_on(name, wanted, console)]
    console.print(table_of(rows))
    for line in ratios_of(rows):
        console.print(line)


def _stores(wanted: str) -> Sequence[str]:
    return ("sqlite", "postgresql") if wanted == "both" else (wanted,)


def _measured_on(store: str, wanted: argparse.Namespace, console: Console) -> Iterator[Measured]:
    sizes = [wanted.dossiers] + [wanted.dossiers * _GROWN] * wanted.grow
    for dossiers in sizes:
        with ExitStack() as stack:
            url = stack.enter_context(_fresh(store))
            bench = bench_on(url, dossiers, console.print)
            peers: list[Peer] = []
            if wanted.peers and dossiers == wanted.dossiers:
                folder = stack.enter_context(TemporaryDirectory(prefix="doisoat-peers-"))
                peers = list(peers_for(bench, Path(folder)))
            measure(bench, wanted.runs, peers)
            yield bench.measured


@contextmanager
def _fresh(store: str) -> Iterator[str]:
    if store == "sqlite":
        with sqlite_file() as url:
            yield url
        return
    with postgres() as server, postgres_database(server) as url:
        yield url


if __name__ == "__main__":
    main()
