"""The simulated systems' own counts, and that our rule comes to the same ones by itself."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import httpx
import pytest

from models.types import Category, Period, RecordView, Unreadable
from tests.kinds import KINDS
from tests.pulls import QUICK
from worker.core.calendar import Calendar
from worker.core.facts import facts_of
from worker.core.reference import Province
from worker.core.resolve import resolved
from worker.core.rules.catalogue import OPENCPS_MONTH
from worker.core.rules.judge import Statutes, judge
from worker.core.times import VIETNAM
from worker.core.units import UnitDirectory
from worker.core.verdict import Verdict, category, late_count, span_of
from worker.errors import DataError
from worker.ports import PublishedUnit
from worker.simulator.build import WorldOptions
from worker.simulator.faults import Fault, FaultPlan
from worker.simulator.igate_items import agency_id
from worker.simulator.opencps_statistics import COUNTS, OpenCpsTable
from worker.simulator.server import SimulatedEndpoints, SimulatorOptions, running
from worker.simulator.world import World
from worker.sources.igate import IGateConfig
from worker.sources.igate_statistics import IGateStatistics
from worker.sources.opencps import OpenCpsConfig
from worker.sources.opencps_statistics import OpenCpsStatistics

Make = Callable[[WorldOptions], World]

AS_OF = datetime(2024, 7, 24, 16, tzinfo=VIETNAM)
JULY = Period(date(2024, 7, 1), date(2024, 7, 31))
JUNE = Period(date(2024, 6, 1), date(2024, 6, 30))
(OPENCPS,) = [kind for kind in KINDS if kind.name == "opencps"]


@contextmanager
def opencps(at: SimulatedEndpoints) -> Iterator[OpenCpsStatistics]:
    config = OpenCpsConfig(
        name="tinh",
        url=at.province_url,
        username=at.username,
        password=at.password,
        group_id=at.group_id,
    )
    source = OpenCpsStatistics(config, QUICK)
    try:
        yield source
    finally:
        source.close()


@contextmanager
def igate(at: SimulatedEndpoints, agency: str | None = None) -> Iterator[IGateStatistics]:
    config = IGateConfig(
        name="tinh",
        sso_url=at.province_url,
        api_url=at.province_url,
        realm=at.realm,
        client_id=at.client_id,
        username=at.username,
        password=at.password,
        agency_id=agency,
    )
    source = IGateStatistics(config, QUICK)
    try:
        yield source
    finally:
        source.close()


def pulled(at: SimulatedEndpoints, directory: UnitDirectory) -> list[RecordView | Unreadable]:
    """Every dossier of the province's system, read as the program reads it."""
    found: list[RecordView | Unreadable] = []
    with OPENCPS.opened(at, size=200) as source:
        (window,) = source.windows(since=None, until=AS_OF.date(), changed_since=None)
        while page := source.page(window, len(found)).readings:
            found += [resolved(each, directory) for each in page]
    return found


def judged(views: list[RecordView]) -> list[tuple[str, Verdict]]:
    statutes = Statutes(Calendar(), {})
    return [(view.unit, judge(OPENCPS_MONTH, facts_of(view), statutes)) for view in views]


def recounted(verdicts: list[tuple[str, Verdict]], period: Period) -> dict[str, dict[str, int]]:
    """Our own counts by unit of those published, by the verdicts of our rule."""
    span = span_of(period, AS_OF)
    names = ("received", "late", "resolved_late")
    counts: dict[str, Counter[str]] = {}
    for unit, verdict in verdicts:
        falls = category(verdict, span)
        if falls is not None:
            found = counts.setdefault(unit, Counter())
            found["received"] += 1
            found["late"] += late_count(verdict, span)
            found["resolved_late"] += falls is Category.RESOLVED_LATE
    return {unit: {name: found[name] for name in names} for unit, found in counts.items()}


