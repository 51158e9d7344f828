"""One unit's desk: hands out times, codes and pairs of records that agree with each other."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from itertools import count
from random import Random
from typing import TypedDict, Unpack

from worker.core.calendar import Calendar
from worker.core.reference import Procedure
from worker.simulator.records import HomeRow, PortalObject
from worker.simulator.traits import TraitPlan

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

PORTAL_STATUS = {
    "receiving": 1,
    "new": 2,
    "denied": 3,
    "processing": 4,
    "waiting": 5,
    "paying": 6,
    "cancelled": 7,
    "unresolved": 8,
    "releasing": 9,
    "done": 10,
}

_OPENS, _CLOSES = time(7, 30), time(17, 0)
_SATURDAY = 5
_TRIES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What all desks of a world share.

    ``latest`` is the last instant at which anything may have happened, well outside the grace
    time before ``as_of``; ``limited`` are the procedures with a statutory maximum, shortest first.
    """

    province: str
    as_of: datetime
    month_start: datetime
    latest: datetime
    calendar: Calendar
    procedures: tuple[Procedure, ...]
    limited: tuple[Procedure, ...]
    ids: "count[int]"
    traits: TraitPlan

    @property
    def length(self) -> timedelta:
        """How long the counting period has lasted."""
        return self.latest - self.month_start


class Details(TypedDict, total=False):
    """What else a pair of records may be given."""

    reference: str
    procedure: str
    system: int


@dataclass(slots=True)
class Desk:
    """One unit at work. ``names`` are the ways in which the portal may write its name."""

    frame: Frame
    rng: Random
    unit: str
    names: Sequence[str]
    neighbour: "Desk | None" = None
    numbers: dict[str, int] = field(default_factory=dict)

    def between(self, low: datetime, high: datetime) -> datetime:
        """An instant in ``[low, high)`` to the second, in working hours where there are any."""
        seconds = max(1, int((high - low).total_seconds()))
        chosen = low
        for _ in range(_TRIES):
            chosen = low + timedelta(seconds=int(self.rng.random() * seconds))
            if chosen.weekday() < _SATURDAY and _OPENS <= chosen.time() <= _CLOSES:
                break
        return chosen

    def steps(self, low: datetime, high: datetime, number: int) -> list[datetime]:
        """Instants in strictly rising order, one in each of ``number`` equal parts of the span."""
        part = timedelta(seconds=int((high - low).total_seconds()) // number)
        return [self.between(low + part * step, low + part * (step + 1)) for step in range(number)]

    def start(self) -> datetime:
        """From when on a dossier of this period may be received: sometimes the month before.

        Two or more steps from here to ``latest`` always end within the month.
        """
        length = self.frame.length
        if self.rng.random() < 0.2:  # noqa: PLR2004 - the share carried over
            return self.frame.month_start - min(12 * DAY, length * 0.9)
        return self.frame.month_start + _whole(length * (0.6 * self.rng.random()))

    def course(self, number: int) -> list[datetime]:
        """Steps of a dossier of this period, the last of them within the month."""
        return self.steps(_whole_second(self.start()), self.frame.latest, number)

    def later(self) -> datetime:
        """An instant to come, well after the as-of."""
        return self.between(self.frame.as_of + HOUR, self.frame.as_of + 15 * DAY)

    def code(self, day: datetime) -> str:
        """A fresh dossier code of this unit: the new form, now and then the old one."""
        prefix = old_agency_code(self.unit) if self.rng.random() < 0.15 else self.unit  # noqa: PLR2004
        stem = f"{prefix}-{day:%y%m%d}"
        self.numbers[stem] = self.numbers.get(stem, 0) + 1
        return f"{stem}-{self.numbers[stem]:04d}"

    def portal_code(self, day: datetime) -> str:
        """A code as the portal gives to what is born there."""
        return f"G22.99-{day:%y%m%d}-{next(self.frame.ids) % 1_000_000:06d}"

    def procedure(self) -> str:
        """The code of any procedure."""
        procedures = self.frame.procedures
        return self.rng.choice(procedures).code if procedures else "1.001612"

    def pair(
        self,
        status: str,
        received: datetime,
        due: datetime | None,
        end: datetime | None = None,
        **details: Unpack[Details],
    ) -> tuple[HomeRow, PortalObject]:
        """A dossier both sides agree about, received, and ended at ``end`` where there is one."""
        home = self.home(status, received, due, end, **details)
        return home, self.portal(home)

    def home(
        self,
        status: str,
        received: datetime,
        due: datetime | None,
        end: datetime | None = None,
        **details: Unpack[Details],
    ) -> HomeRow:
        """The province system's row of a dossier."""
        identity = next(self.frame.ids)
        code = self.code(received)
        return HomeRow(
            dossier_id=identity,
            code=code,
            reference=details.get("reference", f"{identity:08x}-0000-4000-8000-{identity:012x}"),
            unit=self.unit,
            procedure=details.get("procedure") or self.procedure(),
            status=status,
            submitted=received - _whole(HOUR * (0.1 + self.rng.random())),
            received=received,
            due=due,
            released=end,
            finished=self._finished(status, end),
            system=details.get("system", 0),
            drawn=self.frame.traits.at_home(code),
        )

    def _finished(self, status: str, end: datetime | None) -> datetime | None:
        if end is None or status == "releasing":
            return None
        if status != "done" or end >= self.frame.latest:
            return end
        return min(self.frame.latest, end + _whole(2 * DAY * self.rng.random()))

    def portal(self, home: HomeRow) -> PortalObject:
        """The portal's object of a dossier, as an honest sender would have told it."""
        return PortalObject(
            code=home.code,
            unit=self.unit,
            unit_name=self.rng.choice(self.names),
            procedure=home.procedure,
            status=PORTAL_STATUS[home.status],
            received=home.received,
            due=home.due,
            ended=home.released,
            returned=home.finished if home.status == "done" else None,
            events=progress_of(home, self.frame.latest),
            drawn=self.frame.traits.at_portal(home.code),
        )


def progress_of(home: HomeRow, latest: datetime) -> tuple[tuple[datetime, int], ...]:
    """The progress of a dossier up to ``latest`` as an honest sender tells it."""
    if home.received is None:
        return ()
    events = [(home.received, PORTAL_STATUS["new"])]
    horizon = home.ended or latest
    if home.status != "new" and horizon - home.received > HOUR:
        at_work = home.received + _whole((horizon - home.received) / 8)
        events.append((at_work, PORTAL_STATUS["processing"]))
    if home.released is not None:
        events.append((home.released, _end_code(home.status)))
    if home.status == "done" and home.finished is not None:
        events.append((home.finished, PORTAL_STATUS["done"]))
    return tuple(events)


def _end_code(status: str) -> int:
    return PORTAL_STATUS["releasing" if status == "done" else status]


def old_agency_code(unit: str) -> str:
    """``H51.12`` in the form of QCVN 102:2016, ``000.00.12.H51``; deeper codes likewise."""
    parts = unit.split(".")
    if len(parts) not in (2, 3) or not all(part.isdigit() for part in parts[1:]):
        return unit
    third = parts[2] if len(parts) > 2 else "00"  # noqa: PLR2004
    return f"000.{third}.{parts[1]}.{parts[0]}"


def _whole(length: timedelta) -> timedelta:
    return timedelta(seconds=int(length.total_seconds()))


def _whole_second(instant: datetime) -> datetime:
    return instant.replace(microsecond=0)
