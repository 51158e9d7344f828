"""The bridge: per unit, how the province's late count becomes the portal's, adding up exactly."""

from collections import Counter
from dataclasses import dataclass, field

from models.types import Category, Cause, CountView
from worker.core.compare import Comparison


@dataclass(slots=True)
class UnitLine:
    """One unit's figures: dossiers per view and category, the steps between, the presumed.

    ``received`` are the dossiers received in the period, ``on_portal`` those of them the portal
    knows, presumed ones included: the two sides of the sync rate.
    """

    counts: Counter[tuple[CountView, Category]] = field(default_factory=Counter)
    steps: Counter[Cause] = field(default_factory=Counter)
    presumed: int = 0
    received: int = 0
    on_portal: int = 0

    def late(self, view: CountView) -> int:
        """How many dossiers count as late in ``view``."""
        return sum(
            count for (seen, where), count in self.counts.items() if seen is view and where.is_late
        )

    def counted(self, view: CountView) -> int:
        """How many dossiers the population of ``view`` has."""
        return sum(count for (seen, _), count in self.counts.items() if seen is view)

    @property
    def difference(self) -> int:
        """Late on the portal minus late at home: always the sum of the steps."""
        return self.late(CountView.PORTAL) - self.late(CountView.PROVINCE)

    def add(self, other: "UnitLine") -> None:
        """Take another line's figures in, for a total."""
        self.counts.update(other.counts)
        for cause, count in other.steps.items():
            self.steps[cause] += count
        self.presumed += other.presumed
        self.received += other.received
        self.on_portal += other.on_portal


@dataclass(slots=True)
class Bridge:
    """The lines of all units that have anything to show."""

    lines: dict[str, UnitLine] = field(default_factory=dict)

    def add(self, comparison: Comparison) -> None:
        """Count one dossier in."""
        for counted in comparison.counted:
            line = self._line(counted.unit)
            line.counts[counted.view, counted.category] += counted.count
        for effect in comparison.effects:
            for unit, contribution in effect.contributions.items():
                self._line(unit).steps[effect.cause] += contribution
        for unit in comparison.presumed:
            self._line(unit).presumed += 1
        if comparison.received is not None:
            line = self._line(comparison.received.unit)
            line.received += 1
            line.on_portal += comparison.received.on_portal

    def total(self) -> UnitLine:
        """The province as a whole."""
        total = UnitLine()
        for line in self.lines.values():
            total.add(line)
        return total

    def _line(self, unit: str) -> UnitLine:
        return self.lines.setdefault(unit, UnitLine())


def unexplained(published: int | None, recounted: int) -> int | None:
    """The portal's published late count minus our recount; None where nothing is published."""
    return None if published is None else published - recounted
