"""Taking on discrepancies: somebody says that they see to one, by a command or in the console."""

from typing import Final

from sqlmodel import Session

from models.reconciliation import Discrepancy
from models.types import DiscrepancyState
from worker.bootstrap import Services
from worker.core.privacy import scrub
from worker.db import audit, discrepancies
from worker.errors import PermanentError

LONGEST_NOTE: Final = 500


def acknowledge(services: Services, number: int, by: str, note: str | None = None) -> Discrepancy:
    """Keep that somebody has taken on a discrepancy, until it closes; the last to do so has it.

    The note is kept without what may be personal data, here and in the audit trail.

    Raises:
        NotFoundError: there is none of this number.
        PermanentError: the two sides agree by now, or the note is too long.
    """
    said = (note or "").replace("\r\n", "\n").strip()
    if len(said) > LONGEST_NOTE:
        raise PermanentError("note_too_long", longest=LONGEST_NOTE)
    kept, now = scrub(said, LONGEST_NOTE) if said else None, services.clock()
    with Session(services.engine, expire_on_commit=False) as session, session.begin():
        row = discrepancies.get(session, number)
        if row.state is not DiscrepancyState.OPEN:
            raise PermanentError("discrepancy_closed", discrepancy=number)
        row.acknowledged_at, row.acknowledged_by, row.note = now, by, kept
        session.add(row)
        audit.note(
            session,
            by=by,
            action="discrepancy_acknowledged",
            subject=f"discrepancy {number}",
            now=now,
            reason=kept,
            dossier=row.code,
        )
        session.flush()
        # What is told of its pair's last reconciliation is read with it, and not afterwards.
        session.refresh(row)
    return row
