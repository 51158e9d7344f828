"""Marking dossiers that records came to or left, for the next search for those under two codes."""

from collections.abc import Collection

from sqlmodel import Session

from worker.db import bulk
from worker.db.bulk import Target

_MARKS = Target("linkmark", ("dossier_id",))


def mark(session: Session, dossiers: Collection[int]) -> None:
    """Keep that records came to these dossiers or left them: no time of it is kept."""
    bulk.append(session, _MARKS, [(each,) for each in sorted(dossiers)])
