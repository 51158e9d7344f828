"""Reading a list to its end, and what proves that nothing was missed."""

from hypothesis import given
from hypothesis import strategies as st

from worker.core.paging import MAX_PASSES, Pass


def _read(rows: list[int], size: int, growth: list[int]) -> tuple[Pass, set[int]]:
    """Page through a list that grows at its end by ``growth`` rows after each page."""
    seen: set[int] = set()
    reading, grown = Pass(), iter(growth)
    while not reading.ended:
        page = rows[reading.offset : reading.offset + size]
        seen.update(page)
        reading = reading.after_page(len(page), len(rows), len(page) - len(set(page)))
        rows += range(len(rows), len(rows) + next(grown, 0))
    return reading, seen


@given(st.integers(0, 300), st.integers(1, 60), st.lists(st.integers(0, 20), max_size=8))
def test_a_list_that_grows_while_it_is_read_is_read_to_the_end_it_last_told(
    length: int, size: int, growth: list[int]
) -> None:
    reading, seen = _read(list(range(length)), size, growth)
    assert reading.proves(len(seen))
    assert seen == set(range(reading.total))


@given(st.integers(2, 300), st.integers(1, 60), st.data())
def test_a_missing_row_is_never_proven_complete(
    length: int, size: int, data: st.DataObject
) -> None:
    reading, seen = _read(list(range(length)), size, [])
    hidden = data.draw(st.integers(1, length))
    assert not reading.proves(len(seen) - hidden)


@given(st.integers(2, 300), st.integers(2, 60), st.data())
def test_a_row_twice_on_a_page_is_there_twice_and_on_two_pages_proves_nothing(
    length: int, size: int, data: st.DataObject
) -> None:
    rows = list(range(length))
    at = data.draw(st.integers(1, length - 1))
    again = data.draw(st.integers(0, at - 1))
    rows[at] = rows[again]
    reading, seen = _read(rows, size, [])
    assert reading.proves(len(seen)) == (at // size == again // size)


def test_a_list_that_shrank_proves_nothing() -> None:
    reading = Pass().after_page(10, 30).after_page(10, 29).after_page(9, 29)
    assert reading.ended
    assert not reading.proves(29)


def test_an_empty_page_ends_a_pass_that_expected_more() -> None:
    reading = Pass().after_page(10, 30).after_page(0, 30)
    assert reading.ended
    assert not reading.proves(10)


def test_a_pass_under_way_proves_nothing() -> None:
    assert not Pass().proves(0)
    assert not Pass().after_page(10, 30).proves(30)


def test_passes_are_tried_again_only_so_often() -> None:
    tries, reading = 1, Pass().again()
    while reading is not None:
        tries, reading = tries + 1, reading.again()
    assert tries == MAX_PASSES
