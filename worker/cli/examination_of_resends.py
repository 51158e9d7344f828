"""The doctor's look at re-sends: what keeps dossiers from being sent again."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from models.roles import Role
from models.types import Side
from worker.cli.finding import Finding, Level, problem
from worker.errors import DoisoatError
from worker.i18n import text
from worker.i18n.numbers import number

if TYPE_CHECKING:
    from sqlmodel import Session

    from worker.db.resend_pulse import ResendPulse
    from worker.settings.model import Settings

# By then somebody has seen a request and decided about it.
_PATIENCE = timedelta(days=1)
_NAMED = 5


def resends_examined(session: "Session", settings: "Settings", now: datetime) -> Iterator[Finding]:
    """What hinders requests, and which of them wait for somebody; nothing where nobody uses it."""
    from worker.db.resend_pulse import resend_pulse

    found = resend_pulse(session, now, _PATIENCE)
    if not settings.resend.enabled:
        if found.opened:
            yield _warning("off", count=number(found.opened))
        return
    hindrances = [*_people(session), *_call(settings), *_standing(found)]
    yield from hindrances
    if all(each.level is Level.NOTE for each in hindrances):
        said = text("doctor.resends.moves", count=number(found.opened))
        yield Finding("resends", Level.OK, said)


def _people(session: "Session") -> Iterator[Finding]:
    """Whether there are two accounts, one that may ask and another that may approve."""
    from worker.core.access import Who
    from worker.db.operators import listed

    accounts = listed(session)
    people = [
        Who(id=each.id or 0, name=each.name, role=each.role)
        for each in accounts
        if each.disabled_at is None
    ]
    if accounts and not any(each.may(Role.APPROVER) for each in people):
        yield _warning("no_approver")
    elif sum(each.may(Role.OPERATOR) for each in people) == 1:
        yield _warning("one_alone")


def _call(settings: "Settings") -> Iterator[Finding]:
    """Whether the province's system can be asked at all."""
    from worker.bootstrap import upstream

    try:
        name, _ = settings.source_on(Side.PROVINCE)
        source = upstream(settings, name)
    except DoisoatError as error:
        yield problem("resends", error, "doctor.resends.call_advice")
        return
    source.close()
    if source.resend is None:
        yield Finding("resends", Level.NOTE, text("doctor.resends.by_list", source=name))


def _standing(found: "ResendPulse") -> Iterator[Finding]:
    if found.held:
        yield _warning("held", requests=_named(found.held), id=found.held[0])
    if found.asked:
        yield _warning("asked", requests=_named(found.asked), id=found.asked[0])
    if found.approved:
        yield _warning("approved", requests=_named(found.approved), id=found.approved[0])
    if found.unanswered:
        yield _warning("unanswered", count=number(found.unanswered))


def _warning(what: str, **values: object) -> Finding:
    said = text(f"doctor.resends.{what}", **values)
    advice = text(f"doctor.resends.{what}_advice", **values)
    return Finding("resends", Level.WARNING, said, advice)


def _named(requests: Sequence[int]) -> str:
    named = ", ".join(map(str, requests[:_NAMED]))
    return f"{named}, …" if len(requests) > _NAMED else named
