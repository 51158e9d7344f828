"""What an evaluation sees: read set-wise from what reconciling, measuring and reading have kept."""

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, ColumnElement, String, cast, type_coerce
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, exists, func, or_, select

from models.reconciliation import (
    Discrepancy,
    DiscrepancyChange,
    LateCount,
    Reconciliation,
    SyncHealth,
)
from models.source import Quarantine, SyncRun
from models.types import (
    Category,
    Cause,
    CountView,
    DiscrepancyState,
    DiscrepancyStep,
    Period,
    RunState,
)
from worker.core.alerts.signals import Basis, Health, SourceSight, UnitSight
from worker.core.lineage import rolled_up_counts
from worker.db import published, runs
from worker.db.bulk import seconds
from worker.db.sources import identity

Conditions = tuple[ColumnElement[bool], ...]

_PORTAL = CountView.PORTAL
_RESOLVED = (Category.RESOLVED_LATE, Category.RESOLVED_ON_TIME)
_OVER = (RunState.COMPLETE, RunState.INCOMPLETE, RunState.FAILED, RunState.INTERRUPTED)


def basis_of(session: Session, row: Reconciliation, rereadable: Collection[int]) -> Basis | None:
    """What a reconciliation gives an evaluation to go by; None where it gives nothing.

    Only one at the present, on whole readings, and of which there is none newer. ``rereadable`` are
    the sources that can be read at any time: what was seen counts as seen again only once they were
    read anew. Files come when they come.
    """
    if row.by_hand or row.of_the_past or not row.complete or _is_superseded(session, row):
        return None
    begun = [
        run.started_at
        for source_id in (row.province_source_id, row.portal_source_id)
        if source_id in rereadable
        and (run := runs.last_run(session, source_id, RunState.COMPLETE, begun_by=row.as_of))
    ]
    return Basis(
        reconciliation=identity(row.id),
        as_of=row.as_of,
        fresh_from=min([row.as_of, *begun]),
    )


def _is_superseded(session: Session, row: Reconciliation) -> bool:
    """Whether the same two sources were compared as they are once more since."""
    later = select(Reconciliation.id).where(
        col(Reconciliation.id) > row.id, *_of_sources(row), *_at_the_present()
    )
    return session.exec(later.limit(1)).first() is not None


def latest(session: Session, province_id: int, portal_id: int) -> Reconciliation | None:
    """The last complete reconciliation of two sources as they were at that present."""
    query = select(Reconciliation).where(
        Reconciliation.province_source_id == province_id,
        Reconciliation.portal_source_id == portal_id,
        col(Reconciliation.complete).is_(True),
        *_at_the_present(),
    )
    return session.exec(query.order_by(col(Reconciliation.id).desc()).limit(1)).first()


def _of_sources(row: Reconciliation) -> Conditions:
    return (
        col(Reconciliation.province_source_id) == row.province_source_id,
        col(Reconciliation.portal_source_id) == row.portal_source_id,
    )


def _at_the_present() -> Conditions:
    return col(Reconciliation.by_hand).is_(False), col(Reconciliation.of_the_past).is_(False)


def unit_sights(
    session: Session,
    row: Reconciliation,
    heirs: Mapping[str, str],
    confirmed: Mapping[str, "Confirmed"],
) -> list[UnitSight]:
    """The figures of every unit that a reconciliation has any of."""
    counts = late_counts(session, identity(row.id))
    shown = published_late(session, row, heirs)
    health = {
        each.unit: each
        for each in session.exec(select(SyncHealth).where(SyncHealth.reconciliation_id == row.id))
        if each.unit
    }
    units = sorted({*counts, *shown, *health, *confirmed})
    return [
        _sight(unit, counts[unit], shown.get(unit), health.get(unit), confirmed.get(unit))
        for unit in units
    ]


def _sight(
    unit: str,
    counts: Mapping[tuple[CountView, Category], int],
    shown: int | None,
    health: SyncHealth | None,
    confirmed: "Confirmed | None",
) -> UnitSight:
    on_portal = {where: count for (view, where), count in counts.items() if view is _PORTAL}
    return UnitSight(
        unit=unit,
        difference=confirmed.difference if confirmed else 0,
        dossiers=confirmed.dossiers if confirmed else 0,
        late_province=late_in(counts, CountView.PROVINCE),
        late_portal=late_in(counts, _PORTAL),
        resolved=sum(on_portal.get(where, 0) for where in _RESOLVED),
        resolved_late=on_portal.get(Category.RESOLVED_LATE, 0),
        published=shown,
        received=health.received if health else 0,
        on_portal=health.on_portal if health else 0,
        lag=health.lag_p95 if health else None,
    )


