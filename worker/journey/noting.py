"""Writing down what is known of a unit or a dossier, for whoever looks at it next."""

from sqlmodel import Session

from models.operator import Note
from worker.bootstrap import Services
from worker.core.privacy import scrub
from worker.db import audit, notes
from worker.errors import PermanentError

LONGEST_NOTE = 500


def about_unit(code: str) -> str:
    """The subject of notes on a unit."""
    return f"unit {code}"


def about_dossier(number: int) -> str:
    """The subject of notes on a dossier, by its id in the store."""
    return f"dossier {number}"


def add_note(services: Services, subject: str, words: str, by: str) -> Note:
    """Keep what somebody wrote, without what may be personal data, here and in the audit trail.

    Raises:
        PermanentError: nothing is written, or more than ``LONGEST_NOTE`` characters.
    """
    # Browsers send each line end as two characters, but count it as one.
    said = words.replace("\r\n", "\n").strip()
    if not said:
        raise PermanentError("note_empty")
    if len(said) > LONGEST_NOTE:
        raise PermanentError("note_too_long", longest=LONGEST_NOTE)
    kept, now = scrub(said, LONGEST_NOTE), services.clock()
    with Session(services.engine, expire_on_commit=False) as session, session.begin():
        row = notes.add(session, subject, kept, by=by, now=now)
        audit.note(session, by=by, action="note_added", subject=subject, now=now, reason=kept)
    return row