def told(units: tuple[PublishedUnit, ...], directory: UnitDirectory) -> dict[str, dict[str, Any]]:
    """The published counts by unit, leaving out units nobody listed."""
    found = {}
    for unit in units:
        try:
            code = directory.resolve(unit.code, unit.name)
        except DataError:
            continue
        found[code] = {
            "received": unit.received,
            "late": unit.late,
            "resolved_late": unit.resolved_late,
        }
    return found


@pytest.mark.parametrize("period", [JULY, JUNE])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_our_rule_comes_to_the_counts_of_the_system_itself(
    make_world: Make, province: Province, seed: int, period: Period
) -> None:
    directory = UnitDirectory(province.units)
    with running(make_world(WorldOptions(seed=seed, dossiers=600))) as at:
        views = [each for each in pulled(at, directory) if isinstance(each, RecordView)]
        with opencps(at) as source:
            published = source.published(period)
    ours = recounted(judged(views), period)
    assert ours == told(published.units, directory)
    assert published.whole is not None
    assert published.whole.late == sum(unit["late"] for unit in ours.values())
    assert published.whole.late > 0


def test_rows_we_cannot_read_are_missing_in_our_population_and_not_among_the_late(
    make_world: Make, province: Province
) -> None:
    """The system counts them, we quarantine them; as they are planted, all are on time."""
    directory = UnitDirectory(province.units)
    with running(make_world(WorldOptions(seed=4, dossiers=500, broken=9))) as at:
        rows = pulled(at, directory)
        with opencps(at) as source:
            units = source.published(JULY).units
    unreadable = [each for each in rows if isinstance(each, Unreadable)]
    views = [each for each in rows if isinstance(each, RecordView)]
    assert len(unreadable) == 9
    ours, theirs = recounted(judged(views), JULY), told(units, directory)
    assert ours != theirs
    received = {unit: theirs[unit].pop("received") - ours[unit].pop("received") for unit in ours}
    assert ours == theirs
    of_unlisted_units = [each for each in unreadable if each.reason == "unit_unknown"]
    assert 0 < len(of_unlisted_units) < 9
    assert sum(received.values()) == len(unreadable) - len(of_unlisted_units)


def test_a_row_s_counters_add_up(make_world: Make) -> None:
    table = _table(make_world(WorldOptions(seed=5, dossiers=500)), agency="all", domain="total")
    for row in table["data"]:
        assert row["totalCount"] == row["deniedCount"] + row["processCount"]
        assert row["processCount"] == row["receivedCount"] + row["remainingCount"]
        assert row["receivedCount"] == row["onlineCount"] + row["onegateCount"]
        ended = row["releaseCount"] + row["cancelledCount"]
        assert row["processCount"] == ended + row["processingCount"] + row["waitingCount"]
        assert row["processingCount"] == row["undueCount"] + row["overdueCount"]
        timely = row["betimesCount"] + row["ontimeCount"]
        assert row["releaseCount"] == timely + row["overtimeCount"]
        assert row["ontimePercentage"] == 100 * timely // row["releaseCount"]


def test_unless_asked_for_all_systems_it_answers_for_the_first(make_world: Make) -> None:
    world = make_world(WorldOptions(seed=5, dossiers=500))
    chosen = world.planted[0]
    chosen.homes = (replace(chosen.homes[0], system=1, received=AS_OF - timedelta(days=3)),)
    world.version += 1
    whole, main = (
        _table(world, agency="total", domain="total", **more)["data"]
        for more in ({"system": "total"}, {})
    )
    assert [row["system"] for row in (*whole, *main)] == ["", "0"]
    assert whole[0]["totalCount"] == main[0]["totalCount"] + 1


def test_without_a_domain_asked_for_the_table_holds_breakdowns_too(make_world: Make) -> None:
    world = make_world(WorldOptions(seed=5, dossiers=500))
    rows = _table(world, agency="total", system="total")["data"]
    whole = [row for row in rows if not row["domainCode"]]
    parts = [row for row in rows if row["domainCode"]]
    assert len(whole) == 1
    for name in COUNTS:
        assert whole[0][name] == sum(part[name] for part in parts)


