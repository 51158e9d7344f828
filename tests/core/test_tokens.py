from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.types import IncidentStepKind
from tests.places import AS_OF
from worker.core.alerts.letter import LetterLinks
from worker.core.alerts.tokens import (
    LONGEST_TOKEN,
    VALID_FOR,
    Answer,
    answer_in,
    links_to_answer,
    token_of,
)

SECRET = "a-secret-long-enough"
ANSWER = Answer(
    what=IncidentStepKind.HANDLED,
    unit="H99.12",
    incidents=(3, 14),
    expires_at=(AS_OF + VALID_FOR).astimezone(UTC),
)

answers = st.builds(
    Answer,
    what=st.sampled_from([IncidentStepKind.HANDLED, IncidentStepKind.NOT_OURS]),
    unit=st.text(max_size=40),
    incidents=st.lists(st.integers(1, 10**9), min_size=1, max_size=50).map(tuple),
    expires_at=st.integers(0, 4 * 10**9).map(lambda each: datetime.fromtimestamp(each, UTC)),
)


@given(answers)
def test_a_link_says_what_it_was_made_for(answer: Answer) -> None:
    assert answer_in(token_of(answer, SECRET), SECRET) == answer


@given(answers, st.data())
def test_whatever_is_changed_in_a_link_makes_it_none_of_ours(
    answer: Answer, data: st.DataObject
) -> None:
    token = token_of(answer, SECRET)
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from("AZaz09-_.").filter(lambda each: each != token[place]))
    assert answer_in(token[:place] + other + token[place + 1 :], SECRET) is None


@given(st.text(max_size=200))
def test_no_text_at_all_is_taken_for_a_link(text: str) -> None:
    assert answer_in(text, SECRET) is None


def test_another_secret_makes_other_links() -> None:
    assert answer_in(token_of(ANSWER, SECRET), "another-secret-0123") is None


def test_what_is_too_long_is_not_even_looked_at() -> None:
    long = Answer(
        what=ANSWER.what, unit="x" * LONGEST_TOKEN, incidents=(1,), expires_at=ANSWER.expires_at
    )
    assert answer_in(token_of(long, SECRET), SECRET) is None


def test_a_mail_has_a_link_for_either_answer_and_both_hold_for_thirty_days() -> None:
    links = links_to_answer("https://doisoat.example", SECRET, "H99.12", (3, 14), AS_OF)
    assert links.handled is not None
    assert links.not_ours is not None
    address, _, token = links.handled.rpartition("/")
    assert address == "https://doisoat.example/handled"
    assert answer_in(token, SECRET) == ANSWER
    address, _, token = links.not_ours.rpartition("/")
    assert address == "https://doisoat.example/not-ours"
    answer = answer_in(token, SECRET)
    assert answer is not None
    assert answer.what is IncidentStepKind.NOT_OURS
    assert answer.expires_at - AS_OF == timedelta(days=30)


def test_a_mail_about_nothing_that_can_be_answered_has_no_links() -> None:
    assert links_to_answer("https://doisoat.example", SECRET, "", (), AS_OF) == LetterLinks()


@pytest.mark.parametrize("unit", ["H99.12", ""])
def test_a_link_is_short_enough_for_any_mail_program(unit: str) -> None:
    links = links_to_answer("https://doisoat.example", SECRET, unit, tuple(range(100, 120)), AS_OF)
    assert len(links.handled or "") < 300
