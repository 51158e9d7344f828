"""The course of a dossier: its supplement rounds and its end, told by events or by a header."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from models.types import Progress, RecordView, Status


class EndEvent(StrEnum):
    """Which of several end events of the same rank ends the dossier; not published, a setting."""

    FIRST = "first"
    LAST = "last"


class SupplementRound(Struct, frozen=True, gc=False):
    """A request for supplements and its answer.

    ``asked_at`` is None where it is known that the dossier waits, but nobody says since when.
    """

    asked_at: datetime | None
    answered_at: datetime | None = None


class End(Struct, frozen=True, gc=False):
    """The instant at which handling ended, and in which status."""

    at: datetime
    status: Status


class Course(Struct, frozen=True, gc=False):
    """Supplement rounds in order of time, and the end if there is one."""

    rounds: tuple[SupplementRound, ...] = ()
    end: End | None = None

    @property
    def open_round(self) -> SupplementRound | None:
        """The last round, where it is still unanswered."""
        if self.rounds and self.rounds[-1].answered_at is None:
            return self.rounds[-1]
        return None


# The portal takes the end from events in this order of rank (wire.md section 5, rule 2.1).
END_RANKS = (
    frozenset({Status.FINISHED}),
    frozenset({Status.RETURNED}),
    frozenset({Status.STOPPED, Status.NOT_ACCEPTED, Status.WITHDRAWN}),
)


def course_of(
    view: RecordView, other: RecordView | None = None, end_event: EndEvent = EndEvent.LAST
) -> Course:
    """The course of ``view``.

    A record with events speaks for itself. One without takes its end from its header, and its
    supplement rounds from the other side's events: what a source can't tell is no difference.
    """
    if view.events is not None:
        told = _course_of_events(view.events, end_event)
        return _waiting_as_header_says(view, told) if told.end is None else told
    known = Course()
    if other is not None and other.events is not None:
        known = _course_of_events(other.events, end_event)
    return _course_of_header(view, known)


def _course_of_events(events: Sequence[Progress], end_event: EndEvent) -> Course:
    ordered = distinct_events(events)
    return Course(_rounds(ordered), _end_of_events(ordered, end_event))


def _course_of_header(view: RecordView, known: Course) -> Course:
    end = _end_of_header(view, known.end)
    if end is not None:
        return Course(known.rounds, end)
    return _answered_as_header_says(view, _waiting_as_header_says(view, Course(known.rounds)))


def _end_of_header(view: RecordView, known: End | None) -> End | None:
    if not view.status.is_end:
        return None
    at = view.finished_at or view.returned_at
    if at is not None:
        return End(at, view.status)
    return known


def _waiting_as_header_says(view: RecordView, course: Course) -> Course:
    if view.status is not Status.SUPPLEMENT_REQUESTED or course.open_round is not None:
        return course
    return replace(course, rounds=(*course.rounds, SupplementRound(None)))


def _answered_as_header_says(view: RecordView, course: Course) -> Course:
    """A round that the other side still shows as open, while this side is at work again.

    Nobody says when it was answered, so it earns no credit.
    """
    waiting = course.open_round
    if waiting is None or view.status is Status.SUPPLEMENT_REQUESTED:
        return course
    answered = SupplementRound(waiting.asked_at, waiting.asked_at)
    return replace(course, rounds=(*course.rounds[:-1], answered))


def distinct_events(events: Iterable[Progress]) -> list[Progress]:
    """Events in order of time (arrival among equals), a repeated delivery counted once."""
    return sorted(dict.fromkeys(events), key=lambda event: event.at)


def _rounds(events: Sequence[Progress]) -> tuple[SupplementRound, ...]:
    rounds: list[SupplementRound] = []
    for event in events:
        if event.status is Status.SUPPLEMENT_REQUESTED:
            rounds.append(SupplementRound(event.at))
        elif rounds and rounds[-1].answered_at is None and not event.status.is_end:
            rounds[-1] = SupplementRound(rounds[-1].asked_at, event.at)
    return tuple(rounds)


def _end_of_events(events: Sequence[Progress], end_event: EndEvent) -> End | None:
    for rank in END_RANKS:
        ends = [event for event in events if event.status in rank]
        if ends:
            chosen = ends[-1] if end_event is EndEvent.LAST else ends[0]
            return End(chosen.at, chosen.status)
    return None
