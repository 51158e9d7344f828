"""What a chart draws of its table: which rows and columns, and a waterfall's bars."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from worker.render.report.document import Cell, Chart, Column, Shape, Table
from worker.render.report.values import BLANK, cell_text, is_number, line

MOST_POINTS = 250


@dataclass(frozen=True, slots=True)
class Plot:
    """The places of what is drawn: the column of labels, those of values, and the rows."""

    table: Table
    across: int
    up: Sequence[int]
    rows: Sequence[int]

    @property
    def cells(self) -> Iterator[Cell]:
        """Every cell that is drawn."""
        return (self.table.rows[at][column] for at in self.rows for column in self.up)

    @property
    def least(self) -> float:
        """The smallest value."""
        return min(value for cell in self.cells if (value := number_in(cell)) is not None)

    @property
    def stands_as_it_is(self) -> bool:
        """Whether the cells stand together and are numbers or blank.

        A text among them ("Không có hồ sơ") would be drawn as nought.
        """
        together = len(self.rows) == self.rows[-1] - self.rows[0] + 1
        return together and all(is_number(cell.value) or cell == BLANK for cell in self.cells)

    def label(self, at: int) -> str:
        """What stands at the axis for a row."""
        return cell_text(self.table.rows[at][self.across], self.table.columns[self.across].kind)


@dataclass(frozen=True, slots=True)
class Bar:
    """A line of a waterfall, from ``low`` to ``high``; ``step`` is its sign, 0 for a total."""

    label: str
    low: float
    high: float
    shown: str
    step: int

    @property
    def parts(self) -> tuple[float, float, float]:
        """Unseen base, part above nought, part below it: bars of either sign begin at nought."""
        base = self.low if self.low >= 0 else min(self.high, 0)
        above = max(self.high, 0) - max(self.low, 0)
        below = min(self.low, 0) - min(self.high, 0)
        return base, above, below


def plot_of(chart: Chart, table: Table, written: int) -> Plot | None:
    """What is drawn of the first ``written`` rows; None where nothing can be."""
    places = {column.key: at for at, column in enumerate(table.columns)}
    up = [places[key] for key in chart.up if key in places]
    if chart.across not in places:
        return None
    rows = _rows(chart, table, min(written, MOST_POINTS))
    needed = up[-1:] if chart.shape is Shape.WATERFALL else up
    if not any(is_number(table.rows[at][column].value) for at in rows for column in needed):
        return None
    return Plot(table, places[chart.across], up, rows)


def bars(plot: Plot) -> Iterator[Bar]:
    """The bars of a waterfall, from the top.

    The first column of values holds the steps, the last the heights reached; a single one holds
    the heights of totals and the steps of the other rows.
    """
    reached = 0.0
    for at in plot.rows:
        is_total = at in plot.table.totals
        value = number_in(plot.table.rows[at][plot.up[-1]])
        if value is None:
            continue
        start = 0.0 if is_total else reached
        reached = value if is_total or len(plot.up) > 1 else reached + value
        place = plot.up[-1 if is_total else 0]
        yield Bar(
            label=plot.label(at),
            low=min(start, reached),
            high=max(start, reached),
            shown=cell_text(plot.table.rows[at][place], plot.table.columns[place].kind),
            step=0 if is_total else 1 if reached > start else -1,
        )


def heading_of(column: Column) -> str:
    """What a series is called."""
    return f"{line(column.above)}: {line(column.heading)}" if column.above else line(column.heading)


def number_in(cell: Cell) -> float | None:
    """The value of a cell where it is a number."""
    return float(str(cell.value)) if is_number(cell.value) else None


def _rows(chart: Chart, table: Table, most: int) -> Sequence[int]:
    """No bands; sums only in a waterfall, as they dwarf their parts beside them."""
    rows = [at for at in range(most) if at not in table.bands]
    if chart.shape is Shape.WATERFALL:
        return rows
    return [at for at in rows if at not in table.totals] or rows
