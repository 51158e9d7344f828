"""The rest of a request waits for its first dossiers, and stops where they get worse."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.resend_types import ResendResult
from worker.core.resend.brake import Brake, Gone, Trial, brake

START = datetime(2024, 7, 24, 9, tzinfo=UTC)
SOON, LATE = START + timedelta(minutes=1), START + timedelta(minutes=10)
TRIAL = Trial(3, timedelta(minutes=10))
CLOSED, UNCHANGED, WORSE, UNKNOWN = (
    ResendResult.CLOSED,
    ResendResult.UNCHANGED,
    ResendResult.WORSE,
    ResendResult.UNKNOWN,
)


def gone(
    *results: ResendResult | None, at: datetime | None = LATE, waited: bool = True
) -> list[Gone]:
    return [
        Gone(
            sent_at=START,
            looked_at=None if each is None else at,
            result=each,
            is_waited_for=waited and each is not CLOSED,
        )
        for each in results
    ]


@pytest.mark.parametrize(
    ("went", "verdict"),
    [
        (gone(), Brake.GO),
        (gone(None, None), Brake.GO),
        (gone(None, None, None), Brake.WAIT),
        (gone(CLOSED, CLOSED, None), Brake.WAIT),
        (gone(CLOSED, CLOSED, CLOSED, None), Brake.GO),
        (gone(UNCHANGED, UNCHANGED, UNCHANGED), Brake.GO),
        (gone(UNCHANGED, UNCHANGED, UNCHANGED, at=SOON), Brake.WAIT),
        (gone(UNKNOWN, UNKNOWN, UNKNOWN, at=None), Brake.WAIT),
        (gone(UNKNOWN, UNKNOWN, UNKNOWN, at=None, waited=False), Brake.GO),
        (gone(WORSE), Brake.STOP),
        (gone(WORSE, CLOSED, UNCHANGED), Brake.GO),
        (gone(WORSE, WORSE, CLOSED, None), Brake.STOP),
        (gone(CLOSED, UNCHANGED, UNCHANGED, WORSE, WORSE, at=SOON), Brake.STOP),
    ],
)
def test_the_rest_goes_waits_or_stops(went: Sequence[Gone], verdict: Brake) -> None:
    assert brake(went, TRIAL) is verdict


@given(st.lists(st.sampled_from([None, *ResendResult]), max_size=12))
def test_where_nothing_goes_first_nothing_waits_and_nothing_stops(
    results: list[ResendResult | None],
) -> None:
    assert brake(gone(*results), Trial(0, TRIAL.look_after)) is Brake.GO


@given(st.lists(st.sampled_from([None, *ResendResult]), max_size=12), st.integers(1, 12))
def test_it_stops_exactly_where_more_got_worse_than_were_mended(
    results: list[ResendResult | None], first: int
) -> None:
    verdict = brake(gone(*results), Trial(first, TRIAL.look_after))
    assert (verdict is Brake.STOP) is (results.count(WORSE) > results.count(CLOSED))
