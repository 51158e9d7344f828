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
from worker.db import discrepancies, events, reconciliations
from worker.db.cases import Sides
from worker.db.discrepancies import Pair
from worker.db.pair_counts import presumed
from worker.db.pair_verdicts import bring_up_to_date
from worker.db.survey import outcome_of, survey_pair
from worker.ports import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconcile:
    """One reconciliation: of which sources, at which instant, for which period, by which rules.

    ``by_hand`` only reports; otherwise, where both sides were read completely, discrepancies open
    and close by what is found.
    """

    engine: Engine
    sides: Sides
    period: Period
    rulebook: Rulebook
    directory: UnitDirectory
    clock: Callable[[], datetime]
    progress: Progress
    by_hand: bool


def reconcile(task: Reconcile) -> Report:
    """Compare, store, and report in the form of the JSON contract.

    Same records, same as-of, same rules: the same report, bit for bit, but for its number.
    """
    with Session(task.engine) as session, session.begin():
        now = task.clock()
        bring_up_to_date(session, task.sides, task.rulebook, task.progress, now)
        heirs = task.directory.heirs_on(counting_day(task.sides.as_of, task.period))
        found = survey_pair(session, task.sides, task.rulebook, task.progress, heirs)
        outcome = outcome_of(session, task.sides, task.period, found)
        report = report_of(outcome, task.directory)
        key = reconciliations.store(
            session,
            outcome,
            task.sides,
            by_hand=task.by_hand,
            digest=digest_of(report),
            now=now,
        )
        if outcome.complete and not task.by_hand:
            pair = Pair(task.sides.province_id, task.sides.portal_id, key, outcome.as_of)
            lasting = discrepancies.open_in(session, pair)
            undecided = found.undecided | presumed(session, task.sides, lasting)
            discrepancies.live_on(session, pair, outcome.findings, undecided)
        if not task.by_hand:
            events.append(session, EventKind.RECONCILIATION_FINISHED, {"reconciliation": key}, now)
    return {"reconciliation": key} | report
