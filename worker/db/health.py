"""Sync health: measured over the store, kept beside its reconciliation."""

from array import array
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlmodel import Session, col, delete, exists, func, select

from models.dossier import Dossier
from models.reconciliation import Discrepancy, DiscrepancyChange, Reconciliation, SyncHealth
from models.source import SyncRun
from models.types import Cause, CauseKind, DiscrepancyStep, Period, RunState
from worker.core.health import Health, UnitHealth, Yardstick, signs_of
from worker.core.lag import Readings
from worker.core.lineage import rolled_up_counts
from worker.core.percentiles import percentile
from worker.db import health_counts, pair_counts
from worker.db.cases import Scope, Sides, known_dossiers
from worker.db.figures import figures_at
from worker.db.sources import identity
from worker.db.watches import watches
from worker.ports import Progress

WHOLE = ""  # the unit of the row for the whole province
_SYNC = "DOSSIER_SYNC"
_COUNTED = 10_000  # dossiers at a time
_MEASURED = 500


@dataclass(frozen=True, slots=True)
class _Task:
    """What is read, and into what it is counted."""

    session: Session
    sides: Sides
    by: Yardstick
    health: Health


def read(
    session: Session, sides: Sides, by: Yardstick, heirs: Mapping[str, str], progress: Progress
) -> Health:
    """The health of every unit as both sides were known at the as-of instant.

    Where the pair's verdicts are up to date only the dossiers that may have a part in it are read.
    The usual ones are counted inside the store, the others measured one by one.
    """
    task = _Task(session, sides, by, Health(heirs))
    concerned = pair_counts.concerned(session, sides, by.span)
    total = None if concerned is None else len(concerned)
    unread = health_counts.unreadable(session, sides)
    unusual = array("q")
    done = 0
    for dossiers in _portions(session, concerned):
        found = _count(task, dossiers, unread)
        unusual.extend(found)
        done += len(dossiers) - len(found)
        progress(done, total)
    for measured in _measure(task, unusual):
        done += measured
        progress(done, total)
    for unit, opened_at in _open_discrepancies(session, sides):
        task.health.add_open(unit, _seconds(opened_at, sides.as_of))
    return task.health


def _portions(session: Session, concerned: Sequence[int] | None) -> Iterator[Sequence[int]]:
    """The dossiers concerned, or all there are, some thousands at a time."""
    if concerned is not None:
        yield from (concerned[at : at + _COUNTED] for at in range(0, len(concerned), _COUNTED))
        return
    key = col(Dossier.id)
    query = select(key).order_by(key).limit(_COUNTED)
    last = 0
    while dossiers := [identity(each) for each in session.exec(query.where(key > last))]:
        yield dossiers
        last = dossiers[-1]


def _count(task: _Task, dossiers: Sequence[int], unread: Collection[int]) -> list[int]:
    """Count the usual ones of some dossiers; which are not."""
    if task.sides.scope is not Scope.EVERYTHING:
        return list(dossiers)
    unusual = {each for each in dossiers if each in unread}
    usual = [each for each in dossiers if each not in unread]
    for told, number in health_counts.count(task.session, task.sides, task.by, usual):
        if told.unusual is not None:
            unusual.add(told.unusual)
        elif (signs := told.signs(task.by)) is not None:
            task.health.add(signs, number)
    return sorted(unusual)


def _measure(task: _Task, dossiers: Sequence[int]) -> Iterator[int]:
    """Measure dossiers one by one; how many at a time."""
    known_ones = known_dossiers(task.session, task.sides, dossiers, with_history=False)
    while portion := list(islice(known_ones, _MEASURED)):
        for known, watch in watches(task.session, task.sides, portion):
            signs = signs_of(known.case, watch, task.by)
            if signs is not None:
                task.health.add(signs)
        yield len(portion)


def _open_discrepancies(session: Session, sides: Sides) -> Iterator[tuple[str, datetime]]:
    """Unit and opening of each discrepancy of data that was open at the as-of instant.

    Differences of counting do not age: they last as long as the rules differ. What is still on
    its way (IN_FLIGHT) is no discrepancy to be settled yet.
    """
    last = (
        select(func.max(DiscrepancyChange.id))
        .where(col(DiscrepancyChange.at) <= sides.as_of)
        .group_by(col(DiscrepancyChange.discrepancy_id))
    )
    query = (
        select(DiscrepancyChange.unit, Discrepancy.opened_at)
        .join(Discrepancy, col(Discrepancy.id) == col(DiscrepancyChange.discrepancy_id))
        .where(
            col(DiscrepancyChange.id).in_(last),
            Discrepancy.province_source_id == sides.province_id,
            Discrepancy.portal_source_id == sides.portal_id,
            Discrepancy.kind == CauseKind.DATA,
            DiscrepancyChange.step != DiscrepancyStep.CLOSED,
            DiscrepancyChange.cause != Cause.IN_FLIGHT,
        )
    )
    yield from session.exec(query)


