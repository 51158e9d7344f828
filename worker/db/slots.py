"""Turns of the schedule: which run took which."""

from collections.abc import Collection

from sqlmodel import Session, col, select

from models.source import SyncRun


def runs_of_slots(session: Session, keys: Collection[str]) -> dict[str, SyncRun]:
    """The runs that took turns, by the key of the turn (``core.schedule.slot_key``)."""
    if not keys:
        return {}
    rows = session.exec(select(SyncRun).where(col(SyncRun.slot).in_(keys)))
    return {row.slot: row for row in rows if row.slot is not None}
