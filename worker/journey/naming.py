"""What operators decide about names of units: whose a name is, and that it is not so after all.

Who and why stays in the audit trail.
"""

from sqlmodel import Session

from models.decision import UnitAlias
from worker.bootstrap import Services
from worker.core.privacy import excerpt
from worker.core.units import LONGEST_NAME, Unit, alias_key
from worker.db import audit, unit_names
from worker.errors import NotFoundError, PermanentError
from worker.journey.rereading import read_known_again
from worker.stages.read_again import ReadResult


def decide_name(
    services: Services, name: str, unit: Unit, by: str, reason: str | None
) -> ReadResult:
    """Decide which unit a name means, and read what waited for that.

    Raises:
        PermanentError: the name says nothing, or the province's list knows it already.
    """
    _require_open(services, name)
    now, told = services.clock(), excerpt(name, LONGEST_NAME)
    with Session(services.engine) as session, session.begin():
        unit_names.assign(session, told, unit.code, by=by, reason=reason, at=now)
        audit.note(
            session,
            by=by,
            action="unit_name_assigned",
            subject=f"unit {unit.code}",
            now=now,
            reason=reason,
            name=told,
        )
    return read_known_again(services)


def forget_name(services: Services, name: str, by: str, reason: str | None) -> UnitAlias:
    """Take back a decision about a name; what it was.

    Raises:
        NotFoundError: nobody decided about it.
    """
    with Session(services.engine, expire_on_commit=False) as session, session.begin():
        row = unit_names.forget(session, name)
        if row is None:
            raise NotFoundError("unit_name_undecided", name=name)
        audit.note(
            session,
            by=by,
            action="unit_name_forgotten",
            subject=f"unit {row.unit}",
            now=services.clock(),
            reason=reason,
            name=row.name,
        )
    return row


def _require_open(services: Services, name: str) -> None:
    """That a decision about a name would say something that the list does not say already."""
    if not alias_key(name):
        raise PermanentError("unit_name_empty", name=name)
    listed = services.directory.named(name)
    if listed is not None:
        raise PermanentError("unit_name_listed", name=name, unit=listed.name, code=listed.code)
