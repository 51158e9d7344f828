"""Sightings: which rows a running pull has seen, window by window."""

from collections.abc import Iterable

from sqlmodel import Session, col, delete, func, select

from models.source import Sighting
from worker.db import bulk
from worker.db.bulk import Target

_SIGHTINGS = Target("sighting", ("run_id", "row", "window"), keys=("run_id", "row", "window"))


def note(session: Session, run_id: int, window: str, rows: Iterable[str]) -> int:
    """Note rows as seen; returns how many of them had not been seen in this window before."""
    return bulk.enter(session, _SIGHTINGS, [(run_id, row, window) for row in dict.fromkeys(rows)])


def count(session: Session, run_id: int, window: str) -> int:
    """How many different rows of a window have been seen."""
    query = select(func.count()).where(Sighting.run_id == run_id, Sighting.window == window)
    return session.exec(query).one()


def count_all(session: Session, run_id: int) -> int:
    """How many different rows a run has seen in all its windows."""
    query = select(func.count(func.distinct(Sighting.row))).where(Sighting.run_id == run_id)
    return session.exec(query).one()


def forget(session: Session, run_id: int, window: str | None = None) -> None:
    """Forget what was seen: of one window before another pass, of all once the run is over."""
    query = delete(Sighting).where(col(Sighting.run_id) == run_id)
    if window is not None:
        query = query.where(col(Sighting.window) == window)
    session.exec(query)
