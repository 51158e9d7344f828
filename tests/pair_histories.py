"""Histories of a few dossiers at three sources, drawn by chance, and the terms they are seen by."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar

from models.types import DayKind, Period, Progress, RecordView, Status
from tests.core.dossiers import JULY, UNITS, at, book
from worker.core.calendar import Calendar
from worker.core.judged import Rulebook
from worker.core.limits import Limit
from worker.core.rules.catalogue import RULES, looking_ahead
from worker.core.rules.judge import Statutes
from worker.core.verdict import span_of

HOME, PORTAL, SOFTWARE = 1, 2, 3
START = at(1, 8)
AUGUST = Period(JULY.last + timedelta(days=1), JULY.last + timedelta(days=31))
Told = TypeVar("Told")
STEPS = (
    timedelta(),
    timedelta(minutes=1),
    timedelta(minutes=31),
    timedelta(hours=7),
    timedelta(days=1),
    timedelta(days=9),
)
_SHORT = timedelta(minutes=1)
LIMITS = tuple({"1.000001": Limit(days, DayKind.WORKING)} for days in (1, 5))
HEIRS: tuple[Mapping[str, str], ...] = ({}, {UNITS[0]: UNITS[1]})


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """By what is compared; as settings, a period's end or a merger of units change it."""

    own: str = "opencps_month"
    ahead: bool = False
    limits: Mapping[str, Limit] = field(default_factory=lambda: LIMITS[0])
    heirs: Mapping[str, str] = field(default_factory=dict)
    period: Period = JULY

    def rulebook(self, as_of: datetime) -> Rulebook:
        own = looking_ahead(RULES[self.own]) if self.ahead else RULES[self.own]
        return book(
            as_of=as_of,
            own=own,
            span=span_of(self.period, as_of),
            statutes=Statutes(Calendar(), dict(self.limits)),
            grace=timedelta(minutes=30),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What happens halfway between two reconciliations, the second after a ``wait``.

    ``behind``: that one is of an instant before what happened; ``asked_back``: an earlier one is
    looked at besides; ``held_up``: a page of the sources is told now, and written only after the
    next reconciliation.
    """

    told: Mapping[int, Sequence[RecordView]] = field(default_factory=dict)
    answered: Mapping[int, bool] = field(default_factory=dict)
    gone: int | None = None
    broken: int | None = None
    linked: tuple[int, int] | None = None
    wait: timedelta = timedelta()
    terms: Terms | None = None
    asked_back: timedelta | None = None
    behind: bool = False
    held_up: bool = False


def history_of(seed: int) -> Iterator[News]:
    """A dozen steps in the life of a few dossiers, most of them on their way.

    Drawn by chance rather than by hypothesis, which prefers that little happens at once.
    """
    chance = Random(seed)  # noqa: S311 - made-up data
    now = START
    for step in range(12):
        wait = chance.choice(STEPS)
        now += wait
        if step and chance.random() < 0.5:
            yield News(wait=wait, asked_back=_asked_back(chance))
            continue
        behind = step > 0 and chance.random() < 0.2
        yield News(
            told=_told(chance, 2 if step else 5, now),
            answered=_answered(chance),
            gone=_rarely(chance, chance.randrange(4)),
            broken=_rarely(chance, chance.randrange(4)),
            linked=_rarely(chance, (chance.randrange(4), chance.randrange(4))),
            wait=wait,
            terms=_rarely(chance, _terms(chance)),
            asked_back=_asked_back(chance),
            behind=behind,
            held_up=wait <= _SHORT and chance.random() < 0.4,
        )


def _rarely(chance: Random, told: Told) -> Told | None:
    return told if chance.random() < 0.15 else None


def _asked_back(chance: Random) -> timedelta | None:
    return _rarely(chance, chance.choice(STEPS))


def _answered(chance: Random) -> Mapping[int, bool]:
    return {number: chance.random() < 0.7 for number in range(6) if chance.random() < 0.8}


def _terms(chance: Random) -> Terms:
    return Terms(
        own=chance.choice(sorted(RULES)),
        ahead=chance.random() < 0.3,
        limits=chance.choice(LIMITS),
        heirs=chance.choice(HEIRS),
        period=chance.choice((JULY, JULY, AUGUST)),
    )


def _told(chance: Random, most: int, now: datetime) -> Mapping[int, Sequence[RecordView]]:
    sources = ((HOME, most), (PORTAL, most), (SOFTWARE, most // 2))
    return {
        source: [_view(chance, source, now) for _ in range(chance.randint(0, number))]
        for source, number in sources
    }


def _view(chance: Random, source: int, now: datetime) -> RecordView:
    number, twice = chance.randrange(6), chance.random() < 0.15
    codes = chance.choice((("A-1",), ("A-1",), ("A-1", "G22.99-1"), ("G22.99-1",)))
    return RecordView(
        external_id=f"{number}/{int(twice)}",
        codes=tuple(f"{code}-{number}" for code in codes),
        unit=chance.choice(UNITS),
        status=chance.choice((Status.IN_PROCESS, Status.IN_PROCESS, *Status)),
        procedure=chance.choice((None, "1.000001")),
        received_at=_instant(chance, -5, 9),
        due_at=_instant(chance, -3, 25),
        finished_at=_just_now(chance, now) or _instant(chance, -3, 25),
        returned_at=_instant(chance, -3, 40),
        system=chance.choice((None, 1, 5)),
        events=_events(chance, now) if source == PORTAL else None,
    )


def _instant(chance: Random, first: int, last: int) -> datetime | None:
    if chance.random() < 0.15:
        return None
    return START + timedelta(days=chance.randint(first, last), hours=chance.choice((0, 3, 7)))


def _just_now(chance: Random, now: datetime) -> datetime | None:
    """A time so short before the reconciliation that it may still be on its way."""
    return now - timedelta(minutes=chance.randint(-5, 40)) if chance.random() < 0.4 else None


def _events(chance: Random, now: datetime) -> tuple[Progress, ...]:
    told = [
        Progress(at, chance.choice((Status.IN_PROCESS, Status.SUPPLEMENT_REQUESTED, *Status)))
        for at in (
            _just_now(chance, now) or _instant(chance, -3, 25) for _ in range(chance.randint(0, 4))
        )
        if at is not None
    ]
    return tuple(told)
