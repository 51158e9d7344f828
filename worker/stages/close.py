"""Close: freeze the figures of a period for good, once it has been reconciled and measured."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session

from models.rates import StatementKind
from models.statement import Statement
from worker.core.outcome import of_unit
from worker.core.statement import Frozen, Grounds, statement_of
from worker.core.units import Unit
from worker.db import further, reconciliations, runs, statements
from worker.db.counting import Counted, Counting, count
from worker.db.runs import Run
from worker.db.statements import Seal
from worker.errors import StatementError


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """What is counted once more, exactly as its reconciliation did, and what it rests on.

    ``run``: what it is done for; where another process has taken that over, nothing is kept.
    """

    engine: Engine
    again: Counting
    grounds: Grounds
    clock: Callable[[], datetime]
    run: Run | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    """A period to close by the reconciliation just made of it.

    ``incomplete``: also where a side was not read completely, which ``seal.reason`` accounts for.
    """

    counting: Count
    reconciliation: int
    seal: Seal
    incomplete: bool = False


def close(task: Close) -> tuple[Statement, bool]:
    """Freeze a period's figures, unless it is closed; whether it was not before.

    One transaction: killed in the middle it leaves nothing.

    Raises:
        StatementError: a side was not read completely, or the figures are no longer those of the
            reconciliation.
    """
    told, again = task.counting, task.counting.again
    with Session(told.engine, expire_on_commit=False) as session, session.begin():
        known = statements.latest_close(session, again.period)
        if known is not None:
            return known, False
        found = count(session, again, task.seal.at)
        _require_same(session, task, found)
        frozen = frozen_of(session, task.counting, found, task.reconciliation)
        kind = StatementKind.CLOSE
        kept = statements.freeze(session, kind, task.reconciliation, frozen, task.seal)
        if told.run is not None:
            runs.save(session, told.run, told.clock())
    return kept


def sign(task: Close, unit: Unit | None) -> tuple[Statement, bool]:
    """Freeze the statement of a unit or (None) the province; whether it was not signed before.

    Raises:
        StatementError: as for ``close``.
    """
    with Session(task.counting.engine, expire_on_commit=False) as session, session.begin():
        found = count(session, task.counting.again, task.seal.at)
        _require_same(session, task, found)
        frozen = stated(task.counting, found, unit)
        kind = StatementKind.SIGNED
        return statements.freeze(session, kind, task.reconciliation, frozen, task.seal)


def counted_again(task: Count, unit: Unit | None) -> Frozen:
    """The statement as the store gives it now; nothing is frozen."""
    with Session(task.engine) as session, session.begin():
        return stated(task, count(session, task.again, task.clock()), unit)


def closed_again(task: Count, reconciliation: int) -> Frozen:
    """The figures of a close as the store gives them now; nothing is frozen."""
    with Session(task.engine) as session, session.begin():
        found = count(session, task.again, task.clock())
        return frozen_of(session, task, found, reconciliation)


def stated(task: Count, found: Counted, unit: Unit | None) -> Frozen:
    """The statement of what was counted."""
    report = found.report if unit is None else of_unit(found.report, unit.code, unit.name)
    one = unit is not None
    return Frozen(statement_of(report, found.digest, task.grounds, of_unit=one))


def frozen_of(session: Session, task: Count, found: Counted, reconciliation: int) -> Frozen:
    """The statement and everything else that a close freezes.

    Rates are those that were measured beside the reconciliation.
    """
    sides, period = task.again.sides, task.again.period
    figures = (
        further.by_category(found.outcome.bridge)
        | further.indicators(session, reconciliation)
        | further.published(session, sides.portal_id, period, sides.as_of)
    )
    return Frozen(stated(task, found, None).statement, further.told_by(figures))


def _require_same(session: Session, task: Close, found: Counted) -> None:
    if not found.outcome.complete and not task.incomplete:
        raise StatementError("statement_incomplete")
    row = reconciliations.get(session, task.reconciliation)
    if row.digest != found.digest:
        raise StatementError("statement_moved")
