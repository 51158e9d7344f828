"""What is asked of a journey, and what came of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from models.types import RunState, Trigger
from worker.core.outcome import Report
from worker.errors import DoisoatError
from worker.flow import Stage
from worker.ports import Progress

# Shows how far one stage of one source has come.
Watch = Callable[[Stage, str], Progress]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked for: which source (None: all), how much of it, by whom and why."""

    trigger: Trigger = Trigger.OPERATOR
    source: str | None = None
    unit: str | None = None
    since: date | None = None
    full: bool = False
    pull_only: bool = False
    by: str | None = None
    reason: str | None = None


@dataclass(slots=True)
class Travelled:
    """What came of a journey: the state of each source's run, what went wrong, the report."""

    states: dict[str, RunState] = field(default_factory=dict)
    troubles: list[DoisoatError] = field(default_factory=list)
    report: Report | None = None

    @property
    def is_complete(self) -> bool:
        """Whether every pull proved that nothing was missed."""
        return all(state is RunState.COMPLETE for state in self.states.values())
