"""What every system that lists dossiers must keep to, whatever it does wrong for a while.

Each test runs over the simulated upstream of each kind, through the pull, into a store.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from msgspec import structs

from models.dossier import DossierRecord
from models.rates import Trait
from models.source import Quarantine
from models.types import RunState, SourceRecord
from tests.kinds import KINDS, Kind
from tests.levers import set_down
from tests.new_store import make_sqlite
from tests.places import AS_OF, Place
from tests.stores import all_text, rows_of
from tests.works import Works
from worker.core.times import VIETNAM, local_day
from worker.core.units import UnitDirectory
from worker.db.engine import open_engine
from worker.errors import LoginRefused
from worker.ports import PageSource
from worker.simulator.faults import Fault, FaultPlan
from worker.simulator.opencps_items import PERSON
from worker.simulator.records import HomeRow
from worker.simulator.world import World

TODAY = local_day(AS_OF)
LATELY = TODAY - timedelta(days=2)


@pytest.fixture(params=KINDS, ids=lambda kind: kind.name)
def kind(request: pytest.FixtureRequest) -> Kind:
    chosen: Kind = request.param
    return chosen


@pytest.fixture
def world(light_place: Place) -> World:
    """Some hundred and fifty dossiers, eight of them in rows that can't be read."""
    return light_place.world(dossiers=140, broken=8)


@pytest.fixture
def works(tmp_path: Path, light_place: Place) -> Iterator[Works]:
    engine = open_engine(make_sqlite(tmp_path / "contract.db"))
    try:
        yield Works(engine, UnitDirectory(light_place.province().units))
    finally:
        engine.dispose()


def often(*faults: Fault, share: float) -> FaultPlan:
    shares = dict.fromkeys(faults, share / len(faults))
    return FaultPlan(shares=shares, hang_seconds=0.02, seed=7)


def kept(works: Works) -> list[str]:
    """Every row that is known: as a record, or set aside."""
    records = [each.external_id for each in rows_of(works.engine, DossierRecord)]
    aside = [each.row for each in rows_of(works.engine, Quarantine) if each.solved_at is None]
    return sorted(records + aside)


def listed(kind: Kind, rows: list[HomeRow]) -> list[str]:
    return sorted(kind.row_id(row) for row in rows)


def read_all(source: PageSource, since: date | None, changed_since: date | None) -> set[str]:
    """The ids of all rows of a reading without a store."""
    found: set[str] = set()
    for window in source.windows(since=since, until=TODAY, changed_since=changed_since):
        offset, total = 0, 1
        while offset < total:
            page = source.page(window, offset)
            found.update(reading.external_id or "" for reading in page.readings)
            offset, total = offset + len(page.readings), page.total if page.readings else 0
    return found


@pytest.mark.parametrize("fault", Fault)
def test_under_any_fault_a_sweep_brings_every_row_exactly_once(
    kind: Kind, world: World, works: Works, fault: Fault
) -> None:
    before = len(world.home_rows())
    plan = often(fault, share=0.3)
    with kind.serving(world, plan) as at, kind.opened(at) as source:
        assert works.pull(source) is RunState.COMPLETE
    assert kept(works) == listed(kind, world.home_rows())
    run = works.last_run(works.province_id)
    assert (run.counts["rows"], run.counts["quarantined"]) == (len(world.home_rows()), 8)
    assert (len(world.home_rows()) > before) is (fault is Fault.GROWING_LIST)


@pytest.mark.parametrize("fault", Fault)
def test_under_any_fault_a_reading_of_changes_misses_none_or_says_so(
    kind: Kind, world: World, works: Works, fault: Fault
) -> None:
    fresh = [row for row in world.home_rows() if changed_lately(row)]
    assert len(fresh) > 13
    plan = often(fault, share=0.3)
    with kind.serving(world, plan) as at, kind.opened(at, size=5) as source:
        state = works.pull(source, changed_since=LATELY)
    assert state is RunState.COMPLETE
    assert set(kept(works)) >= set(listed(kind, fresh))


def changed_lately(row: HomeRow) -> bool:
    times = (row.received, row.released, row.finished)
    return any(time is not None and time.date() >= LATELY for time in times)


@pytest.mark.parametrize("size", [1, 7, 200])
def test_the_size_and_order_of_pages_change_nothing(
    kind: Kind, world: World, works: Works, size: int
) -> None:
    with kind.serving(world, FaultPlan(unordered=True)) as at, kind.opened(at, size) as source:
        assert works.pull(source) is RunState.COMPLETE
    assert kept(works) == listed(kind, world.home_rows())


def test_a_system_that_does_not_sort_its_changes_hides_none(
    kind: Kind, world: World, works: Works
) -> None:
    fresh = [row for row in world.home_rows() if changed_lately(row)]
    with kind.serving(world, FaultPlan(unordered=True)) as at, kind.opened(at) as source:
        assert works.pull(source, changed_since=LATELY) is RunState.COMPLETE
    assert set(kept(works)) >= set(listed(kind, fresh))


