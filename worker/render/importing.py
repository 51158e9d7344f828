"""What a file is understood to say: for people before anything is written, and for programs."""

from collections.abc import Iterator, Mapping, Sequence

from rich.console import RenderableType
from rich.text import Text

from models.types import Period
from worker.core.times import local_day
from worker.core.workbook.headings import Field
from worker.core.workbook.reading import Fault
from worker.core.workbook.understanding import ColumnNote, Note, Understanding
from worker.errors import DataError
from worker.i18n import sentence, text
from worker.i18n.numbers import day, number
from worker.render.import_sample import sample
from worker.render.lists import Item
from worker.render.tables import plain_table

_SHOWN_COLUMNS = 40
_SHOWN_FAULTS = 20
_NAMED_ROWS = 8
_NAMED_UNITS = 10


def understanding_item(read: Understanding, file: str, sha256: str) -> Item:
    """The understanding as ``import --json`` shows it."""
    return {
        "file": file,
        "sha256": sha256,
        "sheet": read.sheet,
        "other_sheets": list(read.other_sheets),
        "kind": read.kind.value,
        "headings": list(read.headings),
        "columns": [_column_item(column) for column in read.columns],
        "periods": [{"from": period.first, "to": period.last} for period in read.counts],
        "readable": read.readable,
        "unreadable": [_fault_item(fault) for fault in read.faults],
        "ignored": {kind.value: list(rows) for kind, rows in read.ignored.items()},
        "unknown_units": dict(read.unknown_units),
        "notes": [_note(note) for note in read.notes],
    }


def understanding_parts(
    read: Understanding, file: str, covers: Period | None
) -> list[RenderableType]:
    """The understanding for people: the table found, its columns, rows, and what is odd."""
    headings = "–".join(dict.fromkeys(map(str, read.headings)))
    kind = f"importing.{read.kind.value}"
    parts: list[RenderableType] = [
        text(kind, file=file, sheet=read.sheet, headings=headings),
        *_periods(read, covers),
        "",
        *_columns(read.columns),
        "",
        *sample(read),
        *_faults(read.faults),
        text("importing.read", readable=number(read.readable), unreadable=number(len(read.faults))),
        *_ignored(read),
    ]
    return [*parts, *_warnings(read)]


def counts_text(counts: Mapping[str, int]) -> str:
    """What a loading counted, in one line; that nothing changed, where that is so."""
    changes = [name for name in ("new", "changed", "gone") if counts.get(name)]
    told = [f"{text('cli.counts.' + name)} {number(counts[name])}" for name in changes]
    if counts.get("quarantined"):
        told.append(f"{text('cli.counts.quarantined')} {number(counts['quarantined'])}")
    return ", ".join(told if changes else [text("importing.nothing_new"), *told])


def _column_item(column: ColumnNote) -> Item:
    own = column.period
    return {
        "letters": column.letters,
        "heading": column.heading,
        "field": column.field.value if column.field else None,
        "used": column.used,
        "period": {"from": own.first, "to": own.last} if own else None,
    }


def _fault_item(fault: Fault) -> Item:
    return {"row": fault.row, "cell": fault.address, "reason": _reason(fault)}


def _reason(fault: Fault) -> str:
    return sentence(DataError(fault.reason, fault.detail)).rstrip()


def _periods(read: Understanding, covers: Period | None) -> Iterator[str]:
    for period in read.counts:
        yield text("importing.period", first=day(period.first), last=day(period.last))
    if covers is not None:
        yield text("importing.covers", first=day(covers.first), last=day(covers.last))
    received = [record.received_at for record in read.records if record.received_at]
    if received:
        first, last = day(local_day(min(received))), day(local_day(max(received)))
        yield text("importing.received", first=first, last=last)


def _columns(columns: Sequence[ColumnNote]) -> Iterator[RenderableType]:
    names = ("letters", "heading", "meaning")
    headings = [text(f"importing.column.{name}") for name in names]
    table = plain_table(text("importing.title.columns"), headings)
    for column in columns[:_SHOWN_COLUMNS]:
        meaning = Text(_meaning(column), style="" if column.used else "dim")
        table.add_row(column.letters, Text(column.heading), meaning)
    yield table
    if len(columns) > _SHOWN_COLUMNS:
        yield text("importing.no_columns", count=number(len(columns) - _SHOWN_COLUMNS))


def _meaning(column: ColumnNote) -> str:
    if column.field is Field.PERSONAL:
        return text("importing.not_read")
    if column.field is None:
        return text("importing.not_used")
    if not column.used:
        return text("importing.not_used_again")
    meaning = text(f"importing.field.{column.field.value}")
    own = column.period
    return f"{meaning}, {day(own.first)}–{day(own.last)}" if own else meaning


def _faults(faults: Sequence[Fault]) -> Iterator[RenderableType]:
    if not faults:
        return
    headings = [text("importing.column.cell"), text("importing.column.reason")]
    table = plain_table(text("importing.title.faults"), headings)
    for fault in faults[:_SHOWN_FAULTS]:
        cell = fault.address if fault.column else text("importing.nth_row", row=fault.row)
        table.add_row(cell, Text(_reason(fault)))
    yield table
    if len(faults) > _SHOWN_FAULTS:
        yield text("importing.more", count=number(len(faults) - _SHOWN_FAULTS))
    yield ""


def _ignored(read: Understanding) -> Iterator[str]:
    parts = [
        text(f"importing.ignored.{kind.value}", rows=_rows(rows))
        for kind, rows in read.ignored.items()
    ]
    if parts:
        yield text("importing.ignored.said", parts="; ".join(parts))


def _rows(rows: Sequence[int]) -> str:
    named = ", ".join(map(str, rows[:_NAMED_ROWS]))
    return f"{named}, …" if len(rows) > _NAMED_ROWS else named


def _warnings(read: Understanding) -> Iterator[str]:
    told = [_note(note) for note in read.notes]
    if read.unknown_units:
        names = [
            text("importing.unknown_unit", name=name, count=number(count))
            for name, count in list(read.unknown_units.items())[:_NAMED_UNITS]
        ]
        told.append(text("importing.unknown_units", names=", ".join(names)))
    if told:
        yield text("importing.warnings")
        yield from (f"- {each}" for each in told)


def _note(note: Note) -> str:
    values = {name: str(value) for name, value in note.values.items()}
    if "count" in note.values:
        values["count"] = number(int(note.values["count"]))
    for name in ("column", "columns"):
        if name in values:
            fields = values[name].split(", ")
            values[name] = "; ".join(text(f"importing.field.{field}") for field in fields)
    return text(f"importing.note.{note.key}", **values)
