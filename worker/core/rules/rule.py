"""A counting rule as a set of treatments: how it deals with each thing that rules differ in.

Rules are data on purpose. Where two rules disagree about a dossier, putting one treatment of the
first into the second shows which point makes the difference, and that is the rule cause. So every
treatment belongs to exactly one cause, and all of them together are the whole rule.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

from models.types import Cause, Status


class Granularity(StrEnum):
    """What is compared with the due time: moments, or local calendar days."""

    SECOND = "second"
    DAY = "day"


class Early(StrEnum):
    """What counts as ended before time. It is told in the reason and never makes anything late.

    SESSION: before the half-day session that holds the due time; DAY: before the due day.
    """

    UNTOLD = "untold"
    SESSION = "session"
    DAY = "day"


class NoDueDate(StrEnum):
    """What becomes of a dossier without a due date.

    STATUTORY_LIMIT: receipt plus the procedure's maximum stands in. ON_TIME and EARLY: never late,
    in that bucket once it ended. LEFT_OUT: in no bucket once it ended; while open it is in time.
    """

    STATUTORY_LIMIT = "statutory_limit"
    ON_TIME = "on_time"
    EARLY = "early"
    LEFT_OUT = "left_out"


class Halt(StrEnum):
    """What becomes of a dossier that stands still: waiting, stopped, or withdrawn.

    COMPARED: its clock ends there, and that end is compared with the due time. ON_TIME: it ended,
    and is in time whatever the due time. WAITS: it stays open, in time whatever the due time.
    LEFT_OUT: not counted. IN_BOTH: counted as open in time and as open late alike; of the two this
    model keeps the late one, a dossier having one category.
    """

    COMPARED = "compared"
    ON_TIME = "on_time"
    WAITS = "waits"
    LEFT_OUT = "left_out"
    IN_BOTH = "in_both"


class EndSource(StrEnum):
    """Where the end is read.

    PROGRESS: the course of the dossier, events first. RELEASE: OpenCPS's release. HEADER: the
    header's end, else its handing over, where its status is an end.
    """

    PROGRESS = "progress"
    RELEASE = "release"
    HEADER = "header"


class CarriedUntil(StrEnum):
    """Until when a dossier stays in the population of later periods.

    RETURN: an ended one is counted only once it is handed over, and only where it ended and was
    handed over in the same period; in between, or ended in an earlier one, it vanishes.
    """

    END = "end"
    END_OR_RETURN = "end_or_return"
    RETURN = "return"


@dataclass(frozen=True, slots=True)
class Comparing:
    """How the end is compared with the due time; cause GRANULARITY.

    ``late_at_due``: an open dossier is late in the due second itself; by the day, on the due day.
    """

    granularity: Granularity = Granularity.SECOND
    late_at_due: bool = False
    early: Early = Early.UNTOLD


@dataclass(frozen=True, slots=True)
class Supplements:
    """How supplement rounds count; cause SUPPLEMENTS."""

    credit_answered: bool
    many_rounds_late: bool


@dataclass(frozen=True, slots=True)
class Population:
    """Which dossiers are counted at all; cause POPULATION. ``systems`` None: all."""

    systems: frozenset[int] | None
    new: bool
    refused: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """What an unanswered request does; cause WAITING.

    COMPARED reads the request from the course of the dossier; the others go by the ``statuses``
    that wait.
    """

    halt: Literal[Halt.COMPARED, Halt.WAITS, Halt.LEFT_OUT, Halt.IN_BOTH]
    statuses: frozenset[Status] = frozenset()


@dataclass(frozen=True, slots=True)
class EarlyEnds:
    """What becomes of a withdrawn and of a stopped dossier; cause WITHDRAWN_OR_STOPPED."""

    withdrawn: Halt
    stopped: Halt


@dataclass(frozen=True, slots=True)
class Window:
    """To which period a dossier belongs, and when an open one is judged; cause PERIOD.

    ``looks_ahead``: at the end of the period even where that is still to come, so that a report
    run early shows what is not due yet as late.
    """

    carried_until: CarriedUntil
    looks_ahead: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A named, versioned counting rule."""

    name: str
    version: int
    comparing: Comparing
    supplements: Supplements
    population: Population
    no_due_date: NoDueDate
    waiting: Waiting
    early_ends: EarlyEnds
    window: Window
    end_source: EndSource

    def with_treatment(self, cause: Cause, other: "Rule") -> "Rule":
        """This rule, but with the ``other`` rule's treatment of what ``cause`` stands for."""
        match cause:
            case Cause.GRANULARITY:
                return replace(self, comparing=other.comparing)
            case Cause.SUPPLEMENTS:
                return replace(self, supplements=other.supplements)
            case Cause.POPULATION:
                return replace(self, population=other.population)
            case Cause.NO_DUE_DATE:
                return replace(self, no_due_date=other.no_due_date)
            case _:
                return self._with_late_treatment(cause, other)

    def _with_late_treatment(self, cause: Cause, other: "Rule") -> "Rule":
        match cause:
            case Cause.WAITING:
                return replace(self, waiting=other.waiting)
            case Cause.WITHDRAWN_OR_STOPPED:
                return replace(self, early_ends=other.early_ends)
            case Cause.PERIOD:
                return replace(self, window=other.window)
            case Cause.END_CHOICE:
                return replace(self, end_source=other.end_source)
            case _:
                message = f"{cause} is not a rule cause"
                raise AssertionError(message)
