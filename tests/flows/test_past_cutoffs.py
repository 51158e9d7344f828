"""A past cut-off says what was said then: over random histories, on both stores, pruned or not."""

from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Engine

from models.types import RunState
from tests.histories import History
from tests.levers import delete_at_home
from tests.places import AS_OF, Place, by_hand, journey, reported, serving
from tests.truths import same_but_number
from tests.upstreams import DAY, Lists, desk_of, going_down, late, on_portal, told
from tests.works import Works, causes
from worker.core.look_up_plan import Appetite
from worker.core.outcome import Report
from worker.core.retention import Retention
from worker.core.units import UnitDirectory
from worker.journey import Wish
from worker.sources.folder import read_folder
from worker.stages.prune import Prune, prune

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
AFRESH = Appetite(everything=True, afresh=True, sample_share=0)
NOBODY = Appetite(everything=False, afresh=False, sample_share=0)
_DAYS = 6
_SHORT = Retention(cutoffs=3 * DAY, reconciliations=3 * DAY, by_hand=DAY, traces=DAY)


@pytest.fixture
def works(engine: Engine, province_folder: Path) -> Works:
    return Works(engine, UnitDirectory(read_folder(province_folder).units))


def live_through(works: Works, history: History, asking: float) -> list[tuple[datetime, Report]]:
    """A journey a day, the portal asked on some days; what was reported at the end of each."""
    chance = Random(history.seed)  # noqa: S311 - not for secrets
    reported = []
    for day in range(_DAYS):
        assert works.pull(history.lists()) is RunState.COMPLETE
        works.now += HOUR
        asked = day == 0 or chance.random() < asking
        appetite, calls = (AFRESH, 1000) if asked else (NOBODY, 0)
        works.look_up(history.desk(), appetite=appetite, calls_per_day=calls)
        works.now += HOUR
        reported.append((works.now, works.reconcile()))
        works.now += DAY
        history.pass_a_day()
    return reported


def assert_reproduced(works: Works, reported: list[tuple[datetime, Report]]) -> None:
    for as_of, then in reported:
        again = works.reconcile(as_of, by_hand=True)
        assert same_but_number(again, then), as_of


def pruned(works: Works) -> dict[str, int]:
    task = Prune(
        engine=works.engine,
        retention=_SHORT,
        now=works.now,
        progress=lambda _done, _total: None,
    )
    return prune(task)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("asking", [1.0, 0.5])
def test_what_was_reported_is_reported_again(works: Works, seed: int, asking: float) -> None:
    reported = live_through(works, History(seed), asking)
    assert len({str(report["discrepancies"]) for _, report in reported}) > 3
    assert_reproduced(works, reported)


@pytest.mark.parametrize("seed", range(10, 13))
def test_what_was_reported_within_retention_survives_pruning(works: Works, seed: int) -> None:
    reported = live_through(works, History(seed), 0.5)
    horizon = works.now - _SHORT.cutoffs
    gone = pruned(works)
    assert gone["versions"] > 0
    assert gone["answers"] > 0
    kept = [(as_of, then) for as_of, then in reported if as_of >= horizon]
    assert len(kept) > 1
    assert_reproduced(works, kept)
    assert not any(pruned(works).values())


def test_whether_a_cut_off_rests_on_whole_readings_is_what_it_was_then(works: Works) -> None:
    history = History(20)
    ((first_at, first), *_) = live_through(works, history, 1.0)
    rows = history.lists().rows
    broken = Lists(rows, size=2, before_page=going_down(4))
    assert works.pull(broken) is RunState.INTERRUPTED
    cut_off = works.now
    second = works.reconcile(by_hand=True)
    assert (first["complete"], second["complete"]) == (True, False)
    works.now += DAY
    assert works.pull(Lists(rows)) is RunState.COMPLETE
    works.now += DAY
    assert_reproduced(works, [(first_at, first), (cut_off, second)])
    assert works.reconcile(by_hand=True)["complete"] is True


def test_a_dossier_presumed_then_is_presumed_again_though_asked_about_since(works: Works) -> None:
    home = [told(1), told(2)]
    works.pull(Lists(home))
    works.now += HOUR
    works.look_up(desk_of(map(on_portal, home)), appetite=AFRESH)
    works.now += HOUR
    works.pull(Lists([late(1), told(2)]))
    cut_off = works.now
    then = works.reconcile(by_hand=True)
    assert (then["totals"]["presumed"], causes(then)) == (1, {})
    works.now += HOUR
    works.look_up(desk_of(map(on_portal, home)), appetite=AFRESH)
    now = works.reconcile(by_hand=True)
    assert (now["totals"]["presumed"], list(causes(now))) == (0, [told(1).codes[0]])
    assert_reproduced(works, [(cut_off, then)])
    works.now += HOUR
    works.pull(Lists([told(1), told(2)]))
    assert_reproduced(works, [(cut_off, then)])


def test_a_row_unreadable_twice_was_readable_in_between(works: Works) -> None:
    history = History(30)
    reported = []
    for unread in (set(), {1, 2}, set(), {2, 3}, set()):
        history.unread = set(unread)
        works.pull(history.lists())
        works.look_up(history.desk(), appetite=AFRESH)
        reported.append((works.now, works.reconcile()))
        works.now += DAY
    presumed = [report["totals"]["presumed"] for _, report in reported]
    assert presumed[0] == presumed[2] == presumed[4] == 0
    assert_reproduced(works, reported)


def test_a_cut_off_stays_what_it_was_when_dossiers_vanish_at_home_later(light_place: Place) -> None:
    world = light_place.world(200)
    with serving(world) as at:
        settings = light_place.configure(at)
        told = reported(journey(settings, now=AS_OF - MINUTE))["discrepancies"]
        before = by_hand(settings, AS_OF)
        assert before["discrepancies"]
        assert delete_at_home(at.province_url, {each["dossier"] for each in told})
        journey(settings, Wish(full=True), now=AS_OF + MINUTE)
    after = by_hand(settings, AS_OF)
    assert same_but_number(after, before)
