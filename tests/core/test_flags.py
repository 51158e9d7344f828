"""Integrity flags."""

from msgspec.structs import replace

from models.types import Flag, Status
from tests.core.dossiers import at, on_portal, view
from worker.core.flags import Revision, flags_of

RECEIVED = (Status.RECEIVED, at(1))


def test_an_end_in_the_due_second_is_flagged_on_either_side() -> None:
    home = view(status=Status.FINISHED, finished_at=at(10))
    assert flags_of([home], []) == (Flag.END_EQUALS_DUE,)
    assert flags_of([], [on_portal(RECEIVED, (Status.FINISHED, at(10)))]) == (Flag.END_EQUALS_DUE,)


def test_an_end_at_receipt_is_flagged() -> None:
    assert flags_of([], [on_portal(RECEIVED, (Status.FINISHED, at(1)))]) == (Flag.END_AT_RECEIPT,)


def test_an_event_delivered_twice_is_flagged() -> None:
    assert flags_of([], [on_portal(RECEIVED, RECEIVED)]) == (Flag.SYNTHETIC_EVENT_TWICE,)


def test_a_due_date_moved_once_it_had_passed_is_flagged() -> None:
    before, after = view(due_at=at(10)), view(due_at=at(15))
    assert flags_of([after], [], [Revision(before, after, at(12))]) == (Flag.DUE_MOVED_AFTER_DUE,)


def test_a_due_date_moved_in_time_or_after_the_end_or_earlier_is_not() -> None:
    before, after = view(due_at=at(10)), view(due_at=at(15))
    ended = replace(before, status=Status.FINISHED, finished_at=at(9))
    for revision in (
        Revision(before, after, at(9)),
        Revision(ended, after, at(12)),
        Revision(after, before, at(16)),
    ):
        assert flags_of([after], [], [revision]) == ()


def test_an_ordinary_dossier_has_no_flag() -> None:
    assert flags_of([view()], [on_portal(RECEIVED)]) == ()
