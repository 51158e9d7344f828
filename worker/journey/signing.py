"""Statements: what they say, signing them off, closing a month, looking whether they hold."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from models.rates import StatementKind
from models.statement import Statement
from models.types import Period
from worker.bootstrap import Services
from worker.core.statement import Frozen, canonical, frozen_in
from worker.core.statement_figures import Verified, differences, figures_of, grounds_of
from worker.core.times import day_start, month_of
from worker.core.units import Unit
from worker.db import reconciliations, statements
from worker.db.audit import note
from worker.db.statements import Seal
from worker.errors import NotFoundError, StatementError
from worker.flow import Stage
from worker.i18n.numbers import exact
from worker.journey.closing import counting
from worker.journey.parties import id_of, register_sources, sides_of
from worker.journey.queueing import queue_computation
from worker.journey.reconciling import reconcile_at
from worker.journey.travel import work_off
from worker.journey.wish import Travelled, Watch, Wish
from worker.stages.close import Close, closed_again, counted_again, sign


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """What is to be signed: of which unit (None: the province), period and cut-off, by whom.

    ``incomplete``: also where a side was not read completely, which ``seal.reason`` accounts for.
    """

    unit: Unit | None
    period: Period
    as_of: datetime
    seal: Seal
    incomplete: bool = False


def latest_cutoff(services: Services, period: Period) -> datetime | None:
    """The last instant at which a period was reconciled completely: the figures people know."""
    register_sources(services)
    province, portal = (id_of(services, name) for name in sides_of(services))
    with Session(services.engine) as session:
        return statements.newest(session, period, province, portal)


def statement_at(
    services: Services, unit: Unit | None, period: Period, as_of: datetime, watch: Watch
) -> Frozen:
    """The statement of a unit or (None) the province as it was known at ``as_of``.

    Raises:
        NotFoundError: what was known at ``as_of`` has been pruned.
        StatementError: the figures do not add up.
    """
    progress = watch(Stage.RECONCILE, sides_of(services)[1])
    return counted_again(counting(services, as_of, period, progress), unit)


def sign_statement(services: Services, asked: Signing, watch: Watch) -> tuple[Statement, bool]:
    """Reconcile by hand and freeze the statement of that; whether it was not signed before.

    Raises:
        StatementError: a side was not read completely, or the figures do not add up.
    """
    report = reconcile_at(services, asked.as_of, asked.period, watch, by_hand=True, listed=False)
    key = report["reconciliation"]
    progress = watch(Stage.CLOSE, sides_of(services)[1])
    task = Close(
        counting=counting(
            services, asked.as_of, asked.period, progress, known_by=_made(services, key)
        ),
        reconciliation=key,
        seal=asked.seal,
        incomplete=asked.incomplete,
    )
    return sign(task, asked.unit)


def close_period(services: Services, wish: Wish, watch: Watch) -> Travelled:
    """Reconcile, measure and close a period, run by run as the schedule would have it done.

    Raises:
        StatementError: the figures can't be closed as they are.
    """
    register_sources(services)
    first = queue_computation(services, Stage.RECONCILE, wish, reserved=services.owner)
    return work_off(services, first, wish, watch)


def queue_close(services: Services, wish: Wish) -> tuple[int, ...]:
    """Put the close of a period in the queue, for a worker to do; the id of its first run.

    Raises:
        StatementError: the period is closed.
    """
    now = services.clock()
    period = month_of(day_start(wish.month) if wish.month else now)
    register_sources(services)
    with Session(services.engine) as session, session.begin():
        known = statements.latest_close(session, period)
        if known is not None:
            raise StatementError("period_closed", as_of=exact(known.as_of))
        told = {"role": wish.role, "incomplete": wish.incomplete}
        subject = f"period {period.first:%Y-%m}"
        by = wish.by or ""
        note(
            session,
            by=by,
            action="close_asked",
            subject=subject,
            now=now,
            reason=wish.reason,
            **told,
        )
    return queue_computation(services, Stage.RECONCILE, wish)


def verify(services: Services, row: Statement, watch: Watch) -> Verified:
    """Compute a frozen statement once more from what the store holds, and compare bit for bit.

    What was first heard of after it was frozen is left out; that two codes are one dossier is
    known for all time, once it is. Rates of a close are compared with those kept beside its
    reconciliation.
    """
    with Session(services.engine) as session:
        is_intact = statements.is_intact(session, row)
    if not is_intact:
        return Verified(is_intact=False)
    before = frozen_in(row.content)
    try:
        after = _again(services, row, before, watch)
    except (NotFoundError, StatementError) as obstacle:
        return Verified(is_intact=True, obstacle=obstacle)
    if canonical(after) == row.content:
        return Verified(is_intact=True, is_reproduced=True)
    return Verified(
        is_intact=True,
        differing=differences(figures_of(before), figures_of(after)),
        grounds=differences(grounds_of(before.statement), grounds_of(after.statement)),
    )


def _again(services: Services, row: Statement, before: Frozen, watch: Watch) -> Frozen:
    told = before.statement
    progress = watch(Stage.RECONCILE, sides_of(services)[1])
    known_by = _made(services, row.reconciliation_id)
    count = counting(services, row.as_of, told.period, progress, known_by=known_by)
    if row.kind is StatementKind.CLOSE:
        return closed_again(count, row.reconciliation_id)
    return counted_again(count, services.directory.get(told.unit) if told.unit else None)


def _made(services: Services, reconciliation: int) -> datetime:
    """When a reconciliation was made: what it could know of."""
    with Session(services.engine) as session:
        return reconciliations.get(session, reconciliation).created_at
