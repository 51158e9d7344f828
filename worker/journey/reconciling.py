"""Reconciling on a journey: the province with the portal, and line-ministry software with both."""

from datetime import datetime

from sqlmodel import Session

from models.types import Period
from worker.bootstrap import Services
from worker.core.outcome import Report
from worker.core.pair_report import pair_report
from worker.core.times import day_start, month_of
from worker.db import reconciliations
from worker.db.runs import Run
from worker.flow import Stage
from worker.journey.linking import parties_of
from worker.journey.parties import pairs_of, sides_of
from worker.journey.rereading import read_known_again
from worker.journey.wish import Errand, Watch
from worker.stages.link import LinkCodes, link_codes
from worker.stages.measure import Measure, measure
from worker.stages.reconcile import Reconcile, reconcile


def link_now(services: Services, errand: Errand) -> None:
    """Join what two sources hold of one dossier under codes that no system tells.

    Records that waited for a unit's name come first: somebody may know it by now.
    """
    read_known_again(services)
    parties = parties_of(services)
    task = LinkCodes(
        engine=services.engine,
        sides=parties.sides,
        heirs=parties.heirs,
        clock=services.clock,
        run=errand.run,
    )
    link_codes(task)


def reconcile_now(services: Services, errand: Errand) -> None:
    """Reconcile the current period as it stands, or a month as of its cut-off."""
    wish = errand.wish
    as_of = wish.as_of or services.clock()
    errand.travelled.report = reconcile_at(
        services,
        as_of,
        month_of(day_start(wish.month) if wish.month else as_of),
        errand.progress,
        of_the_past=wish.as_of is not None,
        listed=errand.is_read,
        run=errand.run,
    )


def measure_now(services: Services, errand: Errand) -> None:
    """Measure how well units are kept in step, beside the reconciliation just made."""
    key = errand.wish.reconciliation or 0
    with Session(services.engine) as session:
        row = reconciliations.get(session, key)
    names = sides_of(services)
    sides = pairs_of(services, row.as_of)[names]
    if (row.province_source_id, row.portal_source_id) != (sides.province_id, sides.portal_id):
        return
    task = Measure(
        engine=services.engine,
        reconciliation=key,
        sides=sides,
        period=Period(row.period_from, row.period_to),
        directory=services.directory,
        calendar=services.statutes.calendar,
        hours=services.statutes.hours,
        progress=errand.progress(Stage.MEASURE, names[1]),
        clock=services.clock,
        run=errand.run,
    )
    measure(task)


def reconcile_at(  # noqa: PLR0913 - one for each way of asking
    services: Services,
    as_of: datetime,
    period: Period,
    watch: Watch,
    *,
    by_hand: bool = False,
    of_the_past: bool = False,
    listed: bool = True,
    run: Run | None = None,
) -> Report:
    """Reconcile every pair as it was known at ``as_of`` for ``period``, and store it.

    The report is that of the province and the portal; ``pairs`` holds those of line-ministry
    software. Where it is not ``listed``, it names no dossiers: what is kept tells them as well.
    """
    reports = []
    for names, sides in pairs_of(services, as_of).items():
        task = Reconcile(
            engine=services.engine,
            sides=sides,
            period=period,
            rulebook=services.rulebook(as_of, period, names),
            directory=services.directory,
            clock=services.clock,
            progress=watch(Stage.RECONCILE, names[1]),
            by_hand=by_hand,
            of_the_past=of_the_past,
            listed=listed,
            run=run,
        )
        reports.append((names, reconcile(task)))
    (_, main), *others = reports
    sources = services.settings.sources
    pairs = [
        pair_report(report, *((name, sources[name].side) for name in names))
        for names, report in others
    ]
    return main | {"pairs": pairs}
