"""The index of the province or of a unit as tables: its groups, then its components.

Columns keep apart who tells a value: a document, the portal, our own counts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from rich.box import SIMPLE_HEAD
from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.table import Table
from rich.text import Text

from models.types import UnitLevel
from worker.core.index.assembly import columns_of
from worker.core.index.checks import cross_checks
from worker.core.index.rules import RANK, TOTAL
from worker.core.index.side_by_side import SHOWN, Compared, Entry, SideBySide
from worker.i18n import text
from worker.i18n.numbers import month
from worker.render.index_cells import (
    Footnotes,
    change_cell,
    check_cell,
    note_line,
    rank_cell,
    rank_change_cell,
    score_cell,
    target_cell,
    value_cell,
)
from worker.render.index_notes import notes_of

OWN = ("counted", "at_home")
_ROOM = 110


def index_tables(table: SideBySide, compared: Compared) -> list[RenderableType]:
    """All that is told of one unit; where that is one group, neither total nor rank."""
    if not any(entry.values for entry in compared.entries):
        return [text("index.table.none", unit=compared.unit.name, period=_month(table))]
    return [
        *_groups(table, compared, [each for each in compared.entries if _is_score(each)]),
        *_components(table, compared, [each for each in compared.entries if not _is_score(each)]),
        *notes_of(table, [compared], checked=True),
        *_contradictions(table, compared),
    ]


def marked(first: date, *, provisional: bool) -> str:
    """A month as a heading, with the mark of an open one."""
    name = month(first)
    return text("index.table.provisional", period=name) if provisional else name


def bare_table(title: str) -> Table:
    """A calm table whose cells may have several lines."""
    return Table(
        title=Text(title, style="bold"),
        title_justify="left",
        box=SIMPLE_HEAD,
        pad_edge=False,
        show_edge=False,
        padding=(0, 1, 0, 0),
    )


def add_periods(found: Table, table: SideBySide, bases: int) -> None:
    """A column for each of the first so many compared months."""
    for base in table.bases[:bases]:
        heading = marked(base.period.first, provisional=base.provisional)
        found.add_column(Text(text("index.column.base", period=heading)), justify="right")


@dataclass(frozen=True, slots=True)
class Fitting:
    """A table; where there is no room for it a narrow one, and that it leaves things out."""

    wide: RenderableType
    narrow: Table

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterator[RenderableType]:
        """The one that fits."""
        if options.max_width >= _ROOM:
            yield self.wide
        else:
            yield self.narrow
            yield text("index.table.narrow")


def columns_in(entries: Sequence[Entry], names: Sequence[str]) -> list[str]:
    """Those of the columns in which anything stands."""
    told = {name for entry in entries for name in entry.values}
    return [name for name in names if name in told]


def _month(table: SideBySide) -> str:
    return month(table.current.period.first)


def _is_score(entry: Entry) -> bool:
    return entry.code in (TOTAL, entry.group)


def _title(table: SideBySide, compared: Compared, kind: str) -> str:
    current = table.current
    period = marked(current.period.first, provisional=current.provisional)
    return text(f"index.table.{kind}_title", unit=compared.unit.name, period=period)


def _groups(
    table: SideBySide, compared: Compared, entries: Sequence[Entry]
) -> Iterator[RenderableType]:
    if not columns_in(entries, SHOWN):
        return
    footnotes = Footnotes()
    wide = _group_table(table, compared, entries, footnotes)
    notes = ["", *footnotes.lines] if footnotes.lines else []
    yield from (Fitting(Group(wide, *notes), _group_table(table, compared, entries, None)), "")


def _group_table(
    table: SideBySide, compared: Compared, entries: Sequence[Entry], footnotes: Footnotes | None
) -> Table:
    """Without ``footnotes`` for a narrow window: no checks, and the newest of the months alone."""
    told = columns_in(entries, SHOWN)
    bases = len(table.bases) if footnotes else 1
    found = bare_table(_title(table, compared, "groups"))
    found.add_column(Text(text("index.table.group")), min_width=16, max_width=32)
    for name in told:
        found.add_column(Text(text(f"index.column.{name}")), justify="right")
        if footnotes:
            found.add_column(Text(text("index.column.check")), max_width=27)
    add_periods(found, table, bases)
    for entry in entries:
        cells = _group_row(entry, told, footnotes, bases)
        found.add_row(*cells, style="bold" if entry.code == TOTAL else "")
        if entry.code == TOTAL:
            found.add_row(*_rank_row(compared, told, bases, checked=footnotes is not None))
    return found


def _group_row(
    entry: Entry, told: Sequence[str], footnotes: Footnotes | None, bases: int
) -> Iterator[RenderableType]:
    yield Text(text(f"index.group.{entry.code}"))
    for name in told:
        yield score_cell(entry.values.get(name))
        if footnotes:
            yield check_cell(entry.scores.get(name), footnotes)
    yield from map(change_cell, [*entry.changes.values()][:bases])


def _rank_row(
    compared: Compared, told: Sequence[str], bases: int, *, checked: bool
) -> Iterator[RenderableType]:
    """The rank as it is shown of the province; of a unit ours, below the value that ranks it."""
    yield Text(text(f"index.group.{RANK}"))
    columns = columns_of(compared.unit)
    for name in told:
        shown = columns[name].get(RANK)
        if compared.unit.level is UnitLevel.PROVINCE:
            yield score_cell(shown)
        else:
            yield rank_cell(compared.rank) if name == compared.ranked_by else ""
        if checked:
            yield ""
    yield from map(rank_change_cell, [*compared.rank_changes.values()][:bases])


def _components(
    table: SideBySide, compared: Compared, entries: Sequence[Entry]
) -> Iterator[RenderableType]:
    if not entries:
        return
    told = columns_in(entries, (*SHOWN, *OWN))
    yield Fitting(
        wide=_component_table(table, compared, entries, told, len(table.bases)),
        narrow=_component_table(table, compared, entries, told[:3], 0),
    )
    yield ""


def _component_table(
    table: SideBySide,
    compared: Compared,
    entries: Sequence[Entry],
    told: Sequence[str],
    bases: int,
) -> Table:
    national = any(entry.national for entry in entries)
    found = bare_table(_title(table, compared, "components"))
    found.add_column(Text(text("index.table.component")), min_width=20, max_width=40)
    for name in told:
        found.add_column(Text(text(f"index.column.{name}")), justify="right", min_width=9)
    found.add_column(Text(text("index.column.target")), min_width=8)
    if national:
        found.add_column(Text(text("index.column.national")), justify="right")
    add_periods(found, table, bases)
    before = ""
    for entry in entries:
        if entry.group != before:
            found.add_section()
            found.add_row(Text(text(f"index.group.{entry.group}"), style="bold"))
            before = entry.group
        found.add_row(*_component_row(entry, told, bases, national=national))
    return found


def _component_row(
    entry: Entry, told: Sequence[str], bases: int, *, national: bool
) -> Iterator[RenderableType]:
    name = _name(entry.code)
    # What documents print beside a component bears no number of its own there.
    is_beside = "_" in entry.code
    label = name if is_beside else text("index.table.labelled", code=entry.code, name=name)
    signs = "".join(f"\n{text(f'index.sign.{sign}')}" for sign in entry.signs)
    yield Text(label + signs)
    for way in told:
        yield value_cell(entry, way)
    yield target_cell(entry.target)
    if national:
        yield score_cell(entry.national) if entry.national else ""
    yield from map(change_cell, [*entry.changes.values()][:bases])


def _name(code: str) -> str:
    return text(f"index.component.{code}")


def _contradictions(table: SideBySide, compared: Compared) -> Iterator[str]:
    """What the shown values contradict among themselves, by who shows them."""
    for name, values in columns_of(compared.unit).items():
        if name in SHOWN and values:
            for note in cross_checks(table.current.rules, values):
                yield note_line(note, name)
