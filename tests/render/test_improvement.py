"""What it takes to reach a share on time, in the sentences people read."""

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from rich.console import Console

from models.types import Period
from worker.core.improvement import WHOLE, Improvement, Improvements, Standing
from worker.i18n import use_language
from worker.i18n.numbers import percent
from worker.render.improvement import improvements_report, units_missing_it

TARGET = Fraction(9, 10)


def _told(late: int, counted: int, *, complete: bool = True) -> str:
    use_language("vi")
    now = Standing(counted=counted, late=late)
    whole = Improvement(
        target=TARGET, now=now, resends=(), after=now, truthful=now, revealed=0, untouched=now
    )
    found = Improvements(
        as_of=datetime(2024, 7, 24, 9, tzinfo=UTC),
        period=Period(date(2024, 7, 1), date(2024, 7, 31)),
        complete=complete,
        units={WHOLE: whole},
    )
    console = Console(width=400)
    with console.capture() as captured:
        for piece in units_missing_it(improvements_report(found, {})):
            console.print(piece)
    return captured.get()


@pytest.mark.parametrize(("late", "counted"), [(13, 117), (7, 36), (14, 91), (12, 107)])
def test_a_share_is_rounded_as_in_every_other_table(late: int, counted: int) -> None:
    assert f"đúng hạn {percent((counted - late) / counted)};" in _told(late, counted)


def test_a_share_is_never_rounded_up_to_a_target_that_is_not_reached() -> None:
    assert "đúng hạn 89,99 %; nhiều hơn 1 hồ sơ" in _told(10_001, 100_000)
    assert "đúng hạn 90 %" in _told(10_000, 100_000)


def test_nothing_counted_is_no_target_met_and_nothing_read_no_lack_of_dossiers() -> None:
    assert "Không có hồ sơ" in _told(0, 0)
    unread = _told(0, 0, complete=False)
    assert "Chưa đọc được hồ sơ nào" in unread
    assert not any("đều đạt mục tiêu" in told for told in (_told(0, 0), unread))
