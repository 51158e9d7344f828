"""Histories of some dossiers, drawn by chance, in which every second that matters is hit often."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from models.rates import Trait
from models.types import Progress, RecordView, Status
from tests.core.dossiers import JULY, UNITS, at
from worker.core.times import period_end, period_start

HOME, PORTAL, SOFTWARE = 1, 2, 3
STEPS = (at(3, 8), at(5, 8), at(10, 8), at(20, 8), at(2, 8, month=8))
# What share of the dossiers is told and asked for at each of them.
_SHARES = ((0.7, 0.6), (0.0, 0.3), (0.3, 0.3), (0.05, 0.1), (0.0, 0.4))
_SECOND, _HOUR, _DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
_ENDS = tuple(status for status in Status if status.is_end)
_READ = STEPS[0] + _HOUR
# A period's first and last second, the readings' beginnings and ends, and days between.
_MARKS = (
    *(period_start(JULY), period_end(JULY)) * 2,
    *(*STEPS[:4], _READ, _READ, _READ),
    *(at(day, month=6) for day in (20, 27, 28)),
    *(at(day) for day in (1, 1, 2, 2, 12, 19, 25)),
)
_NEAR = (timedelta(), timedelta(), timedelta(), -_SECOND, _SECOND, -_HOUR, _HOUR)
_LATER = (-_SECOND, timedelta(), _SECOND, _HOUR, _DAY - _SECOND, _DAY, _DAY + _SECOND, 3 * _DAY)
_LONG = (_DAY, 2 * _DAY, 4 * _DAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What happens at one instant: the portal is read whole, or some dossiers of it only.

    ``told`` by source, ``answered`` by code, ``gone`` by external id at home; ``broken`` are codes
    that the portal tells unreadably until the next instant.
    """

    at: datetime
    told: Mapping[int, Sequence[RecordView]]
    answered: Mapping[str, bool]
    gone: Sequence[str]
    broken: Sequence[str]
    is_whole: bool


def history_of(seed: int, dossiers: int) -> Iterator[Step]:
    """Some days in the life of some dossiers; most are told and asked for once, and that is it."""
    chance = Random(seed)  # noqa: S311 - made-up data
    for number, now in enumerate(STEPS):
        told: dict[int, list[RecordView]] = {HOME: [], PORTAL: [], SOFTWARE: []}
        answered: dict[str, bool] = {}
        telling, asking = _SHARES[number]
        for dossier in range(dossiers):
            if chance.random() < telling:
                told[HOME] += _home_views(chance, dossier)
            if chance.random() < telling * 0.7:
                told[PORTAL] += _portal_views(chance, dossier)
            if chance.random() < 0.01:
                told[SOFTWARE].append(_view(chance, f"{dossier}/0", _codes(chance, dossier)))
            answered |= _answers(chance, dossier, asking)
        yield Step(
            at=now,
            told=told,
            answered=answered,
            gone=[f"{chance.randrange(dossiers)}/0"],
            broken=[f"A_{each}" for each in range(dossiers) if chance.random() < 0.05],
            is_whole=chance.random() < 0.7,
        )


def any_instant(chance: Random) -> datetime:
    """One that matters, or nearly so."""
    return chance.choice(_MARKS) + chance.choice(_NEAR)


def _own(dossier: int) -> tuple[str, str]:
    """A dossier's own code, and the portal's for it."""
    return f"A_{dossier}", f"G22.99-{dossier}"


def _codes(chance: Random, dossier: int) -> tuple[str, ...]:
    # The same for one dossier most of the time: a code that changes joins and parts dossiers.
    if chance.random() < 0.9:
        return _own(dossier)[: 1 + dossier % 2]
    return chance.choice((_own(dossier), _own(dossier)[1:], (*_own(dossier), f"B-{dossier}")))


def _home_views(chance: Random, dossier: int) -> Iterator[RecordView]:
    events = _events(chance) if chance.random() < 0.05 else None
    yield _view(chance, f"{dossier}/0", _codes(chance, dossier), events)
    if chance.random() < 0.04:
        yield _view(chance, f"{dossier}/1", _codes(chance, dossier))


def _portal_views(chance: Random, dossier: int) -> Iterator[RecordView]:
    code = chance.choice(_own(dossier)[: 1 + dossier % 2])
    events = _events(chance) if chance.random() < 0.9 else None
    yield _view(chance, code, (code,), events)


def _answers(chance: Random, dossier: int, share: float) -> Iterator[tuple[str, bool]]:
    for code in _own(dossier)[: 1 + dossier % 2]:
        if chance.random() < share:
            yield code, chance.random() < 0.8


def _view(
    chance: Random,
    external_id: str,
    codes: Sequence[str],
    events: tuple[Progress, ...] | None = None,
) -> RecordView:
    filed = any_instant(chance)
    received = chance.choice((filed + chance.choice(_LATER), filed + chance.choice(_LONG), None))
    status = chance.choice((Status.IN_PROCESS, Status.NEW, *Status))
    ended = any_instant(chance) if chance.random() < 0.8 else None
    online = Trait.FILED_ONLINE.value
    return RecordView(
        external_id=external_id,
        codes=tuple(codes),
        unit=chance.choice(UNITS),
        status=status,
        procedure=None,
        submitted_at=filed if chance.random() < 0.8 else None,
        received_at=received if chance.random() < 0.7 else any_instant(chance),
        finished_at=ended,
        returned_at=any_instant(chance) if chance.random() < 0.3 else None,
        events=events,
        traits=chance.choice((0, online, Trait.HAS_FEE.value)),
        traits_told=chance.choice((0, online, online | Trait.HAS_FEE.value)),
    )


def _events(chance: Random) -> tuple[Progress, ...]:
    statuses = (Status.RECEIVED, Status.RECEIVED, *Status, *_ENDS)
    return tuple(
        Progress(any_instant(chance), chance.choice(statuses)) for _ in range(chance.randint(0, 4))
    )
