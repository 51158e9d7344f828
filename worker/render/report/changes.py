"""Changes between periods as cells: the difference, or why none may be told."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from models.types import Period
from worker.core.index.comparison import Sign, ranks_of
from worker.core.index.side_by_side import Compared, Entry
from worker.core.index.values import Values
from worker.i18n import text
from worker.i18n.numbers import number
from worker.render.report.cells import NOTHING, unknown
from worker.render.report.document import Cell

_MOST_NAMED = 8


def entries_by_code(compared: Compared | None) -> Mapping[str, Entry]:
    """What is told of a unit by its codes."""
    return {entry.code: entry for entry in compared.entries} if compared else {}


def change_cell(entry: Entry | None, base: Period | None) -> Cell:
    """From ``base`` to the report's own period; one out of the ordinary is marked."""
    change = entry.changes.get(base) if entry and base else None
    if change is None:
        return unknown()
    if change.amount is not None:
        return Cell(change.amount, mark="bad" if change.signs else "")
    if change.breaks:
        return Cell(said=text(f"report.break.{change.breaks[0].value}"), mark="note")
    return unknown()


def sign_notes(entries: Mapping[str, Entry], base: Period | None) -> Iterator[str]:
    """What is out of the ordinary and asks for a look, by the name of what shows it."""
    for sign in Sign:
        named = [name for name, entry in entries.items() if sign in _signs(entry, base)]
        if named:
            more = len(named) - _MOST_NAMED
            told = "; ".join(named[:_MOST_NAMED])
            rest = text("report.sign.more", n=number(more)) if more > 0 else ""
            yield text(f"report.sign.{sign.value}", names=f"{told}{rest}")


def _signs(entry: Entry, base: Period | None) -> tuple[Sign, ...]:
    change = entry.changes.get(base) if base else None
    return (*entry.signs, *(change.signs if change else ()))


def rank_cells(amounts: Mapping[str, Decimal | None]) -> Mapping[str, Cell]:
    """The rank of each unit by its value; a unit without one is not ranked."""
    ranks = ranks_of(amounts)
    return {unit: Cell(ranks[unit].place) if unit in ranks else NOTHING for unit in amounts}


def told_in(values: Iterable[Values]) -> set[str]:
    """Every code anybody tells."""
    return {code for each in values for code in each}
