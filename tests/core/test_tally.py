"""A tally is the same whatever came and went in between."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from models.types import Category, Status
from tests.core.dossiers import UNITS, at, book, case, cases, on_portal, view
from worker.core.compare import compare
from worker.core.judged import DossierCase
from worker.core.outcome import Finding
from worker.core.tally import Group, Part, Tally

HEIRS = {UNITS[0]: UNITS[1]}
categories = st.tuples(*[st.none() | st.sampled_from(Category)] * 3)
groups = st.builds(
    Group,
    units=st.tuples(*[st.none() | st.sampled_from(UNITS)] * 3),
    presumed=st.booleans(),
    received=st.booleans(),
    categories=categories,
    weights=st.tuples(*[st.integers(0, 2)] * 3),
    count=st.integers(1, 5),
)


def _part(number: int, each: DossierCase) -> Part:
    found = compare(each, book())
    return Part(
        counted=found.counted,
        presumed=found.presumed,
        received=found.received,
        ended=(UNITS[0],),
        findings=tuple(Finding(number, f"A-{number}", effect, ()) for effect in found.effects),
    )


parts = st.builds(_part, st.integers(1, 9), cases)


@given(st.lists(groups | parts, max_size=6), st.lists(groups | parts, max_size=6), st.randoms())
def test_who_is_taken_out_again_leaves_nothing_behind(
    staying: list[Group | Part], leaving: list[Group | Part], chance: Random
) -> None:
    tally, alone = Tally(), Tally()
    shuffled = [*staying, *leaving]
    chance.shuffle(shuffled)
    for each in shuffled:
        _take(tally, each, 1)
    for each in leaving:
        _take(tally, each, -1)
    for each in staying:
        _take(alone, each, 1)
    tally.settle()
    alone.settle()
    assert tally == alone


def _take(tally: Tally, each: Group | Part, times: int) -> None:
    if isinstance(each, Group):
        tally.add_group(each, HEIRS, times)
    else:
        tally.add(each, times)


def test_other_findings_have_another_sum_of_prints() -> None:
    behind = case(view(status=Status.FINISHED, finished_at=at(9)), on_portal())
    (effect,) = compare(behind, book()).effects
    one, other = Tally(), Tally()
    one.add(Part(findings=(Finding(1, "A-1", effect, ()),)))
    other.add(Part(findings=(Finding(1, "A-2", effect, ()),)))
    assert one.bridge == other.bridge
    assert one.prints != other.prints
