"""How bad an incident's numbers are, and whether they have changed enough to speak of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from models.types import IncidentKind

# A change counts from a tenth of what was told on, and never below the kind's own step.
_SHARE = 0.1
# Shares are read back from decimal text: what differs by less is the same.
_TINY = 1e-9

Value = Mapping[str, float]


class Change(Enum):
    """What became of an incident since it was told of."""

    NONE = auto()
    WORSE = auto()
    BETTER = auto()


@dataclass(frozen=True, slots=True)
class _Measure:
    """The number of a kind by its name, the least change of it, and which way is worse."""

    name: str
    step: float
    badness: Callable[[float], float] = abs


_MEASURES: Mapping[IncidentKind, _Measure] = {
    IncidentKind.LATE_DIFFERENCE: _Measure("difference", 1),
    IncidentKind.LATE_SHARE: _Measure("share", 0.01),
    IncidentKind.UNEXPLAINED: _Measure("unexplained", 1),
    IncidentKind.SYNC_RATE: _Measure("rate", 0.01, lambda rate: 1 - rate),
    IncidentKind.SYNC_LAG: _Measure("lag", 600),
    IncidentKind.QUARANTINE: _Measure("count", 1),
}


def change(kind: IncidentKind, told: Value, now: Value) -> Change:
    """What the numbers of now are beside those that were told; a source that is down is just down.

    A difference that changed its sign is worse: it is another one.
    """
    measure = _MEASURES.get(kind)
    if measure is None:
        return Change.NONE
    before, after = told[measure.name], now[measure.name]
    if before * after < 0:
        return Change.WORSE
    grown = measure.badness(after) - measure.badness(before)
    if abs(grown) + _TINY < max(measure.step, _SHARE * measure.badness(before)):
        return Change.NONE
    return Change.WORSE if grown > 0 else Change.BETTER
