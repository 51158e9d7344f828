"""The facts a counting rule judges, in one form for every source."""

from datetime import datetime

from msgspec import Struct

from models.types import RecordView, Status
from worker.core.course import Course, EndEvent, course_of


class Facts(Struct, frozen=True, kw_only=True, gc=False):
    """What is known of a dossier on one side; all instants aware, None where there is none."""

    status: Status
    course: Course
    procedure: str | None = None
    received_at: datetime | None = None
    due_at: datetime | None = None
    finished_at: datetime | None = None
    returned_at: datetime | None = None
    system: int | None = None


def facts_of(
    view: RecordView, other: RecordView | None = None, end_event: EndEvent = EndEvent.LAST
) -> Facts:
    """The facts of ``view``; what its source can't tell is taken from ``other``."""
    return Facts(
        status=view.status,
        course=course_of(view, other, end_event),
        procedure=view.procedure or (other.procedure if other else None),
        received_at=view.received_at,
        due_at=view.due_at,
        finished_at=view.finished_at,
        returned_at=view.returned_at,
        system=view.system,
    )