def _seconds(start: datetime, end: datetime) -> int:
    return int((end - start).total_seconds())


def readings_of(session: Session, portal_id: int, as_of: datetime) -> Readings:
    """The readings of the portal that were complete by an instant; not those of one unit alone."""
    query = (
        select(SyncRun.started_at, SyncRun.ended_at, SyncRun.request)
        .where(
            SyncRun.source_id == portal_id,
            SyncRun.state == RunState.COMPLETE,
            col(SyncRun.ended_at) <= as_of,
        )
        .order_by(col(SyncRun.started_at), col(SyncRun.id))
    )
    whole = [
        (begun, ended)
        for begun, ended, request in session.exec(query)
        if ended is not None and request.get("unit") is None
    ]
    return Readings(tuple(begun for begun, _ in whole), tuple(ended for _, ended in whole))


def store(session: Session, reconciliation_id: int, health: Health) -> None:
    """Keep the figures of a reconciliation in place of those kept before."""
    session.exec(delete(SyncHealth).where(col(SyncHealth.reconciliation_id) == reconciliation_id))
    session.add(_row(reconciliation_id, WHOLE, health.total()))
    session.add_all(_row(reconciliation_id, unit, line) for unit, line in health.units.items())


def _row(reconciliation_id: int, unit: str, line: UnitHealth) -> SyncHealth:
    return SyncHealth(
        reconciliation_id=reconciliation_id,
        unit=unit,
        received=line.received,
        on_portal=line.on_portal,
        presumed=line.presumed,
        lag_samples=line.arrived.total(),
        lag_waiting=line.waiting.total(),
        lag_p50=line.lag(50),
        lag_p95=line.lag(95),
        events_told=line.events_told,
        events_missing=line.events_missing,
        open_discrepancies=line.ages.total(),
        age_p50=percentile(line.ages, 50),
        age_max=max(line.ages, default=None),
        filed_online=line.filed_online,
        received_late=line.received_late,
    )


def health_of(session: Session, reconciliation_id: int) -> list[SyncHealth]:
    """The figures kept with a reconciliation, the whole province (unit ``WHOLE``) first."""
    query = select(SyncHealth).where(SyncHealth.reconciliation_id == reconciliation_id)
    return list(session.exec(query.order_by(col(SyncHealth.unit))))


@dataclass(frozen=True, slots=True)
class Pair:
    """The two sources whose health is asked for."""

    province_id: int
    portal_id: int


def latest(session: Session, pair: Pair, period: Period | None = None) -> Reconciliation | None:
    """The newest reconciliation of two sources with figures; of one period, where it is named."""
    query = select(Reconciliation).where(
        Reconciliation.province_source_id == pair.province_id,
        Reconciliation.portal_source_id == pair.portal_id,
        exists().where(col(SyncHealth.reconciliation_id) == col(Reconciliation.id)),
    )
    if period is not None:
        query = query.where(
            Reconciliation.period_from == period.first, Reconciliation.period_to == period.last
        )
    newest = query.order_by(col(Reconciliation.as_of).desc(), col(Reconciliation.id).desc())
    return session.exec(newest.limit(1)).one_or_none()


@dataclass(frozen=True, slots=True)
class PublishedSync:
    """The portal's own count: of ``due`` dossiers it should have, ``synced`` are there."""

    synced: int | None
    due: int | None


def published_sync(
    session: Session, row: Reconciliation, heirs: Mapping[str, str]
) -> dict[str, PublishedSync]:
    """By unit (``WHOLE``: the province) what the portal showed of sync by a reconciliation's as-of.

    Ended units are summed into their heirs.
    """
    period = Period(row.period_from, row.period_to)
    shown = {
        figure.unit: figure
        for figure in figures_at(session, (row.portal_source_id,), period, row.as_of)
        if figure.metric == _SYNC and not figure.procedure
    }
    synced = rolled_up_counts({unit: each.numerator for unit, each in shown.items()}, heirs)
    due = rolled_up_counts({unit: each.denominator for unit, each in shown.items()}, heirs)
    return {unit: PublishedSync(count, due[unit]) for unit, count in synced.items()}
