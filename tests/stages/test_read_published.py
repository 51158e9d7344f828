"""Published counts are kept as told, and again where any figure of them moved."""

from dataclasses import dataclass, replace

from typing_extensions import override

from models.source import PublishedCount
from models.types import Period
from tests.stores import rows_of
from tests.upstreams import Board, Desk
from tests.works import Works
from worker.ports import Published, PublishedUnit

TOLD = PublishedUnit(
    code="H99.01",
    name=None,
    received=100,
    on_time=90,
    late=10,
    completed=80,
    resolved_late=7,
)


@dataclass
class Telling(Board):
    """Tells the figures of units, all of them."""

    units: tuple[PublishedUnit, ...] = (TOLD,)

    @override
    def published(self, period: Period) -> Published:
        return Published(period, replace(TOLD, code=None), self.units)


def kept(works: Works) -> list[tuple[object, ...]]:
    return [
        (row.unit, row.received, row.on_time, row.late, row.completed, row.resolved_late)
        for row in rows_of(works.engine, PublishedCount)
    ]


def read(works: Works, *units: PublishedUnit) -> None:
    works.look_up(Desk({}), board=Telling({}, units))


def test_every_figure_told_is_kept(works: Works) -> None:
    read(works, TOLD)
    assert kept(works) == [("", 100, 90, 10, 80, 7), ("H99.01", 100, 90, 10, 80, 7)]


def test_figures_that_moved_are_kept_beside_the_earlier_ones(works: Works) -> None:
    for moved in (8, 8, None):
        read(works, replace(TOLD, resolved_late=moved))
    assert [row[-1] for row in kept(works) if row[0]] == [8, None]


def test_agencies_that_are_one_unit_of_the_list_are_added_up(works: Works) -> None:
    below = replace(TOLD, code="H99.01.03", received=5, on_time=4, late=1, resolved_late=None)
    read(works, TOLD, below, replace(TOLD, code="H99.02"))
    assert kept(works)[1:] == [
        ("H99.01", 105, 94, 11, 160, None),
        ("H99.02", 100, 90, 10, 80, 7),
    ]
