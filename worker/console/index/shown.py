"""What is shown of a month's index: every unit's values in one table for each level."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from models.types import Period, UnitLevel
from worker.bootstrap import Services
from worker.console.index.cells import CellShown, cell_of
from worker.core.index.assembly import columns_of, ranks_by
from worker.core.index.comparison import Rank, worst_first
from worker.core.index.evaluation import Evaluation, UnitEvaluation
from worker.core.index.rules import TOTAL, IndexRules
from worker.core.index.side_by_side import SHOWN, SideBySide
from worker.core.times import month_of, parse_month, period_start
from worker.errors import PermanentError
from worker.journey.indexing import earlier_periods, kept_evaluation
from worker.render.index_notes import notes_of

WAYS = (*SHOWN, "counted", "at_home")

_PUBLISHED = "published"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowShown:
    """A unit's row."""

    code: str
    name: str
    level: UnitLevel
    rank: int | None
    cells: Sequence[CellShown]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableShown:
    """A month's values as told in one ``way``: of the groups, or of one group's components.

    ``codes`` head the columns. ``ways`` are those in which anything is told of the month.
    Ranks are by the total as told in that way, level by level.
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
    province: RowShown
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


def table_of(
    services: Services, period: Period, way: str, group: str, sort: str, *, is_descending: bool
) -> TableShown:
    """The table of a month.

    Args:
        services: What it works with.
        period: The month.
        way: Who tells the values, of ``WAYS``; where that is said wrongly, who tells totals.
        group: A group's code; its components are shown. Empty: the total and the groups.
        sort: ``unit``, ``rank`` or a code of the index; by a code the worst come first.
        is_descending: The other way round; what has no value comes last in any case.

    Raises:
        ReferenceError: no rules of the index held in the month.
    """
    found = kept_evaluation(services, period)
    told = [name for name in WAYS if any(columns_of(each)[name] for each in _all(found))]
    chosen = way if way in told else _usual(found, told)
    groups = [each.code for each in found.rules.groups]
    asked = group if group in groups else ""
    codes = _codes(found, chosen, asked)
    ranks = ranks_by(found.units, TOTAL, chosen)
    rows = [_row(found, each, chosen, codes, ranks.get(each.unit)) for each in found.units]
    return TableShown(
        period=period,
        as_of=found.as_of,
        is_provisional=found.provisional,
        rules=found.rules.name,
        way=chosen,
        ways=told,
        group=asked,
        groups=groups,
        codes=codes,
        province=_row(found, found.province, chosen, codes, None),
        is_ranked=bool(ranks),
        levels=[
            (level, _sorted(peers, codes, sort, is_descending=is_descending))
            for level in dict.fromkeys(row.level for row in rows)
            for peers in ([row for row in rows if row.level is level],)
        ],
        notes=_notes(services, found),
    )


def _all(found: Evaluation) -> tuple[UnitEvaluation, ...]:
    return (found.province, *found.units)


def _codes(found: Evaluation, way: str, group: str) -> list[str]:
    """The columns in which anything stands."""
    told = {code for each in _all(found) for code in columns_of(each)[way]}
    groups = [TOTAL, *(each.code for each in found.rules.groups)]
    if not group and told & set(groups):
        return [code for code in groups if code in told]
    return [code for code in _components(found.rules, group) if code in told]


def _components(rules: IndexRules, group: str) -> list[str]:
    return [each.code for each in rules.components if group in ("", each.group)]


def _usual(found: Evaluation, told: Sequence[str]) -> str:
    """The portal, where it tells a total of any unit; else whoever does, else whoever is there."""
    preferred = sorted(told, key=lambda name: name != _PUBLISHED)
    ranking = (name for name in preferred if ranks_by(found.units, TOTAL, name))
    return next(ranking, next(iter(preferred), _PUBLISHED))


def _row(
    found: Evaluation, unit: UnitEvaluation, way: str, codes: Sequence[str], rank: Rank | None
) -> RowShown:
    values = columns_of(unit)[way]
    return RowShown(
        code=unit.unit,
        name=unit.name,
        level=unit.level,
        rank=rank.place if rank else None,
        cells=[
            cell_of(values.get(code), found.rules.target_of(code), found.period) for code in codes
        ],
    )


def _sorted(
    rows: Sequence[RowShown], codes: Sequence[str], sort: str, *, is_descending: bool
) -> list[RowShown]:
    by_code = {row.code: row for row in rows}
    if sort not in codes:
        keys = sorted(by_code) if sort == "unit" else _by_rank(rows)
        return [by_code[key] for key in (reversed(keys) if is_descending else keys)]
    place = list(codes).index(sort)
    amounts = {row.code: row.cells[place].amount for row in rows}
    worst = worst_first({key: value for key, value in amounts.items() if value is not None})
    silent = [key for key, value in amounts.items() if value is None]
    return [by_code[key] for key in [*(reversed(worst) if is_descending else worst), *silent]]


def _by_rank(rows: Sequence[RowShown]) -> list[str]:
    ranked = sorted(rows, key=lambda row: (row.rank is None, row.rank or 0, row.code))
    return [row.code for row in ranked]


def _notes(services: Services, found: Evaluation) -> list[str]:
    """What stands under the province's own tables: the cut-off, who told what and when."""
    table = SideBySide(found, (), services.directory)
    whole = table.of(found.province.unit)
    return list(notes_of(table, [whole] if whole else [], checked=False))
