"""A report for programs: JSON, and a table a file in CSV."""

import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from worker.core.times import VIETNAM
from worker.i18n import text
from worker.render.report.document import (
    Cell,
    Chart,
    Column,
    Document,
    Paragraph,
    Plain,
    Section,
    Table,
)
from worker.render.report.values import line
from worker.render.spreadsheets import csv_text, harmless

_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")


def as_json(document: Document) -> str:
    """Everything the report says; rates and scores are decimal text, instants have an offset.

    A row holds the values of its columns by their keys; ``said`` is there for cells that have words
    in place of a value.
    """
    told = {
        "key": document.key,
        "title": document.title,
        "subtitle": document.subtitle,
        "cutoff": document.cutoff,
        **document.facts,
        "sections": [_section(each) for each in document.sections],
    }
    return json.dumps(told, ensure_ascii=False, indent=2, default=_plain) + "\n"


def _section(section: Section) -> dict[str, Any]:
    blocks = section.blocks
    return {
        "key": section.key,
        "title": section.title,
        "annex": section.is_annex,
        "paragraphs": [each.text for each in blocks if isinstance(each, Paragraph)],
        "tables": [_table(each) for each in blocks if isinstance(each, Table)],
        "charts": [
            {"key": each.key, "title": each.title, "alt": each.alt, "table": each.table}
            for each in blocks
            if isinstance(each, Chart)
        ],
    }


def _table(table: Table) -> dict[str, Any]:
    return {
        "key": table.key,
        "title": table.title,
        "columns": [
            {"key": each.key, "heading": each.heading, "above": each.above, "kind": each.kind.value}
            for each in table.columns
        ],
        "rows": [_row(table, place) for place in range(len(table.rows))],
        "notes": list(table.notes),
    }


def _row(table: Table, place: int) -> dict[str, Any]:
    row = dict(zip((each.key for each in table.columns), table.rows[place], strict=True))
    kind = "total" if place in table.totals else "band" if place in table.bands else "row"
    told: dict[str, Any] = {
        "kind": kind,
        "values": {key: cell.value for key, cell in row.items()},
    }
    said = {key: cell.said for key, cell in row.items() if cell.value is None and cell.said}
    return told | {"said": said} if said else told


def _plain(value: object) -> str:
    match value:
        case datetime():
            return value.astimezone(VIETNAM).isoformat(timespec="seconds")
        case date():
            return value.isoformat()
        case Decimal():
            return f"{value:f}"
        case _:
            message = f"no JSON form for {type(value).__name__}"
            raise TypeError(message)


def as_csv(document: Document) -> bytes:
    """A zip with a file for each table, and one for the notes under them.

    UTF-8 with the mark by which spreadsheets know it, commas between cells, decimal points, days as
    2024-07-31 and instants as 2024-07-24 16:00:00 on Vietnam's clock.
    """
    room = BytesIO()
    day = document.letterhead.day
    at = (day.year, day.month, day.day, 0, 0, 0)
    with ZipFile(room, "w", ZIP_DEFLATED) as bundle:
        for name, rows in _files(document):
            entry = ZipInfo(name, at)
            entry.compress_type = ZIP_DEFLATED
            bundle.writestr(entry, csv_text(rows))
    return room.getvalue()


def _files(document: Document) -> Iterator[tuple[str, list[list[str]]]]:
    notes = [[text("report.csv.file"), text("report.csv.table"), text("report.csv.note")]]
    for place, table in enumerate(document.tables, start=1):
        name = f"{place:02}-{_NOT_IN_NAMES.sub('-', table.key.lower())}.csv"
        notes += [[name, _safe(table.title), _safe(note)] for note in table.notes]
        head = [_heading(each) for each in table.columns]
        yield name, [head, *([_value(cell) for cell in row] for row in table.rows)]
    yield text("report.csv.notes"), notes


def _heading(column: Column) -> str:
    return _safe(f"{column.above}: {column.heading}" if column.above else column.heading)


def _value(cell: Cell) -> str:
    value: Plain = cell.said if cell.value is None else cell.value
    match value:
        case str():
            return _safe(value)
        case datetime():
            return value.astimezone(VIETNAM).strftime("%Y-%m-%d %H:%M:%S")
        case date():
            return value.isoformat()
        case Decimal():
            return f"{value:f}"
        case _:
            return str(value)


def _safe(words: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return harmless(line(words))
