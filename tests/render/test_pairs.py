"""The tables of line-ministry software, as an official reads them."""

from typing import Any

import pytest
from rich.console import Console

from worker.i18n import use_language
from worker.render.pairs import pairs_tables


@pytest.fixture(autouse=True)
def _vietnamese() -> None:
    use_language("vi")


def _shown(*pairs: dict[str, Any]) -> str:
    console = Console(width=120, record=True, file=None, quiet=False)
    with console.capture() as captured:
        for piece in pairs_tables(pairs):
            console.print(piece)
    return captured.get()


def _unit(
    code: str, name: str, late: tuple[int, int, int], steps: dict[str, int]
) -> dict[str, Any]:
    return {
        "code": code,
        "name": name,
        "late_home": late[0],
        "late_home_by_other_rule": late[1],
        "late_other": late[2],
        "difference": late[2] - late[0],
        "counted_home": 10,
        "counted_other": 10,
        "bridge": [{"cause": cause, "count": count} for cause, count in steps.items()],
    }


def _pair(other: str, *units: dict[str, Any], presumed: int = 0) -> dict[str, Any]:
    names = ("late_home", "late_home_by_other_rule", "late_other", "difference")
    totals = {name: sum(unit[name] for unit in units) for name in names}
    return {
        "home": {"source": "datdai", "side": "ministry"},
        "other": {"source": "kia", "side": other},
        "complete": True,
        "totals": totals | {"presumed": presumed},
        "units": list(units),
        "discrepancies": [],
    }


def test_units_that_differ_stand_in_the_table_and_the_others_are_counted_below() -> None:
    behind = _unit("H51.12", "Sở Nội vụ", (2, 2, 5), {"STATUS_BEHIND": 3})
    agreed = _unit("H51.13", "Sở Y tế", (1, 1, 1), {})
    shown = _shown(_pair("portal", behind, agreed, presumed=4))
    assert "Sở Nội vụ" in shown
    assert "chậm cập nhật trạng thái +3" in shown
    assert "Sở Y tế" not in shown
    assert "1 đơn vị khác không có chênh lệch." in shown
    assert "4 hồ sơ chưa tra cứu" in shown
    total = next(line for line in shown.splitlines() if line.startswith("Tổng cộng"))
    assert total.split()[2:6] == ["3", "3", "6", "+3"]


def test_against_the_province_it_says_that_nothing_is_missing_at_home() -> None:
    agreed = _unit("H51.13", "Sở Y tế", (1, 1, 1), {})
    assert "không bị coi là thiếu tại tỉnh" in _shown(_pair("province", agreed))


def test_a_pair_without_dossiers_is_said_to_have_none() -> None:
    assert "Chưa có hồ sơ nào để đối soát." in _shown(_pair("portal"))


def test_no_pairs_no_tables() -> None:
    assert _shown() == ""
