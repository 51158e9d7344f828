"""Bridges: how the late count at home becomes the portal's, in tables and as a waterfall."""

from collections.abc import Iterator, Sequence

from models.types import Cause
from worker.i18n import text
from worker.render.charts import WaterfallBar, waterfall
from worker.render.mail.bridge import BridgeLine, bridge_alt, lines_between
from worker.render.mail.words import sentence_of
from worker.render.report.cells import NOTHING, columns, standing_notes, told_by
from worker.render.report.document import Cell, Chart, Column, Kind, Shape, Table
from worker.render.report.facts import Facts, Reconciled, UnitFacts

_Row = tuple[Cell, ...]


def bridge_table(facts: Facts, found: Reconciled) -> Table:
    """The bridge of the whole, line by line."""
    lines = lines_of(found.whole)
    return Table(
        key="bridge",
        title=text("report.bridge.title", about=found.whole.name),
        columns=_columns(),
        rows=tuple(_walked(lines)),
        totals=frozenset(place for place, each in enumerate(lines) if each.is_total),
        notes=standing_notes(found, facts, *told_by(found)),
    )


def bridge_chart(found: Reconciled) -> Chart:
    """The same as a waterfall, in which small steps stand together."""
    lines = list(lines_between(found.whole.figures, found.whole.steps))
    bars = [WaterfallBar(each.label, each.value, each.shown, each.is_total) for each in lines]
    return Chart(
        key="bridge_chart",
        title=text("report.bridge.chart", about=found.whole.name),
        alt=bridge_alt(lines),
        spec=waterfall(bars),
        shape=Shape.WATERFALL,
        table="bridge",
        across="step",
        up=("change", "reached"),
    )


def steps_table(facts: Facts, found: Reconciled) -> Table:
    """The bridge of every unit that has any step, one below the other."""
    rows: list[_Row] = []
    bands: set[int] = set()
    totals: set[int] = set()
    for unit, lines in _moved(found.units):
        bands.add(len(rows))
        rows.append((Cell(unit.name), NOTHING, NOTHING))
        totals |= {place for place, line in enumerate(lines, start=len(rows)) if line.is_total}
        rows += _walked(lines)
    return Table(
        key="bridge_by_unit",
        title=text("report.steps.title"),
        columns=_columns(),
        rows=tuple(rows),
        totals=frozenset(totals),
        bands=frozenset(bands),
        notes=(text("report.steps.note"), *standing_notes(found, facts, *told_by(found))),
    )


def lines_of(unit: UnitFacts) -> list[BridgeLine]:
    """A unit's bridge from top to bottom, every cause in a line of its own."""
    return list(lines_between(unit.figures, unit.steps, len(Cause)))


def _moved(units: Sequence[UnitFacts]) -> Iterator[tuple[UnitFacts, list[BridgeLine]]]:
    for unit in units:
        lines = lines_of(unit)
        if any(not line.is_total for line in lines):
            yield unit, lines


def _columns() -> tuple[Column, ...]:
    return columns(
        "bridge",
        ("step", Kind.TEXT, 48),
        ("change", Kind.SIGNED, 12),
        ("reached", Kind.COUNT, 14),
    )


def _walked(lines: Sequence[BridgeLine]) -> Iterator[_Row]:
    """Each line with its own step and the height reached after it."""
    reached = 0
    for line in lines:
        reached = line.value if line.is_total else reached + line.value
        step = NOTHING if line.is_total else Cell(line.value)
        yield Cell(sentence_of(line.label)), step, Cell(reached)
