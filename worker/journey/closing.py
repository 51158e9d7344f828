"""Closing a month on a journey: its figures are frozen once they are reconciled and measured."""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from models.types import Period, Trigger
from worker.bootstrap import Services
from worker.core.lineage import counting_day
from worker.core.statement import Grounds
from worker.db import reconciliations
from worker.db.counting import Counting
from worker.db.pair_tallies import basis_of
from worker.db.runs import Run
from worker.db.statements import Seal
from worker.flow import Stage
from worker.journey.parties import pairs_of, sides_of
from worker.journey.wish import Errand, Wish
from worker.ports import Progress
from worker.stages.close import Close, Count, close


def close_now(services: Services, errand: Errand) -> None:
    """Close the period of the reconciliation that was just measured, unless it is closed."""
    key = errand.wish.reconciliation or 0
    with Session(services.engine) as session:
        row = reconciliations.get(session, key)
    period = Period(row.period_from, row.period_to)
    progress = errand.progress(Stage.CLOSE, sides_of(services)[1])
    task = Close(
        counting=counting(
            services, row.as_of, period, progress, known_by=row.created_at, run=errand.run
        ),
        reconciliation=key,
        seal=_seal(errand.wish, services.clock()),
        incomplete=errand.wish.incomplete,
    )
    _, is_new = close(task)
    errand.run.counts["closed"] = int(is_new)


def counting(
    services: Services,
    as_of: datetime,
    period: Period,
    progress: Progress,
    *,
    known_by: datetime | None = None,
    run: Run | None = None,
) -> Count:
    """What counts the province and the portal once more, as they were known at ``as_of``.

    ``known_by``: without what was first heard of later, such as when a statement was frozen.

    Raises:
        NotFoundError: what was known at ``as_of`` has been pruned.
    """
    names = sides_of(services)
    book = services.rulebook(as_of, period, names)
    again = Counting(
        sides=replace(pairs_of(services, as_of)[names], known_by=known_by),
        period=period,
        rulebook=book,
        directory=services.directory,
        progress=progress,
        listed=False,
    )
    home, portal = names
    grounds = Grounds(
        province=home,
        portal=portal,
        province_rule=book.own.name,
        portal_rule=book.portal.name,
        settings=basis_of(book, services.directory.heirs_on(counting_day(as_of, period))),
    )
    return Count(
        engine=services.engine, again=again, grounds=grounds, clock=services.clock, run=run
    )


def _seal(wish: Wish, now: datetime) -> Seal:
    """Whoever asked for it; of the schedule nobody."""
    return Seal(
        role=wish.role or "",
        actor=wish.by or wish.trigger.value,
        at=now,
        by=None if wish.trigger is Trigger.SCHEDULE else wish.by,
        note=wish.reason,
        reason=wish.reason,
    )
