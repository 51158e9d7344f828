"""Integrity flags: signs that times were made to fit. Never a cause, always shown."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from models.types import Flag, RecordView
from worker.core.course import course_of


class Revision(Struct, frozen=True, gc=False):
    """A record before and after a change, and the instant at which the change was first seen."""

    before: RecordView
    after: RecordView
    seen_at: datetime


def flags_of(
    province: Iterable[RecordView],
    portal: Iterable[RecordView],
    revisions: Iterable[Revision] = (),
) -> tuple[Flag, ...]:
    """The flags of one dossier; ``revisions`` are the changes seen in its records over time."""
    found: set[Flag] = set()
    for view in (*province, *portal):
        found |= _of_view(view)
    if any(due_moved_after_due(revision) for revision in revisions):
        found.add(Flag.DUE_MOVED_AFTER_DUE)
    return tuple(flag for flag in Flag if flag in found)


def _of_view(view: RecordView) -> set[Flag]:
    found: set[Flag] = set()
    end = course_of(view).end
    if end is not None and end.at == view.due_at:
        found.add(Flag.END_EQUALS_DUE)
    if end is not None and end.at == view.received_at:
        found.add(Flag.END_AT_RECEIPT)
    if view.events is not None and len(set(view.events)) < len(view.events):
        found.add(Flag.SYNTHETIC_EVENT_TWICE)
    return found


def due_moved_after_due(revision: Revision) -> bool:
    """Whether a change put the due date off when it had already passed."""
    old, new = revision.before.due_at, revision.after.due_at
    if old is None or new is None or new <= old or revision.seen_at <= old:
        return False
    end = course_of(revision.before).end
    return end is None or end.at > old
