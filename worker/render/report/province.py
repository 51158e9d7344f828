"""The results of the whole by index 766, months side by side, as documents print them."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from worker.core.index.evaluation import Evaluation
from worker.core.index.readings import unit_in
from worker.i18n import text
from worker.render.report.cells import NOTHING, unknown
from worker.render.report.changes import change_cell, entries_by_code, sign_notes, told_in
from worker.render.report.document import Cell, Column, Kind, Section, Table
from worker.render.report.facts import Index
from worker.render.report.index_values import (
    RANK,
    TOTAL,
    amount_cell,
    base_of,
    codes_by_group,
    count_cells,
    has_counts,
    heading_of,
    index_notes,
    name_of,
    periods_of,
    rank_cell,
    values_in,
    ways_of,
)

_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII")
_Row = tuple[Cell, ...]


def province_section(index: Index, unit: str) -> Section | None:
    """One table for what documents print and one for what the portal publishes; None without."""
    tables = tuple(_Results(index, unit, way).table() for way in ways_of(index, [unit]))
    if not tables:
        return None
    is_whole = unit == index.current.province.unit
    found = unit_in(index.current, unit)
    title = (
        text("report.results.title")
        if is_whole
        else text("report.results.of_unit", unit=found.name if found else unit)
    )
    return Section(key="results", title=title, blocks=tables)


class _Results:
    """The rows and columns of one way of showing."""

    def __init__(self, index: Index, unit: str, way: str) -> None:
        self.index = index
        self.unit = unit
        self.way = way
        self.periods = periods_of(index, way, [unit])
        self.values = [values_in(each, unit, way) for each in self.periods]
        self.now = values_in(index.current, unit, way)
        self.entries = entries_by_code(index.shown(way).of(unit))
        self.base = base_of(index, self.periods)
        self.counted = has_counts(self.now.values())

    def table(self) -> Table:
        """The total and the rank, then each group with its indicators."""
        rows, totals = self._rows()
        return Table(
            key=f"results_{self.way}",
            title=text(f"report.results.{self.way}"),
            columns=tuple(self._columns()),
            rows=tuple(rows),
            totals=frozenset(totals),
            notes=(
                *sign_notes(
                    {name_of(code): each for code, each in self.entries.items()}, self.base
                ),
                *index_notes(self.periods, self.way, [self.unit]),
            ),
        )

    def _columns(self) -> Iterator[Column]:
        yield _column("place", Kind.TEXT, 7)
        yield _column("content", Kind.TEXT, 44)
        yield _column("maximum", Kind.POINTS, 8)
        for each in self.periods:
            key, above = f"{each.period.first:%Y_%m}", heading_of(each)
            yield _column("points", Kind.POINTS, 9, key, above)
            yield _column("rate", Kind.PERCENT, 10, key, above)
            if self.counted and each is self.index.current:
                yield _column("numerator", Kind.COUNT, 10, key, above)
                yield _column("denominator", Kind.COUNT, 10, key, above)
        if self.base is not None:
            yield _column("change", Kind.CHANGE, 10)

    def _rows(self) -> tuple[list[_Row], set[int]]:
        rows = [self._row("", TOTAL)]
        if any(RANK in values for values in self.values):
            rows.append(self._row("", RANK))
        totals = {0}
        groups = codes_by_group(self.index.current.rules, told_in(self.values))
        for roman, (group, codes) in zip(_ROMAN, groups, strict=False):
            if group:
                totals.add(len(rows))
                rows.append(self._row(roman, group))
            rows += [self._row(f"{roman}.{place}", code) for place, code in enumerate(codes, 1)]
        return rows, totals

    def _row(self, place: str, code: str) -> _Row:
        cells = [cell for each in self.periods for cell in self._of_period(each, code)]
        maximum = self._maximum(code)
        changed = [self._changed(code)] if self.base is not None else []
        return (
            Cell(place),
            Cell(name_of(code)),
            NOTHING if maximum is None else Cell(maximum),
            *cells,
            *changed,
        )

    def _maximum(self, code: str) -> Decimal | None:
        """The scale it is shown on, else that of the rules: documents print shares of a hundred."""
        shown = [value.maximum for values in self.values if (value := values.get(code))]
        scales = {each for each in shown if each is not None and code != RANK}
        usual = self.index.current.rules.maximum_of(code)
        return scales.pop() if len(scales) == 1 and not code[:1].isdigit() else usual

    def _changed(self, code: str) -> Cell:
        return NOTHING if code == RANK else change_cell(self.entries.get(code), self.base)

    def _of_period(self, evaluation: Evaluation, code: str) -> Sequence[Cell]:
        value = values_in(evaluation, self.unit, self.way).get(code)
        counts = self.counted and evaluation is self.index.current
        if code == RANK:
            return rank_cell(value), NOTHING, *([NOTHING, NOTHING] if counts else [])
        if code[:1].isdigit():
            points = NOTHING if value is None or value.score is None else Cell(value.score)
            return (
                points,
                amount_cell(value, evaluation.rules),
                *(count_cells(value) if counts else []),
            )
        score = unknown() if value is None or value.score is None else Cell(value.score)
        return score, NOTHING, *([NOTHING, NOTHING] if counts else [])


def _column(name: str, kind: Kind, width: int, period: str = "", above: str = "") -> Column:
    return Column(
        key=f"{name}_{period}" if period else name,
        heading=text(f"report.results.column.{name}"),
        kind=kind,
        width=width,
        above=above,
    )