def late_counts(
    session: Session, reconciliation: int
) -> defaultdict[str, Counter[tuple[CountView, Category]]]:
    """A reconciliation's dossiers by unit, view and category."""
    found: defaultdict[str, Counter[tuple[CountView, Category]]] = defaultdict(Counter)
    query = select(LateCount).where(LateCount.reconciliation_id == reconciliation)
    for each in session.exec(query):
        found[each.unit][each.view, each.category] = each.count
    return found


def late_in(counts: Mapping[tuple[CountView, Category], int], view: CountView) -> int:
    """How many of them count as late in a view."""
    return sum(count for (seen, where), count in counts.items() if seen is view and where.is_late)


def published_late(
    session: Session, row: Reconciliation, heirs: Mapping[str, str]
) -> dict[str, int]:
    """The portal's published late counts by unit, as they were known; ended units with heirs."""
    period = Period(row.period_from, row.period_to)
    shown = published.published_at(session, row.portal_source_id, period, row.as_of)
    late = rolled_up_counts({unit: each.late for unit, each in shown.items() if unit}, heirs)
    return {unit: count for unit, count in late.items() if count is not None}


@dataclass(slots=True)
class Confirmed:
    """Of one unit: how many dossiers differ for certain, and by how much that moves its count."""

    dossiers: int = 0
    difference: int = 0


def confirmed(
    session: Session, row: Reconciliation, basis: Basis, after: timedelta, heirs: Mapping[str, str]
) -> dict[str, Confirmed]:
    """The open discrepancies that were seen again ``after`` their opening on fresh data, by unit.

    What is still on its way is none. One that nobody asked about this time stays what it was.
    """
    told = cast(col(Discrepancy.contributions), String)
    query = (
        sql_select(told, func.count(), func.count(Discrepancy.dossier_id.distinct()))  # type: ignore[attr-defined]
        .where(*is_confirmed(row, basis, after))
        .group_by(told)
    )
    found: defaultdict[str, Confirmed] = defaultdict(Confirmed)
    for contributions, count, dossiers in session.connection().execute(query):
        for unit, contribution in json.loads(contributions).items():
            line = found[heirs.get(unit, unit)]
            line.dossiers += dossiers
            line.difference += contribution * count
    return dict(found)


def is_confirmed(row: Reconciliation, basis: Basis, after: timedelta) -> Conditions:
    """Conditions on discrepancies: open, of these sources, not on their way, and confirmed.

    One that came back counts from its coming back.
    """
    wait = int(after.total_seconds())
    by = (seconds(basis.fresh_from) or 0) - wait if wait else seconds(basis.as_of)
    opened, seen = _number(Discrepancy.opened_at), _number(Discrepancy.last_seen_at)
    back = _number(DiscrepancyChange.at)
    too_young = exists().where(
        col(DiscrepancyChange.discrepancy_id) == col(Discrepancy.id),
        col(DiscrepancyChange.step) == DiscrepancyStep.REOPENED,
        or_(back > by, back + wait > seen),
    )
    return (
        col(Discrepancy.province_source_id) == row.province_source_id,
        col(Discrepancy.portal_source_id) == row.portal_source_id,
        col(Discrepancy.state) == DiscrepancyState.OPEN,
        col(Discrepancy.cause) != Cause.IN_FLIGHT,
        opened <= by,
        opened + wait <= seen,
        ~too_young,
    )


def _number(column: object) -> ColumnElement[int]:
    """An instant's column as the whole seconds it holds."""
    return type_coerce(col(column), BigInteger)


def source_sights(session: Session, source_ids: Sequence[int], now: datetime) -> list[SourceSight]:
    """How each source is, by its last reading, and how many of its records can't be read."""
    query = (
        select(Quarantine.source_id, func.count())
        .where(col(Quarantine.solved_at).is_(None))
        .group_by(col(Quarantine.source_id))
    )
    lying = dict(session.exec(query).all())
    return [_source_sight(session, each, lying.get(each, 0), now) for each in source_ids]


def _source_sight(session: Session, source_id: int, lying: int, now: datetime) -> SourceSight:
    run = runs.last_run(session, source_id)
    if run is None or run.state not in _OVER:
        return SourceSight(source_id=source_id, health=Health.UNKNOWN, at=now, quarantined=lying)
    return SourceSight(
        source_id=source_id,
        health=Health.UP if run.state is RunState.COMPLETE else _health_of(run),
        at=run.heartbeat_at,
        run=identity(run.id),
        quarantined=lying,
    )


def _health_of(run: SyncRun) -> Health:
    """One that was stopped by a person says nothing of its source."""
    stopped = run.state is RunState.INTERRUPTED and run.error is None
    return Health.UNKNOWN if stopped else Health.DOWN
