"""Whether procedures are announced and made public in time, and whether they are complete.

These are the components 1.1, 1.2 and 1.3 of index 766 as the portal describes them (index766.md
section 2.1). A province answers for its own decisions, so a ministry's are judged by the ministry's
limits but counted for no province. What nobody tells is untold, never late.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntFlag, StrEnum
from typing import Final

from models.types import Period
from worker.core.calendar import Calendar
from worker.core.decisions import Decision
from worker.core.indicators import Rate

ANNOUNCED: Final = "1.1"
MADE_PUBLIC: Final = "1.2"
COMPLETE: Final = "1.3"

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Limits:
    """Working days: a decision comes so many before legal effect, the public so many after it."""

    before_effect: int
    until_public: int


MINISTRY: Final = Limits(before_effect=20, until_public=10)
PROVINCE: Final = Limits(before_effect=5, until_public=5)


class Part(IntFlag):
    """What a procedure consists of: decree 63/2010/NĐ-CP, article 8.2, points a to g.

    Form, result, requirements and fees (point h, as amended by decree 92/2017/NĐ-CP) belong to a
    procedure only in some cases, and nothing in the catalogue says in which; the legal base is no
    part of it. These are not asked for.
    """

    NAME = 1
    STEPS = 2
    WAYS = 4
    PAPERS = 8
    TIME_LIMIT = 16
    APPLICANTS = 32
    AGENCY = 64


ALL_PARTS: Final = Part(sum(Part))


class Timing(StrEnum):
    """How a duty with a time limit stands. PENDING: the limit has not passed yet."""

    ON_TIME = "on_time"
    LATE = "late"
    UNTOLD = "untold"
    PENDING = "pending"


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedDecision:
    """A decision with the last days for both duties; None where what they rest on is untold."""

    decision: Decision
    announce_by: date | None
    public_by: date | None
    announced: Timing
    made_public: Timing


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """How one procedure stands in a period.

    ``announced`` and ``made_public`` are None where the province announced it by no decision of the
    period, ``decisions`` are those of the period. ``missing`` are the parts it lacks now, None
    where the catalogue does not tell.
    """

    procedure: str
    announced: Timing | None
    made_public: Timing | None
    missing: Part | None
    decisions: tuple[JudgedDecision, ...]

    @property
    def is_at_fault(self) -> bool:
        """Whether something is late or missing for certain."""
        return Timing.LATE in (self.announced, self.made_public) or bool(self.missing)


def working_day_before(calendar: Calendar, day: date, days: int) -> date:
    """The last day that leaves ``days`` working days before a day, which itself does not count."""
    return _moved(calendar, day, days, -_ONE_DAY)


def working_day_after(calendar: Calendar, day: date, days: int) -> date:
    """The day on which a limit of ``days`` working days ends; the first day does not count."""
    return _moved(calendar, day, days, _ONE_DAY)


def judge(decision: Decision, calendar: Calendar, today: date) -> JudgedDecision:
    """Hold a decision against its limits, with what had happened until ``today`` (local)."""
    limits = _limits(decision)
    announce_by = public_by = None
    if limits and decision.effective_on:
        announce_by = working_day_before(calendar, decision.effective_on, limits.before_effect)
    if limits and decision.decided_on:
        public_by = working_day_after(calendar, decision.decided_on, limits.until_public)
    return JudgedDecision(
        decision=decision,
        announce_by=announce_by,
        public_by=public_by,
        announced=_announced(decision, announce_by),
        made_public=_made_public(decision, public_by, today),
    )


def publications(
    procedures: Iterable[str],
    decisions: Iterable[Decision],
    parts: Mapping[str, int | None],
    calendar: Calendar,
    period: Period,
    today: date,
) -> list[Publication]:
    """How each procedure stands.

    Args:
        procedures: The codes of the procedures the province handles.
        decisions: All that are known, of any day and by whomever.
        parts: The parts the catalogue has of each, as ``Part`` flags; None where it is silent.
        calendar: Working days.
        period: The counting period: a decision belongs to the one in which it was taken.
        today: The cut-off's local day; what came later has not happened.

    Returns:
        One a procedure, in order of their codes. A procedure in several decisions counts once:
        once late, it is late for the period.
    """
    known: dict[str, list[Decision]] = defaultdict(list)
    for each in decisions:
        known[each.procedure].append(each)
    return [
        _publication(
            code,
            parts.get(code),
            [judge(each, calendar, today) for each in known[code]],
            Period(period.first, min(period.last, today)),
        )
        for code in sorted({*procedures})
    ]


def rates_of(found: Collection[Publication]) -> dict[str, Rate]:
    """The components 1.1, 1.2 and 1.3; a limit that has not passed counts in none."""
    told = [each.missing for each in found if each.missing is not None]
    return {
        ANNOUNCED: _rate(Counter(each.announced for each in found)),
        MADE_PUBLIC: _rate(Counter(each.made_public for each in found)),
        COMPLETE: Rate(sum(not missing for missing in told), len(told), len(found) - len(told)),
    }


def _moved(calendar: Calendar, day: date, days: int, step: timedelta) -> date:
    if days < 0:
        raise ValueError(days)
    remaining = days
    while remaining:
        day += step
        remaining -= calendar.is_working_day(day)
    return day


def _limits(decision: Decision) -> Limits | None:
    if decision.by_ministry is None:
        return None
    return MINISTRY if decision.by_ministry else PROVINCE


def _announced(decision: Decision, announce_by: date | None) -> Timing:
    if announce_by is None or decision.decided_on is None:
        return Timing.UNTOLD
    return Timing.ON_TIME if decision.decided_on <= announce_by else Timing.LATE


def _made_public(decision: Decision, public_by: date | None, today: date) -> Timing:
    if public_by is None:
        return Timing.UNTOLD
    day = decision.public_on
    if day is not None and day <= today:
        return Timing.ON_TIME if day <= public_by else Timing.LATE
    if today <= public_by:
        return Timing.PENDING
    return Timing.UNTOLD if day is None else Timing.LATE


def _publication(
    code: str, parts: int | None, decisions: Sequence[JudgedDecision], span: Period
) -> Publication:
    own = [each for each in decisions if not each.decision.by_ministry]
    # A decision of an unknown day may be one of the period, and so may one that nobody named.
    unsure = not decisions or any(each.decision.decided_on is None for each in own)
    of_period = tuple(each for each in own if _is_taken_in(each.decision, span))
    return Publication(
        procedure=code,
        announced=_worst([each.announced for each in of_period], unsure=unsure),
        made_public=_worst([each.made_public for each in of_period], unsure=unsure),
        missing=None if parts is None else ALL_PARTS & ~Part(parts),
        decisions=of_period,
    )


def _is_taken_in(decision: Decision, span: Period) -> bool:
    return decision.decided_on is not None and span.first <= decision.decided_on <= span.last


def _worst(timings: Sequence[Timing], *, unsure: bool) -> Timing | None:
    told = {*timings, Timing.UNTOLD} if unsure else {*timings}
    order = (Timing.LATE, Timing.UNTOLD, Timing.ON_TIME, Timing.PENDING)
    return next((each for each in order if each in told), None)


def _rate(counts: Mapping[Timing | None, int]) -> Rate:
    on_time, late = counts.get(Timing.ON_TIME, 0), counts.get(Timing.LATE, 0)
    return Rate(on_time, on_time + late, counts.get(Timing.UNTOLD, 0))
