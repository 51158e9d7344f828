"""A comparison holds until the instant it names, and not a second longer than it must."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.core.dossiers import JULY, as_ofs, at, book, case, cases, on_portal, view
from worker.core.compare import Comparison, compare
from worker.core.horizon import Horizon
from worker.core.judged import DossierCase
from worker.core.rules.catalogue import RULES
from worker.core.verdict import Span, Verdict, span_of


def _compared(each: DossierCase, as_of: datetime, own: str) -> Comparison:
    return compare(each, book(as_of=as_of, own=RULES[own], span=span_of(JULY, as_of)))


@given(cases, as_ofs, st.sampled_from(sorted(RULES)), st.integers(0, 40 * 24 * 3600))
def test_until_it_turns_a_comparison_says_the_same_at_any_instant(
    each: DossierCase, as_of: datetime, own: str, later: int
) -> None:
    found = _compared(each, as_of, own)
    then = as_of + timedelta(seconds=later)
    if found.turns_at is not None:
        then = min(then, found.turns_at - timedelta(seconds=1))
    again = _compared(each, then, own)
    assert replace(again, turns_at=None) == replace(found, turns_at=None)


def test_a_dossier_turns_when_it_becomes_late() -> None:
    still_open = view(due_at=at(20), received_at=at(1))
    found = _compared(case(still_open, on_portal(due_at=at(20))), at(15), "opencps_month")
    assert found.turns_at == at(20)


def test_what_is_over_never_turns() -> None:
    horizon = Horizon(Span(at(1), at(15), at(31)), at(15))
    horizon.note(Verdict(reason="ended_in_time", counted_from=at(2), ends_at=at(3)))
    assert horizon.turns_at is None
    horizon.note_instant(at(2, month=8))
    assert horizon.turns_at is None
    horizon.note_age(at(14), at(16))
    assert horizon.turns_at == at(16)
