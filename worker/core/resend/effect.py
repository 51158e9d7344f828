"""What re-sends did: per request and per month."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from models.resend_types import ResendResult
from worker.core.improvement import Standing
from worker.core.times import local_day


@dataclass(frozen=True, slots=True)
class Fate:
    """One dossier of a request: whether it went, and what the last look showed (None: none yet)."""

    is_sent: bool
    result: ResendResult | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """How many dossiers were asked for, went, and what came of those that went.

    ``waiting`` were not looked at yet. ``before`` and ``after`` are the standing of the unit, or
    the sum of several; ``after`` is None until somebody has looked.
    """

    asked: int = 0
    sent: int = 0
    closed: int = 0
    unchanged: int = 0
    worse: int = 0
    unknown: int = 0
    waiting: int = 0
    before: Standing | None = None
    after: Standing | None = None


def effect_of(
    fates: Iterable[Fate], before: Standing | None = None, after: Standing | None = None
) -> Effect:
    """What one request did."""
    listed = list(fates)
    results = Counter(each.result for each in listed if each.is_sent)
    return Effect(
        asked=len(listed),
        sent=sum(results.values()),
        closed=results[ResendResult.CLOSED],
        unchanged=results[ResendResult.UNCHANGED],
        worse=results[ResendResult.WORSE],
        unknown=results[ResendResult.UNKNOWN],
        waiting=results[None],
        before=before,
        after=after,
    )


@dataclass(frozen=True, slots=True)
class Done:
    """One request's effect, of which unit, and when it was asked for."""

    unit: str
    asked_at: datetime
    effect: Effect


def by_month(done: Iterable[Done]) -> dict[date, Effect]:
    """What the requests of each month did together, by its first day, the latest month first.

    Late counts are sums over the units: of each the first before and the last after of the month.
    """
    months: dict[date, list[Done]] = {}
    for each in sorted(done, key=lambda each: each.asked_at, reverse=True):
        months.setdefault(local_day(each.asked_at).replace(day=1), []).append(each)
    return {month: together(listed) for month, listed in months.items()}


def together(done: Iterable[Done]) -> Effect:
    """What several requests did; of each unit the first standing before and the last after."""
    listed = sorted(done, key=lambda each: each.asked_at)
    first = {each.unit: each.effect.before for each in reversed(listed)}
    last = {each.unit: each.effect.after for each in listed if each.effect.after is not None}
    names = ("asked", "sent", "closed", "unchanged", "worse", "unknown", "waiting")
    return Effect(
        **{name: sum(getattr(each.effect, name) for each in listed) for name in names},
        before=_sum(first.values()),
        after=_sum(last.values()) if first.keys() == last.keys() else None,
    )


def _sum(standings: Iterable[Standing | None]) -> Standing | None:
    known = [each for each in standings if each is not None]
    if not known:
        return None
    return Standing(sum(each.counted for each in known), sum(each.late for each in known))
