"""The people operators entered to get mails."""

from datetime import datetime

from sqlmodel import Session, col, func, select

from models.dossier import DossierRecord
from models.incident import Incident
from models.mail import Recipient
from models.types import IncidentState
from worker.errors import NotFoundError, PermanentError


def listed(session: Session) -> list[Recipient]:
    """All of them, in the order in which they were entered."""
    return list(session.exec(select(Recipient).order_by(col(Recipient.id))))


def add(session: Session, unit: str, email: str, role: str, *, by: str, now: datetime) -> Recipient:
    """Enter somebody for a unit.

    Raises:
        PermanentError: the address is entered for the unit already.
    """
    found = _of(session, unit, email)
    if found is not None:
        raise PermanentError("recipient_listed", email=found.email, unit=unit, role=found.role)
    row = Recipient(unit=unit, email=email, role=role, added_by=by, added_at=now)
    session.add(row)
    session.flush()
    return row


def remove(session: Session, unit: str, email: str) -> Recipient:
    """Take somebody out again.

    Raises:
        NotFoundError: the address is not entered for the unit.
    """
    row = _of(session, unit, email)
    if row is None:
        raise NotFoundError("recipient_unknown", email=email, unit=unit)
    session.delete(row)
    return row


def _of(session: Session, unit: str, email: str) -> Recipient | None:
    same = func.lower(Recipient.email) == email.lower()
    return session.exec(select(Recipient).where(Recipient.unit == unit, same)).one_or_none()


def units_concerned(session: Session) -> set[str]:
    """The units there may be something to write to about: with dossiers, or an open incident."""
    told = select(Incident.unit).where(Incident.state == IncidentState.OPEN, Incident.unit != "")
    held = select(DossierRecord.unit)
    return {*session.exec(told.distinct()), *session.exec(held.distinct())}
