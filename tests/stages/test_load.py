"""A file is written once, however often it is loaded, and goes on where it was stopped."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from models.dossier import DossierRecord, RecordVersion
from models.event import Event
from models.source import PublishedCount, Quarantine, Sighting
from models.types import EventKind, Period, Reading, RunState, Unreadable
from tests.places import JULY
from tests.stores import KNOWLEDGE, contents, rows_of
from tests.upstreams import DAY, late, told
from tests.works import Works, judged
from worker.core.workbook.counts import UnitCounts
from worker.db.runs import Run
from worker.errors import RunError
from worker.stages.load import Load, load

MANY = [told(number) for number in range(1, 1201)]
FEW = MANY[:35]
JUNE = Period(JULY.first.replace(month=6), JULY.first - timedelta(days=1))


@dataclass
class Desk:
    """Loads files into the province's source of a store; ``heard`` is the progress told."""

    works: Works
    heard: list[int] = field(default_factory=list)
    stop_after: int | None = None

    def load(
        self,
        readings: Sequence[Reading],
        *,
        counts: Sequence[UnitCounts] = (),
        covers: Period | None = None,
        run: Run | None = None,
    ) -> RunState:
        task = Load(
            engine=self.works.engine,
            directory=self.works.directory,
            judge=judged,
            clock=lambda: self.works.now,
            progress=self._hear,
            readings=readings,
            counts={JULY: counts} if counts else {},
            row_prefix="a.xlsx#",
            covers=covers,
        )
        return load(task, run or self.claim(full=covers is not None))

    def claim(self, *, full: bool = False) -> Run:
        return self.works.claim(self.works.province_id, "load", full=full)

    def _hear(self, done: int, _total: int | None) -> None:
        self.heard.append(done)
        if self.stop_after is not None and done >= self.stop_after:
            raise KeyboardInterrupt

    @property
    def gone(self) -> set[str]:
        rows = rows_of(self.works.engine, DossierRecord)
        return {each.external_id for each in rows if each.gone_at}

    @property
    def known(self) -> set[str]:
        return {each.external_id for each in rows_of(self.works.engine, DossierRecord)}

    @property
    def counted(self) -> dict[str, int]:
        return self.works.last_run(self.works.province_id).counts


@pytest.fixture
def desk(works: Works) -> Desk:
    return Desk(works)


def bad(row: int, *, code: str | None = None) -> Unreadable:
    """A row that can't be read, known by its place in the file unless it tells its code."""
    key = code or f"a.xlsx#{row}"
    return Unreadable(reason="date_unreadable", detail="x", raw="{}", external_id=key, code=code)


def counts(unit: str = "H99.01", late: int = 3) -> UnitCounts:
    return UnitCounts(
        row=7,
        unit=unit,
        name=unit,
        received=10,
        on_time=7,
        late=late,
        completed=8,
        resolved_late=1,
    )


def test_a_file_is_written_with_its_run_and_event(desk: Desk) -> None:
    assert desk.load([*MANY, bad(9)]) is RunState.COMPLETE
    assert desk.known == {each.external_id for each in MANY}
    assert desk.counted == {"new": 1200, "changed": 0, "rows": 1201, "quarantined": 1}
    assert desk.heard == [500, 1000, 1201]
    assert rows_of(desk.works.engine, Sighting) == []
    (event,) = rows_of(desk.works.engine, Event)
    assert event.kind is EventKind.PULL_FINISHED
    assert event.payload["state"] == "complete"


def test_the_same_file_again_changes_nothing(desk: Desk) -> None:
    readings: list[Reading] = [*FEW, bad(9)]
    desk.load(readings, counts=[counts()])
    kept = contents(desk.works.engine, *KNOWLEDGE)
    desk.works.now += DAY
    assert desk.load(readings, counts=[counts()]) is RunState.COMPLETE
    assert contents(desk.works.engine, *KNOWLEDGE) == kept
    assert (desk.counted["new"], desk.counted["changed"]) == (0, 0)


def test_a_stopped_loading_goes_on_where_it_stopped(desk: Desk) -> None:
    desk.stop_after = 1000
    with pytest.raises(KeyboardInterrupt):
        desk.load(MANY)
    stopped = desk.works.last_run(desk.works.province_id)
    assert stopped.state is RunState.INTERRUPTED
    assert len(desk.known) == 1000
    desk.stop_after = None
    desk.works.now += timedelta(minutes=5)
    assert desk.load(MANY) is RunState.COMPLETE
    finished = desk.works.last_run(desk.works.province_id)
    assert (finished.id, finished.counts["new"]) == (stopped.id, 1200)
    assert desk.heard == [500, 1000, 1200]


