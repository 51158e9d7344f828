"""Reconcile: compare both sides at one as-of instant, dossier by dossier, and store the result."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session

from models.types import EventKind, Period
from worker.core.judged import Rulebook
from worker.core.lineage import counting_day
from worker.core.outcome import Report, digest_of, report_of
from worker.core.units import UnitDirectory
from worker.db import discrepancies, discrepancy_life, events, reconciliations, runs
from worker.db.cases import Sides
from worker.db.discrepancies import Pair
from worker.db.pair_counts import presumed
from worker.db.pair_survey import PairSurvey, survey_pair
from worker.db.pair_verdicts import bring_up_to_date
from worker.db.reconciliations import Made
from worker.db.runs import Run
from worker.db.survey import Survey, outcome_of
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


def reconcile(task: Reconcile) -> Report:
    """Compare, store, and report in the form of the JSON contract.

    Same records, same as-of, same rules: the same report, bit for bit, but for its number.
    """
    with Session(task.engine) as session, session.begin():
        now = task.clock()
        bring_up_to_date(session, task.sides, task.rulebook, task.progress, now)
        heirs = task.directory.heirs_on(counting_day(task.sides.as_of, task.period))
        found = survey_pair(
            PairSurvey(
                session=session,
                sides=task.sides,
                book=task.rulebook,
                heirs=heirs,
                progress=task.progress,
                keep=task.is_current,
                listed=task.listed,
            )
        )
        outcome = outcome_of(session, task.sides, task.period, found)
        report = report_of(outcome, task.directory)
        made = Made(
            by_hand=task.by_hand,
            of_the_past=task.of_the_past,
            digest=digest_of(report, outcome.prints),
            at=now,
        )
        key = reconciliations.store(session, outcome, task.sides, made)
        if outcome.complete and task.is_current:
            pair = Pair(task.sides.province_id, task.sides.portal_id, key, outcome.as_of)
            _live_on(session, task.sides, pair, found)
        if not task.by_hand:
            payload = {"reconciliation": key, "run": task.run and task.run.id}
            events.append(session, EventKind.RECONCILIATION_FINISHED, payload, now)
        if task.run is not None:
            runs.save(session, task.run, task.clock())
    return {"reconciliation": key} | report


def _live_on(session: Session, sides: Sides, pair: Pair, found: Survey) -> None:
    if found.kept:
        discrepancy_life.follow(session, pair)
        return
    lasting = discrepancies.open_in(session, pair)
    undecided = found.undecided | presumed(session, sides, lasting)
    discrepancy_life.live_on(session, pair, found.findings, undecided)
