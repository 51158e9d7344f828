"""Which discrepancies count as confirmed, and what a reconciliation gives to go by."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, SQLModel

from models.dossier import Dossier
from models.reconciliation import Discrepancy, DiscrepancyChange, Reconciliation
from models.source import SyncRun
from models.types import (
    Cause,
    CauseKind,
    DiscrepancyState,
    DiscrepancyStep,
    RunState,
    Side,
    Trigger,
)
from tests.records import enter
from worker.core.alerts.signals import Basis, Health
from worker.db import alert_signals
from worker.db.sources import identity

Row = TypeVar("Row", bound=SQLModel)

NOW = datetime(2024, 7, 24, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HALF_AN_HOUR = timedelta(minutes=30)


class Store:
    """Two sources, and what was found between them."""

    def __init__(self, session: Session, home: int, portal: int) -> None:
        self.session, self.home, self.portal = session, home, portal

    def reconciliation(self, at: datetime = NOW, **told: Any) -> Reconciliation:
        usual: dict[str, Any] = {
            "as_of": at,
            "period_from": date(2024, 7, 1),
            "period_to": date(2024, 7, 31),
            "province_source_id": self.home,
            "portal_source_id": self.portal,
            "complete": True,
            "by_hand": False,
            "created_at": at,
            "digest": "",
        }
        return self._kept(Reconciliation(**(usual | told)))

    def discrepancy(self, row: Reconciliation, opened: datetime, **told: Any) -> Discrepancy:
        dossier = self._kept(Dossier(created_at=NOW))
        usual: dict[str, Any] = {
            "dossier_id": identity(dossier.id),
            "province_source_id": self.home,
            "portal_source_id": self.portal,
            "kind": CauseKind.DATA,
            "code": f"H99.01-240701-{dossier.id:04}",
            "cause": Cause.STATUS_BEHIND,
            "unit": "H99.01",
            "portal_unit": "H99.01",
            "contribution": 1,
            "contributions": {"H99.01": 1},
            "state": DiscrepancyState.OPEN,
            "opened_at": opened,
            "seen_until": NOW,
            "seen_by": row.id,
        }
        return self._kept(Discrepancy(**(usual | told)))

    def reopened(self, found: Discrepancy, at: datetime) -> None:
        change = DiscrepancyChange(
            discrepancy_id=identity(found.id),
            at=at,
            step=DiscrepancyStep.REOPENED,
            cause=found.cause,
            unit=found.unit,
            portal_unit=found.portal_unit,
        )
        self._kept(change)

    def run(self, source: int, state: RunState, begun: datetime, **told: Any) -> SyncRun:
        usual: dict[str, Any] = {
            "source_id": source,
            "trigger": Trigger.SCHEDULE,
            "stage": "pull",
            "state": state,
            "started_at": begun,
            "ended_at": begun,
            "heartbeat_at": begun,
            "owner": "here:1",
        }
        return self._kept(SyncRun(**(usual | told)))

    def confirmed(
        self, row: Reconciliation, after: timedelta = HALF_AN_HOUR, fresh_from: datetime = NOW
    ) -> dict[str, tuple[int, int]]:
        basis = Basis(reconciliation=identity(row.id), as_of=NOW, fresh_from=fresh_from)
        found = alert_signals.confirmed(self.session, row, basis, after, {"H99.08": "H99.01"})
        return {unit: (each.dossiers, each.difference) for unit, each in found.items()}

    def _kept(self, row: Row) -> Row:
        self.session.add(row)
        self.session.flush()
        return row


@pytest.fixture
def store(engine: Engine) -> Iterator[Store]:
    home, portal = enter(engine, "tinh", Side.PROVINCE), enter(engine, "cong", Side.PORTAL)
    with Session(engine) as session:
        yield Store(session, home, portal)


@pytest.mark.parametrize(("minutes", "counts"), [(30, True), (29, False), (0, False)])
def test_a_difference_is_confirmed_when_it_is_seen_again_late_enough(
    store: Store, minutes: int, *, counts: bool
) -> None:
    row = store.reconciliation()
    store.discrepancy(row, NOW - minutes * MINUTE)
    assert store.confirmed(row) == ({"H99.01": (1, 1)} if counts else {})


def test_with_no_time_to_confirm_the_first_sight_counts(store: Store) -> None:
    row = store.reconciliation()
    store.discrepancy(row, NOW)
    assert store.confirmed(row, timedelta(0)) == {"H99.01": (1, 1)}


def test_what_was_not_read_again_is_not_seen_again(store: Store) -> None:
    row = store.reconciliation()
    store.discrepancy(row, NOW - 60 * MINUTE)
    assert store.confirmed(row, fresh_from=NOW - 31 * MINUTE) == {}
    assert store.confirmed(row, fresh_from=NOW - 30 * MINUTE) == {"H99.01": (1, 1)}


def test_what_is_on_its_way_or_closed_does_not_count(store: Store) -> None:
    row, long_ago = store.reconciliation(), NOW - 600 * MINUTE
    store.discrepancy(row, long_ago, cause=Cause.IN_FLIGHT)
    store.discrepancy(row, long_ago, state=DiscrepancyState.CLOSED)
    assert store.confirmed(row) == {}


def test_one_that_came_back_counts_from_then_on(store: Store) -> None:
    row, long_ago = store.reconciliation(), NOW - 600 * MINUTE
    store.reopened(store.discrepancy(row, long_ago), NOW - 10 * MINUTE)
    assert store.confirmed(row) == {}
    store.reopened(store.discrepancy(row, long_ago), NOW - 30 * MINUTE)
    assert store.confirmed(row) == {"H99.01": (1, 1)}


def test_one_that_nobody_asked_about_this_time_stays_what_it_was(store: Store) -> None:
    row, long_ago = store.reconciliation(), NOW - 600 * MINUTE
    store.discrepancy(row, long_ago, seen_until=NOW - 300 * MINUTE)
    store.discrepancy(row, long_ago, seen_until=long_ago)
    assert store.confirmed(row) == {"H99.01": (1, 1)}


def test_contributions_are_summed_by_unit_and_those_of_ended_units_by_heir(store: Store) -> None:
    row, long_ago = store.reconciliation(), NOW - 600 * MINUTE
    moved = {"H99.01": -1, "H99.02": 1}
    store.discrepancy(row, long_ago, contributions=moved, contribution=0)
    store.discrepancy(row, long_ago, contributions={"H99.08": -1}, contribution=-1)
    store.discrepancy(row, long_ago)
    assert store.confirmed(row) == {"H99.01": (3, -1), "H99.02": (1, 1)}


@pytest.mark.parametrize("told", [{"by_hand": True}, {"of_the_past": True}, {"complete": False}])
def test_only_a_complete_reconciliation_of_the_present_is_gone_by(
    store: Store, told: dict[str, Any]
) -> None:
    assert alert_signals.basis_of(store.session, store.reconciliation(**told), ()) is None
    assert alert_signals.latest(store.session, store.home, store.portal) is None


def test_one_that_a_newer_one_took_the_place_of_is_not_gone_by(store: Store) -> None:
    old, new = store.reconciliation(), store.reconciliation(NOW + MINUTE)
    store.reconciliation(NOW + 2 * MINUTE, by_hand=True)
    assert alert_signals.basis_of(store.session, old, ()) is None
    assert alert_signals.basis_of(store.session, new, ()) is not None


def test_data_is_as_fresh_as_the_older_of_the_last_whole_readings(store: Store) -> None:
    store.run(store.home, RunState.COMPLETE, NOW - 9 * MINUTE)
    store.run(store.home, RunState.FAILED, NOW - 3 * MINUTE)
    store.run(store.portal, RunState.COMPLETE, NOW - 5 * MINUTE)
    store.run(store.portal, RunState.COMPLETE, NOW + MINUTE)
    both = (store.home, store.portal)
    basis = alert_signals.basis_of(store.session, store.reconciliation(), both)
    assert basis is not None
    assert basis.fresh_from == NOW - 9 * MINUTE
    of_files = alert_signals.basis_of(store.session, store.reconciliation(), (store.portal,))
    assert of_files is not None
    assert of_files.fresh_from == NOW - 5 * MINUTE


@pytest.mark.parametrize(
    ("state", "error", "health"),
    [
        (RunState.COMPLETE, None, Health.UP),
        (RunState.INCOMPLETE, None, Health.DOWN),
        (RunState.FAILED, {"key": "upstream_login_refused", "values": {}}, Health.DOWN),
        (RunState.INTERRUPTED, {"key": "upstream_unavailable", "values": {}}, Health.DOWN),
        (RunState.INTERRUPTED, None, Health.UNKNOWN),
        (RunState.RUNNING, None, Health.UNKNOWN),
        (RunState.CANCELLED, None, Health.UNKNOWN),
    ],
)
def test_a_source_is_as_its_last_reading_ended(
    store: Store, state: RunState, error: dict[str, object] | None, health: Health
) -> None:
    store.run(store.home, state, NOW, error=error)
    (sight,) = alert_signals.source_sights(store.session, [store.home], NOW)
    assert sight.health is health


def test_a_source_nobody_has_read_yet_is_not_down(store: Store) -> None:
    (sight,) = alert_signals.source_sights(store.session, [store.portal], NOW)
    assert sight.health is Health.UNKNOWN
