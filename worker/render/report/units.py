"""The results of localities and of departments: one block a group or indicator, months beside."""

from collections.abc import Iterator, Sequence

from models.types import UnitLevel
from worker.core.index.assembly import amount_of, idle
from worker.core.index.evaluation import UnitEvaluation
from worker.core.index.side_by_side import Entry
from worker.i18n import text
from worker.render.report.cells import NOTHING
from worker.render.report.changes import (
    change_cell,
    entries_by_code,
    rank_cells,
    sign_notes,
)
from worker.render.report.document import Cell, Column, Kind, Section, Table
from worker.render.report.facts import Index
from worker.render.report.index_values import (
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
    tells_any,
    values_in,
    values_of,
    ways_of,
)

# Sections by the levels they are about; communes stand with the districts they belong to.
LEVELS = {
    "localities": (UnitLevel.DISTRICT, UnitLevel.COMMUNE),
    "departments": (UnitLevel.DEPARTMENT,),
}
_Row = tuple[Cell, ...]


def units_section(index: Index, key: str) -> Section | None:
    """All units of some levels in the order of the province's folder; None where none is told."""
    units = [unit for unit in index.current.units if unit.level in LEVELS[key]]
    tables = [
        table
        for way in ways_of(index, [unit.unit for unit in units])
        for table in _tables(index, units, way, key)
    ]
    if not tables:
        return None
    return Section(key=key, title=text(f"report.units.{key}"), blocks=tuple(tables))


def _tables(index: Index, units: Sequence[UnitEvaluation], way: str, key: str) -> Iterator[Table]:
    """Points in one table, rates in another: a column holds one kind of number."""
    told = _worth_a_block(index, units, way)
    groups = list(codes_by_group(index.current.rules, told))
    scores = [code for code in (TOTAL, *(group for group, _ in groups)) if code in told]
    rates = [code for _, codes in groups for code in codes]
    for kind, codes in ((Kind.POINTS, scores), (Kind.PERCENT, rates)):
        if codes:
            yield _Blocks(index, units, way, kind).table(key, codes)


def _worth_a_block(index: Index, units: Sequence[UnitEvaluation], way: str) -> set[str]:
    """All that documents print; of the portal's many figures points, and rates of dossiers."""
    rules = index.current.rules
    told = {
        code for unit in units for code, value in values_of(unit, way).items() if tells_any([value])
    }
    if way == "printed":
        return told
    of_dossiers = {each.code for each in rules.components if each.indicator is not None}
    return {code for code in told if not code[:1].isdigit() or code in of_dossiers}


class _Blocks:
    """One table with a block for each code."""

    def __init__(self, index: Index, units: Sequence[UnitEvaluation], way: str, kind: Kind) -> None:
        self.index = index
        self.units = units
        self.way = way
        self.kind = kind
        self.periods = periods_of(index, way, [unit.unit for unit in units])
        self.base = base_of(index, self.periods)
        shown_so = index.shown(way)
        self.entries = {unit.unit: entries_by_code(shown_so.of(unit.unit)) for unit in units}
        shown = [value for unit in units for value in values_of(unit, way).values()]
        self.counted = kind is Kind.PERCENT and has_counts(shown)

    def table(self, key: str, codes: Sequence[str]) -> Table:
        """The blocks in the order of the codes."""
        columns = tuple(self._columns())
        rows: list[_Row] = []
        bands: set[int] = set()
        for code in codes:
            bands.add(len(rows))
            rows.append((Cell(self._band(code)), *[NOTHING] * (len(columns) - 1)))
            rows += self._rows(code)
        return Table(
            key=f"{key}_{self.way}_{self.kind.value}",
            title=self._title(key),
            columns=columns,
            rows=tuple(rows),
            bands=frozenset(bands),
            notes=(
                *sign_notes(self._signed(codes), self.base),
                *index_notes(self.periods, self.way, [unit.unit for unit in self.units]),
                text("report.units.ranked"),
                *([text("report.units.chosen")] if self._is_chosen() else []),
            ),
        )

    def _is_chosen(self) -> bool:
        """Whether more is told than the table has."""
        return self.way == "published" and self.kind is Kind.PERCENT

    def _title(self, key: str) -> str:
        return text(
            f"report.units.{self.kind.value}",
            units=text(f"report.units.{key}_of"),
            way=text(f"report.units.{self.way}"),
        )

    def _signed(self, codes: Sequence[str]) -> dict[str, Entry]:
        """What is told of each unit and code, by the words that name both."""
        return {
            f"{unit.name} ({name_of(code)})": self.entries[unit.unit][code]
            for code in codes
            for unit in self.units
            if code in self.entries[unit.unit]
        }

    def _band(self, code: str) -> str:
        """What the block is about; points say out of how many."""
        if self.kind is Kind.PERCENT:
            return name_of(code)
        scales = {
            value.maximum
            for unit in self.units
            if (value := values_of(unit, self.way).get(code)) and value.maximum is not None
        }
        most = f"{scales.pop():f}" if len(scales) == 1 else ""
        return text("report.units.out_of", name=name_of(code), most=most) if most else name_of(code)

    def _columns(self) -> Iterator[Column]:
        yield _column("place", Kind.COUNT, 5)
        yield _column("unit", Kind.TEXT, 36)
        for each in self.periods:
            yield Column(
                key=f"value_{each.period.first:%Y_%m}",
                heading=heading_of(each),
                kind=self.kind,
                width=13,
            )
        if self.counted:
            yield _column("numerator", Kind.COUNT, 11)
            yield _column("denominator", Kind.COUNT, 11)
        if self.base is not None:
            yield _column("change", Kind.CHANGE, 11)
        yield _column("rank", Kind.RANK, 8)

    def _rows(self, code: str) -> Iterator[_Row]:
        amounts = {
            unit.unit: None if idle(unit) else amount_of(values_of(unit, self.way).get(code))
            for unit in self.units
        }
        ranks = rank_cells(amounts)
        for place, unit in enumerate(self.units, start=1):
            shown = [
                amount_cell(values_in(each, unit.unit, self.way).get(code), each.rules)
                for each in self.periods
            ]
            yield (
                Cell(place),
                Cell(unit.name),
                *shown,
                *self._beside(unit, code),
                ranks[unit.unit],
            )

    def _beside(self, unit: UnitEvaluation, code: str) -> Iterator[Cell]:
        if self.counted:
            yield from count_cells(values_of(unit, self.way).get(code))
        if self.base is not None:
            yield change_cell(self.entries[unit.unit].get(code), self.base)


def _column(name: str, kind: Kind, width: int) -> Column:
    heading = text(f"report.units.column.{name}")
    return Column(key=name, heading=heading, kind=kind, width=width)
