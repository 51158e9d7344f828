"""Reading back to known days is whole only where nothing can have slipped past."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from worker.core.paging import Pass
from worker.sources.igate_descent import Descent, Step, leads_to_known

MARK = datetime(2024, 7, 22, 17, tzinfo=UTC)
HOUR = timedelta(hours=1)


def step(offset: int, keys: str, listed: int | None = None, *, last: bool = False) -> Step:
    return Step(offset, tuple(keys), listed, last)


def test_while_it_goes_on_there_is_one_row_more_than_were_read() -> None:
    descent = Descent(0)
    assert descent.total_after(step(0, "abc", 90)) == 4
    assert descent.total_after(step(3, "def", 90)) == 7
    assert descent.total_after(step(6, "gh", 90, last=True)) == 8


def test_rows_pushed_over_a_pages_end_are_counted_once() -> None:
    descent = Descent(0)
    descent.total_after(step(0, "abc", 90))
    assert descent.total_after(step(3, "cde", 91, last=True)) == 5
    assert not descent.has_failed


def test_what_another_process_read_before_counts_as_read() -> None:
    assert Descent(50).total_after(step(50, "abc", last=True)) == 53


def test_a_list_that_lost_a_row_proves_nothing() -> None:
    descent = Descent(0)
    descent.total_after(step(0, "abc", 90))
    assert descent.total_after(step(3, "def", 89, last=True)) == 7
    assert descent.has_failed


def test_a_page_skipped_because_it_stayed_another_proves_nothing() -> None:
    descent = Descent(0)
    descent.total_after(step(0, "abc"))
    for _ in range(3):
        descent.total_after(step(3, "abc"))
    assert descent.total_after(step(6, "ghi", last=True)) == 10
    assert descent.has_failed


def test_a_page_that_came_right_when_asked_again_is_whole() -> None:
    descent = Descent(0)
    descent.total_after(step(0, "abc"))
    descent.total_after(step(3, "abc"))
    assert descent.total_after(step(3, "def", last=True)) == 6


def test_only_a_sorted_page_that_reaches_back_ends_the_reading() -> None:
    new, old, older = MARK + HOUR, MARK - HOUR, MARK - 2 * HOUR
    assert leads_to_known([new, old, older], MARK)
    assert leads_to_known([new, None, old, old, None], MARK)
    assert not leads_to_known([new, MARK], MARK)
    assert not leads_to_known([old, new], MARK)
    assert not leads_to_known([old, new, older], MARK)
    assert not leads_to_known([None, None], MARK)
    assert not leads_to_known([], MARK)


NEW, TAKEN_AWAY = -1, -2


@given(
    rows=st.integers(1, 60),
    size=st.integers(2, 9),
    moves=st.lists(st.integers(TAKEN_AWAY, 59), max_size=8),
)
def test_whatever_moves_meanwhile_a_proven_reading_has_every_row_of_its_beginning(
    rows: int, size: int, moves: list[int]
) -> None:
    """Between two pages a row is changed, or one is new, or the first one is taken away."""
    listing, moved = list(range(rows)), set[int]()
    descent, reading, seen = Descent(0), Pass(), set[int]()
    repeated = taken_away = False
    while not reading.ended:
        page = listing[reading.offset : reading.offset + size]
        is_last = reading.offset + len(page) >= len(listing)
        keys = tuple(map(str, page))
        total = descent.total_after(Step(reading.offset, keys, len(listing), is_last))
        repeated = repeated or seen.issuperset(page)
        seen.update(page)
        reading = reading.after_page(len(page), total)
        move = moves.pop() if moves and not reading.ended else None
        if move == TAKEN_AWAY:
            moved.add(listing.pop(0))
            taken_away = True
        elif move is not None:
            row = 1000 + len(moves) if move == NEW else move % rows
            moved.add(row)
            listing = [row, *(each for each in listing if each != row)]
    assert reading.proves(len(seen)) or repeated or taken_away
    if reading.proves(len(seen)):
        assert seen >= set(range(rows)) - moved
