"""Lists in the order in which Vietnamese readers look for words."""

import pytest

from worker.i18n.order import alphabetical


@pytest.mark.parametrize(
    "ordered",
    [
        ["Duyệt", "Dừng", "Đăng nhập", "Đọc lại", "Gửi"],
        ["an", "ăn", "ân", "ba"],
        ["ma", "má", "mai"],
        ["o", "ô", "ơ", "p", "u", "ư", "v"],
        ["", "2 hồ sơ", "a"],
    ],
)
def test_words_stand_in_the_order_of_the_alphabet(ordered: list[str]) -> None:
    assert sorted(ordered, key=alphabetical) == ordered
