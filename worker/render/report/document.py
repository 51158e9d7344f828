"""A report as plain values: what it says, whatever format it is written in.

Texts are in the language in use already; numbers, days and instants are still values, so that a
workbook gets typed cells and a page gets them in Vietnamese form.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

# A Vega-Lite specification, as ``worker.render.charts`` draws it.
Spec = dict[str, Any]


class Kind(StrEnum):
    """What the values of a column are, and so how they are written."""

    TEXT = "text"
    COUNT = "count"  # whole number
    SIGNED = "signed"  # whole number with its sign
    PERCENT = "percent"  # points of a hundred: 12.99 is 12,99 %
    POINTS = "points"  # of a score, at most two decimals
    CHANGE = "change"  # difference of points or of percent, with its sign
    RANK = "rank"
    DAY = "day"
    INSTANT = "instant"


Plain = str | int | Decimal | date | datetime | None


@dataclass(frozen=True, slots=True)
class Cell:
    """One value; ``said`` stands in its place where there is none ("Không có hồ sơ").

    ``mark`` is a class of meaning: ``bad``, ``good``, ``provisional``, ``note`` or nothing. A
    format may colour by it, and never says by colour alone what no text says.
    """

    value: Plain = None
    said: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: a stable ``key`` for machines, its heading for people, how its values are written.

    ``width`` is in characters. ``above`` is a heading that neighbouring columns share.
    """

    key: str
    heading: str
    kind: Kind = Kind.TEXT
    width: int = 12
    above: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table with typed cells; each row has one cell a column.

    ``totals`` are the places of rows that sum others up, ``bands`` those that only head what
    follows (first cell alone). ``notes`` stand under it; the cut-off is always among them.
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    totals: frozenset[int] = frozenset()
    bands: frozenset[int] = frozenset()
    notes: tuple[str, ...] = ()


class Shape(StrEnum):
    """The shape of a chart."""

    BARS = "bars"
    LINES = "lines"
    WATERFALL = "waterfall"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A chart: ``spec`` for formats that show a picture, table and columns for a native one.

    ``alt`` says in words what it shows. ``across`` and ``up`` are keys of columns of the ``table``
    whose key is named.
    """

    key: str
    title: str
    alt: str
    spec: Spec
    shape: Shape
    table: str
    across: str
    up: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; ``is_note`` where it is small print."""

    text: str
    is_note: bool = False


Block = Table | Chart | Paragraph


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of a report under a heading of its own; ``is_annex`` begins a new page."""

    key: str
    title: str
    blocks: tuple[Block, ...]
    is_annex: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """What stands above and below an official letter (NĐ 30/2020/NĐ-CP, annex I).

    What only the office knows (number, signer) is empty and left to fill in.
    """

    authority_above: str
    authority: str
    place: str
    day: date
    subject: str
    number: str = ""
    to: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    signer_role: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A whole report. ``cutoff`` is the sentence that says as of when; ``facts`` go to machines."""

    key: str
    title: str
    subtitle: str
    cutoff: str
    letterhead: Letterhead
    sections: tuple[Section, ...]
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def tables(self) -> Sequence[Table]:
        """Every table, in reading order."""
        return [
            block for part in self.sections for block in part.blocks if isinstance(block, Table)
        ]
