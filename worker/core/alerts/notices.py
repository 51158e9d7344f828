"""Who is told what now: one mail per unit and evaluation, and not the same again and again."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from models.types import IncidentState, MailReason
from worker.core.alerts.incidents import IncidentView
from worker.core.alerts.measures import Change, change
from worker.core.alerts.policy import Policy
from worker.core.alerts.recipients import Levels, told_at
from worker.core.calendar import Calendar
from worker.core.times import local_day

# Of several reasons a mail gives the first of these.
_ORDER = (
    MailReason.ESCALATED,
    MailReason.OPENED,
    MailReason.CHANGED,
    MailReason.RESOLVED,
    MailReason.REPEAT,
    MailReason.DIGEST,
)
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One mail to be written: to whom, why, and of which incidents.

    ``incidents`` are as they stood when it was decided, ``told`` the same as they are to be kept
    once the mail is in the outbox.
    """

    unit: str
    reason: MailReason
    to: tuple[str, ...]
    incidents: tuple[IncidentView, ...]
    told: tuple[IncidentView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When notices are decided, by which policy, and of whom it is known whom to tell.

    ``may_speak`` says of an incident whether what it rests on is fresh: while a source is down what
    follows from it stays silent. ``levels`` are a unit's recipients.
    """

    now: datetime
    policy: Policy
    calendar: Calendar
    levels: Callable[[str], Levels]
    may_speak: Callable[[IncidentView], bool] = lambda _view: True


def notices(views: Iterable[IncidentView], at: Moment) -> list[Notice]:
    """The mails due after an evaluation, one a unit at most."""
    return _written(views, at, frozenset(), digest=False)


def digest(views: Iterable[IncidentView], warned: Collection[str], at: Moment) -> list[Notice]:
    """The daily mails: to each unit with an incident nobody has taken on, or that is ``warned``."""
    return _written(views, at, frozenset(warned), digest=True)


def _written(
    views: Iterable[IncidentView], at: Moment, warned: frozenset[str], *, digest: bool
) -> list[Notice]:
    by_unit: defaultdict[str, list[IncidentView]] = defaultdict(list)
    for view in views:
        if at.may_speak(view) and not view.is_muted(at.now):
            by_unit[view.unit].append(view)
    units = sorted({*by_unit, *warned})
    written = (_notice(unit, by_unit[unit], at, digest=digest, warned=warned) for unit in units)
    return [notice for notice in written if notice is not None]


def _notice(
    unit: str,
    views: Sequence[IncidentView],
    at: Moment,
    *,
    digest: bool,
    warned: Collection[str],
) -> Notice | None:
    levels = at.levels(unit)
    spoken = [(view, reason_of(view, at, digest=digest)) for view in views]
    reasons = {reason for _, reason in spoken if reason is not None}
    if unit in warned:
        reasons.add(MailReason.DIGEST)
    if not reasons or not levels:
        return None
    included = tuple(
        view for view, reason in spoken if reason is not None or _may_come_along(view, at)
    )
    told = tuple(_kept(view, at) for view in included)
    level = max((each.level for each in told), default=0)
    return Notice(
        unit=unit,
        reason=MailReason.DIGEST if digest else min(reasons, key=_ORDER.index),
        to=told_at(levels, level),
        incidents=included,
        told=told,
    )


def reason_of(view: IncidentView, at: Moment, *, digest: bool = False) -> MailReason | None:
    """Why an incident is spoken of now; None where it is not.

    That one is over is told at once, to those who were told of it.
    """
    if view.state is IncidentState.RESOLVED:
        return MailReason.RESOLVED if view.notified_value is not None else None
    if view.state is not IncidentState.OPEN or not _quiet_is_over(view, at):
        return None
    if view.notified_value is None:
        return MailReason.OPENED
    news = change(view.kind, view.notified_value, view.value)
    if news is Change.WORSE:
        return MailReason.CHANGED
    return None if view.is_acknowledged else _reminder(view, at, news, digest=digest)


def _reminder(view: IncidentView, at: Moment, news: Change, *, digest: bool) -> MailReason | None:
    """Why one that nobody has taken on is spoken of again."""
    if _is_to_escalate(view, at):
        return MailReason.ESCALATED
    if news is Change.BETTER:
        return MailReason.CHANGED
    if digest:
        return MailReason.DIGEST
    return MailReason.REPEAT if _is_due(view.notified_at, at.policy.repeat_every, at) else None


def _may_come_along(view: IncidentView, at: Moment) -> bool:
    """Whether one without news of its own is named beside those that have some."""
    open_ = view.state is IncidentState.OPEN
    return open_ and not view.is_acknowledged and _quiet_is_over(view, at)


def _quiet_is_over(view: IncidentView, at: Moment) -> bool:
    return view.notified_at is None or at.now - view.notified_at >= at.policy.quiet_for


def _is_to_escalate(view: IncidentView, at: Moment) -> bool:
    """Whether nobody acted for so long, and there is somebody else to tell."""
    further = view.level + 1 < len(at.levels(view.unit))
    return further and _is_due(view.level_at, at.policy.escalate_after, at)


def _is_due(since: datetime | None, after: timedelta, at: Moment) -> bool:
    """Whether so much time is over; on days nobody works nobody is reminded."""
    if since is None:
        return False
    due = since + after
    while not at.calendar.is_working_day(local_day(due)):
        due += _ONE_DAY
    return at.now >= due


def _kept(view: IncidentView, at: Moment) -> IncidentView:
    """The incident as it is kept once it was told of."""
    if view.state is IncidentState.RESOLVED:
        return replace(view, notified_value=None, notified_at=at.now)
    escalated = (
        view.notified_value is not None
        and not view.is_acknowledged
        and _quiet_is_over(view, at)
        and _is_to_escalate(view, at)
    )
    first = view.level_at is None
    return replace(
        view,
        notified_value=view.value,
        notified_at=at.now,
        level=view.level + escalated,
        level_at=at.now if escalated or first else view.level_at,
    )
