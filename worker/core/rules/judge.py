"""Judging: one rule, one dossier's facts, one verdict."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from models.types import Status
from worker.core.calendar import Calendar
from worker.core.course import SupplementRound
from worker.core.facts import Facts
from worker.core.rules.rule import (
    CarriedUntil,
    Comparing,
    EndSource,
    Granularity,
    NoDueDate,
    Rule,
    WaitingClock,
)
from worker.core.times import day_start, local_day
from worker.core.verdict import Verdict

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Statutes:
    """The statutory maximum of each procedure in working days, and the calendar they count in."""

    calendar: Calendar
    working_days: Mapping[str, int] = field(default_factory=dict)


def judge(rule: Rule, facts: Facts, statutes: Statutes) -> Verdict:
    """What ``rule`` says of a dossier with these facts. Pure: no clock, no period."""
    outside = _outside_population(rule, facts)
    if outside is not None or facts.received_at is None:
        return Verdict(reason=outside or "not_received")
    end = _end(rule, facts)
    if end is None and _waits(rule, facts):
        return Verdict(reason="waiting", counted_from=facts.received_at, waiting=True)
    return _timed(rule, facts, end, _due(rule, facts, statutes))


def _outside_population(rule: Rule, facts: Facts) -> str | None:
    scope = rule.population
    if facts.status is Status.NEW and not scope.new:
        return "not_received"
    if facts.status is Status.NOT_ACCEPTED and not scope.refused:
        return "refused"
    known = scope.systems is not None and facts.system is not None
    if known and facts.system not in (scope.systems or ()):
        return "other_system"
    return None


def _end(rule: Rule, facts: Facts) -> datetime | None:
    if rule.end_source is EndSource.RELEASE:
        return facts.finished_at
    return facts.course.end.at if facts.course.end else None


def _waits(rule: Rule, facts: Facts) -> bool:
    """Whether the clock stands and nothing can make the dossier late."""
    if rule.waiting is WaitingClock.NEVER_LATE:
        return facts.status in (Status.SUPPLEMENT_REQUESTED, Status.NEW)
    waiting = facts.course.open_round
    return waiting is not None and waiting.asked_at is None


def _due(rule: Rule, facts: Facts, statutes: Statutes) -> datetime | None:
    """The instant up to which the dossier is in time; None where nothing limits it."""
    due = facts.due_at or _statutory_due(rule, facts, statutes)
    if due is None or not rule.supplements.credit_answered:
        return due
    return due + sum((_length(each) for each in facts.course.rounds), timedelta())


def _statutory_due(rule: Rule, facts: Facts, statutes: Statutes) -> datetime | None:
    days = statutes.working_days.get(facts.procedure or "")
    if rule.no_due_date is NoDueDate.ON_TIME or days is None or facts.received_at is None:
        return None
    return statutes.calendar.add_working_days(facts.received_at, days)


def _length(supplement: SupplementRound) -> timedelta:
    if supplement.asked_at is None or supplement.answered_at is None:
        return timedelta()
    return supplement.answered_at - supplement.asked_at


def _timed(rule: Rule, facts: Facts, end: datetime | None, due: datetime | None) -> Verdict:
    waiting = facts.course.open_round if end is None and _stands(rule) else None
    stopped = end
    if waiting is not None and not _punished(rule, facts):
        stopped = waiting.asked_at
    late_from, reason = _late_from(rule, facts, stopped, due)
    return Verdict(
        reason=reason,
        counted_from=facts.received_at,
        ends_at=stopped,
        leaves_at=_leaves_at(rule, facts, stopped),
        late_from=late_from,
        waiting=waiting is not None,
    )


def _stands(rule: Rule) -> bool:
    return rule.waiting is WaitingClock.ENDS_AT_REQUEST


def _punished(rule: Rule, facts: Facts) -> bool:
    return rule.supplements.many_rounds_late and len(facts.course.rounds) > 1


def _late_from(
    rule: Rule, facts: Facts, end: datetime | None, due: datetime | None
) -> tuple[datetime | None, str]:
    if _never_late_ending(rule, facts, end):
        return None, "withdrawn_or_stopped"
    overdue = _overdue_from(rule, facts, end, due)
    second = facts.course.rounds[1].asked_at if _punished(rule, facts) else None
    if second is not None and (overdue is None or second < overdue):
        return second, "many_rounds"
    return overdue, _reason(end, due, overdue)


def _never_late_ending(rule: Rule, facts: Facts, end: datetime | None) -> bool:
    withdrawn = facts.status is Status.WITHDRAWN and not rule.early_ends.withdrawn
    stopped = facts.status is Status.STOPPED and not rule.early_ends.stopped
    return end is not None and (withdrawn or stopped)


def _overdue_from(
    rule: Rule, facts: Facts, end: datetime | None, due: datetime | None
) -> datetime | None:
    if due is None or (end is not None and not _after(rule.comparing, end, due)):
        return None
    if end is not None and _handed_over_in_time(rule, facts, due):
        return None
    return _first_late_second(rule.comparing, due)


def _handed_over_in_time(rule: Rule, facts: Facts, due: datetime) -> bool:
    """OpenCPS asks first whether the result was handed over before the due time (wire.md 9.5)."""
    returned = facts.returned_at
    return rule.end_source is EndSource.RELEASE and returned is not None and returned < due


def _after(comparing: Comparing, end: datetime, due: datetime) -> bool:
    if comparing.granularity is Granularity.DAY:
        return local_day(end) > local_day(due)
    return end > due


def _first_late_second(comparing: Comparing, due: datetime) -> datetime:
    if comparing.granularity is Granularity.DAY:
        return day_start(local_day(due) + timedelta(days=1))
    return due if comparing.late_at_due else due + _SECOND


def _reason(end: datetime | None, due: datetime | None, overdue: datetime | None) -> str:
    if due is None:
        return "no_due_date"
    if end is None:
        return "open"
    return "ended_in_time" if overdue is None else "ended_late"


def _leaves_at(rule: Rule, facts: Facts, end: datetime | None) -> datetime | None:
    if end is None or rule.carried_until is CarriedUntil.END:
        return end
    return max(end, facts.returned_at or end)
