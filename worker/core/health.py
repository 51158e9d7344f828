"""Sync health: how well a unit is kept in step with the portal (domain, section 4).

Figures are counts and samples that add up. A percentile or a rate of several units is taken over
all their samples and counts, never over their percentiles and rates.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from models.rates import Trait
from models.types import RecordView, Status
from worker.core.calendar import Calendar
from worker.core.compare import received_in
from worker.core.course import course_of
from worker.core.hours import Hours
from worker.core.judged import DossierCase
from worker.core.lag import Lag, Readings, Watch, has_event, lags_of
from worker.core.percentiles import delayed_percentile
from worker.core.reception import Reception, reception_of
from worker.core.verdict import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Yardstick:
    """By what the health of one period is measured: its window, our readings, working time."""

    span: Span
    as_of: datetime
    readings: Readings
    calendar: Calendar
    hours: Hours


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What one dossier says about the health of its unit; None where it has no part in a figure.

    ``on_portal``: received in the period, and whether the portal knows it (indicator 1.4);
    ``presumed`` where that is taken for granted, the portal not having been asked.
    ``events_missing``: the portal tells events of it, and whether one is missing.
    ``received_late``: filed online in the period, and whether it was, or is, received too late.
    """

    unit: str
    on_portal: bool | None = None
    presumed: bool = False
    lags: tuple[Lag, ...] = ()
    events_missing: bool | None = None
    received_late: bool | None = None


def signs_of(case: DossierCase, watch: Watch, by: Yardstick) -> Signs | None:
    """What one dossier says; None where nobody has it.

    It belongs to the unit that handles it at home, or to the portal's where nobody there has it.
    """
    first = next(iter((*case.province, *case.elsewhere, *case.portal)), None)
    if first is None:
        return None
    received = received_in(case, by.span)
    reception = _reception(case, by)
    return Signs(
        unit=first.unit,
        on_portal=received.on_portal if received else None,
        presumed=received is not None and case.presumed and not case.portal,
        lags=tuple(lags_of(case, watch, by.readings, by.span)),
        events_missing=_events_missing(case, by.span),
        received_late=reception.late if reception else None,
    )


def _reception(case: DossierCase, by: Yardstick) -> Reception | None:
    """How its reception stands at the as-of instant, where it was filed online in the period."""
    for view in case.province:
        filed = view.submitted_at
        if filed is not None and by.span.start <= filed <= by.span.cutoff and _may_be_online(view):
            return reception_of(view, by.calendar, by.hours, by.as_of)
    return None


def _may_be_online(view: RecordView) -> bool:
    """What was filed at the counter has no such deadline; where nobody tells, it may be online."""
    is_told = view.traits_told & Trait.FILED_ONLINE
    return not is_told or bool(view.traits & Trait.FILED_ONLINE)


def _events_missing(case: DossierCase, span: Span) -> bool | None:
    """Whether a record that tells events lacks one the portal counts by; None where none tells.

    Only what has a part in the period: received by its cut-off, and not over before it began. What
    is still new is not received, whatever date it bears, and has no event yet to lack.
    """
    told = [view for view in case.portal if view.events is not None and _has_part(view, span)]
    return any(map(_lacks_event, told)) if told else None


def _has_part(view: RecordView, span: Span) -> bool:
    if view.status is Status.NEW or view.received_at is None or view.received_at > span.cutoff:
        return False
    end = course_of(view).end
    return view.received_at >= span.start or end is None or end.at >= span.start


def _lacks_event(view: RecordView) -> bool:
    """No receipt event, or an end in the header alone."""
    if not has_event(view, Status.RECEIVED):
        return True
    return view.status.is_end and course_of(view).end is None


@dataclass(slots=True)
class UnitHealth:
    """One unit's figures. The counters hold how often each length in seconds occurs.

    ``arrived`` are lags of changes the portal shows, ``waiting`` what changes it does not show had
    waited when it was last asked, ``ages`` those of open discrepancies.
    """

    received: int = 0
    on_portal: int = 0
    presumed: int = 0
    arrived: Counter[int] = field(default_factory=Counter)
    waiting: Counter[int] = field(default_factory=Counter)
    events_told: int = 0
    events_missing: int = 0
    ages: Counter[int] = field(default_factory=Counter)
    filed_online: int = 0
    received_late: int = 0

    def lag(self, percent: int) -> int | None:
        """The lag in seconds that ``percent`` of the changes don't exceed; None without any.

        A change on its way counts with its wait so far once that is longer, so a portal that shows
        a few changes quickly and never shows the rest does not look quick.
        """
        return delayed_percentile(self.arrived, self.waiting, percent)

    def add(self, other: "UnitHealth") -> None:
        """Take another unit's figures in, for a total."""
        self.received += other.received
        self.on_portal += other.on_portal
        self.presumed += other.presumed
        self.arrived.update(other.arrived)
        self.waiting.update(other.waiting)
        self.events_told += other.events_told
        self.events_missing += other.events_missing
        self.ages.update(other.ages)
        self.filed_online += other.filed_online
        self.received_late += other.received_late


@dataclass(slots=True)
class Health:
    """The health of every unit that has anything to show.

    ``heirs`` names, for a unit that is no more, the unit that took over: its figures are summed
    into that one's.
    """

    heirs: Mapping[str, str] = field(default_factory=dict)
    units: dict[str, UnitHealth] = field(default_factory=dict)

    def add(self, signs: Signs, dossiers: int = 1) -> None:
        """Count in what one dossier says, or each of several that say the same."""
        line = self._line(signs.unit)
        if signs.on_portal is not None:
            line.received += dossiers
            line.on_portal += signs.on_portal * dossiers
            line.presumed += signs.presumed * dossiers
        for lag in signs.lags:
            (line.arrived if lag.arrived else line.waiting)[lag.seconds] += dossiers
        if signs.events_missing is not None:
            line.events_told += dossiers
            line.events_missing += signs.events_missing * dossiers
        if signs.received_late is not None:
            line.filed_online += dossiers
            line.received_late += signs.received_late * dossiers

    def add_open(self, unit: str, age: int) -> None:
        """Count an open discrepancy in, its age in seconds."""
        self._line(unit).ages[age] += 1

    def merge(self, other: "Health") -> None:
        """Take in what was measured over other dossiers."""
        for unit, line in other.units.items():
            self._line(unit).add(line)

    def total(self) -> UnitHealth:
        """The province as a whole."""
        total = UnitHealth()
        for line in self.units.values():
            total.add(line)
        return total

    def _line(self, unit: str) -> UnitHealth:
        return self.units.setdefault(self.heirs.get(unit, unit), UnitHealth())
