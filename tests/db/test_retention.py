"""Pruning a store: what goes, what stays because something needs it, and killed in the middle."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, update

from models.dossier import DossierRecord, LookupAnswer, RecordVersion
from models.event import Event
from models.indicator import IndicatorValue
from models.rates import Indicator
from models.reconciliation import (
    Discrepancy,
    DiscrepancyChange,
    LateCount,
    Reconciliation,
)
from models.source import PublishedCount, Quarantine, Sighting, SyncRun
from models.types import DiscrepancyState, Period, RunState, Side
from tests.histories import History
from tests.places import JULY
from tests.stores import contents, rows_of
from tests.upstreams import DAY, Board, Lists, desk_of, going_down, late, on_portal, told
from tests.works import DRILLING, Works
from worker.core.indicators import Key, Rate
from worker.core.look_up_plan import Appetite
from worker.core.retention import Retention
from worker.core.units import UnitDirectory
from worker.db import indicators
from worker.db.retention import reproducible_from, require_reproducible
from worker.db.views import decode
from worker.errors import NotFoundError
from worker.ports import Progress
from worker.sources.folder import read_folder
from worker.stages.prune import Prune, foresee, prune

YEAR = timedelta(days=366)
AFRESH = Appetite(everything=True, afresh=True, sample_share=0)


@pytest.fixture
def works(engine: Engine, province_folder: Path) -> Works:
    return Works(engine, UnitDirectory(read_folder(province_folder).units))


def quietly(_done: int, _total: int | None) -> None:
    """Nobody looks on."""


def pruning(works: Works, progress: Progress = quietly) -> Prune:
    return Prune(engine=works.engine, retention=Retention(), now=works.now, progress=progress)


def year_by_year(works: Works, years: int) -> None:
    """A journey a year over dossiers that change."""
    history = History(7)
    for _ in range(years):
        works.pull(history.lists())
        works.look_up(history.desk(), appetite=AFRESH)
        works.reconcile()
        works.reconcile(by_hand=True)
        works.now += YEAR
        history.pass_a_day()


def test_nothing_goes_before_its_time_and_no_cut_off_is_refused(works: Works) -> None:
    year_by_year(works, 1)
    works.now -= YEAR - 89 * DAY
    assert not any(prune(pruning(works)).values())
    with Session(works.engine) as session:
        assert reproducible_from(session) is None
        require_reproducible(session, works.now - 99 * YEAR)


def test_what_was_foreseen_goes_and_a_second_time_nothing_does(works: Works) -> None:
    year_by_year(works, 5)
    found = foresee(pruning(works))
    gone = prune(pruning(works))
    assert gone == found.counts
    assert min(gone[name] for name in ("answers", "quarantine", "reconciliations", "by_hand")) > 0
    assert not any(prune(pruning(works)).values())
    assert foresee(pruning(works)).earliest == (works.now - 400 * DAY)


def test_views_that_were_followed_by_the_horizon_go(works: Works) -> None:
    for unit in ("H99.01", "H99.02", "H99.31", "H99.01"):
        works.pull(Lists([told(1, unit_code=unit)]))
        works.now += YEAR
    works.now -= YEAR - DAY
    assert prune(pruning(works))["versions"] == 1
    left = [decode(each.view).unit for each in rows_of(works.engine, RecordVersion)]
    assert left == ["H99.02", "H99.31"]


def test_what_is_current_stays_as_it_is(works: Works) -> None:
    year_by_year(works, 4)
    tables = ("dossier", "dossiercode", "dossierrecord", "progressevent", "recordverdict")
    before = contents(works.engine, *tables)
    answers = {(each.code, each.found) for each in rows_of(works.engine, LookupAnswer)}
    prune(pruning(works))
    assert contents(works.engine, *tables) == before
    left = rows_of(works.engine, LookupAnswer)
    assert {each.code for each in left} == {code for code, _ in answers}


def test_a_cut_off_of_which_something_went_is_refused(works: Works) -> None:
    year_by_year(works, 3)
    prune(pruning(works))
    earliest = works.now - 400 * DAY
    with Session(works.engine) as session:
        require_reproducible(session, earliest)
        with pytest.raises(NotFoundError) as refused:
            require_reproducible(session, earliest - timedelta(seconds=1))
    assert refused.value.key == "as_of_pruned"
    assert datetime.fromisoformat(str(refused.value.values["earliest"])).year == earliest.year


def test_a_longer_retention_afterwards_brings_nothing_back(works: Works) -> None:
    year_by_year(works, 3)
    prune(pruning(works))
    longer = Prune(
        engine=works.engine,
        retention=Retention(cutoffs=900 * DAY),
        now=works.now,
        progress=quietly,
    )
    prune(longer)
    assert foresee(longer).earliest == works.now - 400 * DAY


def test_a_pruning_killed_in_the_middle_is_known_and_done_again(works: Works) -> None:
    year_by_year(works, 3)
    expected = foresee(pruning(works)).counts

    went: list[int] = []

    def killed(done: int, _total: int | None) -> None:
        went.append(done)
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prune(pruning(works, killed))
    with Session(works.engine) as session:
        assert reproducible_from(session) == works.now - 400 * DAY
    rest = prune(pruning(works))
    assert went[-1] + sum(rest.values()) == sum(expected.values())


def test_events_nobody_handled_stay(works: Works) -> None:
    year_by_year(works, 1)
    events = rows_of(works.engine, Event)
    handled = [each.id for each in events][:-1]
    with Session(works.engine) as session, session.begin():
        session.exec(
            update(Event).where(col(Event.id).in_(handled)).values(handled_at=works.now - YEAR)
        )
    assert prune(pruning(works))["events"] == len(handled)
    assert [each.id for each in rows_of(works.engine, Event)] == [events[-1].id]


def test_the_close_of_each_period_and_what_a_discrepancy_names_stay(works: Works) -> None:
    home = [told(1), late(2)]
    for month in (JULY, JULY, Period(JULY.first, JULY.last.replace(day=30))):
        works.pull(Lists(home))
        works.look_up(desk_of([on_portal(late(1)), on_portal(late(2))]), appetite=AFRESH)
        works.reconcile(period=month)
        works.now += DAY
    first, close, other = rows_of(works.engine, Reconciliation)
    (lasting,) = rows_of(works.engine, Discrepancy)
    assert (lasting.state, lasting.reconciliation_id) == (DiscrepancyState.OPEN, other.id)
    works.now += 4 * YEAR
    assert prune(pruning(works))["reconciliations"] == 1
    assert [each.id for each in rows_of(works.engine, Reconciliation)] == [close.id, other.id]
    counted = {each.reconciliation_id for each in rows_of(works.engine, LateCount)}
    assert first.id not in counted
    assert close.id in counted


def test_the_rates_of_a_reconciliation_go_with_it(works: Works) -> None:
    works.pull(Lists([told(1)]))
    for _ in range(2):
        works.reconcile()
        works.now += DAY
    rate: dict[Key, Rate] = {("", Side.PORTAL, Indicator.ONLINE_FILING): Rate(1, 2)}
    first, close = rows_of(works.engine, Reconciliation)
    with Session(works.engine) as session, session.begin():
        for row in (first, close):
            indicators.store(session, row.id or 0, rate)
    works.now += 4 * YEAR
    assert prune(pruning(works))["reconciliations"] == 1
    kept = {each.reconciliation_id for each in rows_of(works.engine, IndicatorValue)}
    assert kept == {close.id}


def test_closed_discrepancies_go_with_their_history_and_open_ones_stay(works: Works) -> None:
    home = [told(1), told(2)]
    works.pull(Lists(home))
    works.look_up(desk_of([on_portal(late(1)), on_portal(late(2))]), appetite=AFRESH)
    works.reconcile()
    works.now += DAY
    works.look_up(desk_of([on_portal(told(1)), on_portal(late(2))]), appetite=AFRESH)
    works.reconcile()
    assert len(rows_of(works.engine, DiscrepancyChange)) == 3
    works.now += 4 * YEAR
    assert prune(pruning(works))["discrepancies"] == 1
    (left,) = rows_of(works.engine, Discrepancy)
    assert left.code == told(2).codes[0]
    assert [each.discrepancy_id for each in rows_of(works.engine, DiscrepancyChange)] == [left.id]


def test_of_published_counts_the_last_before_the_horizon_stays(works: Works) -> None:
    works.pull(Lists([told(1)]))
    for count in (1, 2, 3, 4):
        works.look_up(desk_of([]), board=Board({"H99.01": count}), appetite=DRILLING)
        works.now += YEAR
    works.now -= YEAR - DAY
    assert prune(pruning(works))["published"] == 1
    assert [each.late for each in rows_of(works.engine, PublishedCount)] == [2, 3, 4]


def test_unfinished_runs_and_those_that_rows_name_stay(works: Works) -> None:
    rows = [told(number) for number in range(1, 9)]
    works.pull(Lists(rows))
    works.now += DAY
    works.pull(Lists(rows))
    works.now += DAY
    works.pull(Lists(rows))
    works.now += DAY
    assert works.pull(Lists(rows, size=2, before_page=going_down(4))) is RunState.INTERRUPTED
    first, _, last, unfinished = rows_of(works.engine, SyncRun)
    seen = len(rows_of(works.engine, Sighting))
    works.now += 2 * YEAR
    assert prune(pruning(works))["runs"] == 1
    left = [each.id for each in rows_of(works.engine, SyncRun)]
    assert left == [first.id, last.id, unfinished.id]
    assert {each.changed_run for each in rows_of(works.engine, DossierRecord)} == {first.id}
    assert len(rows_of(works.engine, Sighting)) == seen


def test_what_a_run_that_was_given_up_had_seen_goes(works: Works) -> None:
    rows = [told(number) for number in range(1, 9)]
    works.pull(Lists(rows, size=2, before_page=going_down(4)))
    seen = len(rows_of(works.engine, Sighting))
    assert seen > 0
    works.now += DAY
    works.pull(Lists(rows))
    works.now += YEAR
    assert prune(pruning(works))["sightings"] == seen
    assert rows_of(works.engine, Sighting) == []


def test_rows_read_after_all_leave_the_quarantine_in_time_and_others_never(works: Works) -> None:
    history = History(3)
    history.unread = {1, 2}
    works.pull(history.lists())
    works.now += DAY
    history.unread = {2}
    works.pull(history.lists())
    works.now += 2 * YEAR
    assert prune(pruning(works))["quarantine"] == 1
    (left,) = rows_of(works.engine, Quarantine)
    assert (left.row, left.solved_at) == ("2", None)
