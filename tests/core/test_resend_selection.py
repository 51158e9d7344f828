"""Which dossiers are asked for, and why the others are not."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.types import Cause, Flag, Status
from worker.core.improvement import Standing
from worker.core.remedy import Remedy, remedy_of
from worker.core.resend.figures import UnitFigures, figures_of, if_all_succeed
from worker.core.resend.selection import (
    Candidate,
    Choice,
    Obstacle,
    Selection,
    Terms,
    choose,
    lasting_obstacle,
)

NOW = datetime(2024, 7, 24, 9, tzinfo=UTC)
DAY = timedelta(days=1)
TERMS = Terms(confirm_after=timedelta(minutes=30), per_request=50, now=NOW)


def candidate(number: int = 1, **more: object) -> Candidate:
    """A dossier behind on the portal since two days, but for what ``more`` says."""
    usual: dict[str, object] = {
        "discrepancy_id": number,
        "dossier_id": number,
        "code": f"H99.01-240701-{number:04d}",
        "unit": "H99.01",
        "cause": Cause.STATUS_BEHIND,
        "contribution": 1,
        "opened_at": NOW - 2 * DAY,
        "last_seen_at": NOW,
        "external_id": str(number),
        "status": Status.FINISHED,
        "is_known": True,
    }
    return Candidate(**(usual | more))  # type: ignore[arg-type]


def obstacle(each: Candidate, **selection: object) -> Obstacle | None:
    choice = choose([each], Selection(**selection), TERMS)  # type: ignore[arg-type]
    assert len(choice.chosen) + len(choice.left_out) == 1
    return choice.left_out[0].obstacle if choice.left_out else None


@pytest.mark.parametrize("cause", Cause)
def test_a_dossier_is_asked_for_only_where_sending_it_again_mends_its_cause(cause: Cause) -> None:
    assert (lasting_obstacle(cause, ()) is None) == (remedy_of(cause) is Remedy.RESEND)
    assert (obstacle(candidate(cause=cause)) is None) == (remedy_of(cause) is Remedy.RESEND)


@pytest.mark.parametrize("flag", Flag)
def test_times_that_look_made_to_fit_go_to_a_person_first(flag: Flag) -> None:
    assert obstacle(candidate(flags=(flag.value,))) is Obstacle.FLAGGED


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"in_request": 7}, Obstacle.IN_REQUEST),
        ({"external_id": None}, Obstacle.NOT_AT_HOME),
        ({"opened_at": NOW - timedelta(minutes=29)}, Obstacle.UNCONFIRMED),
        ({"opened_at": NOW - timedelta(minutes=30)}, None),
        ({"tried": True}, Obstacle.TRIED),
    ],
)
def test_what_can_not_go_now_is_left_out_with_its_reason(
    more: dict[str, Any], expected: Obstacle | None
) -> None:
    assert obstacle(candidate(**more)) is expected


def test_what_was_sent_in_vain_goes_again_only_where_somebody_says_so() -> None:
    assert obstacle(candidate(tried=True), again=True) is None


def test_a_selection_by_unit_cause_and_age_passes_over_the_others() -> None:
    behind, due = candidate(1), candidate(2, cause=Cause.DUE_DIFFERS)
    other, young = candidate(3, unit="H99.02"), candidate(4, opened_at=NOW - DAY)
    listed = [behind, due, other, young]
    assert choose(listed, Selection(unit="H99.02"), TERMS) == Choice((other,), ())
    assert choose(listed, Selection(cause=Cause.DUE_DIFFERS), TERMS) == Choice((due,), ())
    older = choose(listed, Selection(older_than=2 * DAY), TERMS)
    assert young not in older.chosen
    assert len(older.chosen) == 3


def test_a_dossier_with_a_difference_of_rules_as_well_is_not_told_as_left_out() -> None:
    data, rule = candidate(1), candidate(1, cause=Cause.GRANULARITY, discrepancy_id=2)
    choice = choose([data, rule], Selection(), TERMS)
    assert (choice.chosen, choice.left_out) == ((data,), ())


@given(st.lists(st.tuples(st.sampled_from(["A", "B"]), st.integers(0, 9)), max_size=40))
def test_a_request_has_no_more_than_allowed_and_the_oldest_go_first(
    drawn: list[tuple[str, int]],
) -> None:
    terms = Terms(confirm_after=timedelta(), per_request=3, now=NOW)
    listed = [
        candidate(number, unit=unit, opened_at=NOW - age * DAY)
        for number, (unit, age) in enumerate(drawn)
    ]
    choice = choose(listed, Selection(), terms)
    for unit in choice.units:
        chosen = choice.of(unit)
        left = [each for each in listed if each.unit == unit and each not in chosen]
        assert len(chosen) <= 3
        assert not left or len(chosen) == 3
        assert all(mine.opened_at <= other.opened_at for mine in chosen for other in left)
    assert len(choice.chosen) + len(choice.left_out) == len(listed)


def test_the_share_once_all_succeed_counts_what_arrives_and_what_shows_as_late() -> None:
    arriving = candidate(1, cause=Cause.NOT_ON_PORTAL, contribution=-1)
    mended = candidate(2, contribution=1)
    assert if_all_succeed(Standing(10, 4), [arriving, mended]) == Standing(11, 4)
    assert if_all_succeed(Standing(10, 4), [mended]) == Standing(10, 3)


def test_figures_are_kept_as_they_are() -> None:
    figures = UnitFigures(3, NOW, Standing(10, 4))
    assert figures_of(figures.stored()) == figures


def test_a_selection_keeps_what_limits_it() -> None:
    selection = Selection(
        unit="H99.01", cause=Cause.DUE_DIFFERS, older_than=DAY, codes=("A",), again=True
    )
    assert selection.stored() == {
        "cause": "DUE_DIFFERS",
        "older_than": 86400,
        "codes": ["A"],
        "again": True,
    }
    assert Selection(unit="H99.01").stored() == {}
