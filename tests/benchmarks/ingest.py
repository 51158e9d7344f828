"""How fast a list is read over HTTP into a store, beside programs that only copy it.

``uv run python -m tests.benchmarks.ingest [--records N] [--store sqlite|postgresql|both]
[--peer dlt|singer|none] [--page-size N] [--runs N]``

A loopback server lists dossiers in OpenCPS's form. The real pull stage reads them through the parts
of the real client, in pages of 1,000 (OpenCPS itself gives at most 200): units resolved, earlier
views kept, identities found, two rules' verdicts stored, completeness proven. A peer reads the same
pages and merges them by their id into one table. Each measurement has a process and a store of its
own, ours and the peer's in turn; medians count. "CPU" is the reader's own time on a processor,
which a busy machine changes least; the store's is not in it.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from platform import python_version
from statistics import median
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from tests.benchmarks.ingest_peers import PEERS
from tests.benchmarks.pages import serving
from tests.benchmarks.peers import Took, UnavailableError, environment, measured
from tests.benchmarks.servers import database_version, postgres, postgres_database, sqlite_file

OURS = "doisoat"
STORES = ("sqlite", "postgresql")
_LIBRARIES = ("sqlalchemy", "psycopg", "msgspec", "httpx")


@dataclass(frozen=True, slots=True)
class Program:
    """A reader: the command that URL, store and rows a page are put behind.

    ``address`` makes of a store's URL what the program wants to be told.
    """

    name: str
    command: Sequence[str | Path]
    stores: Sequence[str] = STORES
    address: Callable[[str], str] = str

    def read(self, url: str, store_url: str, page_size: int) -> Took:
        """Read everything into an empty store.

        Raises:
            UnavailableError: it failed.
        """
        return measured([*self.command, url, self.address(store_url), str(page_size)])


@dataclass(frozen=True, slots=True)
class Reading:
    """What one program took on one kind of store, run by run."""

    store: str
    program: str
    took: tuple[Took, ...]

    def median(self, name: str) -> float:
        """The median of one of the figures the program told."""
        return median([float(each.told[name]) for each in self.took])

    @property
    def rate(self) -> float:
        """Records a second."""
        return median([float(each.told["records"]) / each.seconds for each in self.took])


def programs(folder: Path, peer: str | None) -> Iterator[Program]:
    """Ours, and a peer in an environment made for it in a folder.

    Raises:
        UnavailableError: the peer can't be had here.
    """
    yield Program(OURS, (sys.executable, "-m", "tests.benchmarks.ingest_once"))
    if peer is not None:
        other = PEERS[peer]
        command = other.command(environment(folder, peer, other.packages))
        yield Program(peer, command, other.stores, other.address)


def measure(
    kind: str, readers: Sequence[Program], *, records: int, page_size: int, runs: int
) -> list[Reading]:
    """Each program in turn, as often as there are runs, on ``sqlite`` or ``postgresql``.

    Raises:
        UnavailableError: a program failed.
    """
    took: dict[str, list[Took]] = {each.name: [] for each in readers if kind in each.stores}
    store = kind
    with ExitStack() as stack:
        url = stack.enter_context(serving(records))
        server = stack.enter_context(postgres()) if kind == "postgresql" else None
        for program in (each for _ in range(runs) for each in readers if each.name in took):
            with _store(server) as store_url:
                store = database_version(store_url)
                took[program.name].append(program.read(url, store_url, page_size))
    return [Reading(store, name, tuple(each)) for name, each in took.items()]


def _store(server: str | None) -> AbstractContextManager[str]:
    return sqlite_file() if server is None else postgres_database(server)


def table_of(readings: Sequence[Reading]) -> Table:
    """The medians; the last column says how many times as fast as this program ours is."""
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    table = Table(title=f"Ingest (Python {python_version()}, {libraries})")
    for name in ("store", "program"):
        table.add_column(name)
    for name in ("records", "records/s", "CPU µs a record", "peak MB", "x"):
        table.add_column(name, justify="right")
    ours = {each.store: each for each in readings if each.program == OURS}
    for each in readings:
        table.add_row(*_cells(each, ours[each.store]))
    return table


def _cells(reading: Reading, ours: Reading) -> Iterator[str]:
    records = reading.median("records")
    yield reading.store
    yield " ".join((reading.program, reading.took[0].told.get("version", "")))
    yield f"{records:,.0f}"
    yield f"{reading.rate:,.0f}"
    yield f"{reading.median('cpu') / records * 1e6:.0f}"
    yield f"{max(each.megabytes for each in reading.took):.0f}"
    yield f"{ours.rate / reading.rate:.1f}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--records", type=int, default=100_000, help="dossiers in the list")
    parser.add_argument("--store", choices=(*STORES, "both"), default="both")
    parser.add_argument("--peer", choices=(*PEERS, "none"), default="dlt", help="read beside it")
    parser.add_argument("--page-size", type=int, default=1000, help="rows a page")
    parser.add_argument("--runs", type=int, default=3, help="how often each is measured")
    wanted = parser.parse_args()
    console = Console(width=130)
    readings: list[Reading] = []
    kinds = STORES if wanted.store == "both" else (wanted.store,)
    with TemporaryDirectory(prefix="doisoat-peers-") as name:
        readers = _had(Path(name), wanted.peer, console)
        for kind in kinds:
            readings += measure(
                kind,
                readers,
                records=wanted.records,
                page_size=wanted.page_size,
                runs=wanted.runs,
            )
    console.print(table_of(readings))


def _had(folder: Path, peer: str, console: Console) -> list[Program]:
    try:
        return list(programs(folder, None if peer == "none" else peer))
    except UnavailableError as error:
        console.print(f"{peer} can't be had here: {error}")
        return list(programs(folder, None))


if __name__ == "__main__":
    main()
