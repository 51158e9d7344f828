"""How long things are kept, and which earlier views nothing rests on any more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from models.types import Kept
from worker.core.flags import Revision, due_moved_after_due
from worker.core.lag import Sight

SHORTEST = timedelta(days=35)
LONGEST = timedelta(days=36_500)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long each kind is kept; no less than ``SHORTEST``, no more than ``LONGEST``.

    ``cutoffs``: how far back a past cut-off can be reproduced. ``reconciliations``: what journeys
    found, and closed discrepancies; the last reconciliation of a period is kept for good.
    ``by_hand``: reconciliations made by hand. ``traces``: what only the work itself needed.
    """

    cutoffs: timedelta = timedelta(days=400)
    reconciliations: timedelta = timedelta(days=1100)
    by_hand: timedelta = timedelta(days=90)
    traces: timedelta = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Foresight:
    """What pruning would take away.

    ``counts`` are rows by what they are, ``kept`` how long each is kept, ``horizons`` from when on
    everything of a kind stays, and ``earliest`` the earliest cut-off that can be reproduced now:
    None where nothing was ever pruned.
    """

    counts: Mapping[str, int]
    kept: Mapping[str, Kept]
    horizons: Mapping[Kept, datetime]
    earliest: datetime | None

    def since(self, name: str) -> datetime:
        """From when on everything of a kind stays."""
        return self.horizons[self.kept[name]]


def horizons(retention: Retention, now: datetime) -> Mapping[Kept, datetime]:
    """The instant of each kind from which on everything is kept."""
    return {kept: now - getattr(retention, kept.value) for kept in Kept}


def dispensable(views: Sequence[Sight], horizon: datetime) -> list[int]:
    """Which views of one record no cut-off from ``horizon`` on needs, by their places.

    ``views`` are all there are, the earliest first and the current one last. A view is needed until
    the next was seen. What is told of it for good stays: that a due date was moved after it had
    passed, with the view it was moved to, and codes that are told together no more.
    """
    lasting: set[int] = set()
    found = []
    for place, (view, following) in enumerate(pairwise(views)):
        if following.since > horizon:
            break
        found.append(place)
        if due_moved_after_due(Revision(view.view, following.view, following.since)):
            lasting |= {place, place + 1}
        if not _is_told_later(view, views[place + 1 :]):
            lasting.add(place)
    return [place for place in found if place not in lasting]


def _is_told_later(view: Sight, later: Sequence[Sight]) -> bool:
    """Whether all codes of a view are told together again."""
    codes = set(view.view.codes)
    return any(codes <= set(each.view.codes) for each in later)
