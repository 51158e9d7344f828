"""Answering a mail: what somebody said by a link in it, kept with the incidents it speaks of."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from models.incident import Incident, IncidentStep
from models.types import IncidentState, IncidentStepKind
from worker.bootstrap import Services
from worker.core.alerts.tokens import Answer
from worker.core.privacy import scrub
from worker.db import incidents
from worker.db.incidents import Act
from worker.db.sources import identity
from worker.errors import NotFoundError
from worker.i18n import text
from worker.log import logger

LONGEST_COMMENT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What came of an answer: how many incidents it was ``kept`` for now, or had been ``before``.

    ``over`` are those that had ended by themselves.
    """

    kept: int = 0
    before: int = 0
    over: int = 0

    @property
    def concerned(self) -> int:
        """How many incidents the answer is about that are still known."""
        return self.kept + self.before + self.over


def about(services: Services, answer: Answer) -> list[Incident]:
    """The incidents an answer is about, as far as they are still known."""
    with Session(services.engine, expire_on_commit=False) as session:
        return _known(session, answer)


def keep_answer(services: Services, answer: Answer, comment: str) -> Answered:
    """Keep an answer with every incident it is about, once.

    The same answer again changes nothing, unless it brings another comment. A comment is kept
    without what may be personal data.
    """
    by = text("console.answer.by", unit=unit_name(services, answer.unit))
    said = scrub(comment.strip(), LONGEST_COMMENT) or None
    with Session(services.engine) as session, session.begin():
        done = Act(what=answer.what, by=by, text=said)
        became = [_keep(services, session, row, done) for row in _known(session, answer)]
    logger().info("mail_answered", what=answer.what.value, unit=answer.unit, kept=len(became))
    return Answered(**{name: became.count(name) for name in dict.fromkeys(became)})


def _keep(services: Services, session: Session, row: Incident, done: Act) -> str:
    number = identity(row.id)
    steps = incidents.steps_of(session, number)
    same = [step for step in steps if _is_same(step, row, done)]
    now = services.clock()
    if same and done.text in (None, *(step.text for step in same)):
        return "before"
    if row.state is IncidentState.OPEN and not same:
        incidents.act(session, number, done, now)
        return "kept"
    if done.text is not None and not _was_said(steps, done.text):
        said = Act(what=IncidentStepKind.COMMENTED, by=done.by, text=done.text)
        incidents.act(session, number, said, now)
    return "before" if same else "over"


def _is_same(step: IncidentStep, row: Incident, done: Act) -> bool:
    """Whether it was said before, since the incident began."""
    return step.what is done.what and step.by == done.by and step.at >= row.opened_at


def _was_said(steps: Sequence[IncidentStep], comment: str) -> bool:
    return any(step.text == comment for step in steps)


def _known(session: Session, answer: Answer) -> list[Incident]:
    found = []
    for number in answer.incidents:
        try:
            found.append(incidents.get(session, number))
        except NotFoundError:
            continue
    return found


def unit_name(services: Services, code: str) -> str:
    """The unit's name; the province's where the mail was about all of it."""
    if not code:
        return services.settings.province.name
    unit = services.directory.get(code)
    return unit.name if unit else code
