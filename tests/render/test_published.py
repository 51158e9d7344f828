"""Published figures in the words and digits of an office."""

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from rich.console import Console

from models.figure import PublishedFigure
from worker.i18n import use_language
from worker.i18n.numbers import decimal
from worker.render.published import (
    Provincial,
    figure_item,
    figures_table,
    in_reading_order,
    observed,
    sync_table,
)

JULY = date(2024, 7, 1)
NOW = datetime(2024, 7, 24, 9, tzinfo=UTC)
PROVINCE = Provincial("H51", {"H51": "Tỉnh Sóc Trăng", "H51.12": "Sở Nội vụ"})


@pytest.fixture(autouse=True)
def vietnamese() -> Iterator[None]:
    use_language("vi", strict=True)
    yield
    use_language("vi")


def item(own: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "source_id": 1,
        "run_id": 1,
        "generation": "reporting",
        "period_from": JULY,
        "period_to": date(2024, 7, 31),
        "unit": "H51.12",
        "group": "CKMB",
        "metric": "DOSSIER_SYNC",
        "observed_at": NOW,
    }
    return figure_item(PublishedFigure(**(usual | more)), "cong", PROVINCE, own)


def shown(*items: dict[str, Any]) -> str:
    target = Console(file=io.StringIO(), width=140)
    for part in (*figures_table(items, JULY), observed(items)):
        target.print(part)
    text: str = target.file.getvalue()  # type: ignore[attr-defined]
    return " ".join(text.split())


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("97.0", "97,0"),
        ("15.680", "15,680"),
        ("0.10", "0,10"),
        ("0", "0"),
        ("-0.5", "-0,5"),
        ("12345.6", "12.345,6"),
        ("1e2", "100"),
    ],
)
def test_a_decimal_keeps_its_own_digits(written: str, read: str) -> None:
    assert decimal(written) == read


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        ({"metric": "DOSSIER_SYNC", "numerator": 0, "denominator": 0}, "Không có hồ sơ"),
        ({"metric": "PUBLISH_ON_TIME", "numerator": 0, "denominator": 0}, "Không phát sinh"),
        ({"metric": "PUBLIC_CONTENT_FULL"}, "Không có số liệu"),
        ({"metric": "ON_TIME", "numerator": 0, "denominator": 7}, "0/7"),
        ({"metric": "ON_TIME", "numerator": None, "denominator": 7}, "–/7"),
        ({"metric": "AVERAGE_DAYS", "ratio": "3.4"}, "3,4 ngày"),
        ({"metric": "SCORE", "score": "5.82", "max_score": "6"}, "5,82/6"),
        ({"metric": "SCORE", "score": "0"}, "0"),
        ({"metric": "MOI_CO", "ratio": "12.5"}, "MOI_CO"),
        ({"metric": "SCORE", "score": "1", "quality": "MOI"}, "MOI"),
        ({"metric": "SCORE", "score": "1", "procedure": "1.001193"}, "Điểm · 1.001193"),
    ],
)
def test_a_figure_is_told_as_it_stands(figure: dict[str, Any], words: str) -> None:
    assert words in shown(item(**figure))


def test_what_all_share_stands_in_the_title_and_below() -> None:
    one = item(metric="SCORE", score="1")
    assert "tháng 7/2024 · Sở Nội vụ · Công khai, minh bạch" in shown(one)
    assert "Ghi nhận lúc 16:00 24/7/2024 (giao diện từ năm 2026)." in shown(one)
    later = item(unit="", metric="SCORE", score="2", observed_at=NOW + timedelta(days=1))
    both = shown(one, later)
    assert "tháng 7/2024 · Công khai, minh bạch" in both
    assert "Ghi nhận từ 16:00 24/7/2024 đến 16:00 25/7/2024" in both
    assert "ghi nhận 16:00 25/7/2024" in both


def test_the_older_reports_are_marked_where_both_stand() -> None:
    new, old = item(metric="SCORE", score="1"), item(metric="SCORE", generation="legacy", score="1")
    assert shown(new, old).count("báo cáo trước năm 2026") == 2
    assert shown(old).count("báo cáo trước năm 2026") == 1


def test_sync_comes_first_and_the_province_before_its_units() -> None:
    items = [
        item(metric="SCORE", group="TDGQ", unit=""),
        item(metric="SCORE"),
        item(metric="SCORE", unit=""),
        item(unit="H51.12"),
        item(unit="", generation="legacy"),
        item(unit=""),
    ]
    ordered = in_reading_order(items, "H51")
    keys = [(each["metric"], each["unit"], each["group"], each["generation"]) for each in ordered]
    assert keys == [
        ("DOSSIER_SYNC", "H51", "CKMB", "reporting"),
        ("DOSSIER_SYNC", "H51", "CKMB", "legacy"),
        ("DOSSIER_SYNC", "H51.12", "CKMB", "reporting"),
        ("SCORE", "H51", "CKMB", "reporting"),
        ("SCORE", "H51", "TDGQ", "reporting"),
        ("SCORE", "H51.12", "CKMB", "reporting"),
    ]


def test_our_own_rate_stands_beside_the_portals() -> None:
    own = {"received": 3, "on_portal": 2, "as_of": NOW}
    nobody = {"received": 0, "on_portal": 0, "as_of": NOW}
    target = Console(file=io.StringIO(), width=140)
    items = [item(own, numerator=39, denominator=40, ratio="97.5"), item(nobody, unit="")]
    for part in sync_table(items, JULY):
        target.print(part)
    text: str = target.file.getvalue()  # type: ignore[attr-defined]
    for words in ("39/40", "97,5 %", "2/3", "66,67 %", "Không có hồ sơ", "16:00 24/7/2024"):
        assert words in text
