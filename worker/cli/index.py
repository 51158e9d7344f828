"""``doisoat index``: index 766 as printed, as published, as counted, beside other periods."""

from typing import TYPE_CHECKING, Annotated

import typer

from models.types import Period
from worker.cli.invocation import JsonOption
from worker.cli.options import PeriodOption, UnitOption, unit_of
from worker.cli.output import print_json, show
from worker.cli.published import GroupOption
from worker.cli.stored import both_sides, opened
from worker.cli.usage import WrongUsage
from worker.errors import NotFoundError

if TYPE_CHECKING:
    from worker.bootstrap import Services
    from worker.core.index.rules import IndexRules
    from worker.core.index.side_by_side import SideBySide

CompareOption = Annotated[
    str | None, typer.Option("--compare", metavar="2024-04,2024-06", help="cli.option.compare")
]
IndicatorOption = Annotated[
    str | None, typer.Option("--indicator", metavar="2.1", help="cli.option.indicator")
]

_USUAL_BASES = 2


def run(
    ctx: typer.Context,
    *,
    period: PeriodOption = None,
    compare: CompareOption = None,
    unit: UnitOption = None,
    group: GroupOption = None,
    indicator: IndicatorOption = None,
    as_json: JsonOption = False,
) -> int:
    """Print the index of the province or of a unit, or one indicator of every unit."""
    with opened(ctx) as services:
        chosen = unit_of(services.directory, unit).code if unit else services.settings.province.code
        table = _table(services, period, compare)
    rules = table.current.rules
    if indicator is not None:
        _show_units(table, _code(rules, indicator), chosen, as_json=as_json)
    else:
        _show_unit(table, chosen, _group(rules, group), as_json=as_json)
    return 0


def _table(services: "Services", period: str | None, compare: str | None) -> "SideBySide":
    from worker.core.index.side_by_side import SideBySide
    from worker.core.times import month_of, parse_month, period_start
    from worker.journey.indexing import evaluating
    from worker.stages.evaluate import evaluate, known_periods

    now = services.clock()
    month = parse_month(period) if period else month_of(now)
    if now < period_start(month):
        raise WrongUsage("usage.period_not_begun", period=period or "")
    if not services.province.figures:
        both_sides(services, now)
    task = evaluating(services, month, now)
    bases = _earlier(compare, month) if compare else known_periods(task)[:_USUAL_BASES]
    earlier = [evaluate(evaluating(services, base, now)) for base in bases]
    return SideBySide(evaluate(task), earlier, services.directory)


def _earlier(compare: str, month: Period) -> list[Period]:
    """The months to compare with, the newest first."""
    from worker.core.times import parse_month

    bases = {parse_month(each) for each in compare.split(",")}
    if any(base >= month for base in bases):
        raise WrongUsage("usage.not_earlier", name="--compare", value=compare)
    return sorted(bases, reverse=True)


def _group(rules: "IndexRules", written: str | None) -> str | None:
    if written is None:
        return None
    return _one_of("--group", written, [group.code for group in rules.groups])


def _code(rules: "IndexRules", written: str) -> str:
    from worker.core.index.rules import TOTAL

    groups = [TOTAL, *(group.code for group in rules.groups)]
    others = [code for code, _ in rules.others]
    return _one_of(
        "--indicator", written, [*groups, *(each.code for each in rules.components), *others]
    )


def _one_of(name: str, written: str, allowed: list[str]) -> str:
    """What was written, in the letters in which it is known."""
    found = next((each for each in allowed if each.casefold() == written.strip().casefold()), None)
    if found is None:
        raise WrongUsage("usage.not_one_of", name=name, value=written, allowed=", ".join(allowed))
    return found


def _show_unit(table: "SideBySide", unit: str, group: str | None, *, as_json: bool) -> None:
    from worker.render.index import index_tables
    from worker.render.index_items import index_item

    compared = table.of(unit, group)
    if compared is None:
        raise NotFoundError("unit_not_of_period", unit=unit)
    if as_json:
        print_json(index_item(table, compared))
    else:
        show(*index_tables(table, compared))


def _show_units(table: "SideBySide", code: str, unit: str, *, as_json: bool) -> None:
    from worker.render.index_items import units_item
    from worker.render.index_units import units_tables

    rows = [row for row in table.by(code) if unit in (table.current.province.unit, row.unit.unit)]
    if as_json:
        print_json(units_item(table, code, rows))
    else:
        show(*units_tables(table, code, rows))
