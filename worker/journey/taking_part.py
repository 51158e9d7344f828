"""Who may take part in re-sends, and the trail that everything done about them leaves."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from models.roles import Role
from worker.bootstrap import Services
from worker.core.access import Who
from worker.db import audit, operators
from worker.db.sources import identity
from worker.errors import AccessError, ResendError

LONGEST_REASON = 500


def require_on(services: Services) -> None:
    """Make sure that dossiers may be sent again at all.

    Raises:
        ResendError: it is off.
    """
    if not services.settings.resend.enabled:
        raise ResendError("resend_off")


def require_role(session: Session, by: str, role: Role) -> None:
    """Make sure that somebody may do what ``role`` may, where there are accounts at all.

    Raises:
        AccessError: there is no such account, or it may not.
    """
    accounts = operators.listed(session)
    if not accounts:
        return
    found = next((each for each in accounts if each.name == by.lower()), None)
    if found is None or found.disabled_at is not None:
        raise AccessError("no_account", account=by)
    if not Who(id=identity(found.id), name=found.name, role=found.role).may(role):
        raise AccessError("may_not")


def note(
    session: Session,
    by: str,
    action: str,
    number: int,
    now: datetime,
    reason: str | None = None,
    **detail: Any,
) -> None:
    """Keep who did what about a request, in the transaction that does it."""
    audit.note(
        session,
        by=by,
        action=action,
        subject=f"resend {number}",
        now=now,
        reason=reason,
        **detail,
    )
