"""A report as one page: nothing is loaded from anywhere, it prints on A4 and reads on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, groupby
from typing import TYPE_CHECKING

from worker.i18n import language
from worker.i18n.numbers import day
from worker.render.charts import chart_svg
from worker.render.report.document import Block, Cell, Chart, Column, Document, Section, Table
from worker.render.report.formats import NUMBERS
from worker.render.report.marks import MARKS, legend
from worker.render.report.values import cell_text, line
from worker.render.templates import template

if TYPE_CHECKING:
    from markupsafe import Markup

_SIZE = re.compile(r'<svg ([^>]*?)width="([\d.]+)" height="[\d.]+"')
# More columns than this get the wide side of the paper.
_MOST_UPRIGHT = 8
# Columns that only number the rows.
_PLACES = ("place", "index")


@dataclass(frozen=True, slots=True)
class _Heading:
    """A heading over one column or over several; ``down`` where it stands beside shared ones."""

    text: str
    across: int = 1
    down: int = 1
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class _CellView:
    text: str
    mark: str
    is_number: bool


@dataclass(frozen=True, slots=True)
class _RowView:
    cells: tuple[_CellView, ...]
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _TableView:
    """A table in words; ``head`` has one row of headings, or two where some are shared."""

    kind: str
    key: str
    number: int
    title: str
    across: int
    head: tuple[tuple[_Heading, ...], ...]
    rows: tuple[_RowView, ...]
    notes: tuple[str, ...]
    header: int

    @property
    def is_wide(self) -> bool:
        """Whether it needs the wide side of the paper."""
        return self.across > _MOST_UPRIGHT


@dataclass(frozen=True, slots=True)
class _ChartView:
    kind: str
    title: str
    alt: str
    svg: Markup


@dataclass(frozen=True, slots=True)
class _TextView:
    kind: str
    text: str


_BlockView = _TableView | _ChartView | _TextView


@dataclass(frozen=True, slots=True)
class _SectionView:
    key: str
    title: str
    is_annex: bool
    blocks: tuple[_BlockView, ...]

    @property
    def is_wide(self) -> bool:
        """Whether any of its tables needs the wide side of the paper."""
        return any(isinstance(each, _TableView) and each.is_wide for each in self.blocks)


def page(document: Document) -> str:
    """The whole page, in the language in use."""
    numbers = count(1)
    sections = [_section(each, numbers) for each in document.sections]
    head = document.letterhead
    return template("worker.render.report", "report.html.j2").render(
        language=language(),
        document=document,
        letterhead=head,
        day=day(head.day),
        sections=sections,
        marks=MARKS,
        line=line,
    )


def _section(section: Section, numbers: Iterator[int]) -> _SectionView:
    blocks = tuple(_block(each, numbers) for each in section.blocks)
    return _SectionView(section.key, line(section.title), section.is_annex, blocks)


def _block(block: Block, numbers: Iterator[int]) -> _BlockView:
    match block:
        case Table():
            return _table(block, next(numbers))
        case Chart():
            return _ChartView("chart", line(block.title), line(block.alt), _picture(block))
        case _:
            return _TextView("note" if block.is_note else "text", line(block.text))


def _table(table: Table, number: int) -> _TableView:
    said = legend(table)
    return _TableView(
        kind="table",
        key=table.key,
        number=number,
        title=line(table.title),
        across=len(table.columns),
        head=_head(table.columns),
        rows=tuple(_rows(table)),
        notes=tuple(map(line, (*table.notes, *([said] if said else [])))),
        header=_header_place(table.columns),
    )


def _head(columns: Sequence[Column]) -> tuple[tuple[_Heading, ...], ...]:
    """One row of headings; two where neighbours share one above."""
    if not any(column.above for column in columns):
        return (tuple(_heading(column) for column in columns),)
    upper: list[_Heading] = []
    for above, group in groupby(columns, key=lambda column: column.above):
        among = list(group)
        if above:
            upper.append(_Heading(line(above), across=len(among)))
        else:
            upper += [_heading(column, down=2) for column in among]
    return tuple(upper), tuple(_heading(column) for column in columns if column.above)


def _heading(column: Column, down: int = 1) -> _Heading:
    return _Heading(line(column.heading), down=down, is_number=column.kind in NUMBERS)


def _header_place(columns: Sequence[Column]) -> int:
    """Which cell of a row says what the row is about: the first text that is not its number."""
    texts = (
        place
        for place, each in enumerate(columns)
        if each.kind not in NUMBERS and each.key not in _PLACES
    )
    return next(texts, 0)


def _rows(table: Table) -> Iterator[_RowView]:
    for place, row in enumerate(table.rows):
        kind = "total" if place in table.totals else "band" if place in table.bands else ""
        cells = (_cell(cell, col) for cell, col in zip(row, table.columns, strict=True))
        yield _RowView(tuple(cells), kind)


def _cell(cell: Cell, column: Column) -> _CellView:
    is_number = column.kind in NUMBERS
    return _CellView(cell_text(cell, column.kind), cell.mark, is_number)


def _picture(chart: Chart) -> Markup:
    """The drawing, as wide as there is room for; its words stand beside it, not inside."""
    from markupsafe import Markup

    drawn = chart_svg(chart.spec)
    # Drawn by ourselves from our own specification, in which every label was escaped as text.
    return Markup(_SIZE.sub(_flexible, drawn, count=1))  # noqa: S704


def _flexible(found: re.Match[str]) -> str:
    return f'<svg {found[1]}aria-hidden="true" style="max-width:{found[2]}px"'
