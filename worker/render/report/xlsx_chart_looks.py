"""How charts of a workbook look: type, colours, axes and what stands at points and bars."""

from collections.abc import Sequence
from typing import Any

from worker.render.charts import FALL, RISE, TOTAL
from worker.render.report.document import Kind
from worker.render.report.xlsx_chart_data import Bar
from worker.render.report.xlsx_formats import FONT, NUMBER_FORMATS

Look = dict[str, Any]

# In pixels.
WIDTH = 800
_LOWEST, _HIGHEST, _FRAME = 300, 2_400, 110
_BAR, _SECOND_BAR = 22, 12
_COLOURS = (TOTAL, RISE, FALL, "#a16207", "#6b21a8", "#0369a1", "#be185d", "#475569")
_STEPS = {0: TOTAL, 1: RISE, -1: FALL}
_GAP = 45
_LARGE, _USUAL, _SMALL = 12, 10, 9
UNSEEN: Look = {"fill": {"none": True}, "border": {"none": True}, "gap": _GAP}


def height_of_bars(rows: int, series: int = 1) -> int:
    """The height that so many lying bars need."""
    bar = _BAR + _SECOND_BAR * (series - 1)
    return min(max(_FRAME + rows * bar, _LOWEST), _HIGHEST)


def height_of_lines() -> int:
    """The height of a chart of lines."""
    return _LOWEST + _FRAME


def series_look(place: int, *, lying: bool) -> Look:
    """A bar or a line in the colour of its place."""
    colour = _COLOURS[place % len(_COLOURS)]
    if lying:
        return {"fill": {"color": colour}, "gap": _GAP}
    marker = {"type": "circle", "size": 6, "fill": {"color": colour}, "border": {"color": colour}}
    return {"line": {"color": colour, "width": 2}, "marker": marker}


def steps_look(steps: Sequence[Bar]) -> Look:
    """Each bar of a waterfall in the colour of what it does."""
    return {"points": [{"fill": {"color": _STEPS[each.step]}} for each in steps], "gap": _GAP}


def values_shown(kind: Kind, *, lying: bool) -> Look:
    """The value behind a bar or above a point."""
    place = "outside_end" if lying else "above"
    form = NUMBER_FORMATS[kind]
    return {"value": True, "position": place, "num_format": form, "font": _font(_SMALL)}


def steps_shown(steps: Sequence[Bar]) -> Look:
    """The signed numbers of a waterfall's steps."""
    custom = [{"value": each.shown or " ", "font": _font(_SMALL)} for each in steps]
    return {"value": True, "position": "inside_base", "custom": custom}


def set_frame(drawn: Any, title: str, *, legend: bool) -> None:
    """Title, legend and border."""
    drawn.set_title({"name": title, "name_font": _font(_LARGE) | {"bold": True}})
    drawn.set_legend({"position": "bottom", "font": _font()} if legend else {"none": True})
    drawn.set_chartarea({"border": {"color": "#CBD5E1"}})


def set_axes(drawn: Any, kind: Kind, least: float, *, lying: bool) -> None:
    """The labels from top to bottom or left to right; numbers along the other side.

    Bars begin at nought, or their lengths would say something else than their numbers.
    """
    labels: Look = {"num_font": _font(), "label_position": "low", "reverse": lying}
    grid: Look = {"visible": True, "line": {"color": "#E2E8F0"}}
    numbers: Look = {"num_font": _font(_SMALL), "num_format": NUMBER_FORMATS[kind]}
    numbers["major_gridlines"] = grid
    if lying:
        numbers |= {"label_position": "high"} | ({"min": 0} if least >= 0 else {})
    drawn.set_x_axis(numbers if lying else labels)
    drawn.set_y_axis(labels if lying else numbers)


def _font(size: int = _USUAL) -> Look:
    return {"name": FONT, "size": size, "color": "#1F2937"}
