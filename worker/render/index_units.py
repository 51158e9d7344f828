"""One value of the index over all units: level by level, the worst first."""

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from models.types import UnitLevel
from worker.core.index.side_by_side import SHOWN, Compared, SideBySide
from worker.i18n import text
from worker.i18n.numbers import month
from worker.render.index import OWN, Fitting, add_periods, bare_table, columns_in, marked
from worker.render.index_cells import (
    rank_cell,
    score_cell,
    unit_change_cell,
    value_cell,
)
from worker.render.index_notes import notes_of


def units_tables(table: SideBySide, code: str, rows: Sequence[Compared]) -> list[RenderableType]:
    """The units, in the order given, in a table for each level."""
    if not any(entry.values for row in rows for entry in row.entries):
        return [text("index.table.none_of", what=_name(code), period=_month(table))]
    parts: list[RenderableType] = []
    for level in dict.fromkeys(row.unit.level for row in rows):
        peers = [row for row in rows if row.unit.level is level]
        told = columns_in([entry for row in peers for entry in row.entries], (*SHOWN, *OWN))
        title = _title(table, code, level)
        wide = _table(title, table, peers, told, len(table.bases))
        parts += [Fitting(wide, _table(title, table, peers, told[:2], 1)), ""]
    return [*parts, *notes_of(table, rows, checked=False)]


def _title(table: SideBySide, code: str, level: UnitLevel) -> str:
    current = table.current
    return text(
        "index.table.units_title",
        what=_name(code),
        level=text(f"states.level.{level}"),
        period=marked(current.period.first, provisional=current.provisional),
    )


def _table(
    title: str, table: SideBySide, rows: Sequence[Compared], told: Sequence[str], bases: int
) -> Table:
    found = bare_table(title)
    found.add_column(Text(text("index.table.rank")), justify="right")
    found.add_column(Text(text("index.table.unit")), min_width=16, max_width=40)
    for name in told:
        found.add_column(Text(text(f"index.column.{name}")), justify="right", min_width=9)
    add_periods(found, table, bases)
    for row in rows:
        found.add_row(*_row(row, told, bases), style="dim" if row.rank is None else "")
    return found


def _row(row: Compared, told: Sequence[str], bases: int) -> Iterator[RenderableType]:
    (entry,) = row.entries
    yield rank_cell(row.rank)
    signs = "".join(f"\n{text(f'index.sign.{sign}')}" for sign in entry.signs)
    yield Text(row.unit.name + signs)
    for name in told:
        is_rate = entry.code[:1].isdigit()
        yield value_cell(entry, name) if is_rate else score_cell(entry.values.get(name))
    for period, change in [*entry.changes.items()][:bases]:
        yield unit_change_cell(change, row.rank_changes[period])


def _name(code: str) -> str:
    key = "component" if code[:1].isdigit() else "group"
    return text(f"index.{key}.{code}")


def _month(table: SideBySide) -> str:
    return month(table.current.period.first)
