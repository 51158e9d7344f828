"""Counting both sides: compared dossier by dossier and summed up, with nothing stored of it."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from models.types import Period
from worker.core.judged import Rulebook
from worker.core.lineage import counting_day
from worker.core.outcome import Outcome, Report, digest_of, report_of
from worker.core.units import UnitDirectory
from worker.db.cases import Sides
from worker.db.pair_survey import PairSurvey, survey_pair
from worker.db.pair_verdicts import bring_up_to_date
from worker.db.survey import Survey, outcome_of
from worker.ports import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """What is counted: which sources at which instant, for which period, by which rules.

    ``keep``: it is the newest state of the two sources, and kept for the next time. ``listed``:
    every finding is wanted, and not their sum alone.
    """

    sides: Sides
    period: Period
    rulebook: Rulebook
    directory: UnitDirectory
    progress: Progress
    keep: bool = False
    listed: bool = True


@dataclass(frozen=True, slots=True)
class Counted:
    """What comparing found: the figures, their report, and the hash over every finding."""

    survey: Survey
    outcome: Outcome
    report: Report
    digest: str


def count(session: Session, task: Counting, now: datetime) -> Counted:
    """Compare and report; same records, same as-of, same rules: the same report and digest."""
    bring_up_to_date(session, task.sides, task.rulebook, task.progress, now)
    found = survey_pair(
        PairSurvey(
            session=session,
            sides=task.sides,
            book=task.rulebook,
            heirs=task.directory.heirs_on(counting_day(task.sides.as_of, task.period)),
            progress=task.progress,
            keep=task.keep,
            listed=task.listed,
        )
    )
    outcome = outcome_of(session, task.sides, task.period, found)
    report = report_of(outcome, task.directory)
    return Counted(found, outcome, report, digest_of(report, outcome.prints))
