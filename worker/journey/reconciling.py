"""Reconciling on a journey: the province with the portal, and line-ministry software with both."""

from datetime import date, datetime

from models.types import Period
from worker.bootstrap import Services
from worker.core.outcome import Report
from worker.core.pair_report import pair_report
from worker.core.times import local_day, month_of
from worker.flow import Stage
from worker.journey.parties import pairs_of, register_sources, sides_of
from worker.journey.wish import Travelled, Watch, Wish
from worker.stages.link import LinkCodes, link_codes
from worker.stages.measure import Measure, measure
from worker.stages.reconcile import Reconcile, reconcile


def link_now(services: Services, _wish: Wish, _watch: Watch, _travelled: Travelled) -> None:
    """Join what two sources hold of one dossier under codes that no system tells."""
    ids = register_sources(services)
    configured = services.settings.sources.items()
    task = LinkCodes(
        engine=services.engine,
        sides={ids[name]: source.side for name, source in configured},
        heirs=services.directory.heirs_on(local_day(services.clock())),
        clock=services.clock,
    )
    link_codes(task)


def reconcile_now(services: Services, _wish: Wish, watch: Watch, travelled: Travelled) -> None:
    """Reconcile the current period as it stands."""
    now = services.clock()
    travelled.report = reconcile_at(services, now, month_of(now), watch, by_hand=False)


def measure_now(services: Services, _wish: Wish, watch: Watch, travelled: Travelled) -> None:
    """Measure how well units are kept in step, beside the reconciliation just made.

    One of another process is measured there.
    """
    report = travelled.report
    if report is None:
        return
    names = sides_of(services)
    as_of = datetime.fromisoformat(report["as_of"])
    first, last = (date.fromisoformat(report["period"][end]) for end in ("from", "to"))
    task = Measure(
        engine=services.engine,
        reconciliation=report["reconciliation"],
        sides=pairs_of(services, as_of)[names],
        period=Period(first, last),
        directory=services.directory,
        calendar=services.statutes.calendar,
        hours=services.statutes.hours,
        progress=watch(Stage.MEASURE, names[1]),
    )
    measure(task)


def reconcile_at(
    services: Services, as_of: datetime, period: Period, watch: Watch, *, by_hand: bool
) -> Report:
    """Reconcile every pair as it was known at ``as_of`` for ``period``, and store it.

    The report is that of the province and the portal; ``pairs`` holds those of line-ministry
    software.
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
        )
        reports.append((names, reconcile(task)))
    (_, main), *others = reports
    sources = services.settings.sources
    pairs = [
        pair_report(report, *((name, sources[name].side) for name in names))
        for names, report in others
    ]
    return main | {"pairs": pairs}
