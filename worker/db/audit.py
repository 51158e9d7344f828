"""The audit trail: every change somebody made, kept with the change."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from models.audit import AuditEntry


def note(
    session: Session,
    *,
    by: str,
    action: str,
    subject: str,
    now: datetime,
    reason: str | None = None,
    **detail: Any,
) -> None:
    """Keep who did what to what and why, in the transaction that does it."""
    entry = AuditEntry(
        at=now, by=by, action=action, subject=subject, reason=reason, detail=dict(detail)
    )
    session.add(entry)
