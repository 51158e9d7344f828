"""What of one dossier is shown: on its page and in the API."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlmodel import Session

from models.operator import Note
from models.types import Period
from worker.bootstrap import Services
from worker.console.dossiers.changes import Change, changes_of
from worker.console.dossiers.drawing import timeline_of
from worker.console.dossiers.reach import masked, require_dossier
from worker.console.dossiers.timeline import Timeline
from worker.core.access import Who
from worker.core.times import day_start, local_day, month_of, parse_month, period_start
from worker.db import dossier_views, notes, trail
from worker.db.quarantine import QuarantinedRow
from worker.db.sources import source_sides
from worker.errors import PermanentError
from worker.journey.explaining import explaining
from worker.journey.noting import about_dossier
from worker.stages.explain import explain_dossier

Explained = Mapping[str, Any]

NOTES_SHOWN: Final = 50
_MOST_PERIODS: Final = 24


@dataclass(frozen=True, slots=True)
class Moment:
    """As it was known when, and for which period it is counted."""

    as_of: datetime
    period: Period
    is_now: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierShown:
    """One dossier with all that is known of it.

    ``standing`` is a key of ``pages.dossiers.standing``: how both sides count it. ``changes`` are
    what can be looked back to, ``periods`` those it may be counted in, ``unreadable`` what of it
    lies in quarantine.
    """

    id: int
    told: Explained
    moment: Moment
    standing: str
    timeline: Timeline | None
    changes: Sequence[Change]
    periods: Sequence[Period]
    notes: Sequence[Note]
    notes_total: int
    unreadable: Sequence[QuarantinedRow]


def moment_asked(as_of: str, period: str, now: datetime) -> Moment:
    """The instant and the period asked for; what is said wrongly is read as not said."""
    at = _instant(as_of)
    is_now = at is None or at >= now
    chosen = now if at is None or is_now else at
    try:
        month = parse_month(period) if period else month_of(chosen)
    except PermanentError:
        month = month_of(chosen)
    if chosen < period_start(month):
        month = month_of(chosen)
    return Moment(chosen.replace(microsecond=0), month, is_now)


def explained(services: Services, who: Who, number: int, moment: Moment) -> Explained:
    """One dossier explained, with its ``id``, as ``who`` may know it.

    Raises:
        NotFoundError: there is none that ``who`` sees, or what was known then has been pruned.
    """
    with Session(services.engine) as session:
        require_dossier(session, services, who, number)
    task = explaining(services, moment.as_of, moment.period)
    return {"id": number} | masked(explain_dossier(task, number), who)


def dossier_shown(services: Services, who: Who, number: int, moment: Moment) -> DossierShown:
    """One dossier for its page.

    Raises:
        NotFoundError: as ``explained``.
    """
    told = explained(services, who, number, moment)
    with Session(services.engine, expire_on_commit=False) as session:
        sides = {key: side.value for key, side in source_sides(session).items()}
        views = dossier_views.views_of(session, number)
        total, written = notes.of_subject(session, about_dossier(number), limit=NOTES_SHOWN)
        unreadable = [row for code in told["codes"] for row in trail.quarantined(session, code)]
    return DossierShown(
        id=number,
        told=told,
        moment=moment,
        standing=standing_of(told),
        timeline=timeline_of(told),
        changes=changes_of(views, sides, who),
        periods=_periods(told, moment),
        notes=written,
        notes_total=total,
        unreadable=unreadable,
    )


def standing_of(told: Explained) -> str:
    """How both sides count the dossier: the home side by its own rule, the portal by its own."""
    verdicts: Sequence[Mapping[str, Any]] = told["verdicts"]
    home = [each for each in verdicts if each["side"] == "province"]
    there = [each for each in verdicts if each["side"] == "portal"]
    # Each record at home is judged by the rule of its side first, then by the portal's.
    own, by_portal = home[: len(home) // 2], home[len(home) // 2 :]
    portal = by_portal if told["presumed"] else there
    if not any(each["category"] for each in (*own, *portal)):
        return "not_counted"
    late_here, late_there = (any(each["late"] for each in side) for side in (own, portal))
    if late_here == late_there:
        return "both_late" if late_here else "none_late"
    return "only_home" if late_here else "only_portal"


def _instant(said: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(said)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def _periods(told: Explained, moment: Moment) -> list[Period]:
    """The months from its receipt to the as-of, the latest first."""
    received = [record["received_at"] for record in told["records"] if record["received_at"]]
    last = local_day(moment.as_of)
    first = min((datetime.fromisoformat(each).date() for each in received), default=last)
    count = (last.year - first.year) * 12 + last.month - first.month
    months = range(min(max(count, 0), _MOST_PERIODS) + 1)
    found = [_month_before(last, back) for back in months]
    return found if moment.period in found else [moment.period, *found]


def _month_before(day: date, back: int) -> Period:
    place = day.year * 12 + day.month - 1 - back
    return month_of(day_start(date(place // 12, place % 12 + 1, 1)))
