"""What is shown of a month's index: every unit's values in one table for each level."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from models.types import Period, UnitLevel
from worker.bootstrap import Services
from worker.console.index.cells import CellShown, cell_of
from worker.core.access import Who
from worker.core.index.assembly import columns_of, ranks_by
from worker.core.index.comparison import Rank, worst_first
from worker.core.index.evaluation import Evaluation, UnitEvaluation
from worker.core.index.rules import TOTAL, IndexRules
from worker.core.index.side_by_side import SHOWN, Compared, SideBySide
from worker.core.times import month_of, parse_month, period_start
from worker.errors import PermanentError
from worker.journey.indexing import earlier_periods, kept_evaluation
from worker.render.index_notes import notes_of

WAYS = (*SHOWN, "counted", "at_home")

_PUBLISHED = "published"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowShown:
    """A unit's row; ``rank`` is that among all units of its level."""

    code: str
    name: str
    level: UnitLevel
    rank: Rank | None
    cells: Sequence[CellShown]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableShown:
    """A month's values as told in one ``way``: of the groups, or of one group's components.

    ``codes`` head the columns. ``ways`` are those in which anything is told of the month.
    Ranks are by the total as told in that way, level by level. ``province`` is None for who does
    not see all units.
    """

    period: Period
    as_of: datetime
    is_provisional: bool
    rules: str
    way: str
    ways: Sequence[str]
    group: str
    groups: Sequence[str]
    codes: Sequence[str]
    is_ranked: bool
    province: RowShown | None
    levels: Sequence[tuple[UnitLevel, Sequence[RowShown]]]
    notes: Sequence[str]


def month_asked(services: Services, written: str) -> Period:
    """The month written as 2024-07; where none is, the present one.

    Raises:
        PermanentError: it can't be read, or has not begun.
    """
    now = services.clock()
    month = parse_month(written) if written else month_of(now)
    if now < period_start(month):
        raise PermanentError("month_not_begun", period=written)
    return month


def months_known(services: Services) -> list[Period]:
    """The present month, and those before it of which anything is told, the newest first."""
    present = month_of(services.clock())
    return [present, *earlier_periods(services, present)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What of a month's table is asked for.

    ``way`` is who tells the values, of ``WAYS``; where that is said wrongly, who tells totals.
    ``group`` is a group's code, whose components are shown; empty: the total and the groups.
    ``sort`` is ``unit``, ``rank`` or a code of the index, by which the worst come first;
    ``is_descending`` is the other way round, what has no value comes last in any case.
    """

    way: str
    group: str
    sort: str
    is_descending: bool


def table_of(services: Services, who: Who, period: Period, asked: Asked) -> TableShown:
    """The table of a month: the units that ``who`` sees.

    Raises:
        ReferenceError: no rules of the index held in the month.
    """
    found = kept_evaluation(services, period)
    seen = seen_in(found, who)
    told = [name for name in WAYS if any(columns_of(each)[name] for each in seen)]
    chosen = asked.way if asked.way in told else _usual(found, seen, told)
    groups = [each.code for each in found.rules.groups]
    group = asked.group if asked.group in groups else ""
    codes = _codes(found.rules, seen, chosen, group)
    ranks = ranks_by(found.units, TOTAL, chosen)
    rows = [
        _row(found, each, chosen, codes, ranks.get(each.unit))
        for each in seen
        if each is not found.province
    ]
    return TableShown(
        period=period,
        as_of=found.as_of,
        is_provisional=found.provisional,
        rules=found.rules.name,
        way=chosen,
        ways=told,
        group=group,
        groups=groups,
        codes=codes,
        province=_row(found, found.province, chosen, codes, None) if who.sees_all else None,
        is_ranked=any(row.rank for row in rows),
        levels=[
            (level, _sorted(peers, codes, asked))
            for level in dict.fromkeys(row.level for row in rows)
            for peers in ([row for row in rows if row.level is level],)
        ],
        notes=_notes(services, found, [each.unit for each in seen]),
    )


def seen_in(found: Evaluation, who: Who) -> tuple[UnitEvaluation, ...]:
    """What ``who`` sees of an evaluation: the province, who sees all, and its units."""
    province = (found.province,) if who.sees_all else ()
    return (*province, *(each for each in found.units if who.sees(each.unit)))


def _codes(rules: IndexRules, seen: Sequence[UnitEvaluation], way: str, group: str) -> list[str]:
    """The columns in which anything stands."""
    told = {code for each in seen for code in columns_of(each)[way]}
    groups = [TOTAL, *(each.code for each in rules.groups)]
    if not group and told & set(groups):
        return [code for code in groups if code in told]
    return [code for code in _components(rules, group) if code in told]


def _components(rules: IndexRules, group: str) -> list[str]:
    return [each.code for each in rules.components if group in ("", each.group)]


def _usual(found: Evaluation, seen: Sequence[UnitEvaluation], told: Sequence[str]) -> str:
    """The portal, where it tells a total of any unit; else whoever does, else whoever is there."""
    preferred = sorted(told, key=lambda name: name != _PUBLISHED)
    codes = {each.unit for each in seen}
    ranking = (name for name in preferred if codes & ranks_by(found.units, TOTAL, name).keys())
    return next(ranking, next(iter(preferred), _PUBLISHED))


def _row(
    found: Evaluation, unit: UnitEvaluation, way: str, codes: Sequence[str], rank: Rank | None
) -> RowShown:
    values = columns_of(unit)[way]
    return RowShown(
        code=unit.unit,
        name=unit.name,
        level=unit.level,
        rank=rank,
        cells=[
            cell_of(values.get(code), found.rules.target_of(code), found.period) for code in codes
        ],
    )


def _sorted(rows: Sequence[RowShown], codes: Sequence[str], asked: Asked) -> list[RowShown]:
    by_code = {row.code: row for row in rows}
    if asked.sort not in codes:
        keys = sorted(by_code) if asked.sort == "unit" else _by_rank(rows)
        return [by_code[key] for key in (reversed(keys) if asked.is_descending else keys)]
    place = list(codes).index(asked.sort)
    amounts = {row.code: row.cells[place].amount for row in rows}
    worst = worst_first({key: value for key, value in amounts.items() if value is not None})
    silent = [key for key, value in amounts.items() if value is None]
    told = reversed(worst) if asked.is_descending else worst
    return [by_code[key] for key in [*told, *silent]]


def _by_rank(rows: Sequence[RowShown]) -> list[str]:
    ranked = sorted(rows, key=lambda row: (not row.rank, row.rank and row.rank.place, row.code))
    return [row.code for row in ranked]


def _notes(services: Services, found: Evaluation, seen: Sequence[str]) -> list[str]:
    """What stands under the tables: the cut-off, who told what and when.

    Where the province is seen, its own values say that of all. Of several units it is not said
    how many dossiers tell nothing: each one's own page does.
    """
    table = SideBySide(found, (), services.directory)
    is_whole = found.province.unit in seen
    wanted = [found.province.unit] if is_whole else seen
    rows = [each for each in map(table.of, wanted) if each is not None]
    told = rows if is_whole else [_without_untold(each) for each in rows]
    return list(notes_of(table, told, checked=False))


def _without_untold(row: Compared) -> Compared:
    entries = tuple(
        replace(
            each,
            values={name: replace(value, untold=0) for name, value in each.values.items()},
        )
        for each in row.entries
    )
    return replace(row, entries=entries)
