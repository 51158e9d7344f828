"""``/api/v1/audit``: the audit trail for programs."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field, StringConstraints

from worker.console.asking import Approves, Joint
from worker.console.audit_trail.shown import AuditEntryTold, search_for, trail
from worker.console.calls import FAULTS, Listing, Wanted

router = APIRouter(prefix="/api/v1/audit", tags=["audit"], responses={**FAULTS})

_MOST = 500

Text = Annotated[str | None, StringConstraints(max_length=200)]
Day = Annotated[str | None, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class AuditAsked(Wanted):
    """What is asked for: ``kind`` and ``subject`` together say what to, such as "run" and "12".

    ``since`` and ``until`` are local days, both included.
    """

    by: Text = None
    action: Text = None
    kind: Text = None
    subject: Text = None
    since: Day = None
    until: Day = None
    limit: Annotated[int, Field(ge=1, le=_MOST)] = 50
    offset: Annotated[int, Field(ge=0, le=10_000_000)] = 0


@router.get("")
def list_audit_entries(
    _who: Approves, services: Joint, asked: Annotated[AuditAsked, Query()]
) -> Listing[AuditEntryTold]:
    """Who did what to what, when and why, the newest first."""
    filters = {
        "by": asked.by,
        "action": asked.action,
        "kind": asked.kind,
        "subject": asked.subject,
        "from": asked.since,
        "to": asked.until,
    }
    plain = {name: said.replace("\0", "") for name, said in filters.items() if said}
    return trail(services, search_for(plain), asked.offset, asked.limit)
