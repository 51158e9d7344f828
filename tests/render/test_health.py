"""The table of sync health where the reading it rests on did not succeed."""

from datetime import UTC, date, datetime

import pytest
from rich.console import Console

from worker.i18n import use_language
from worker.render.health import health_item, health_table


@pytest.mark.parametrize(
    ("complete", "said"), [(True, "Không có hồ sơ"), (False, "Chưa đọc được hồ sơ nào")]
)
def test_a_unit_without_dossiers_is_told_by_whether_all_was_read(
    *, complete: bool, said: str
) -> None:
    use_language("vi")
    report = {
        "period": {"from": date(2024, 7, 1), "to": date(2024, 7, 31)},
        "as_of": datetime(2024, 7, 24, 9, tzinfo=UTC),
        "complete": complete,
        "total": 1,
        "items": [health_item("H51.12", "Sở Nội vụ", None, (None, None))],
        "totals": health_item("", "Toàn tỉnh", None, (None, None)),
        "readings": {"count": 1, "usual_gap": None},
    }
    console = Console(width=200)
    with console.capture() as captured:
        for piece in health_table(report):
            console.print(piece)
    (line,) = (each for each in captured.get().splitlines() if "Sở Nội vụ" in each)
    assert said in line