def test_a_killed_loading_ends_as_one_that_never_was(desk: Desk) -> None:
    """Nothing is said when a process is killed: the run still stands as running."""
    desk.stop_after = 500
    run = desk.claim(full=True)
    with pytest.raises(KeyboardInterrupt):
        desk.load(MANY, covers=JULY, run=run)
    desk.stop_after = None
    assert desk.load(MANY, covers=JULY) is RunState.COMPLETE
    assert desk.gone == set()
    assert desk.known == {each.external_id for each in MANY}


def test_the_late_writer_of_a_run_taken_over_is_refused(desk: Desk) -> None:
    first, second = desk.claim(), desk.claim()
    with pytest.raises(RunError):
        desk.load(FEW, run=first)
    assert desk.known == set()
    assert desk.load(FEW, run=second) is RunState.COMPLETE


def test_a_file_that_covers_a_period_lets_go_what_it_lacks(desk: Desk) -> None:
    older = told(900, received_at=desk.works.now - 60 * DAY)
    desk.load([*FEW, older])
    desk.works.now += DAY
    assert desk.load(FEW[2:], covers=JULY) is RunState.COMPLETE
    assert desk.gone == {"1", "2"}
    assert desk.counted["gone"] == 2


def test_a_file_that_covers_nothing_lets_go_nothing(desk: Desk) -> None:
    desk.load(FEW)
    assert desk.load(FEW[:3]) is RunState.COMPLETE
    assert desk.load(FEW[:3], covers=JUNE) is RunState.COMPLETE
    assert desk.gone == set()


def test_a_file_that_would_lose_more_than_half_is_not_believed(desk: Desk) -> None:
    desk.load(FEW)
    assert desk.load(FEW[20:], covers=JULY) is RunState.INCOMPLETE
    assert desk.gone == set()
    assert desk.counted["missing"] == 20
    assert desk.load(FEW[15:], covers=JULY) is RunState.COMPLETE
    assert len(desk.gone) == 15


def test_rows_whose_code_cannot_be_read_may_be_the_missing_ones(desk: Desk) -> None:
    desk.load(FEW)
    assert desk.load([*FEW[1:], bad(9)], covers=JULY) is RunState.INCOMPLETE
    assert desk.gone == set()
    assert desk.counted["missing"] == 1


def test_a_row_that_cannot_be_read_any_more_is_not_gone(desk: Desk) -> None:
    desk.load(FEW)
    assert desk.load([*FEW[1:], bad(9, code="1")], covers=JULY) is RunState.COMPLETE
    assert desk.gone == set()


def test_what_is_mended_in_the_file_leaves_quarantine(desk: Desk) -> None:
    desk.load([*FEW[2:], bad(9), bad(10), bad(11, code="1")])
    desk.load([*FEW, bad(10)])
    solved = {row.row: row.solved_at is not None for row in rows_of(desk.works.engine, Quarantine)}
    assert solved == {"a.xlsx#9": True, "a.xlsx#10": False, "1": True}


def test_a_changed_row_keeps_its_earlier_view(desk: Desk) -> None:
    desk.load(FEW)
    first_seen = desk.works.now
    desk.works.now += DAY
    desk.load([late(1), *FEW[1:]])
    (version,) = rows_of(desk.works.engine, RecordVersion)
    assert (version.observed_at, version.until) == (first_seen, desk.works.now)


def test_counts_are_published_counts_of_their_period(desk: Desk) -> None:
    assert desk.load([], counts=[counts(), counts("H99.02", late=0)]) is RunState.COMPLETE
    kept = rows_of(desk.works.engine, PublishedCount)
    assert [(each.unit, each.late, each.resolved_late) for each in kept] == [
        ("H99.01", 3, 1),
        ("H99.02", 0, 1),
    ]
    assert {(each.period_from, each.period_to) for each in kept} == {(JULY.first, JULY.last)}
    assert desk.counted["published"] == 2
    desk.works.now += DAY
    desk.load([], counts=[counts(late=4), counts("H99.02", late=0)])
    kept = rows_of(desk.works.engine, PublishedCount)
    assert [(each.unit, each.late) for each in kept][2:] == [("H99.01", 4)]
