"""From when on something is an incident, and how often somebody is told of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """What a unit may show before it is an incident.

    ``min_difference`` and ``min_unexplained`` are dossiers, of either sign; ``min_late_share`` is a
    share of those resolved on the portal, ``min_sync_rate`` of those received; ``max_sync_lag`` is
    exceeded by the slowest twentieth of changes; ``max_quarantined`` are records of a source.
    """

    min_difference: int = 1
    min_late_share: float = 0.10
    min_unexplained: int = 5
    min_sync_rate: float = 0.90
    max_sync_lag: timedelta = timedelta(days=1)
    max_quarantined: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A province's thresholds with those of single ``units``, and the times of telling.

    Something counts once it is seen again ``confirm_after`` later on fresh data (design, section 7,
    promise 11). Nobody is told of the same incident twice within ``quiet_for``; without change it
    is told again ``repeat_every``; where nobody acts for ``escalate_after`` the next role is told.
    """

    usual: Thresholds = Thresholds()
    units: Mapping[str, Thresholds] = field(default_factory=dict)
    confirm_after: timedelta = timedelta(minutes=30)
    quiet_for: timedelta = timedelta(hours=4)
    repeat_every: timedelta = timedelta(days=2)
    escalate_after: timedelta = timedelta(days=1)

    def of(self, unit: str) -> Thresholds:
        """The thresholds of a unit."""
        return self.units.get(unit, self.usual)
