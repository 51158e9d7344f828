"""The index of a period joined from what the services know, kept where it is asked for often."""

from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Lock
from typing import Final
from weakref import WeakKeyDictionary

from sqlalchemy import Engine
from sqlmodel import Session

from models.types import Period
from worker.bootstrap import Services
from worker.core.index.evaluation import Evaluation
from worker.core.index.side_by_side import SideBySide
from worker.core.index.values import Origin
from worker.core.times import month_of
from worker.db import catalogue, figures, health
from worker.db.health import Pair
from worker.db.sources import identity
from worker.journey.parties import pairs_of, sides_of
from worker.sources.index_rules import NATIONAL_MEAN, read_index_rules, read_reference_figures
from worker.stages.evaluate import Evaluate, evaluate, known_periods

USUAL_BASES: Final = 2
MOST_KEPT: Final = 36

# What changes without a reconciliation or a figure of the portal (the catalogue, the working days
# gone by) is seen after so long: of the open month, and of one that is over.
_OPEN_HOLDS, _OVER_HOLDS = timedelta(minutes=10), timedelta(hours=6)
_USED_HOLDS = timedelta(hours=24)


def evaluating(
    services: Services, period: Period, as_of: datetime, first: Origin = Origin.PUBLISHED
) -> Evaluate:
    """The task of evaluating a period; ``first`` counts where there is both printed and published.

    Raises:
        ReferenceError: The rules or the figures that come with the program can't be read.
    """
    sides = pairs_of(services, as_of)[sides_of(services)]
    return Evaluate(
        engine=services.engine,
        code=services.settings.province.code,
        province=services.province,
        directory=services.directory,
        rules=read_index_rules(),
        pair=Pair(sides.province_id, sides.portal_id),
        period=period,
        as_of=as_of,
        calendar=services.statutes.calendar,
        national=[each for each in read_reference_figures() if each.unit == NATIONAL_MEAN],
        first=first,
    )


@dataclass(frozen=True, slots=True)
class _Kept:
    ground: tuple[int, int]
    evaluation: Evaluation


@dataclass(slots=True)
class _Shelf:
    """What is kept of one store: evaluations by month, and the procedures that dossiers bear."""

    evaluations: OrderedDict[Period, _Kept] = field(default_factory=OrderedDict)
    used: tuple[datetime, Collection[str]] | None = None
    lock: Lock = field(default_factory=Lock)


_shelves: WeakKeyDictionary[Engine, _Shelf] = WeakKeyDictionary()


def kept_evaluation(services: Services, period: Period) -> Evaluation:
    """The evaluation of a month, made again only where what it rests on may have changed.

    That is: the month has a newer reconciliation, the portal showed a newer figure, or some time
    has gone by. ``MOST_KEPT`` months are kept in this process.

    Raises:
        NotFoundError: the province's own unit is not listed.
        ReferenceError: no rules of the index held in the period.
    """
    return kept_evaluations(services, [period])[0]


def kept_evaluations(services: Services, periods: Sequence[Period]) -> list[Evaluation]:
    """The same of several months, in the order given."""
    if not periods:
        return []
    shelf = _shelves.setdefault(services.engine, _Shelf())
    task = evaluating(services, periods[0], services.clock())
    with Session(services.engine) as session:
        newest = figures.newest_id(session)
        rows = [health.latest(session, task.pair, each) for each in periods]
    grounds = [(identity(row.id) if row else 0, newest) for row in rows]
    return [
        _kept(shelf, replace(task, period=period), ground)
        for period, ground in zip(periods, grounds, strict=True)
    ]


def _kept(shelf: _Shelf, task: Evaluate, ground: tuple[int, int]) -> Evaluation:
    """What is on the shelf where it still holds, else made and put there."""
    with shelf.lock:
        known = shelf.evaluations.get(task.period)
    if known is not None and known.ground == ground and _holds(known.evaluation, task.as_of):
        return known.evaluation
    found = evaluate(replace(task, used=_used(shelf, task)))
    with shelf.lock:
        shelf.evaluations[task.period] = _Kept(ground, found)
        shelf.evaluations.move_to_end(task.period)
        while len(shelf.evaluations) > MOST_KEPT:
            shelf.evaluations.popitem(last=False)
    return found


def earlier_periods(services: Services, period: Period) -> list[Period]:
    """The months before one of which anything was printed or published, the newest first."""
    return known_periods(evaluating(services, period, services.clock()))


def side_by_side(
    services: Services, period: Period, bases: Sequence[Period] | None = None
) -> SideBySide:
    """A month beside earlier ones (None: the last two of which anything is known), as kept.

    Raises:
        NotFoundError: the province's own unit is not listed.
        ReferenceError: no rules of the index held in one of the months.
    """
    chosen = earlier_periods(services, period)[:USUAL_BASES] if bases is None else bases
    current, *earlier = kept_evaluations(services, [period, *chosen])
    return SideBySide(current, earlier, services.directory)


def _holds(evaluation: Evaluation, now: datetime) -> bool:
    is_open = month_of(now) == evaluation.period
    return timedelta() <= now - evaluation.as_of < (_OPEN_HOLDS if is_open else _OVER_HOLDS)


def _used(shelf: _Shelf, task: Evaluate) -> Collection[str]:
    """The procedures that dossiers bear: to find them every dossier is read, so it is rare."""
    now, known = task.as_of, shelf.used
    if known is None or not timedelta() <= now - known[0] < _USED_HOLDS:
        with Session(task.engine) as session:
            known = now, frozenset(each.code for each in catalogue.usage(session))
        shelf.used = known
    return known[1]
