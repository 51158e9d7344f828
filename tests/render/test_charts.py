"""Charts as they are drawn."""

import re

from worker.render.charts import FALL, RISE, TOTAL, WaterfallBar, chart_png, chart_svg, waterfall

BARS = (
    WaterfallBar("Quá hạn tại tỉnh", 17, "17", is_total=True),
    WaterfallBar("chậm cập nhật trạng thái", 12, "+12"),
    WaterfallBar("chưa đồng bộ lên Cổng", -2, "-2"),
    WaterfallBar("Quá hạn trên Cổng", 27, "27", is_total=True),
)


def test_a_waterfall_shows_every_label_and_number_in_order() -> None:
    drawn = re.findall(r"<text[^>]*>([^<]+)</text>", chart_svg(waterfall(BARS)))
    assert drawn[:4] == [bar.label for bar in BARS]
    assert drawn[4:] == [bar.shown for bar in BARS]


def test_steps_start_where_the_line_above_ended() -> None:
    [rows] = waterfall(BARS)["datasets"].values()
    assert [(row["low"], row["high"], row["colour"]) for row in rows] == [
        (0, 17, TOTAL),
        (17, 29, RISE),
        (27, 29, FALL),
        (0, 27, TOTAL),
    ]


def test_two_lines_may_bear_one_label_and_any_sign() -> None:
    label = "<b>\"'); alert(1) & khác</b>"
    twice = (*BARS[:2], WaterfallBar(label, 1, "+1"), WaterfallBar(label, -30000, "-30.000"))
    svg = chart_svg(waterfall(twice))
    assert svg.count("alert(1) &amp; khác") >= 2
    assert "<b>" not in svg


def test_nothing_at_all_is_drawn_as_nothing() -> None:
    nought = (WaterfallBar("Quá hạn", 0, "0", is_total=True),)
    assert chart_png(waterfall(nought)).startswith(b"\x89PNG")


def test_the_same_bars_give_the_same_picture() -> None:
    assert chart_png(waterfall(BARS)) == chart_png(waterfall(BARS))
