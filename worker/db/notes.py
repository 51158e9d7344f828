"""What operators wrote about units and dossiers."""

from datetime import datetime

from sqlmodel import Session, col, func, select

from models.operator import Note


def add(session: Session, subject: str, words: str, *, by: str, now: datetime) -> Note:
    """Keep what somebody wrote; ``subject`` is as ``Note`` says."""
    row = Note(subject=subject, at=now, by=by, text=words)
    session.add(row)
    session.flush()
    return row


def of_subject(
    session: Session, subject: str, *, limit: int, offset: int = 0
) -> tuple[int, list[Note]]:
    """How many notes there are about something, and a part of them, the newest first."""
    about = select(Note).where(Note.subject == subject)
    total = session.exec(select(func.count()).select_from(about.subquery())).one()
    newest = about.order_by(col(Note.id).desc()).offset(offset).limit(limit)
    return total, list(session.exec(newest))
