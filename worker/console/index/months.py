"""One value of the index over the months: a heat map of units × months whose cells say it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from models.types import Period, UnitLevel
from worker.bootstrap import Services
from worker.console.index.cells import NOTHING, CellShown, cell_of
from worker.console.index.shown import WAYS, months_known, seen_in
from worker.core.access import Who
from worker.core.index.assembly import columns_of
from worker.core.index.comparison import Break, Reading, change, is_frozen
from worker.core.index.evaluation import Evaluation, UnitEvaluation
from worker.core.index.readings import Readings, unit_in
from worker.core.index.rules import TOTAL
from worker.core.index.values import LATE
from worker.journey.indexing import kept_evaluations

MOST_MONTHS: Final = 12

# Steps of colour from the worst to the best value shown.
_STEPS = 7


@dataclass(frozen=True, slots=True)
class HeatCell:
    """A value, its step of colour (None: no value), and whether it is as in the two months before.

    ``breaks`` are why it is not to be compared with the value before it.
    """

    cell: CellShown
    step: int | None
    is_frozen: bool
    breaks: Sequence[Break]


@dataclass(frozen=True, slots=True)
class HeatRow:
    """A unit over the months."""

    code: str
    name: str
    level: UnitLevel
    cells: Sequence[HeatCell]


@dataclass(frozen=True, slots=True)
class Month:
    """A column: a month, whether it was still open, and by which rules it counts."""

    period: Period
    is_provisional: bool
    rules: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatMap:
    """The whole: ``codes`` are the values that can be asked for, ``least`` and ``most`` its ends.

    ``way`` is who tells it; empty where each month is told by whoever counts first there.
    """

    code: str
    codes: Sequence[str]
    way: str
    months: Sequence[Month]
    rows: Sequence[HeatRow]
    least: str
    most: str

    @property
    def breaks(self) -> list[Break]:
        """Why values of neighbouring months are not to be compared, each once."""
        found = (each for row in self.rows for cell in row.cells for each in cell.breaks)
        return list(dict.fromkeys(found))

    @property
    def has_frozen(self) -> bool:
        """Whether a value stayed the same three periods running."""
        return any(each.is_frozen for row in self.rows for each in row.cells)

    @property
    def is_empty(self) -> bool:
        """Whether nobody tells anything."""
        return all(each.step is None for row in self.rows for each in row.cells)


def heat_map(services: Services, who: Who, code: str, way: str) -> HeatMap:
    """One value over the last months of which anything is told, the oldest first.

    Of the province and every unit, or of those that ``who`` sees: the colours are theirs as well.

    Raises:
        ReferenceError: no rules of the index held in one of them.
    """
    periods = months_known(services)[:MOST_MONTHS][::-1]
    found = kept_evaluations(services, periods)
    codes = _codes(found, who)
    asked = code if code in codes else TOTAL
    chosen = way if way in WAYS else ""
    readings = Readings(services.directory)
    units = seen_in(found[-1], who)
    told = [[_told(readings, each, unit, asked, chosen) for each in found] for unit in units]
    amounts = {each.amount: each.cell.said for series in told for each in series if each.is_told}
    ends = min(amounts, default=Decimal(0)), max(amounts, default=Decimal(0))
    heat = _Heat(*ends, is_better_low=asked == LATE)
    return HeatMap(
        code=asked,
        codes=codes,
        way=chosen,
        months=_months(found),
        rows=[
            HeatRow(unit.unit, unit.name, unit.level, _heated(series, heat))
            for unit, series in zip(units, told, strict=True)
        ],
        least=amounts.get(ends[0], ""),
        most=amounts.get(ends[1], ""),
    )


@dataclass(frozen=True, slots=True)
class _Told:
    """A cell, and the reading that says on what ground its value rests."""

    cell: CellShown
    reading: Reading | None

    @property
    def amount(self) -> Decimal:
        """The value; nought where there is none."""
        told = self.reading.value if self.reading else None
        return told if told is not None else Decimal(0)

    @property
    def is_told(self) -> bool:
        """Whether there is a value to compare."""
        return self.reading is not None and self.reading.value is not None


@dataclass(frozen=True, slots=True)
class _Heat:
    least: Decimal
    most: Decimal
    is_better_low: bool

    def step(self, told: _Told) -> int | None:
        """0 for the worst to ``_STEPS`` - 1 for the best; the middle where all are alike."""
        if not told.is_told:
            return None
        if self.most == self.least:
            return _STEPS // 2
        share = (told.amount - self.least) / (self.most - self.least)
        place = int(share * (_STEPS - 1) + Decimal("0.5"))
        return _STEPS - 1 - place if self.is_better_low else place


def _told(
    readings: Readings, found: Evaluation, unit: UnitEvaluation, code: str, way: str
) -> _Told:
    """A month's value as ``way`` tells it, else as whoever counts first does."""
    known = readings.of(found, unit.unit, code)
    asked = [each for each in known if each.shown_by.startswith(way)]
    reading = next((each for each in asked if each.value is not None), next(iter(asked), None))
    then = unit_in(found, unit.unit)
    if reading is None or then is None:
        return _Told(NOTHING, None)
    value = columns_of(then)[reading.shown_by.partition(" ")[0]].get(code)
    return _Told(cell_of(value, found.rules.target_of(code), found.period), reading)


def _heated(series: Sequence[_Told], heat: _Heat) -> list[HeatCell]:
    cells: list[HeatCell] = []
    readings: list[Reading] = []
    for each in series:
        breaks = _breaks(readings[-1] if readings else None, each.reading)
        readings += [each.reading] if each.reading else []
        frozen = each.is_told and is_frozen(readings)
        cells.append(HeatCell(each.cell, heat.step(each), is_frozen=frozen, breaks=breaks))
    return cells


def _breaks(before: Reading | None, after: Reading | None) -> Sequence[Break]:
    """Why two values are not to be compared; nothing where one is missing."""
    if before is None or after is None or before.value is None or after.value is None:
        return ()
    return change(before, after).breaks


def _months(found: Sequence[Evaluation]) -> list[Month]:
    return [Month(each.period, each.provisional, each.rules.name) for each in found]


def _codes(found: Sequence[Evaluation], who: Who) -> list[str]:
    """The total, the groups, then the components, those of which anything is told."""
    rules = found[-1].rules
    told = {
        code
        for each in found
        for unit in seen_in(each, who)
        for values in columns_of(unit).values()
        for code in values
    }
    ordered = [
        TOTAL,
        *(each.code for each in rules.groups),
        *(each.code for each in rules.components),
    ]
    return [code for code in [*ordered, LATE] if code in told]
