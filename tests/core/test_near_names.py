import pytest

from tests.core.test_units_in_free_text import UNITS
from worker.core.near_names import near_units


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("Huyện Thanh Trì", ["H51.41"]),
        ("Xã Thạnh Trị", ["H51.41"]),
        ("huyen my tu", ["H51.35"]),
        ("Thị trấn Mỹ Tú", ["H51.35", "H51.35.07"]),
        ("Công an huyện Mỹ Tú", ["H51.35"]),
        ("Phòng Giáo dục", []),
        ("Sở", []),
    ],
)
def test_a_hint_names_what_looks_alike_and_nothing_else(name: str, codes: list[str]) -> None:
    assert [unit.code for unit in near_units(name, UNITS)] == codes


def test_a_hint_is_short() -> None:
    assert len(near_units("Phường 1, Phường 10, Sở Nội vụ, Sở Xây dựng", UNITS)) == 3
