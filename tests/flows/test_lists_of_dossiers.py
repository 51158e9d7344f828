"""Lists that the console shows, on either database: they add up to the counts they stand behind."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache
from itertools import product
from pathlib import Path

import pytest
from sqlmodel import Session

from models.pair import PairVerdict
from models.reconciliation import BridgeStep, Discrepancy, LateCount
from models.types import CountView, DiscrepancyState, Flag
from tests.places import AS_OF, Place, journey, opened, serving
from tests.stores import rows_of
from worker.bootstrap import Services
from worker.core.lineage import counting_day
from worker.db import comparisons, discrepancy_list, dossier_search
from worker.db.comparisons import Pair
from worker.db.discrepancy_list import SORTS, Wanted
from worker.db.late_dossiers import Behind, LateDossier, counted, listed, period_of
from worker.db.sources import source_id
from worker.settings.model import Settings


@pytest.fixture(scope="module")
def travelled(
    tmp_path_factory: pytest.TempPathFactory, province_folder: Path
) -> Callable[[str | None], Settings]:
    """Makes an installation after a whole journey, with its store at a URL; each only once."""

    @cache
    def made(url: str | None) -> Settings:
        folder = tmp_path_factory.mktemp("travelled")
        place = Place(folder=folder, code="H99", seeds=str(province_folder), store_url=url)
        with serving(place.world(200)) as endpoints:
            settings = place.configure(endpoints)
            journey(settings)
        return settings

    return made


@pytest.fixture
def reckoned(
    backend: str, travelled: Callable[[str | None], Settings], request: pytest.FixtureRequest
) -> Iterator[Services]:
    """A store after a whole journey; nobody changes it."""
    is_file = backend == "sqlite"
    url = None if is_file else request.getfixturevalue("lasting_url")
    with opened(travelled(url)) as found:
        yield found


@pytest.fixture(scope="module")
def lasting_url(new_postgres: Callable[[], str]) -> str:
    """A PostgreSQL database for the whole module."""
    return new_postgres()


def pair_of(session: Session) -> Pair:
    return Pair(source_id(session, "tinh"), source_id(session, "cong"))


def behind(session: Session, services: Services, view: CountView, *units: str) -> Behind:
    row = comparisons.shown(session, pair_of(session), None)
    assert row is not None
    heirs = services.directory.heirs_on(counting_day(row.as_of, period_of(row)))
    return Behind(row=row, view=view, units=units or None, heirs=heirs)


def all_of(session: Session, wanted: Behind, *, size: int, descending: bool) -> list[LateDossier]:
    return [
        each
        for offset in range(0, counted(session, wanted) + size, size)
        for each in listed(session, wanted, descending=descending, limit=size, offset=offset)
    ]


def test_dossiers_behind_late_counts_are_as_many_in_whatever_parts(reckoned: Services) -> None:
    late = [each for each in rows_of(reckoned.engine, LateCount) if each.category.is_late]
    apart = [each for each in rows_of(reckoned.engine, PairVerdict) if not each.is_plain]
    assert apart
    with Session(reckoned.engine) as session:
        for view in CountView:
            counts = [each for each in late if each.view is view and each.count]
            for unit in {each.unit for each in counts}:
                wanted = behind(session, reckoned, view, unit)
                found = all_of(session, wanted, size=3, descending=False)
                expected = sum(each.count for each in counts if each.unit == unit)
                assert (len(found), {each.unit for each in found}) == (expected, {unit})
                assert all(each.code for each in found)
            whole = behind(session, reckoned, view)
            up, down = (all_of(session, whole, size=7, descending=each) for each in (False, True))
            assert len(up) == sum(each.count for each in counts)
            assert sorted(map(repr, up)) == sorted(map(repr, down))


def test_no_unit_is_no_dossier(reckoned: Services) -> None:
    with Session(reckoned.engine) as session:
        wanted = behind(session, reckoned, CountView.PORTAL, "")
        assert listed(session, wanted, descending=False, limit=50, offset=0) == []


def test_discrepancies_by_cause_add_up_to_the_bridge(reckoned: Services) -> None:
    steps = rows_of(reckoned.engine, BridgeStep)
    with Session(reckoned.engine) as session:
        pair = pair_of(session)
        for unit in {each.unit for each in steps}:
            wanted = Wanted(pair=(pair.province_id, pair.portal_id), unit=unit)
            found = discrepancy_list.by_cause(session, wanted)
            bridge = {each.cause: each.count for each in steps if each.unit == unit}
            parts = {cause: each.contribution for cause, each in found.items()}
            assert {cause: part for cause, part in parts.items() if part} == bridge


def test_what_is_asked_for_is_found_in_any_order(reckoned: Services) -> None:
    rows = rows_of(reckoned.engine, Discrepancy)
    flagged = next(each for each in rows if each.flags)
    asked = (
        Wanted(state=DiscrepancyState.OPEN, seen=frozenset({rows[0].unit})),
        Wanted(flag=Flag(flagged.flags[0]), acknowledged=False),
        Wanted(code=rows[0].code[3:], before=AS_OF + timedelta(days=1)),
    )
    with Session(reckoned.engine) as session:
        for wanted, sort in product(asked, SORTS):
            found = discrepancy_list.every(session, wanted, sort=sort, descending=True)
            ids = [each.id for each in found]
            assert ids
            first = discrepancy_list.part_of_list(
                session, wanted, sort=sort, descending=True, limit=5
            )
            assert [each.id for each in first] == ids[:5]
        nothing = Wanted(seen=())
        assert not list(discrepancy_list.every(session, nothing, sort="unit", descending=True))


def test_a_beginning_of_a_code_finds_those_of_the_units_alone(reckoned: Services) -> None:
    with Session(reckoned.engine) as session:
        every = dossier_search.beginning_with(session, "H99.", None, 1000)
        assert [code for _, code in every] == sorted(code for _, code in every)
        own = dossier_search.beginning_with(session, "H99.", {"H99.01"}, 1000)
        assert 0 < len(own) < len(every)
        assert all("H99.01" in dossier_search.units_of(session, key) for key, _ in own)
        assert dossier_search.beginning_with(session, "%", None, 10) == []
        assert dossier_search.units_of(session, 999_999) == frozenset()
