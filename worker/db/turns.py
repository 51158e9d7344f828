"""Who decides about the queue does so alone, so that nobody decides by what no longer holds."""

from sqlalchemy import false, func
from sqlmodel import Session, select, update

from models.source import SyncRun

# Any number that nothing else in the database locks by.
_NUMBER = 5_120_726


def one_by_one(session: Session) -> None:
    """Wait until no other transaction decides which runs there are and who has them.

    To be called first in a short transaction, and held until its end. What a run under way writes
    of itself doesn't wait for it.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.exec(select(func.pg_advisory_xact_lock(_NUMBER)))
        return
    # There is one writer at a time on the embedded database: whoever writes, even nothing.
    session.exec(update(SyncRun).where(false()).values(done=0))
