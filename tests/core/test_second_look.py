"""What a re-send came to: by what the portal shows, never by what was answered."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.resend_types import ResendAnswer, ResendGround, ResendResult
from models.types import Cause
from worker.core.resend.second_look import (
    Alike,
    Before,
    Now,
    Waits,
    ground_of,
    is_over,
    next_look,
    result_of,
)

SENT = datetime(2024, 7, 24, 9, tzinfo=UTC)
WAITS = Waits(timedelta(minutes=10), timedelta(hours=2))
ALONE = Alike(sent=1, closed=0, others_closed=0)
SHOWS = {"status": {"province": 10, "portal": 4}}


def before(answer: ResendAnswer | None = ResendAnswer.TAKEN, **more: object) -> Before:
    usual: dict[str, object] = {
        "cause": Cause.STATUS_BEHIND,
        "contribution": 1,
        "shows": SHOWS,
        "answer": answer,
    }
    return Before(**(usual | more))  # type: ignore[arg-type]


def now(**more: object) -> Now:
    usual: dict[str, object] = {
        "is_open": True,
        "is_looked": True,
        "cause": Cause.STATUS_BEHIND,
        "contribution": 1,
        "shows": SHOWS,
    }
    return Now(**(usual | more))  # type: ignore[arg-type]


@pytest.mark.parametrize("answer", [*ResendAnswer, None])
def test_only_what_shows_counts_whatever_was_answered(answer: ResendAnswer | None) -> None:
    assert result_of(before(answer), now(is_open=False)) is ResendResult.CLOSED
    assert result_of(before(answer), now()) is ResendResult.UNCHANGED
    assert result_of(before(answer), now(is_looked=False)) is ResendResult.UNKNOWN


@pytest.mark.parametrize(
    "more",
    [
        {"contribution": 2},
        {"cause": Cause.NOT_ON_PORTAL},
        {"cause": Cause.DUPLICATE},
        {"is_doubled": True},
    ],
)
def test_what_is_wrong_in_a_new_way_is_worse(more: dict[str, Any]) -> None:
    assert result_of(before(), now(**more)) is ResendResult.WORSE


def test_what_was_missing_and_still_is_has_not_become_worse() -> None:
    missing: dict[str, Any] = {"cause": Cause.NOT_ON_PORTAL}
    assert result_of(before(**missing), now(**missing)) is ResendResult.UNCHANGED


@pytest.mark.parametrize(
    ("answer", "more", "expected"),
    [
        (ResendAnswer.TAKEN, {"cause": Cause.END_EVENT_MISSING}, "header_without_events"),
        (ResendAnswer.HEADER_ONLY, {}, "header_without_events"),
        (ResendAnswer.TAKEN, {"cause": Cause.TWO_CODES}, "two_codes"),
        (ResendAnswer.TAKEN, {"is_doubled": True}, "two_codes"),
        (ResendAnswer.TAKEN, {"cause": Cause.REWRITTEN}, "rewritten"),
        (ResendAnswer.TAKEN, {"cause": Cause.END_DIFFERS}, "sent_otherwise"),
        (ResendAnswer.TAKEN, {"shows": {}}, "sent_otherwise"),
        (ResendAnswer.TAKEN, {}, "gave_up"),
        (ResendAnswer.NOTHING_SENT, {}, "nothing_sent"),
        (ResendAnswer.ALREADY_THERE, {}, "nothing_sent"),
        (ResendAnswer.ALREADY_THERE, {"cause": Cause.NOT_ON_PORTAL}, "two_codes"),
        (ResendAnswer.NO_ANSWER, {}, "no_answer"),
        (ResendAnswer.UNCLEAR, {}, "unclear"),
        (ResendAnswer.REFUSED, {}, "refused"),
        (ResendAnswer.REFUSED, {"procedure_listed": True}, "refused"),
        (ResendAnswer.REFUSED, {"procedure_listed": False}, "procedure_unknown"),
    ],
)
def test_a_difference_that_stays_has_its_likely_reason(
    answer: ResendAnswer, more: dict[str, Any], expected: str
) -> None:
    found = ground_of(before(answer), now(**more), ALONE, is_over=True)
    assert found is ResendGround(expected)


@pytest.mark.parametrize("words", ["-1: Thiếu TrangThaiHoSo", "Trạng thái chưa được ánh xạ"])
def test_a_refusal_that_speaks_of_the_status_is_told_as_such(words: str) -> None:
    refused = before(ResendAnswer.REFUSED, words=words)
    assert ground_of(refused, now(), ALONE, is_over=True) is ResendGround.STATUS_UNMAPPED


def test_where_a_whole_status_never_arrives_and_the_others_do_it_may_not_be_mapped() -> None:
    alike = Alike(sent=3, closed=0, others_closed=3)
    assert ground_of(before(), now(), alike, is_over=True) is ResendGround.STATUS_UNMAPPED
    some = Alike(sent=3, closed=1, others_closed=3)
    assert ground_of(before(), now(), some, is_over=True) is ResendGround.GAVE_UP


def test_an_end_event_that_was_missing_all_along_says_nothing_new() -> None:
    missing: dict[str, Any] = {"cause": Cause.END_EVENT_MISSING}
    assert ground_of(before(**missing), now(**missing), ALONE, is_over=True) is ResendGround.GAVE_UP


def test_what_arrived_and_changed_nothing_is_not_taken_for_given_up() -> None:
    wrong: dict[str, Any] = {"cause": Cause.END_DIFFERS}
    for more, expected in ((wrong, ResendGround.OLD_END_STAYS), ({}, ResendGround.SENT_OTHERWISE)):
        found = ground_of(before(**more), now(has_arrived=True, **more), ALONE, is_over=True)
        assert found is expected
    assert ground_of(before(**wrong), now(**wrong), ALONE, is_over=True) is ResendGround.GAVE_UP


def test_while_somebody_waits_nothing_has_been_given_up() -> None:
    assert ground_of(before(), now(), ALONE, is_over=False) is ResendGround.NOT_YET


@pytest.mark.parametrize("more", [{"is_open": False}, {"is_looked": False}])
def test_what_agrees_or_was_not_looked_at_needs_no_reason(more: dict[str, Any]) -> None:
    assert ground_of(before(), now(**more), ALONE, is_over=True) is None


def test_the_portal_is_asked_ever_more_seldom_and_once_more_at_the_end() -> None:
    at, looks = SENT, []
    while at < SENT + WAITS.watch_for:
        at = next_look(SENT, at, WAITS)
        looks.append(int((at - SENT).total_seconds() // 60))
    assert looks == [10, 20, 40, 80, 120]


@given(st.integers(0, 20_000))
def test_there_is_always_a_next_look(minutes: int) -> None:
    at = SENT + timedelta(minutes=minutes)
    assert next_look(SENT, at, WAITS) > at


def test_nobody_waits_once_the_portal_was_asked_at_the_end() -> None:
    end = SENT + WAITS.watch_for
    late = end + timedelta(days=1)
    assert not is_over(SENT, end - timedelta(seconds=1), late, WAITS)
    assert not is_over(SENT, None, late, WAITS)
    assert is_over(SENT, end, late, WAITS)
    assert is_over(SENT, None, end + timedelta(days=7), WAITS)
