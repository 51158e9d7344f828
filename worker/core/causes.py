"""Finding the cause of a difference by counterfactual.

For data: put the province's value of one field, then of the fewest fields, into the portal's
record; the fields whose correction makes the verdicts agree are the cause. For rules: put one
treatment of the province's rule into the portal's, then the fewest.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import combinations
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from models.types import RULE_CAUSES, Cause, Status
from worker.core.course import Course, End, SupplementRound
from worker.core.facts import Facts
from worker.core.rules.rule import Rule

Choice = TypeVar("Choice")

_PAUSES = frozenset({Status.SUPPLEMENT_REQUESTED, Status.PAYMENT_REQUESTED, Status.STOPPED})
_CLOCK_SHIFTS = frozenset(sign * timedelta(hours=hours) for sign in (1, -1) for hours in (7, 24))
_RULE_ORDER = tuple(cause for cause in Cause if cause in RULE_CAUSES)


class Field(StrEnum):
    """What can be put right in one record. Status, events and end go together as progress."""

    PROGRESS = "progress"
    DUE = "due"
    RECEIPT = "receipt"
    PROCEDURE = "procedure"


class DataCause(Struct, frozen=True, gc=False):
    """A data cause, and the fields whose correction makes both sides agree."""

    cause: Cause
    fields: tuple[Field, ...] = ()


def rule_cause(own: Rule, portal: Rule, agrees: Callable[[Rule], bool]) -> Cause:
    """The treatment that makes the difference; of several together, the first in order.

    ``agrees`` says whether a rule counts the dossier as the province's own rule does.
    """
    for causes in _fewest(_RULE_ORDER):
        changed = portal
        for cause in causes:
            changed = changed.with_treatment(cause, own)
        if agrees(changed):
            return causes[0]
    return Cause.OTHER


def data_cause(province: Facts, portal: Facts, agrees: Callable[[Facts], bool]) -> DataCause:
    """Why the portal's record counts otherwise than the province's by one and the same rule.

    ``agrees`` says whether facts count as the province's do.
    """
    shift = clock_shift(province, portal)
    if shift is not None and agrees(shifted(portal, -shift)):
        return DataCause(Cause.CLOCK_SHIFT, (Field.RECEIPT, Field.DUE, Field.PROGRESS))
    for fields in _fewest(tuple(Field)):
        if agrees(corrected(portal, province, fields)):
            return DataCause(_named(fields[0], province, portal), fields)
    return DataCause(Cause.OTHER)


def _fewest(choices: Sequence[Choice]) -> Iterator[tuple[Choice, ...]]:
    for size in range(1, len(choices) + 1):
        yield from combinations(choices, size)


def corrected(facts: Facts, right: Facts, fields: Sequence[Field]) -> Facts:
    """``facts`` with the named fields taken from ``right``."""
    for field in fields:
        facts = _corrected_one(facts, right, field)
    return facts


def _corrected_one(facts: Facts, right: Facts, field: Field) -> Facts:
    match field:
        case Field.PROGRESS:
            return replace(
                facts,
                status=right.status,
                course=right.course,
                finished_at=right.finished_at,
                returned_at=right.returned_at,
            )
        case Field.DUE:
            return replace(facts, due_at=right.due_at)
        case Field.RECEIPT:
            return replace(facts, received_at=right.received_at)
        case Field.PROCEDURE:
            return replace(facts, procedure=right.procedure)


def _named(field: Field, province: Facts, portal: Facts) -> Cause:
    match field:
        case Field.PROGRESS:
            return progress_cause(province, portal)
        case Field.DUE:
            return Cause.DUE_DIFFERS
        case Field.RECEIPT:
            return Cause.RECEIPT_DIFFERS
        case Field.PROCEDURE:
            return Cause.PROCEDURE_DIFFERS


def progress_cause(province: Facts, portal: Facts) -> Cause:
    """What kind of difference in status, events and end it is, the most specific pattern first."""
    paused = province.status in _PAUSES
    if paused and portal.status is Status.FINISHED:
        return Cause.REWRITTEN
    if province.course.end is None and portal.course.end is not None:
        return Cause.REOPENED
    if paused and portal.status is not province.status:
        return Cause.PAUSE_NOT_SYNCED
    if portal.course.end is None:
        return _open_on_portal(province, portal)
    return Cause.END_DIFFERS


def _open_on_portal(province: Facts, portal: Facts) -> Cause:
    if portal.status.is_end:
        return Cause.END_EVENT_MISSING
    if province.course.end is not None or province.status is not portal.status:
        return Cause.STATUS_BEHIND
    return Cause.PAUSE_NOT_SYNCED


def clock_shift(province: Facts, portal: Facts) -> timedelta | None:
    """By how much all times of the portal's record are off, where it is 7 hours or a day."""
    pairs = (
        (province.received_at, portal.received_at),
        (province.due_at, portal.due_at),
        (_ended_at(province), _ended_at(portal)),
    )
    shifts = [theirs - ours for ours, theirs in pairs if ours is not None and theirs is not None]
    if len(shifts) > 1 and len(set(shifts)) == 1 and shifts[0] in _CLOCK_SHIFTS:
        return shifts[0]
    return None


def _ended_at(facts: Facts) -> datetime | None:
    return facts.course.end.at if facts.course.end else None


def shifted(facts: Facts, by: timedelta) -> Facts:
    """``facts`` with every instant moved."""

    def moved(instant: datetime | None) -> datetime | None:
        return instant + by if instant is not None else None

    end = facts.course.end
    rounds = tuple(
        SupplementRound(moved(each.asked_at), moved(each.answered_at))
        for each in facts.course.rounds
    )
    return replace(
        facts,
        received_at=moved(facts.received_at),
        due_at=moved(facts.due_at),
        finished_at=moved(facts.finished_at),
        returned_at=moved(facts.returned_at),
        course=Course(rounds, End(end.at + by, end.status) if end else None),
    )


def last_change(province: Facts, portal: Facts, fields: Sequence[Field]) -> datetime | None:
    """When either side last changed in the fields at fault, by the sources' own times.

    A due date or a procedure carries no time of its change, so it tells nothing.
    """
    instants: list[datetime | None] = []
    if Field.PROGRESS in fields:
        instants += [_ended_at(province), _ended_at(portal)]
        instants += [each.asked_at for each in portal.course.rounds]
    if Field.RECEIPT in fields:
        instants += [province.received_at, portal.received_at]
    return max((instant for instant in instants if instant is not None), default=None)
