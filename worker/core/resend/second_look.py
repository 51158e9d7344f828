"""Judging what a re-send came to: by what the portal shows afterwards, never by the answer."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from models.resend_types import ResendAnswer, ResendGround, ResendResult
from models.types import Cause

# What nobody can look at for so long is told as such; the portal may be away for days.
_NOBODY_LOOKED_FOR = timedelta(days=7)
_HOUR = timedelta(hours=1)

# Names the field that stays empty where a status has no code of the portal's.
_STATUS = re.compile("trangthai|trạng thái", re.IGNORECASE)

# Wrong in a way that it was not before.
_TROUBLES = frozenset({Cause.NOT_ON_PORTAL, Cause.TWO_CODES, Cause.DUPLICATE, Cause.REOPENED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """A dossier as it stood when it was asked for, and what was answered.

    ``shows`` is what either side has, by field, as it is kept with a discrepancy.
    """

    cause: Cause
    contribution: int
    shows: Mapping[str, Any]
    answer: ResendAnswer | None
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """The same dossier's discrepancy after a reconciliation.

    ``is_looked``: the portal was asked, or its list read, since the dossier was sent again.
    ``has_arrived``: what the portal has of it changed since then; ``is_doubled``: it has it under a
    further code. ``procedure_listed``: whether the portal's catalogue has its procedure, None where
    unknown.
    """

    is_open: bool
    is_looked: bool
    cause: Cause
    contribution: int
    shows: Mapping[str, Any]
    has_arrived: bool = False
    is_doubled: bool = False
    procedure_listed: bool | None = None


@dataclass(frozen=True, slots=True)
class Alike:
    """How dossiers of the same status at home fared in the same request, and the others."""

    sent: int
    closed: int
    others_closed: int


def result_of(before: Before, now: Now) -> ResendResult:
    """What became of the difference; one that was not looked at again is unknown."""
    if not now.is_open:
        return ResendResult.CLOSED
    if not now.is_looked:
        return ResendResult.UNKNOWN
    new_trouble = now.cause in _TROUBLES and now.cause is not before.cause
    if new_trouble or now.is_doubled or now.contribution > before.contribution:
        return ResendResult.WORSE
    return ResendResult.UNCHANGED


def ground_of(before: Before, now: Now, alike: Alike, *, is_over: bool) -> ResendGround | None:
    """The likeliest reason why a difference is still there (wire format, section 15).

    ``is_over``: nobody waits any longer. None where the difference is gone or nobody looked.
    """
    if not now.is_open or not now.is_looked:
        return None
    told = _by_what_shows(before, now) or _by_answer(before, now)
    if told is not None:
        return told
    is_same = (now.cause, now.shows) == (before.cause, before.shows)
    if is_same and now.has_arrived and now.cause is Cause.END_DIFFERS:
        # The right end is there too by now, beside the wrong one.
        return ResendGround.OLD_END_STAYS
    if now.has_arrived or not is_same:
        return ResendGround.SENT_OTHERWISE
    if alike.closed == 0 and alike.others_closed >= alike.sent > 1:
        return ResendGround.STATUS_UNMAPPED
    return ResendGround.GAVE_UP if is_over else ResendGround.NOT_YET


def _by_what_shows(before: Before, now: Now) -> ResendGround | None:
    if now.is_doubled or now.cause in (Cause.TWO_CODES, Cause.DUPLICATE):
        return ResendGround.TWO_CODES
    if now.cause is Cause.REWRITTEN:
        return ResendGround.REWRITTEN
    went = now.has_arrived or now.cause is not before.cause
    if now.cause is Cause.END_EVENT_MISSING and went:
        return ResendGround.HEADER_WITHOUT_EVENTS
    return None


_BY_ANSWER: Mapping[ResendAnswer, ResendGround] = {
    ResendAnswer.HEADER_ONLY: ResendGround.HEADER_WITHOUT_EVENTS,
    ResendAnswer.NOTHING_SENT: ResendGround.NOTHING_SENT,
    ResendAnswer.NO_ANSWER: ResendGround.NO_ANSWER,
    ResendAnswer.UNCLEAR: ResendGround.UNCLEAR,
}


def _by_answer(before: Before, now: Now) -> ResendGround | None:
    if before.answer is ResendAnswer.REFUSED and _STATUS.search(before.words):
        return ResendGround.STATUS_UNMAPPED
    if before.answer is ResendAnswer.REFUSED:
        unlisted = now.procedure_listed is False
        return ResendGround.PROCEDURE_UNKNOWN if unlisted else ResendGround.REFUSED
    if before.answer is ResendAnswer.ALREADY_THERE:
        # There, but not under its own code; or taken for brought up to date, and left as it was.
        absent = now.cause is Cause.NOT_ON_PORTAL
        return ResendGround.TWO_CODES if absent else ResendGround.NOTHING_SENT
    return None if before.answer is None else _BY_ANSWER.get(before.answer)


@dataclass(frozen=True, slots=True)
class Waits:
    """How long after a re-send the portal is asked first, and for how long again."""

    look_after: timedelta
    watch_for: timedelta


def next_look(sent_at: datetime, now: datetime, waits: Waits) -> datetime:
    """When to ask again: each time twice as late, and once more at the end.

    After that every hour, for who could not be asked then.
    """
    end = sent_at + waits.watch_for
    if now >= end:
        return now + _HOUR
    return min(max(sent_at + waits.look_after, now + (now - sent_at)), end)


def is_over(sent_at: datetime, looked_at: datetime | None, now: datetime, waits: Waits) -> bool:
    """Whether nobody waits for a dossier any longer: it was looked at at the end, or nobody could.

    ``looked_at`` is the last time the portal was asked, None: not since it was sent again.
    """
    end = sent_at + waits.watch_for
    if looked_at is not None and looked_at >= end:
        return True
    return now >= end + _NOBODY_LOOKED_FOR
