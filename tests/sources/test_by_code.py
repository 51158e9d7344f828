"""Single dossiers out of lists: every kind of system, over its simulated upstream."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import cast

import pytest

from models.types import Reading, SourceRecord, Status, Unreadable
from tests.kinds import KINDS, Kind
from tests.levers import calls_at, set_down
from tests.places import Place
from worker.core.codes import dossier_code
from worker.errors import LoginRefused
from worker.ports import Answer, Found, NoAnswer, NotFound, Page, Window
from worker.simulator.faults import Fault, FaultPlan
from worker.simulator.server import SimulatedEndpoints
from worker.simulator.world import World
from worker.sources.by_code import Listing, LookupsByCode
from worker.sources.circuit import CircuitOpen

UNKNOWN = "H99.01-240701-9999"


@pytest.fixture(params=KINDS, ids=lambda kind: kind.name)
def kind(request: pytest.FixtureRequest) -> Kind:
    chosen: Kind = request.param
    return chosen


@pytest.fixture
def world(light_place: Place) -> World:
    return light_place.world(dossiers=60, broken=4)


@contextmanager
def opened(
    kind: Kind, at: SimulatedEndpoints, password: str | None = None
) -> Iterator[LookupsByCode]:
    """Look-ups over a running system."""
    source = LookupsByCode(cast("Listing", kind.source(at, 13, password or at.password)))
    try:
        yield source
    finally:
        source.close()


def looked_up(kind: Kind, at: SimulatedEndpoints, *codes: str) -> list[Answer]:
    with opened(kind, at) as source:
        return list(source.look_up(codes))


def test_a_dossier_is_found_by_its_number_and_nothing_else_is(kind: Kind, world: World) -> None:
    rows = [row for row in world.home_rows() if row.broken is None][:5]
    with kind.serving(world) as at:
        answers = looked_up(kind, at, *(row.code for row in rows))
    for row, answer in zip(rows, answers, strict=True):
        assert isinstance(answer, Found)
        (record,) = answer.readings
        assert isinstance(record, SourceRecord)
        assert (record.external_id, record.codes[0]) == (kind.row_id(row), dossier_code(row.code))


def test_a_number_nobody_has_is_not_found(kind: Kind, world: World) -> None:
    with kind.serving(world) as at:
        assert looked_up(kind, at, UNKNOWN) == [NotFound(UNKNOWN)]


def test_a_dossier_that_can_not_be_read_is_there_all_the_same(kind: Kind, world: World) -> None:
    codes = [row.code for row in world.home_rows() if row.broken == "unknown_status"]
    assert codes
    with kind.serving(world) as at:
        (answer,) = looked_up(kind, at, codes[0])
    assert isinstance(answer, Found)
    (reading,) = answer.readings
    assert isinstance(reading, Unreadable)


def test_a_system_that_is_down_is_no_answer_and_never_not_found(kind: Kind, world: World) -> None:
    code = world.home_rows()[0].code
    with kind.serving(world) as at:
        set_down(at.province_url, down=True)
        (answer,) = looked_up(kind, at, code)
    assert answer == NoAnswer(code, "HTTP 503")


def test_a_refused_account_is_said(kind: Kind, world: World) -> None:
    with (
        kind.serving(world) as at,
        opened(kind, at, password="sai") as source,
        pytest.raises(LoginRefused),
    ):
        list(source.look_up([UNKNOWN]))


def test_calls_are_counted_and_none_is_made_beyond_those_allowed(kind: Kind, world: World) -> None:
    codes = [row.code for row in world.home_rows() if row.broken is None][:6]
    with kind.serving(world) as at, opened(kind, at) as source:
        source.check()
        before = source.calls
        answers = list(source.look_up(codes, 3))
        assert [answer.code for answer in answers] == codes[:3]
        assert source.calls - before == 3
        assert sum(calls_at(at.province_url).values()) == source.calls
        assert len(list(source.look_up(codes[3:]))) == 3


@pytest.mark.parametrize("fault", Fault)
def test_under_any_fault_what_is_there_is_never_not_found(
    kind: Kind, world: World, fault: Fault
) -> None:
    codes = [row.code for row in world.home_rows() if row.broken is None][:20]
    plan = FaultPlan(shares={fault: 0.3}, hang_seconds=0.02, seed=7)
    with kind.serving(world, plan) as at:
        answers = looked_up(kind, at, *codes)
    assert [answer.code for answer in answers] == codes
    assert not any(isinstance(answer, NotFound) for answer in answers)
    assert sum(isinstance(answer, Found) for answer in answers) >= 15


def row(number: str, *codes: str) -> SourceRecord:
    return SourceRecord(
        external_id=number, codes=codes, unit_code=None, unit_name=None, status=Status.NEW
    )


def spoilt(code: str | None) -> Unreadable:
    return Unreadable(reason="row_unreadable", detail="", raw="", external_id="7", code=code)


@dataclass
class Rows:
    """A list whose filter does whatever it likes: its rows and how many it says it has."""

    readings: tuple[Reading, ...]
    total: int | None = None
    calls: int = 0
    allowed: list[int | None] = field(default_factory=list)
    goes_down: bool = False

    def check(self) -> None:
        """Nothing to check."""

    def close(self) -> None:
        """Nothing to close."""

    def allow(self, calls: int | None) -> None:
        self.allowed.append(calls)

    def bearing(self, code: str) -> Window:
        return Window("bearing", (("code", code),))

    def page(self, window: Window, offset: int) -> Page:
        assert window.key == "bearing"
        self.calls += 1
        if self.goes_down and self.calls > 1:
            raise CircuitOpen("upstream_circuit_open", source="tinh")
        total = len(self.readings) if self.total is None else self.total
        return Page(offset, total, self.readings)


@pytest.mark.parametrize(
    ("rows", "answer"),
    [
        (Rows((row("1", "A-1"), row("2", "A-12"))), Found("A-1", (row("1", "A-1"),))),
        (Rows((row("1", "B", "A-1"),)), Found("A-1", (row("1", "B", "A-1"),))),
        (
            Rows((row("1", "A-1"), row("2", "A-1"))),
            Found("A-1", (row("1", "A-1"), row("2", "A-1"))),
        ),
        (Rows((row("2", "A-12"),)), NotFound("A-1")),
        (Rows((row("2", "A-12"),), total=90_000), NoAnswer("A-1", "too many rows")),
        (Rows((), total=3), NoAnswer("A-1", "too many rows")),
        (Rows(()), NotFound("A-1")),
        (Rows((spoilt("A-1"), spoilt("A-2"))), Found("A-1", (spoilt("A-1"),))),
        (Rows((spoilt(None),)), Found("A-1", (spoilt(None),))),
    ],
)
def test_only_the_very_number_counts_and_only_a_whole_list_lacks_it(
    rows: Rows, answer: Answer
) -> None:
    assert list(LookupsByCode(rows).look_up(["A-1"])) == [answer]


def test_once_the_circuit_is_open_nothing_more_is_asked() -> None:
    rows = Rows((row("1", "A-1"),), goes_down=True)
    answers = list(LookupsByCode(rows).look_up(["A-1", "A-2", "A-3"], 9))
    assert [answer.code for answer in answers] == ["A-1"]
    assert (rows.calls, rows.allowed) == (2, [9])
