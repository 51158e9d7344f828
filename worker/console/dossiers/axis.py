"""The axis of a dossier's timelines: where instants stand on it, and what is written along."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from worker.core.times import VIETNAM

# Room at either end, as shares of the width.
_LEFT, _RIGHT = 2.0, 96.0
_MOST_TICKS: Final = 6
_HOURS: Final = (1, 2, 3, 6, 12)
_DAYS: Final = (1, 2, 3, 5, 7, 10, 14)
_MONTHS: Final = (1, 2, 3, 6, 12, 24, 60, 120)
_SHORTEST: Final = timedelta(hours=2)
_SHORT: Final = timedelta(hours=36)


@dataclass(frozen=True, slots=True)
class Axis:
    """From one instant to another; places on it are in percent of the width."""

    first: datetime
    last: datetime

    def at(self, instant: datetime) -> float:
        """Where an instant stands; what lies outside stands at the end."""
        whole = self.last - self.first
        share = min(max((instant - self.first) / whole, 0.0), 1.0)
        return round(_LEFT + share * (_RIGHT - _LEFT), 2)

    @property
    def shows_hours(self) -> bool:
        """Whether it is so short that days say too little."""
        return self.last - self.first <= _SHORT

    @property
    def ticks(self) -> Sequence[datetime]:
        """Round instants on Vietnam's clock, few enough for a phone."""
        first, last = (each.astimezone(VIETNAM) for each in (self.first, self.last))
        for step in _steps(first, last, is_short=self.shows_hours):
            found = [each for each in step if first <= each <= last]
            if len(found) <= _MOST_TICKS:
                return found
        return ()


def axis_of(instants: Sequence[datetime], as_of: datetime, *, is_open: bool) -> Axis:
    """An axis on which all instants stand, and the as-of where something still goes on then."""
    told = [*instants, as_of] if is_open or not instants else list(instants)
    first, last = min(told), max(told)
    return Axis(first, max(last, first + _SHORTEST))


def _steps(first: datetime, last: datetime, *, is_short: bool) -> Iterator[Sequence[datetime]]:
    midnight = first.replace(hour=0, minute=0, second=0, microsecond=0)
    if is_short:
        for hours in _HOURS:
            yield _every(midnight, last, timedelta(hours=hours))
    for days in _DAYS:
        yield _every(midnight, last, timedelta(days=days))
    for months in _MONTHS:
        yield list(_firsts(midnight, last, months))


def _every(start: datetime, last: datetime, step: timedelta) -> Sequence[datetime]:
    return [start + step * place for place in range((last - start) // step + 1)]


def _firsts(start: datetime, last: datetime, months: int) -> Iterator[datetime]:
    """The first day of each month, of each third, of each year."""
    at = start.replace(day=1, month=1)
    while at <= last:
        yield at
        count = at.year * 12 + at.month - 1 + months
        at = at.replace(year=count // 12, month=count % 12 + 1)
