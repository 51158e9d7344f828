"""What was reckoned last, as the pages of figures show it: late counts, bridge, sync health."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from models.reconciliation import Reconciliation, SyncHealth
from models.types import Period
from worker.bootstrap import Services
from worker.core.lineage import counting_day
from worker.core.outcome import Report
from worker.core.times import parse_month
from worker.db import comparisons, health
from worker.db.comparisons import Pair
from worker.db.kept import kept_report
from worker.db.sources import identity, source_id
from worker.errors import NotFoundError, PermanentError
from worker.journey import sides_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoned:
    """One reconciliation with all that was kept of it.

    ``health`` is by unit, the whole province under the empty code. ``heirs`` says which unit stands
    for which ended one. ``newer`` is a later one that is not complete, so that it is not shown.
    ``is_latest``: nothing later is complete, so its dossiers are those kept now.
    """

    row: Reconciliation
    period: Period
    report: Report
    health: Mapping[str, SyncHealth]
    heirs: Mapping[str, str]
    newer: Reconciliation | None
    is_latest: bool


def pair_of(services: Services, session: Session) -> Pair | None:
    """The province and the portal in the store; None before anything was ever read."""
    province, portal = sides_of(services)
    try:
        return Pair(source_id(session, province), source_id(session, portal))
    except NotFoundError:
        return None


def asked_period(said: str) -> Period | None:
    """The month that an address asks for; what it says wrongly is read as not said."""
    try:
        return parse_month(said) if said else None
    except PermanentError:
        return None


def month_of(said: str) -> str:
    """The same as an address says it; empty where none is asked for."""
    period = asked_period(said)
    return f"{period.first:%Y-%m}" if period else ""


def reckoned(
    services: Services, session: Session, period: Period | None = None, unit: str | None = None
) -> Reckoned | None:
    """What is to be shown now, or of a period; of one unit, where it is named.

    None where nothing was reconciled (of that period) yet.
    """
    pair = pair_of(services, session)
    row = comparisons.shown(session, pair, period) if pair else None
    if pair is None or row is None:
        return None
    of = Period(row.period_from, row.period_to)
    latest = row if period is None else comparisons.shown(session, pair, None)
    newest = comparisons.newest(session, pair)
    return Reckoned(
        row=row,
        period=of,
        report=kept_report(session, row, services.directory, unit),
        health={each.unit: each for each in health.health_of(session, identity(row.id))},
        heirs=services.directory.heirs_on(counting_day(row.as_of, of)),
        newer=newest if newest and newest.as_of > row.as_of and not newest.complete else None,
        is_latest=latest is not None and latest.id == row.id,
    )


def known_periods(services: Services, session: Session) -> Sequence[Period]:
    """The periods that can be shown, the latest first."""
    pair = pair_of(services, session)
    return comparisons.periods(session, pair) if pair else ()
