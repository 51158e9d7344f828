"""A counting rule as a set of treatments: how it deals with each thing that rules differ in.

Rules are data on purpose. Where two rules disagree about a dossier, putting one treatment of the
first into the second shows which point makes the difference, and that is the rule cause.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from models.types import Cause


class Granularity(StrEnum):
    """What is compared with the due time: moments, or local calendar days."""

    SECOND = "second"
    DAY = "day"


class NoDueDate(StrEnum):
    """What stands in where a dossier has no due date."""

    STATUTORY_LIMIT = "statutory_limit"
    ON_TIME = "on_time"


class WaitingClock(StrEnum):
    """What an unanswered supplement request does."""

    ENDS_AT_REQUEST = "ends_at_request"
    NEVER_LATE = "never_late"


class EndSource(StrEnum):
    """Where the end is read."""

    PROGRESS = "progress"
    RELEASE = "release"


class CarriedUntil(StrEnum):
    """Until when a dossier stays in the population of later periods."""

    END = "end"
    END_OR_RETURN = "end_or_return"


@dataclass(frozen=True, slots=True)
class Comparing:
    """How the end is compared with the due time; cause GRANULARITY."""

    granularity: Granularity = Granularity.SECOND
    late_at_due: bool = False  # an open dossier is late in the due second itself


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
class EarlyEnds:
    """Whether a withdrawn or a stopped dossier can be late; cause WITHDRAWN_OR_STOPPED."""

    withdrawn: bool
    stopped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A named, versioned counting rule."""

    name: str
    version: int
    comparing: Comparing
    supplements: Supplements
    population: Population
    no_due_date: NoDueDate
    waiting: WaitingClock
    early_ends: EarlyEnds
    carried_until: CarriedUntil
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
                return replace(self, carried_until=other.carried_until)
            case Cause.END_CHOICE:
                return replace(self, end_source=other.end_source)
            case _:
                message = f"{cause} is not a rule cause"
                raise AssertionError(message)
