"""Charts for page, mail and workbook alike, drawn without a browser and without the network.

Altair says what a chart is, vl-convert draws it, in a font that it brings along: the same bytes on
every machine. Both are heavy, so they are imported where a chart is made.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# A Vega-Lite specification, as a page takes it too.
Spec = dict[str, Any]

FONT = "Liberation Sans"
TOTAL, RISE, FALL = "#33506b", "#c2410c", "#0f766e"
_INK, _FAINT = "#1f2937", "#cbd5e1"
_WIDTH, _ROW = 170, 30
_FONT_SIZE = 13
# Room beyond the longest bar for the number that stands behind it, as a share of the axis.
_ROOM = 0.32
# In front of a label, unseen: its place, as two lines may bear one label, and its weight.
_BOLD, _PLAIN = "b", "p"
_LINES: Mapping[str, Any] = {
    "sort": None,
    "axis": {
        "title": None,
        "domain": False,
        "ticks": False,
        "labelExpr": "slice(datum.value, 4)",
        "labelFontWeight": {
            "condition": {"test": f"datum.value[3] === '{_BOLD}'", "value": "bold"},
            "value": "normal",
        },
        "labelFont": FONT,
        "labelFontSize": _FONT_SIZE,
        "labelColor": _INK,
        "labelLimit": 235,
        "labelPadding": 8,
        "minExtent": 215,
    },
}


@dataclass(frozen=True, slots=True)
class WaterfallBar:
    """One line of a waterfall.

    ``value`` is the height reached where ``is_total``, else the signed step from where the line
    above ended; ``shown`` is the same number as people read it.
    """

    label: str
    value: int
    shown: str
    is_total: bool = False


def waterfall(bars: Sequence[WaterfallBar]) -> Spec:
    """How one total becomes another, line by line from the top; the numbers stand at the bars."""
    import altair as alt

    rows = list(_rows(bars))
    low, high = _reach(rows)
    base = alt.Chart(alt.InlineData(values=rows)).encode(y=alt.Y("line:N", **_LINES))
    across = alt.Scale(domain=[low, high + (high - low) * _ROOM], nice=False, zero=False)
    start = alt.X("low:Q", axis=None, scale=across)
    spec: Spec = (
        alt.layer(
            base.mark_tick(thickness=1, size=_ROW, color=_FAINT).encode(
                x=alt.X("zero:Q", axis=None, scale=across)
            ),
            base.mark_bar(size=_ROW * 0.55).encode(
                x=start, x2="high:Q", color=alt.Color("colour:N", scale=None)
            ),
            base.mark_text(
                align="left", dx=6, font=FONT, fontSize=_FONT_SIZE, fontWeight="bold", color=_INK
            ).encode(x=alt.X("high:Q", axis=None, scale=across), text="shown:N"),
        )
        .properties(width=_WIDTH, height=_ROW * len(rows), background="#ffffff", padding=8)
        .configure_view(stroke=None)
        .to_dict()
    )
    return spec


def chart_png(chart: Spec, scale: float = 2) -> bytes:
    """The chart as a PNG; at ``scale`` 2 it stays sharp on the screens of phones."""
    import vl_convert

    return vl_convert.vegalite_to_png(chart, scale=scale, **_closed())


def chart_svg(chart: Spec) -> str:
    """The chart as SVG."""
    import vl_convert

    return vl_convert.vegalite_to_svg(chart, **_closed())


def _closed() -> dict[str, Any]:
    """Nothing is fetched, whatever stands in a label."""
    import altair as alt

    version = ".".join(alt.SCHEMA_VERSION.split(".")[:2])
    return {"vl_version": version, "allowed_base_urls": []}


def _rows(bars: Sequence[WaterfallBar]) -> Iterator[Mapping[str, Any]]:
    reached = 0
    for place, bar in enumerate(bars):
        start = 0 if bar.is_total else reached
        reached = bar.value if bar.is_total else reached + bar.value
        yield {
            "line": f"{place:03}{_BOLD if bar.is_total else _PLAIN}{bar.label}",
            "zero": 0,
            "low": min(start, reached),
            "high": max(start, reached),
            "shown": bar.shown,
            "colour": TOTAL if bar.is_total else RISE if bar.value > 0 else FALL,
        }


def _reach(rows: Sequence[Mapping[str, Any]]) -> tuple[int, int]:
    low = min((row["low"] for row in rows), default=0)
    high = max((row["high"] for row in rows), default=0)
    return min(low, 0), max(high, low + 1, 1)
