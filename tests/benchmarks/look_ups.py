"""How many look-ups the drill-down needs, beside asking for all that is open or changed.

``uv run python -m tests.benchmarks.look_ups [--dossiers N] [--seed S] [--share X ...]``

For each share of dossiers about which the two sides differ, a province is simulated and read over
HTTP into fresh stores: once with the counts the portal publishes, once without them, where nothing
tells where to look and all that is open or changed is asked for. Then half of what was sent wrongly
is sent again, and both are read again. The goal: the whole difference explained with at most a
fifth of the look-ups.
"""

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from models.source import SyncRun
from models.types import CauseKind
from tests.places import AS_OF, Place, connected, journey, reported, serving
from tests.stores import rows_of
from tests.worlds import changed, put_right
from worker.flow import Stage
from worker.log import logging_to
from worker.simulator.build import WorldOptions, build_world
from worker.simulator.truth import truth
from worker.simulator.world import World
from worker.sources.calendars import national_calendar

SHARES = (0.01, 0.02, 0.04, 0.08, 0.16)
GOAL = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One journey: the codes it looked up, and what its report makes of the late ones."""

    look_ups: int
    late: int
    unexplained: int | None
    discrepancies: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Both ways of reading one world; ``late`` is the truth, ``differing`` how many differ."""

    share: float
    cycle: str
    dossiers: int
    differing: int
    late: int
    drilled: Reading
    naive: Reading

    @property
    def ratio(self) -> float:
        """The look-ups of the drill-down among those of asking for all; 0 where there are none."""
        return self.drilled.look_ups / self.naive.look_ups if self.naive.look_ups else 0.0


def measure(folder: Path, place: Place, share: float, dossiers: int, seed: int) -> list[Measured]:
    """The first reading of a simulated province, and one after half of it was put right.

    Args:
        folder: Where both installations put their data; made where it is missing.
        place: The province; its folder is not written to.
        share: The share of dossiers about which the two sides differ, 0 to 1.
        dossiers: How many the portal counts in all.
        seed: What the simulated world comes from.
    """
    options = WorldOptions(seed=seed, dossiers=dossiers, as_of=AS_OF, discrepancies=share)
    calendar = national_calendar(folder).calendar
    world = build_world(place.province(), place.code, calendar, options)
    mended = changed(world, _sent_wrongly(world)[::2], put_right(world))
    drilled, naive = (_installed(folder / name, place) for name in ("drilled", "naive"))
    found = []
    for cycle, now in (("first", world), ("later", mended)):
        expected = truth(now)
        found.append(
            Measured(
                share=share,
                cycle=cycle,
                dossiers=len(now.planted),
                differing=len(expected["discrepancies"]),
                late=expected["totals"]["late_portal"],
                drilled=_read(drilled, now, reporting=True),
                naive=_read(naive, now, reporting=False),
            )
        )
    return found


def _sent_wrongly(world: World) -> list[str]:
    """The codes of dossiers that another sending puts right, nothing at home being changed."""
    return [
        each.code
        for each in world.planted
        if each.truth.kind is CauseKind.DATA and len(each.homes) == 1
    ]


def _installed(folder: Path, place: Place) -> Place:
    folder.mkdir(parents=True)
    return Place(folder=folder, code=place.code, seeds=place.seeds)


def _read(place: Place, world: World, *, reporting: bool) -> Reading:
    with serving(world) as at:
        settings = place.configure(at, reporting=reporting, lookups_per_day=10_000_000)
        report = reported(journey(settings))
    with connected(settings) as engine:
        last = [run for run in rows_of(engine, SyncRun) if run.stage == Stage.LOOK_UP][-1]
    totals = report["totals"]
    return Reading(
        look_ups=last.counts.get("looked_up", 0),
        late=totals["late_portal"],
        unexplained=totals["unexplained"],
        discrepancies=len(report["discrepancies"]),
    )


def table_of(rows: Sequence[Measured]) -> Table:
    """The measurements as a table, ratios above the goal marked."""
    table = Table(title="Look-ups: drill-down by published counts beside asking for everything")
    for name in ("differ", "cycle"):
        table.add_column(name)
    for name in (
        "dossiers",
        "naive",
        "drill-down",
        "ratio",
        "late found",
        "late in truth",
        "unexplained",
        "differing found",
        "differing in truth",
    ):
        table.add_column(name, justify="right")
    for row in rows:
        table.add_row(*_cells(row))
    return table


def _cells(row: Measured) -> Iterator[str]:
    yield f"{row.share:.1%}"
    yield row.cycle
    yield f"{row.dossiers:,}"
    yield f"{row.naive.look_ups:,}"
    yield f"{row.drilled.look_ups:,}"
    yield f"{'[red]' if row.ratio > GOAL else '[green]'}{row.ratio:.3f}"
    yield f"{row.drilled.late:,}"
    yield f"{row.late:,}"
    yield "-" if row.drilled.unexplained is None else f"{row.drilled.unexplained:,}"
    yield f"{row.drilled.discrepancies:,}"
    yield f"{row.differing:,}"


@contextmanager
def _province() -> Iterator[tuple[Path, Place]]:
    with TemporaryDirectory(prefix="doisoat-look-ups-") as name:
        folder = Path(name)
        yield folder, Place(folder=folder, code="H51", seeds="soc-trang")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--dossiers", type=int, default=5000, help="the portal counts in all")
    parser.add_argument("--seed", type=int, default=1, help="what the worlds come from")
    parser.add_argument(
        "--share", type=float, nargs="+", default=SHARES, help="of dossiers that differ, 0 to 1"
    )
    wanted = parser.parse_args()
    rows: list[Measured] = []
    with _province() as (folder, place), logging_to(folder / "log.jsonl"):
        for share in wanted.share:
            rows += measure(folder / f"{len(rows)}", place, share, wanted.dossiers, wanted.seed)
    Console(width=140).print(table_of(rows))


if __name__ == "__main__":
    main()