def test_all_faults_at_once_end_complete_or_honestly_incomplete(
    kind: Kind, world: World, works: Works
) -> None:
    with kind.serving(world, often(*Fault, share=0.3)) as at, kind.opened(at) as source:
        state = works.pull(source)
    assert state in (RunState.COMPLETE, RunState.INCOMPLETE)
    if state is RunState.COMPLETE:
        assert kept(works) == listed(kind, world.home_rows())


def test_down_is_never_not_there_and_the_reading_goes_on_where_it_stopped(
    kind: Kind, world: World, works: Works
) -> None:
    with kind.serving(world) as at, kind.opened(at) as source:
        assert works.pull(source) is RunState.COMPLETE
        set_down(at.province_url, down=True)
        works.now += timedelta(days=1)
        assert works.pull(source) is RunState.INTERRUPTED
        assert not [each for each in rows_of(works.engine, DossierRecord) if each.gone_at]
    with kind.serving(world) as at, kind.opened(at) as source:
        assert works.pull(source) is RunState.COMPLETE
    assert kept(works) == listed(kind, world.home_rows())


def test_deleted_dossiers_are_gone_after_a_sweep_and_no_others(
    kind: Kind, world: World, works: Works
) -> None:
    planted = [each for each in world.planted if each.homes][:3]
    deleted = {kind.row_id(row) for each in planted for row in each.homes}
    with kind.serving(world) as at, kind.opened(at) as source:
        works.pull(source)
        world.delete_at_home([each.code for each in planted])
        works.now += timedelta(days=1)
        assert works.pull(source) is RunState.COMPLETE
    gone = {each.external_id for each in rows_of(works.engine, DossierRecord) if each.gone_at}
    assert gone == deleted


def test_a_sweep_from_a_day_on_begins_at_local_midnight(kind: Kind, light_place: Place) -> None:
    world = light_place.world(dossiers=140)
    day = date(2024, 7, 10)
    midnight = AS_OF.astimezone(VIETNAM).replace(
        year=2024, month=7, day=10, hour=0, minute=0, second=0
    )
    early, late = [each for each in world.planted if each.homes[0].received is not None][:2]
    early.homes = (replace(early.homes[0], received=midnight),)
    late.homes = (replace(late.homes[0], received=midnight - timedelta(seconds=1)),)
    world.version += 1
    with kind.serving(world) as at, kind.opened(at) as source:
        found = read_all(source, day, None)
    expected = [row for row in world.home_rows() if row.received and row.received >= midnight]
    assert kind.row_id(early.homes[0]) in found
    assert kind.row_id(late.homes[0]) not in found
    assert found == set(listed(kind, expected))


def test_nothing_personal_reaches_the_store(kind: Kind, world: World, works: Works) -> None:
    with kind.serving(world) as at, kind.opened(at) as source:
        works.pull(source)
    told = all_text(works.engine)
    assert world.planted[0].code in told
    assert [value for value in PERSON.values() if value != "citizen" and value in told] == []


def test_a_page_past_the_end_is_empty_and_windows_have_names_of_their_own(
    kind: Kind, world: World
) -> None:
    with kind.serving(world) as at, kind.opened(at) as source:
        windows = source.windows(since=date(2024, 5, 3), until=TODAY, changed_since=None)
        assert len({window.key for window in windows}) == len(windows)
        again = source.windows(since=date(2024, 5, 3), until=TODAY, changed_since=None)
        assert again == windows
        assert source.page(windows[-1], 5000).readings == ()


def test_a_wrong_password_is_said_at_once(kind: Kind, world: World) -> None:
    with kind.serving(world) as at:
        source = kind.source(at, 13, "sai")
        with pytest.raises(LoginRefused):
            source.check()
        source.close()


def test_the_same_dossiers_read_the_same_whatever_the_system(world: World) -> None:
    read = [_records(kind, world) for kind in KINDS]
    assert len(read[0]) > 100
    assert all(records == read[0] for records in read)


def _records(kind: Kind, world: World) -> list[SourceRecord]:
    """All readable rows, without what only one kind of system can tell."""
    with kind.serving(world) as at, kind.opened(at, 200) as source:
        (window,) = source.windows(since=None, until=TODAY, changed_since=None)
        offset, found = 0, []
        while page := source.page(window, offset).readings:
            offset += len(page)
            found += [each for each in page if isinstance(each, SourceRecord)]
    plain = [
        structs.replace(
            each,
            external_id="",
            unit_code=None,
            system=None,
            traits=each.traits & Trait.FILED_ONLINE,
            traits_told=each.traits_told & Trait.FILED_ONLINE,
        )
        for each in found
        if each.unit_name != "Ban Quản lý chưa có trong danh mục"
    ]
    return sorted(plain, key=repr)
