"""Judging: one rule, one dossier's facts, one verdict."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from models.types import DayKind, Status
from worker.core.calendar import Calendar
from worker.core.course import SupplementRound
from worker.core.facts import Facts
from worker.core.hours import OFFICE_HOURS, Hours
from worker.core.limits import Limit
from worker.core.rules.moments import first_late_second, is_after, is_early
from worker.core.rules.rule import CarriedUntil, EndSource, Halt, NoDueDate, Rule
from worker.core.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Statutes:
    """The statutory maximum of each procedure by its code, and the working time they count in.

    ``hours`` are the sessions of a working day; no rule looks at them, only the reception does.
    """

    calendar: Calendar
    limits: Mapping[str, Limit] = field(default_factory=dict)
    hours: Hours = OFFICE_HOURS

    @property
    def ground(self) -> tuple[object, ...]:
        """What verdicts rest on, sorted: sets of days come in another order in every process."""
        limits = sorted((code, each.days, each.kind.value) for code, each in self.limits.items())
        return sorted(self.calendar.days_off), sorted(self.calendar.make_up_days), limits


def judge(rule: Rule, facts: Facts, statutes: Statutes) -> Verdict:
    """What ``rule`` says of a dossier with these facts. Pure: no clock, no period."""
    outside = _outside_population(rule, facts)
    if outside is not None or facts.received_at is None:
        return Verdict(reason=outside or "not_received")
    end = _end(rule, facts)
    halt = _halt(rule, facts, end)
    halted = None if halt is None else _halted(facts, halt)
    if halted is not None:
        return halted
    due = _due(rule, facts, statutes)
    if due is None and end is not None and rule.no_due_date is NoDueDate.LEFT_OUT:
        return Verdict(reason="no_due_date_left_out")
    return _timed(rule, facts, end, due, halt)


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
    match rule.end_source:
        case EndSource.PROGRESS:
            return facts.course.end.at if facts.course.end else None
        case EndSource.RELEASE:
            return facts.finished_at
        case EndSource.HEADER:
            return (facts.finished_at or facts.returned_at) if facts.status.is_end else None


def _halted(facts: Facts, halt: Halt) -> Verdict | None:
    """The verdict on a dossier that stands still, where the rule doesn't look at its times."""
    received = facts.received_at
    match halt:
        case Halt.WAITS:
            return Verdict(reason="waiting", counted_from=received, waiting=True)
        case Halt.LEFT_OUT:
            return Verdict(reason="halted_left_out")
        case Halt.IN_BOTH:
            since = _halted_since(facts)
            return Verdict(
                reason="halted_in_both", counted_from=received, late_from=since, waiting=True
            )
        case _:
            return None


def _halt(rule: Rule, facts: Facts, end: datetime | None) -> Halt | None:
    """How the rule deals with a dossier that stands still; None for one that doesn't."""
    if facts.status is Status.WITHDRAWN:
        return rule.early_ends.withdrawn
    if facts.status is Status.STOPPED:
        return rule.early_ends.stopped
    if end is not None:
        return None
    if rule.waiting.halt is Halt.COMPARED:
        waiting = facts.course.open_round
        return Halt.WAITS if waiting is not None and waiting.asked_at is None else None
    return rule.waiting.halt if facts.status in rule.waiting.statuses else None


def _halted_since(facts: Facts) -> datetime | None:
    """Since when it stands still; where nobody says, since its receipt."""
    waiting, end = facts.course.open_round, facts.course.end
    asked = waiting.asked_at if waiting else None
    return asked or (end.at if end else facts.received_at)


def _due(rule: Rule, facts: Facts, statutes: Statutes) -> datetime | None:
    """The instant up to which the dossier is in time; None where nothing limits it."""
    due = facts.due_at or _statutory_due(rule, facts, statutes)
    rounds = facts.course.rounds if rule.supplements.credit_answered else ()
    return due + sum(map(_length, rounds), timedelta()) if due and rounds else due


def _statutory_due(rule: Rule, facts: Facts, statutes: Statutes) -> datetime | None:
    limit = statutes.limits.get(facts.procedure or "")
    limited = rule.no_due_date is NoDueDate.STATUTORY_LIMIT
    if not limited or limit is None or facts.received_at is None:
        return None
    if limit.kind is DayKind.CALENDAR:
        return statutes.calendar.add_calendar_days(facts.received_at, limit.days)
    return statutes.calendar.add_working_days(facts.received_at, limit.days)


def _length(supplement: SupplementRound) -> timedelta:
    if supplement.asked_at is None or supplement.answered_at is None:
        return timedelta()
    return supplement.answered_at - supplement.asked_at


def _timed(
    rule: Rule, facts: Facts, end: datetime | None, due: datetime | None, halt: Halt | None
) -> Verdict:
    waiting = facts.course.open_round if end is None and _stands(rule) else None
    stopped = end
    if waiting is not None and not _punished(rule, facts):
        stopped = waiting.asked_at
    late_from, reason = _late_from(rule, facts, stopped, due, halt)
    handed_over = rule.window.carried_until is CarriedUntil.RETURN and stopped is not None
    return Verdict(
        reason="not_handed_over" if handed_over and facts.returned_at is None else reason,
        counted_from=facts.received_at,
        ends_at=stopped,
        leaves_at=_leaves_at(rule, facts, stopped),
        absent_from=stopped if handed_over else None,
        absent_until=facts.returned_at if handed_over else None,
        late_from=late_from,
        looks_ahead=rule.window.looks_ahead,
        waiting=waiting is not None,
    )


def _stands(rule: Rule) -> bool:
    return rule.waiting.halt is Halt.COMPARED


def _punished(rule: Rule, facts: Facts) -> bool:
    return rule.supplements.many_rounds_late and len(facts.course.rounds) > 1


def _late_from(
    rule: Rule, facts: Facts, end: datetime | None, due: datetime | None, halt: Halt | None
) -> tuple[datetime | None, str]:
    if end is not None and halt is Halt.ON_TIME:
        return None, "withdrawn_or_stopped"
    overdue = _overdue_from(rule, end, due)
    second = facts.course.rounds[1].asked_at if _punished(rule, facts) else None
    if second is not None and (overdue is None or second < overdue):
        return second, "many_rounds"
    return overdue, _reason(rule, end, due, overdue)


def _overdue_from(rule: Rule, end: datetime | None, due: datetime | None) -> datetime | None:
    if due is None or (end is not None and not is_after(rule.comparing, end, due)):
        return None
    return first_late_second(rule.comparing, due)


def _reason(
    rule: Rule, end: datetime | None, due: datetime | None, overdue: datetime | None
) -> str:
    if due is None:
        early = end is not None and rule.no_due_date is NoDueDate.EARLY
        return "no_due_date_early" if early else "no_due_date"
    if end is None:
        return "open"
    if overdue is not None:
        return "ended_late"
    return "ended_early" if is_early(rule.comparing, end, due) else "ended_in_time"


def _leaves_at(rule: Rule, facts: Facts, end: datetime | None) -> datetime | None:
    returned = facts.returned_at
    if end is None or returned is None:
        return end
    match rule.window.carried_until:
        case CarriedUntil.END:
            return end
        case CarriedUntil.END_OR_RETURN:
            return max(end, returned)
        case CarriedUntil.RETURN:
            return min(end, returned)
