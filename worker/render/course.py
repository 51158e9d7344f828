"""How late counts came to be what they are: a line for each side, as a chart for pages.

It is written as the Vega-Lite that Altair would make of it: pages are asked for all day, and Altair
takes longer to say it than vl-convert to draw it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from worker.core.times import VIETNAM
from worker.render.charts import FALL, FONT, RISE, TOTAL, Spec, chart_svg

_INK, _GRID = "#1f2937", "#cbd5e1"
_WIDTH, _HEIGHT = 640, 190
_LONG = timedelta(days=2)
_KEPT = 256
# What pages paint in colours of their own, so that they suit light and dark alike.
_OF_THE_PAGE: Mapping[str, str] = {
    _INK: "currentColor",
    _GRID: "var(--line)",
    TOTAL: "var(--total)",
    RISE: "var(--rise)",
    FALL: "var(--fall)",
}
_LABELS: Mapping[str, Any] = {
    "labelFont": FONT,
    "labelFontSize": 13,
    "labelColor": _INK,
    "title": None,
}


@dataclass(frozen=True, slots=True)
class CoursePoint:
    """The late counts of both sides at one instant."""

    at: datetime
    province: int
    portal: int


@dataclass(frozen=True, slots=True)
class CourseNames:
    """What the two lines are called."""

    province: str
    portal: str


@lru_cache(maxsize=_KEPT)
def course_svg(points: tuple[CoursePoint, ...], names: CourseNames) -> str:
    """The chart as SVG in the page's own colours; it takes two points to have a course."""
    return for_pages(chart_svg(_course(points, names)))


def for_pages(svg: str) -> str:
    """A drawing of ``charts`` in the colours of the page that it stands in."""
    for colour, own in _OF_THE_PAGE.items():
        svg = svg.replace(f'"{colour}"', f'"{own}"')
    return svg


def _course(points: Sequence[CoursePoint], names: CourseNames) -> Spec:
    """Each count holds until it is counted again, so the lines go in steps."""
    sides = [names.province, names.portal]
    encoding: Mapping[str, Any] = {
        "x": {"field": "at", "type": "temporal", "axis": _across(points)},
        "y": {"field": "late", "type": "quantitative", "axis": _up()},
        "color": {
            "field": "side",
            "type": "nominal",
            "scale": {"domain": sides, "range": [TOTAL, RISE]},
            "legend": {**_LABELS, "orient": "top", "labelLimit": 400, "symbolType": "circle"},
        },
    }
    # The lines differ in more than their colour.
    ranges = {"domain": sides, "range": [[6, 4], [1, 0]]}
    dashes = {"field": "side", "type": "nominal", "legend": None, "scale": ranges}
    line = {"type": "line", "interpolate": "step-after", "strokeWidth": 2.5}
    return {
        "data": {"values": _rows(points, names)},
        "encoding": encoding,
        "layer": [
            {"mark": line, "encoding": {"strokeDash": dashes}},
            {"mark": {"type": "point", "filled": True, "size": 30, "opacity": 1}},
        ],
        "width": _WIDTH,
        "height": _HEIGHT,
        "background": "transparent",
        "padding": 4,
        "config": {"view": {"stroke": None}, "aria": False},
    }


def _rows(points: Sequence[CoursePoint], names: CourseNames) -> list[Mapping[str, Any]]:
    """The chart knows no time zones: it is told Vietnam's clock."""
    return [
        {
            "at": each.at.astimezone(VIETNAM).replace(tzinfo=None).isoformat(),
            "side": side,
            "late": late,
        }
        for each in points
        for side, late in ((names.province, each.province), (names.portal, each.portal))
    ]


def _across(points: Sequence[CoursePoint]) -> Mapping[str, Any]:
    """Days; within two of them the hours as well."""
    is_long = points[-1].at - points[0].at > _LONG
    return {
        **_LABELS,
        "format": "%-d/%-m" if is_long else "%H:%M %-d/%-m",
        "tickCount": 6,
        "grid": False,
        "domainColor": _GRID,
        "tickColor": _GRID,
    }


def _up() -> Mapping[str, Any]:
    bare = {"tickMinStep": 1, "tickCount": 4, "domain": False, "ticks": False}
    return {**_LABELS, **bare, "gridColor": _GRID}
