"""Every planted truth, judged again by a straightforward reading of both counting rules."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.types import CauseKind
from worker.core.calendar import Calendar
from worker.core.reference import Province
from worker.core.times import VIETNAM
from worker.simulator.build import WorldOptions
from worker.simulator.records import HomeRow, Planted, PortalObject
from worker.simulator.world import World

Make = Callable[[WorldOptions], World]
Events = list[tuple[datetime, int]]

CUT_OFFS = (
    datetime(2024, 7, 24, 16, tzinfo=VIETNAM),
    datetime(2024, 7, 31, 23, 59, 59, tzinfo=VIETNAM),
    datetime(2024, 5, 4, 0, 30, tzinfo=VIETNAM),
    datetime(2024, 3, 10, 3, tzinfo=VIETNAM),
    datetime(2023, 12, 15, 7, 45, 12, tzinfo=VIETNAM),
)
NUMBERS = {"denied": 3, "cancelled": 7, "unresolved": 8, "releasing": 9, "done": 10}


@dataclass(frozen=True)
class Oracle:
    """Both counting rules at one cut-off."""

    at: datetime
    limits: Mapping[str, int]
    calendar: Calendar

    @property
    def month(self) -> datetime:
        return self.at.replace(day=1, hour=0, minute=0, second=0)

    def by_own_rule(self, row: HomeRow) -> int:
        """OpenCPS's monthly table."""
        if row.system not in (0, 1, 2) or row.status == "denied":
            return 0
        if row.received is None or row.received > self.at:
            return 0
        ended_before = row.released is not None and row.released < self.month
        collected_since = row.finished is not None and row.finished >= self.month
        if row.received < self.month and ended_before and not collected_since:
            return 0
        if row.released is None:
            waits = row.status in ("waiting", "receiving")
            return int(not waits and row.due is not None and row.due <= self.at)
        return int(row.status != "cancelled" and row.due is not None and row.released > row.due)

    def by_portal_rule_at_home(self, row: HomeRow, events: Events) -> int:
        """Indicator 2.1 on the province's row; supplement requests are common knowledge."""
        if row.status == "receiving":
            return 0
        end = (row.released or row.finished) if row.status in NUMBERS else None
        requests = requests_in(events)
        if row.status == "waiting" and not requests:
            return 0
        if end is None and row.status != "waiting" and requests and requests[-1][1] is None:
            requests[-1] = (requests[-1][0], requests[-1][0])
        return self._late(row.received, row.due, row.procedure, end, requests)

    def on_portal(self, portal: PortalObject) -> int:
        """Indicator 2.1 on the portal's object: events decide."""
        events = list(portal.events)
        requests = requests_in(events)
        if portal.status == 1 or (portal.status == 5 and not requests):
            return 0
        return self._late(portal.received, portal.due, portal.procedure, end_of(events), requests)

    def _late(
        self,
        received: datetime | None,
        due: datetime | None,
        procedure: str,
        end: datetime | None,
        requests: list[tuple[datetime, datetime | None]],
    ) -> int:
        if received is None or received > self.at:
            return 0
        if end is None and len(requests) == 1 and requests[0][1] is None:
            end = requests[0][0]
        if received < self.month and end is not None and end < self.month:
            return 0
        if len(requests) > 1 and requests[1][0] <= self.at:
            return 1
        if due is None and procedure in self.limits:
            due = self.calendar.add_working_days(received, self.limits[procedure])
        if due is None:
            return 0
        due += sum((b - a for a, b in requests if b is not None), timedelta())
        return int((end or self.at) > due)


def requests_in(events: Events) -> list[tuple[datetime, datetime | None]]:
    found: list[tuple[datetime, datetime | None]] = []
    for at, status in sorted(set(events)):
        if status == 5:
            found.append((at, None))
        elif found and found[-1][1] is None and status in (1, 2, 4, 6):
            found[-1] = (found[-1][0], at)
    return found


def end_of(events: Events) -> datetime | None:
    for rank in ({9}, {10}, {3, 7, 8}):
        instants = [at for at, status in events if status in rank]
        if instants:
            return max(instants)
    return None


def judged(oracle: Oracle, each: Planted) -> tuple[int, int, int]:
    events = [event for portal in each.portals[:1] for event in portal.events]
    return (
        sum(oracle.by_own_rule(row) for row in each.homes),
        sum(oracle.by_portal_rule_at_home(row, events) for row in each.homes),
        sum(oracle.on_portal(portal) for portal in each.portals),
    )


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 100_000), at=st.sampled_from(CUT_OFFS))
def test_every_planted_dossier_counts_as_its_truth_says(
    make_world: Make, province: Province, calendar: Calendar, seed: int, at: datetime
) -> None:
    world = make_world(WorldOptions(seed=seed, dossiers=450, as_of=at, broken=4, portal_only=2))
    limits = {each.code: each.statutory_days for each in province.procedures}
    oracle = Oracle(at, {code: days for code, days in limits.items() if days}, calendar)
    for each in world.planted:
        late = each.truth.late
        told = (late.province, late.by_portal_rule, late.portal)
        assert judged(oracle, each) == told, each
    for stranger in world.strangers:
        assert oracle.on_portal(stranger.portal) == stranger.late


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 100_000))
def test_a_cause_stands_where_the_difference_is_and_nowhere_else(
    make_world: Make, seed: int
) -> None:
    for each in make_world(WorldOptions(seed=seed, dossiers=450)).planted:
        late = each.truth.late
        rules_differ = late.province != late.by_portal_rule
        data_differ = late.by_portal_rule != late.portal or each.unit != each.portal_unit
        expected = CauseKind.RULE if rules_differ else CauseKind.DATA if data_differ else None
        assert each.truth.kind == expected, each


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 100_000), at=st.sampled_from(CUT_OFFS))
def test_the_portals_statistics_count_what_the_truth_says(
    make_world: Make, seed: int, at: datetime
) -> None:
    month = at.replace(day=1, hour=0, minute=0, second=0)
    for each in make_world(WorldOptions(seed=seed, dossiers=450, as_of=at)).planted:
        counted = completed = 0
        for portal in each.portals:
            end = end_of(list(portal.events))
            asked = [moment for moment, status in portal.events if status == 5]
            gone = end or (asked[0] if portal.status == 5 else None)
            received = portal.received
            if received is None or portal.status == 1:
                continue
            if received >= month or gone is None or gone >= month:
                counted += 1
                completed += end is not None
        assert (counted, completed) == (each.truth.counted, each.truth.completed), each
