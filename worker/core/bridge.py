"""The bridge: per unit, how the province's late count becomes the portal's, adding up exactly."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from models.types import Category, Cause, CountView
from worker.core.compare import Comparison
from worker.core.effects import Effect


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
            self.count(counted.unit, counted.view, counted.category, counted.count)
        self.add_effects(comparison.effects)
        for unit in comparison.presumed:
            self.presume(unit, 1)
        received = comparison.received
        if received is not None:
            self.receive(received.unit, 1, on_portal=received.on_portal)

    def add_effects(self, effects: Iterable[Effect], times: int = 1) -> None:
        """Take in what leads from one view to the next; with -1 take it out again."""
        for effect in effects:
            for unit, contribution in effect.contributions.items():
                self._line(unit).steps[effect.cause] += times * contribution

    def count(self, unit: str, view: CountView, category: Category, number: int) -> None:
        """Take in dossiers of one unit in one view and category."""
        self._line(unit).counts[view, category] += number

    def presume(self, unit: str, number: int) -> None:
        """Take in dossiers that were not looked up."""
        self._line(unit).presumed += number

    def receive(self, unit: str, number: int, *, on_portal: bool) -> None:
        """Take in dossiers received in the period, and whether the portal knows them."""
        line = self._line(unit)
        line.received += number
        line.on_portal += number if on_portal else 0

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
