"""Whether the rest of a request goes on, by what became of the first dossiers that went.

What is sent again counts in official figures. So the first ones are looked at before the rest goes,
and a request that makes more dossiers worse than it mends stops by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from models.resend_types import ResendResult

_SETTLED = frozenset({ResendResult.CLOSED, ResendResult.WORSE})


class Brake(StrEnum):
    """What the rest of a request does. WAIT: until the first ones have been looked at."""

    GO = "go"
    WAIT = "wait"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Trial:
    """How many dossiers go first (0: all go at once, and nothing stops by itself).

    ``look_after``: a difference that is still there is judged only so long after the dossier went.
    """

    dossiers: int
    look_after: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """A dossier that went; ``looked_at`` and ``result`` are those of the last look, if any.

    ``is_waited_for``: it is looked at again.
    """

    sent_at: datetime
    looked_at: datetime | None
    result: ResendResult | None
    is_waited_for: bool


def brake(gone: Sequence[Gone], trial: Trial) -> Brake:
    """What the rest does.

    Args:
        gone: The dossiers that went since somebody last approved, in the order in which they went.
        trial: How many go first.
    """
    if not trial.dossiers:
        return Brake.GO
    results = [each.result for each in gone]
    if results.count(ResendResult.WORSE) > results.count(ResendResult.CLOSED):
        return Brake.STOP
    first = gone[: trial.dossiers]
    is_over = len(first) < trial.dossiers or all(_is_judged(each, trial) for each in first)
    return Brake.GO if is_over else Brake.WAIT


def _is_judged(each: Gone, trial: Trial) -> bool:
    if each.result in _SETTLED or not each.is_waited_for:
        return True
    return each.looked_at is not None and each.looked_at >= each.sent_at + trial.look_after
