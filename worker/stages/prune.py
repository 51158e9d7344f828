"""Prune: take away what is kept for a time only and whose time is over."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session

from worker.core.retention import Foresight, Retention, horizons
from worker.db import retention
from worker.ports import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Prune:
    """What is pruned, by which times, counted back from ``now``."""

    engine: Engine
    retention: Retention
    now: datetime
    progress: Progress


def prune(task: Prune) -> dict[str, int]:
    """Take away what is over; how many rows of each kind went. Once more takes nothing."""
    return retention.remove(
        task.engine, horizons(task.retention, task.now), task.now, task.progress
    )


def foresee(task: Prune) -> Foresight:
    """What ``prune`` would take away now; nothing is written."""
    by = horizons(task.retention, task.now)
    with Session(task.engine) as session:
        earliest = retention.reproducible_from(session)
    return Foresight(
        counts=retention.foreseen(task.engine, by),
        kept=retention.kept_of(),
        horizons=by,
        earliest=earliest,
    )
