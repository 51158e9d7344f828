"""Who gets the mails about a unit, beside the province's ``recipients.csv``: entered, taken out.

Who and why stays in the audit trail. An address gets figures of the unit, and links by which
incidents are answered without an account.
"""

from datetime import datetime

from sqlmodel import Session

from models.mail import Recipient
from worker.bootstrap import Services
from worker.core.alerts.recipients import ROLES, address_in, role_in
from worker.core.reference import Recipient as Listed
from worker.core.units import Unit
from worker.db import audit, recipients
from worker.db.turns import one_by_one
from worker.errors import PermanentError


def add_recipient(
    services: Services, unit: Unit, email: str, role: str, by: str, reason: str | None = None
) -> Recipient:
    """Let somebody get the mails about a unit from now on; of the whole province: its unit's.

    Args:
        services: Where it is kept.
        unit: The unit it is about.
        email: The address as it was typed.
        role: One of ``ROLES``, or a word people use for it.
        by: Who enters it.
        reason: Why, if that was said.

    Raises:
        PermanentError: the address can't be written to, the role is none of ours, or the address
            gets the unit's mails already.
    """
    address, known = _address(email), _role(role)
    listed = _in_folder(services, unit.code, address)
    if listed is not None:
        raise PermanentError("recipient_listed", **_said(listed))
    now = services.clock()
    with Session(services.engine, expire_on_commit=False) as session, session.begin():
        # Before anything is read, so that a form sent twice is told the second time.
        one_by_one(session)
        row = recipients.add(session, unit.code, address, known, by=by, now=now)
        _note(session, "recipient_added", row, by, now, reason)
    return row


def unlisted_recipients(services: Services) -> list[Recipient]:
    """Those entered for units that the province lists no longer, and who get no mails so."""
    listed = {unit.code for unit in services.directory.units}
    with Session(services.engine, expire_on_commit=False) as session:
        return [each for each in recipients.listed(session) if each.unit not in listed]


def is_unlisted(services: Services, unit: str) -> bool:
    """Whether somebody is entered for a unit that the province lists no longer."""
    return any(each.unit == unit for each in unlisted_recipients(services))


def remove_recipient(
    services: Services, unit: str, email: str, by: str, reason: str | None = None
) -> Recipient:
    """Let somebody get no more mails about the unit with this code; who it was.

    Raises:
        PermanentError: it is the province's file that names them.
        NotFoundError: nobody entered that address for the unit.
    """
    listed = _in_folder(services, unit, email)
    if listed is not None:
        raise PermanentError("recipient_in_folder", **_said(listed))
    now = services.clock()
    with Session(services.engine, expire_on_commit=False) as session, session.begin():
        one_by_one(session)
        row = recipients.remove(session, unit, email.strip())
        _note(session, "recipient_removed", row, by, now, reason)
    return row


def _address(text: str) -> str:
    address = address_in(text)
    if address is None:
        raise PermanentError("recipient_no_address", value=text.strip())
    return address


def _role(text: str) -> str:
    role = role_in(text)
    if role is None:
        raise PermanentError("recipient_no_role", value=text.strip(), allowed=", ".join(ROLES))
    return role


def _in_folder(services: Services, unit: str, email: str) -> Listed | None:
    """Whom the province's own list names; it is changed in its file."""
    same = (unit, email.strip().lower())
    people = services.province.recipients
    return next((each for each in people if (each.unit, each.email.lower()) == same), None)


def _said(listed: Listed) -> dict[str, str]:
    return {"email": listed.email, "unit": listed.unit, "role": listed.role}


def _note(
    session: Session, action: str, row: Recipient, by: str, now: datetime, reason: str | None
) -> None:
    audit.note(
        session,
        by=by,
        action=action,
        subject=f"unit {row.unit}",
        now=now,
        reason=reason,
        email=row.email,
        role=row.role,
    )
