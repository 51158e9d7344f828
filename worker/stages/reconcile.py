"""Reconcile: compare both sides at one as-of instant, dossier by dossier, and store the result."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session

from models.types import EventKind, Period
from worker.core.judged import Rulebook
from worker.core.outcome import Report
from worker.core.units import UnitDirectory
from worker.db import corrections, discrepancies, discrepancy_life, events, reconciliations, runs
from worker.db.cases import Scope, Sides
from worker.db.counting import Counting, count
from worker.db.discrepancies import Pair
from worker.db.pair_counts import presumed
from worker.db.reconciliations import Made
from worker.db.runs import Run
from worker.db.survey import Survey
from worker.ports import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconcile:
    """One reconciliation: of which sources, at which instant, for which period, by which rules.

    ``by_hand`` only reports, and so does one ``of_the_past``; otherwise, where both sides were read
    completely, discrepancies open and close by what is found. ``run``: what it is done for; where
    another process has taken that over, nothing is stored. Where its report is not ``listed``, it
    names no dossiers: they are in the store.
    """

    engine: Engine
    sides: Sides
    period: Period
    rulebook: Rulebook
    directory: UnitDirectory
    clock: Callable[[], datetime]
    progress: Progress
    by_hand: bool
    of_the_past: bool = False
    run: Run | None = None
    listed: bool = True

    @property
    def is_current(self) -> bool:
        """Whether it says how things stand, and not only how they stood."""
        return not (self.by_hand or self.of_the_past)

    @property
    def counting(self) -> Counting:
        """What is counted for it."""
        return Counting(
            sides=self.sides,
            period=self.period,
            rulebook=self.rulebook,
            directory=self.directory,
            progress=self.progress,
            keep=self.is_current,
            listed=self.listed,
        )


def reconcile(task: Reconcile) -> Report:
    """Compare, store, and report in the form of the JSON contract.

    Same records, same as-of, same rules: the same report, bit for bit, but for its number.
    """
    with Session(task.engine) as session, session.begin():
        now = task.clock()
        found = count(session, task.counting, now)
        made = Made(by_hand=task.by_hand, of_the_past=task.of_the_past, digest=found.digest, at=now)
        key = reconciliations.store(session, found.outcome, task.sides, made)
        if found.outcome.complete and task.is_current:
            pair = Pair(task.sides.province_id, task.sides.portal_id, key, task.sides.as_of)
            _live_on(session, task.sides, pair, found.survey)
        if task.sides.scope is Scope.EVERYTHING:
            corrections.after_reconciling(session, key, found.report, now)
        if not task.by_hand:
            payload = {"reconciliation": key, "run": task.run and task.run.id}
            events.append(session, EventKind.RECONCILIATION_FINISHED, payload, now)
        if task.run is not None:
            runs.save(session, task.run, task.clock())
    return {"reconciliation": key} | found.report


def _live_on(session: Session, sides: Sides, pair: Pair, found: Survey) -> None:
    if found.kept:
        discrepancy_life.follow(session, pair)
        return
    lasting = discrepancies.open_in(session, pair)
    undecided = found.undecided | presumed(session, sides, lasting)
    discrepancy_life.live_on(session, pair, found.findings, undecided)
