"""Rates of both sides in the words and digits of an office."""

import io
from collections.abc import Iterator

import pytest
from rich.console import Console

from models.rates import Indicator
from models.types import Side
from worker.core.indicators import Key, Rate
from worker.i18n import use_language
from worker.render.rates import rate_items, rate_table

UNIT = "H51.12"
FILED, REUSED = Indicator.ONLINE_FILING, Indicator.REUSED


@pytest.fixture(autouse=True)
def vietnamese() -> Iterator[None]:
    use_language("vi", strict=True)
    yield
    use_language("vi")


def shown(rates: dict[Key, Rate]) -> str:
    console = Console(file=io.StringIO(), width=150)
    for part in rate_table("Sở Nội vụ", rate_items(rates, UNIT)):
        console.print(part)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def line(out: str, code: str) -> str:
    (found,) = (each for each in out.splitlines() if each.startswith(code))
    return " ".join(found.split())


def test_a_rate_stands_with_its_counts_and_what_is_untold() -> None:
    out = shown(
        {
            (UNIT, Side.PROVINCE, FILED): Rate(1299, 10_000),
            (UNIT, Side.PORTAL, FILED): Rate(3, 8, 1200),
        }
    )
    assert line(out, "3.3") == (
        "3.3 Tỷ lệ hồ sơ nộp trực tuyến 12,99 % 1.299/10.000 37,5 % 3/8 1.200"
    )


def test_no_dossiers_nothing_told_and_none_of_them_are_three_things() -> None:
    out = shown(
        {
            (UNIT, Side.PROVINCE, FILED): Rate(0, 4),
            (UNIT, Side.PROVINCE, REUSED): Rate(0, 0, 4),
        }
    )
    assert line(out, "3.3").endswith("0 % 0/4 Không có hồ sơ")
    assert line(out, "4.3").endswith("chưa rõ 4 Không có hồ sơ")


def test_an_indicator_of_one_side_says_nothing_of_the_other() -> None:
    rates: dict[Key, Rate] = {
        (UNIT, Side.PORTAL, Indicator.SYNC): Rate(1, 2),
        (UNIT, Side.PROVINCE, Indicator.RECEPTION): Rate(1, 4),
    }
    assert line(shown(rates), "1.4").endswith("quốc gia 50 % 1/2")
    items = {each["indicator"]: each for each in rate_items(rates, UNIT)}
    assert items["SYNC"]["province"] is None
    assert items["RECEPTION"]["portal"] is None
    assert items["RECEPTION"]["code"] is None


def test_programs_get_points_of_a_hundred_and_null_where_there_is_no_rate() -> None:
    items = rate_items({(UNIT, Side.PORTAL, FILED): Rate(1, 3)}, UNIT)
    told = next(each for each in items if each["indicator"] == FILED)
    assert told["portal"] == {"numerator": 1, "denominator": 3, "untold": 0, "percent": 33.33}
    assert told["province"]["percent"] is None
    assert [each["indicator"] for each in items] == list(Indicator)


def test_where_no_rates_were_measured_there_is_no_table() -> None:
    assert rate_items({}, UNIT) == []
    assert shown({}) == ""
