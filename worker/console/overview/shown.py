"""What is told of the province: its figures at one cut-off, and what goes on around them."""

from sqlmodel import Session

from models.reconciliation import Reconciliation, SyncHealth
from models.types import Period
from worker.bootstrap import Services
from worker.console.overview.around import next_turns, running_now, sources_told
from worker.console.overview.told import KeptTold, KindTold, OverviewTold, Province, SyncTold
from worker.console.reckoned import Reckoned, reckoned
from worker.console.units.incidents_told import open_incidents
from worker.console.units.shown import before_told, causes_told, point_told
from worker.console.units.standing import basis_of, ordered, rate_of, standings, totals_of
from worker.console.units.told import Days
from worker.core.explanation import unit_told
from worker.db import comparisons
from worker.db import open_incidents as incidents_db
from worker.db.health import WHOLE
from worker.db.resend_pulse import waiting_for_approval
from worker.db.sources import identity

WORST = 10
_MOST_INCIDENTS = 6


def overview_shown(
    services: Services, session: Session, period: Period | None, sort: str = "late_share"
) -> tuple[Reckoned | None, OverviewTold]:
    """Everything the overview speaks of; the worst units are those with the most of ``sort``."""
    known = reckoned(services, session, period)
    total, of_all = open_incidents(session, _MOST_INCIDENTS, WHOLE)
    kinds = incidents_db.by_kind(session)
    asked, held = waiting_for_approval(session)
    return known, OverviewTold(
        now=services.clock(),
        figures=_province(services, session, known, sort) if known else None,
        incidents_open=total + sum(each.count for each in kinds),
        incidents_by_kind=[
            KindTold(kind=each.kind, count=each.count, waiting=each.waiting) for each in kinds
        ],
        incidents_of_all=of_all,
        resends_asked=asked,
        resends_held=held,
        sources=sources_told(services, session),
        running=running_now(session),
        next=next_turns(services),
    )


def kept_told(row: Reconciliation) -> KeptTold:
    """A reconciliation without its figures."""
    return KeptTold(
        reconciliation=identity(row.id),
        as_of=row.as_of,
        period=Days(first=row.period_from, last=row.period_to),
        complete=row.complete,
        by_hand=row.by_hand,
        of_the_past=row.of_the_past,
        created_at=row.created_at,
        digest=row.digest,
    )


def _province(services: Services, session: Session, known: Reckoned, sort: str) -> Province:
    units = standings(services, known, incidents_db.by_unit(session))
    statement = unit_told(known.report)
    course = comparisons.course(session, known.row)
    return Province(
        **basis_of(known),
        totals=totals_of(known),
        sync=_sync(known.health.get(WHOLE)),
        statement=statement["statement"],
        causes=causes_told(session, known, statement["causes"]),
        course=[point_told(each) for each in course.points],
        day_before=before_told(course),
        units=len(units),
        worst_units=ordered(units, sort, is_descending=True)[:WORST],
    )


def _sync(health: SyncHealth | None) -> SyncTold:
    return SyncTold(
        sync_rate=rate_of(health),
        lag_p50=health.lag_p50 if health else None,
        lag_p95=health.lag_p95 if health else None,
        lag_waiting=health.lag_waiting if health else None,
        open_discrepancies=health.open_discrepancies if health else None,
        age_max=health.age_max if health else None,
    )
