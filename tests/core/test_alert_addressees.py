"""For whom a mail is that is sent again: those of today who have not got it, else all of them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.core.alerts import addressees
from worker.core.alerts.addressees import LATER, REFUSED, TAKEN, UNSENT, asked_again, sent_again

AT = datetime(2024, 7, 24, 9, tzinfo=UTC)
A, B, C = "a@so.example", "b@so.example", "c@so.example"


def said(state: str, **more: object) -> dict[str, object]:
    return {"state": state, "detail": "", **more}


@pytest.mark.parametrize(
    ("listed", "got", "asked"),
    [
        ((B,), (), [B]),
        ((A, B), (A,), [B]),
        ((A, B), (A.upper(),), [B]),
        ((A, B), (A, B), [A, B]),
        ((A,), (A, B), [A]),
        ((), (A,), []),
    ],
)
def test_those_who_have_not_got_it_are_asked_else_all_of_today(
    listed: tuple[str, ...], got: tuple[str, ...], asked: list[str]
) -> None:
    assert asked_again(listed, got) == asked


def test_a_wrong_address_gives_way_to_the_right_one_and_stays_to_be_seen() -> None:
    answers = sent_again([A], {A: said(REFUSED)}, [B], AT)
    assert addressees.everybody([A], answers) == [A, B]
    assert addressees.of_now([A], answers) == addressees.still_to_get([A], answers) == [B]
    assert (answers[A]["state"], answers[A]["left_out"]) == (REFUSED, True)
    assert answers[B]["again"] == "2024-07-24T16:00:00+07:00"


def test_one_who_got_it_and_is_listed_still_is_no_more_asked_than_one_who_left() -> None:
    answers = sent_again([A, C], {A: said(TAKEN), C: said(LATER)}, [A, B], AT)
    assert addressees.still_to_get([A, C], answers) == [B]
    assert addressees.of_now([A, C], answers) == [A, B]
    assert (answers[A]["state"], "again" in answers[A]) == (TAKEN, False)


def test_one_who_is_left_out_before_anything_was_sent_is_kept_as_such() -> None:
    answers = sent_again([A], {}, [B], AT)
    assert (answers[A]["state"], answers[A]["left_out"]) == (UNSENT, True)
    moved = sent_again([A], answers, [C], AT)
    assert (moved[B]["state"], moved[A]["state"]) == (UNSENT, UNSENT)
    assert "again" in moved[B]
    assert addressees.still_to_get([A], moved) == [C]


def test_one_who_comes_back_to_the_list_is_asked_again() -> None:
    away = sent_again([A], {A: said(REFUSED)}, [B], AT)
    back = sent_again([A], away, [A], AT)
    assert addressees.still_to_get([A], back) == addressees.of_now([A], back) == [A]


def test_an_address_spelt_anew_is_asked_once() -> None:
    answers = sent_again([A], {A: said(LATER)}, [A.upper()], AT)
    assert addressees.still_to_get([A], answers) == [A.upper()]
    kept = sent_again([A], {A: said(TAKEN)}, [A.upper(), B], AT)
    assert addressees.of_now([A], kept) == [A, B]


ADDRESSES = st.lists(st.sampled_from([A, B, C, A.upper(), "d@so.example"]), unique=True)
ROUNDS = st.lists(
    st.tuples(
        st.lists(st.sampled_from([A, B, C, A.upper()]), unique_by=str.casefold, min_size=1),
        st.lists(st.sampled_from([TAKEN, REFUSED, LATER, None]), min_size=4, max_size=4),
    ),
    min_size=1,
    max_size=5,
)


@given(ADDRESSES, ROUNDS)
def test_whatever_came_before_a_mail_is_for_those_of_today_and_nobody_is_forgotten(
    to: list[str], rounds: list[tuple[list[str], list[str | None]]]
) -> None:
    answers: dict[str, dict[str, object]] = {}
    for listed, states in rounds:
        before = addressees.everybody(to, answers)
        had = {each.casefold() for each, it in answers.items() if it["state"] == TAKEN}
        answers = sent_again(to, answers, listed, AT)
        now = {each.casefold() for each in addressees.of_now(to, answers)}
        asked = {each.casefold() for each in addressees.still_to_get(to, answers)}
        today = {each.casefold() for each in listed}
        assert now == today
        assert asked
        assert asked == today or not asked & had
        assert asked | had >= today
        assert set(before) <= set(addressees.everybody(to, answers))
        for each, state in zip(addressees.still_to_get(to, answers), states, strict=False):
            if state is not None:
                answers[each] = answers[each] | {"state": state}