def _table(world: World, **query: str) -> dict[str, Any]:
    answer = OpenCpsTable(world).answer({"month": "7", "year": "2024"} | query)
    found: dict[str, Any] = httpx.Response(200, content=answer.body).json()
    return found


def test_the_months_that_are_over_are_frozen(make_world: Make) -> None:
    world = make_world(WorldOptions(seed=5, dossiers=500))
    for month, frozen in (("6", True), ("7", False)):
        rows = _table(world, month=month)["data"]
        assert {row["reporting"] for row in rows} == {frozen}
    assert _table(world, month="8")["data"] != []
    assert _table(world, month="5", year="2020") == {"total": 0, "agency": None, "data": []}


@pytest.mark.parametrize("query", [{"month": "13"}, {"month": "x"}, {"month": ""}, {"year": "-1"}])
def test_a_month_that_is_none_is_refused(make_world: Make, query: dict[str, str]) -> None:
    with running(make_world(WorldOptions(seed=5, dossiers=500))) as at:
        answer = httpx.get(
            f"{at.province_url}/o/rest/statistics",
            params={"month": "7", "year": "2024"} | query,
            auth=(at.username, at.password),
            headers={"groupId": at.group_id},
        )
    assert answer.status_code == 400
    assert answer.json()["faultCode"] == "BadRequestException"


SHARES = dict.fromkeys(
    (
        Fault.THROTTLE,
        Fault.SERVER_ERROR,
        Fault.RESET,
        Fault.TRUNCATED,
        Fault.HTML,
        Fault.EMPTY_OBJECT,
    ),
    0.15,
)
HARMLESS = dict.fromkeys((Fault.WRONG_ORDER, Fault.NUMBERS_AS_TEXT, Fault.UNKNOWN_FIELDS), 0.3)


@pytest.mark.parametrize("shares", [SHARES, HARMLESS])
@pytest.mark.parametrize("kind", ["opencps", "igate"])
def test_faults_change_no_count(make_world: Make, kind: Any, shares: dict[Fault, float]) -> None:
    world = make_world(WorldOptions(seed=6, dossiers=500))
    opened: Any = opencps if kind == "opencps" else igate
    found = []
    for plan in (FaultPlan(), FaultPlan(shares=shares, seed=3)):
        options = SimulatorOptions(province_kind=kind, faults=plan)
        with running(world, options=options) as at, opened(at) as source:
            for _ in range(4):
                units = source.published(JULY).units
                found.append(sorted(units, key=lambda unit: unit.code or ""))
    assert all(units == found[0] for units in found)
    assert len(found[0]) > 3


def test_igate_counts_by_local_days(make_world: Make, province: Province) -> None:
    """At three in the morning of the first it is still the day before in UTC."""
    world = make_world(WorldOptions(seed=7, dossiers=500))
    counts = []
    for received in (datetime(2024, 7, 1, 3), datetime(2024, 6, 30, 23)):  # noqa: DTZ001
        chosen = world.planted[0]
        home = replace(chosen.homes[0], received=received.replace(tzinfo=VIETNAM))
        chosen.homes = (home,)
        world.version += 1
        options = SimulatorOptions(province_kind="igate")
        with running(world, options=options) as at, igate(at, agency_id(home.unit)) as source:
            (unit,) = source.published(JULY).units
        assert UnitDirectory(province.units).resolve(unit.code, unit.name) == home.unit
        counts.append(unit.received)
    assert counts[0] == (counts[1] or 0) + 1


def test_igate_tells_what_was_resolved_late_and_not_what_is_open(make_world: Make) -> None:
    world = make_world(WorldOptions(seed=8, dossiers=500))
    with running(world, options=SimulatorOptions(province_kind="igate")) as at, igate(at) as source:
        published = source.published(JULY)
    late: Counter[str] = Counter()
    for row in world.home_rows():
        if row.received and row.due and row.ended and row.ended >= AS_OF.replace(day=1, hour=0):
            late[row.unit] += row.ended > row.due
    assert {unit.code: unit.resolved_late for unit in published.units} == dict(late)
    assert {unit.late for unit in published.units} == {None}
    assert published.whole is None
