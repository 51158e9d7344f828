"""What is shown of one unit's index: all that anybody tells, beside earlier months."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.types import Period, UnitLevel
from worker.bootstrap import Services
from worker.console.index.cells import NOTHING, CellShown, cell_of
from worker.console.index.shown import WAYS
from worker.core.index.assembly import columns_of
from worker.core.index.checks import cross_checks
from worker.core.index.rules import TOTAL
from worker.core.index.side_by_side import SHOWN, Compared, Entry, SideBySide
from worker.errors import NotFoundError
from worker.i18n import text
from worker.render.index_cells import (
    Footnotes,
    change_cell,
    check_cell,
    note_line,
    rank_cell,
    rank_change_cell,
    score_cell,
    target_cell,
)
from worker.render.index_notes import notes_of


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryShown:
    """The total, a group or a component: by who tells it, checked, and how it changed.

    ``checks`` and ``changes`` may have several lines; ``is_score``: of points, not of a rate.
    """

    code: str
    group: str
    is_score: bool
    cells: Mapping[str, CellShown]
    checks: Mapping[str, str]
    target: str
    national: str
    changes: Sequence[str]
    signs: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class OneShown:
    """A unit in one month beside ``bases``, months with whether they were still open.

    ``rank`` is the unit's place among all of its level: a figure of its own, as the portal shows
    it to anybody, which tells no other unit's name or value.
    """

    code: str
    name: str
    level: UnitLevel
    period: Period
    is_provisional: bool
    rank: str
    rank_changes: Sequence[str]
    bases: Sequence[tuple[Period, bool]]
    scores: Sequence[EntryShown]
    rates: Sequence[EntryShown]
    notes: Sequence[str]

    @property
    def has_national(self) -> bool:
        """Whether a mean of the country is told of any rate."""
        return any(each.national != NOTHING.said for each in self.rates)

    def ways(self, entries: Sequence[EntryShown]) -> list[str]:
        """Who tells anything of these."""
        return [name for name in WAYS if any(name in each.cells for each in entries)]


def compared_of(table: SideBySide, code: str, group: str | None = None) -> Compared:
    """A unit of the table's month.

    Raises:
        NotFoundError: the month had no such unit.
    """
    found = table.of(code, group)
    if found is None:
        raise NotFoundError("unit_not_of_period", unit=code)
    return found


def one_of(services: Services, table: SideBySide, code: str) -> OneShown:
    """What the page of a unit shows.

    Raises:
        NotFoundError: the month had no such unit.
    """
    compared, current = compared_of(table, code), table.current
    footnotes = Footnotes()
    shown = [_entry(each, current.period, footnotes) for each in compared.entries if each.values]
    listed = services.directory.get(code)
    return OneShown(
        code=compared.unit.unit,
        name=listed.name if listed else compared.unit.name,
        level=compared.unit.level,
        period=current.period,
        is_provisional=current.provisional,
        rank=rank_cell(compared.rank).plain,
        rank_changes=[rank_change_cell(each).plain for each in compared.rank_changes.values()],
        bases=[(base.period, base.provisional) for base in table.bases],
        scores=[each for each in shown if each.is_score],
        rates=[each for each in shown if not each.is_score],
        notes=[
            *footnotes.lines,
            *notes_of(table, [compared], checked=True),
            *_contradictions(table, compared),
        ],
    )


def _entry(entry: Entry, period: Period, footnotes: Footnotes) -> EntryShown:
    return EntryShown(
        code=entry.code,
        group=entry.group,
        is_score=entry.code in (TOTAL, entry.group),
        cells={name: cell_of(each, entry.target, period) for name, each in entry.values.items()},
        checks={
            name: check_cell(each, footnotes).plain
            for name, each in entry.scores.items()
            if name in entry.values
        },
        target=target_cell(entry.target).plain,
        national=score_cell(entry.national).plain if entry.national else NOTHING.said,
        changes=[change_cell(each).plain for each in entry.changes.values()],
        signs=[text(f"index.sign.{each}") for each in entry.signs],
    )


def _contradictions(table: SideBySide, compared: Compared) -> list[str]:
    """What the shown values contradict among themselves, by who shows them."""
    return [
        note_line(note, name)
        for name, values in columns_of(compared.unit).items()
        if name in SHOWN and values
        for note in cross_checks(table.current.rules, values)
    ]
