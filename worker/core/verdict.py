"""A verdict: the instants at which one rule sees one record counted, ended and late."""

from dataclasses import dataclass
from datetime import datetime

from models.types import Category, Period
from worker.core.times import period_end, period_start


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a counting rule says of a record as it stands. All instants are aware, None is never.

    ``counted_from`` is when it enters the statistics, ``ends_at`` when its clock stopped,
    ``leaves_at`` the last instant that keeps it in a period's population, ``late_from`` the first
    second at which it counts as late. ``weight`` is how often the rule counts it. ``reason`` is a
    key of the message catalogue (``rules.<reason>``).
    """

    reason: str
    counted_from: datetime | None = None
    ends_at: datetime | None = None
    leaves_at: datetime | None = None
    late_from: datetime | None = None
    waiting: bool = False
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Span:
    """The counting window: from the first second of a period to the cut-off, both included."""

    start: datetime
    cutoff: datetime


def span_of(period: Period, as_of: datetime) -> Span:
    """The window in which ``period`` is counted at ``as_of``: never beyond the period's end."""
    return Span(period_start(period), min(as_of, period_end(period)))


def is_counted(verdict: Verdict, span: Span) -> bool:
    """Whether the record belongs to the population.

    Received in the period, or carried over into it: received earlier and not yet gone when it
    began (domain, counting population).
    """
    received = verdict.counted_from
    if received is None or received > span.cutoff:
        return False
    return received >= span.start or verdict.leaves_at is None or verdict.leaves_at >= span.start


def late_count(verdict: Verdict, span: Span) -> int:
    """How often the record counts as late in the window: 0, or the verdict's weight."""
    late = verdict.late_from is not None and verdict.late_from <= span.cutoff
    return verdict.weight if late and is_counted(verdict, span) else 0


def category(verdict: Verdict, span: Span) -> Category | None:
    """Where the record falls in the window's statistics; None where it isn't counted."""
    if not is_counted(verdict, span):
        return None
    late = late_count(verdict, span) > 0
    if verdict.waiting:
        return Category.OPEN_LATE if late else Category.WAITING
    if verdict.ends_at is not None and verdict.ends_at <= span.cutoff:
        return Category.RESOLVED_LATE if late else Category.RESOLVED_ON_TIME
    return Category.OPEN_LATE if late else Category.OPEN_IN_TIME
