"""The first rows of a file as they were understood: where people see a mistake at once."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from models.types import SourceRecord
from worker.core.workbook.counts import UnitCounts
from worker.core.workbook.layout import TableKind
from worker.core.workbook.understanding import Understanding
from worker.i18n import text
from worker.i18n.numbers import exact, number
from worker.render.tables import plain_table

_SHOWN_RECORDS = 3
_SHOWN_UNITS = 5


def sample(read: Understanding) -> Iterator[RenderableType]:
    """The first dossiers, or for each period the first units."""
    if not read.readable:
        return
    if read.kind is TableKind.DOSSIERS:
        records = [line for line in read.lines if isinstance(line.reading, SourceRecord)]
        yield _side_by_side([(line.row, line.reading) for line in records[:_SHOWN_RECORDS]])
    for units in read.counts.values():
        yield _one_below_the_other(units[:_SHOWN_UNITS])
    yield ""


def _side_by_side(records: Sequence[tuple[int, object]]) -> RenderableType:
    """A few records as columns: they have many fields, and a terminal is narrow."""
    headings = [text("importing.nth_row", row=row) for row, _ in records]
    table = plain_table(text("importing.title.sample"), ["", *headings])
    for name, show in _RECORD.items():
        cells = [show(record) for _, record in records]
        if any(cells):
            table.add_row(text(f"importing.field.{name}"), *map(Text, cells))
    return table


def _one_below_the_other(units: Sequence[UnitCounts]) -> RenderableType:
    """Units as rows; counts that the table doesn't tell are left out."""
    told = {name: [show(unit) for unit in units] for name, show in _COUNTS.items()}
    told = {name: cells for name, cells in told.items() if any(cells)}
    headings = [text("importing.column.row"), *(text(f"importing.field.{name}") for name in told)]
    figures = [place for place, name in enumerate(told, start=1) if name.startswith("count_")]
    table = plain_table(text("importing.title.sample"), headings, numbers=[0, *figures])
    for place, unit in enumerate(units):
        table.add_row(str(unit.row), *(Text(cells[place]) for cells in told.values()))
    return table


def _unit(record: SourceRecord) -> str:
    return record.unit_name or record.unit_code or ""


def _instant(name: str) -> Callable[[SourceRecord], str]:
    def shown(record: SourceRecord) -> str:
        value = getattr(record, name)
        return exact(value) if value else ""

    return shown


def _count(name: str) -> Callable[[UnitCounts], str]:
    def shown(told: UnitCounts) -> str:
        value = getattr(told, name)
        return "" if value is None else number(value)

    return shown


_RECORD: Mapping[str, Callable[[Any], str]] = {
    "code": lambda record: record.codes[0],
    "second_code": lambda record: ", ".join(record.codes[1:]),
    "unit_name": _unit,
    "procedure": lambda record: record.procedure or "",
    "status": lambda record: text(f"states.status.{record.status.name}"),
    "received_at": _instant("received_at"),
    "due_at": _instant("due_at"),
    "finished_at": _instant("finished_at"),
    "returned_at": _instant("returned_at"),
}
_COUNTS: Mapping[str, Callable[[UnitCounts], str]] = {
    "unit_code": lambda told: told.unit,
    "unit_name": lambda told: told.name,
    "count_received": _count("received"),
    "count_on_time": _count("on_time"),
    "count_late": _count("late"),
    "count_completed": _count("completed"),
    "count_resolved_late": _count("resolved_late"),
}
