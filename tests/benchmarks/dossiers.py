"""Dossiers of a made-up province as both sides know them: as many as are wanted, from a seed.

They come in over 91 days in thirty units; two fifths are still open, the younger the likelier. A
share of them differs between the sides, each so that it makes one discrepancy of a known cause.
Instants are whole seconds since 1970, as the store keeps them.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from models.types import Cause, Status, UnitLevel
from tests.places import AS_OF
from worker.core.times import local_day
from worker.core.units import Unit, UnitDirectory

CAUSES = (
    Cause.STATUS_BEHIND,
    Cause.END_DIFFERS,
    Cause.DUE_DIFFERS,
    Cause.NOT_ON_PORTAL,
    Cause.UNIT_DIFFERS,
)
UNITS = tuple(f"H99.{number:02}" for number in range(1, 31))

_PROCEDURES = tuple(f"1.{number:06}" for number in range(1000, 1200))
_DAYS = 91
_HOUR, _DAY = 3600, 86_400
_OPEN_AT_FIRST, _OPEN_FOR_DAYS = 0.9, 81
_LATE = 0.06
_HANDED_OVER = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """How many dossiers there are at ``as_of``; ``differing`` is a share, 0 to 1."""

    dossiers: int
    seed: int = 1
    differing: float = 0.01
    as_of: datetime = AS_OF


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One side's record of a dossier."""

    unit: str
    status: Status
    received: int
    due: int
    ended: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoSided:
    """A dossier: ``number`` from 1 in the order of receipt; ``planted`` is why the sides differ."""

    number: int
    code: str
    procedure: str
    home: Held
    portal: Held | None
    planted: Cause | None


def directory() -> UnitDirectory:
    """The thirty units."""
    return UnitDirectory(
        Unit(code=code, name=f"Đơn vị {code}", short_name=code, level=UnitLevel.DEPARTMENT)
        for code in UNITS
    )


def dossiers_of(population: Population) -> Iterator[TwoSided]:
    """Every dossier in the order of its number; the same ones for the same population."""
    chance = Random(population.seed)  # noqa: S311 - made-up data
    now = int(population.as_of.timestamp())
    today = local_day(population.as_of)
    given: Counter[str] = Counter()
    for number in range(1, population.dossiers + 1):
        age = _DAYS - 1 - (number - 1) * _DAYS // population.dossiers
        unit = chance.choice(UNITS)
        day_of_unit = f"{unit}-{today - timedelta(days=age):%y%m%d}"
        given[day_of_unit] += 1
        received = now - age * _DAY - chance.randrange(5 * _HOUR, 8 * _HOUR)
        planted = chance.choice(CAUSES) if chance.random() < population.differing else None
        home = _held(chance, unit, received, now)
        sides = (home, home) if planted is None else _differing(planted, home, now)
        yield TwoSided(
            number=number,
            code=f"{day_of_unit}-{given[day_of_unit]:04}",
            procedure=chance.choice(_PROCEDURES),
            home=sides[0],
            portal=sides[1],
            planted=planted,
        )


def _held(chance: Random, unit: str, received: int, now: int) -> Held:
    age = now - received
    open_share = _OPEN_AT_FIRST * (1 - age / (_OPEN_FOR_DAYS * _DAY))
    late = chance.random() < _LATE
    if chance.random() < open_share:
        due = received + int(age * chance.uniform(0.3, 0.9))
        ahead = now + chance.randrange(_HOUR, 20 * _DAY)
        return Held(
            unit=unit, status=Status.IN_PROCESS, received=received, due=due if late else ahead
        )
    ended = received + int(min(age, 30 * _DAY) * chance.uniform(0.05, 0.8))
    due = received + int((ended - received) * 0.7)
    ahead = ended + chance.randrange(_HOUR, 10 * _DAY)
    return Held(
        unit=unit,
        status=Status.RETURNED if chance.random() < _HANDED_OVER else Status.FINISHED,
        received=received,
        due=due if late else ahead,
        ended=ended,
    )


def _differing(cause: Cause, usual: Held, now: int) -> tuple[Held, Held | None]:
    """Both sides of a dossier about which they differ, none of it younger than half an hour."""

    def at(share: float) -> int:
        return usual.received + int((now - usual.received) * share)

    still_open = replace(usual, status=Status.IN_PROCESS, due=at(0.7), ended=None)
    in_time = replace(usual, status=Status.FINISHED, due=at(0.7), ended=at(0.5))
    too_late = replace(in_time, ended=at(0.9))
    match cause:
        case Cause.STATUS_BEHIND:
            return in_time, still_open
        case Cause.END_DIFFERS:
            return in_time, too_late
        case Cause.DUE_DIFFERS:
            return replace(still_open, due=now + 5 * _DAY), still_open
        case Cause.NOT_ON_PORTAL:
            return still_open, None
        case _:
            neighbour = UNITS[(UNITS.index(usual.unit) + 1) % len(UNITS)]
            return too_late, replace(too_late, unit=neighbour)
