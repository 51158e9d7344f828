"""A verdict: the instants at which one rule sees one record counted, ended and late."""

from dataclasses import dataclass
from datetime import datetime

from msgspec import Struct

from models.types import Category, Period
from worker.core.times import period_end, period_start


class Verdict(Struct, frozen=True, kw_only=True, gc=False):
    """What a counting rule says of a record as it stands. All instants are aware, None is never.

    ``counted_from`` is when it enters the statistics, ``ends_at`` when its clock stopped,
    ``leaves_at`` the last instant that keeps it in a period's population, ``late_from`` the first
    second at which it counts as late. ``weight`` is how often the rule counts it. ``reason`` is a
    key of the message catalogue (``rules.reason.<reason>``).

    From ``absent_from`` on, up to ``absent_until`` if that is told, it is out of the population.
    ``looks_ahead`` says that it is judged late or not at the period's end, even one still to come.
    """

    reason: str
    counted_from: datetime | None = None
    ends_at: datetime | None = None
    leaves_at: datetime | None = None
    late_from: datetime | None = None
    waiting: bool = False
    weight: int = 1
    absent_from: datetime | None = None
    absent_until: datetime | None = None
    looks_ahead: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """The counting window: from the first second of a period to the cut-off, both included.

    ``end`` is the period's last second; None where the window is not that of a period.
    """

    start: datetime
    cutoff: datetime
    end: datetime | None = None


def span_of(period: Period, as_of: datetime) -> Span:
    """The window in which ``period`` is counted at ``as_of``: never beyond the period's end."""
    end = period_end(period)
    return Span(period_start(period), min(as_of, end), end)


def is_counted(verdict: Verdict, span: Span) -> bool:
    """Whether the record belongs to the population.

    Received in the period, or carried over into it: received earlier and not yet gone when it
    began (domain, counting population).
    """
    received = verdict.counted_from
    if received is None or received > span.cutoff or _is_absent(verdict, span.cutoff):
        return False
    return received >= span.start or verdict.leaves_at is None or verdict.leaves_at >= span.start


def _is_absent(verdict: Verdict, at: datetime) -> bool:
    if verdict.absent_from is None or at < verdict.absent_from:
        return False
    return verdict.absent_until is None or at < verdict.absent_until


def late_count(verdict: Verdict, span: Span) -> int:
    """How often the record counts as late in the window: 0, or the verdict's weight."""
    judged_at = (span.end or span.cutoff) if verdict.looks_ahead else span.cutoff
    late = verdict.late_from is not None and verdict.late_from <= judged_at
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
