"""``doisoat published``: what the portal publishes of its own evaluation, as it was stored."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from models.types import Period, Side, UnitLevel
from worker.cli.invocation import JsonOption
from worker.cli.options import PeriodOption, UnitOption, unit_of
from worker.cli.output import listing, print_json, show
from worker.cli.stored import opened
from worker.cli.usage import WrongUsage

if TYPE_CHECKING:
    from rich.console import RenderableType

    from worker.bootstrap import Services
    from worker.render.published import Item, Provincial

GroupOption = Annotated[
    str | None, typer.Option("--group", metavar="CKMB", help="cli.option.group")
]


def run(
    ctx: typer.Context,
    *,
    period: PeriodOption = None,
    unit: UnitOption = None,
    group: GroupOption = None,
    as_json: JsonOption = False,
) -> int:
    """Print the portal's public figures of one month."""
    chosen = _group(group)
    with opened(ctx) as services:
        from worker.core.times import month_of, parse_month

        month = parse_month(period) if period else month_of(services.clock())
        code = _unit_code(services, unit)
        items = [
            item
            for item in _items(services, month)
            if code in (None, item["unit"]) and chosen in (None, item["group"])
        ]
        province = services.settings.province.code
    if as_json:
        print_json(listing(items))
    else:
        show(*_tables(items, month, None if code or chosen else province))
    return 0


def _group(written: str | None) -> str | None:
    from worker.sources.portal_figures.groups import GROUP_CODES

    if written is None:
        return None
    if written.upper() not in GROUP_CODES:
        allowed = ", ".join(GROUP_CODES)
        raise WrongUsage("usage.not_one_of", name="--group", value=written, allowed=allowed)
    return written.upper()


def _unit_code(services: "Services", written: str | None) -> str | None:
    """The unit asked for; the province's own unit is the province as a whole."""
    if written is None:
        return None
    unit = unit_of(services.directory, written)
    return services.settings.province.code if unit.level is UnitLevel.PROVINCE else unit.code


def _items(services: "Services", period: Period) -> "list[Item]":
    from dataclasses import asdict

    from sqlmodel import Session

    from worker.db.figures import figures_at, own_sync
    from worker.db.sources import source_names, source_sides
    from worker.render.published import figure_item, in_reading_order

    province = _province(services)
    with Session(services.engine) as session:
        names = source_names(session)
        portals = [key for key, side in source_sides(session).items() if side is Side.PORTAL]
        own = {unit: asdict(each) for unit, each in own_sync(session, portals, period).items()}
        found = figures_at(session, portals, period, services.clock())
        items = [
            figure_item(each, names[each.source_id], province, own.get(each.unit)) for each in found
        ]
    return in_reading_order(items, province.code)


def _province(services: "Services") -> "Provincial":
    from worker.render.published import Provincial

    told = services.settings.province
    names = {each.code: each.short_name or each.name for each in services.directory.units}
    return Provincial(told.code, {told.code: told.name} | names)


def _tables(items: "list[Item]", period: Period, province: str | None) -> "list[RenderableType]":
    """The sync rates, then the figures: of ``province`` alone where no choice was made."""
    from worker.i18n import text
    from worker.i18n.numbers import month
    from worker.render.published import SYNC, figures_table, observed, sync_table

    if not items:
        return [text("cli.published.none", period=month(period.first))]
    sync = [item for item in items if item["metric"] == SYNC and not item["procedure"]]
    others = [item for item in items if item["metric"] != SYNC or item["procedure"]]
    shown = [item for item in others if province in (None, item["unit"])]
    parts: list[Any] = [
        *sync_table(sync, period.first),
        *figures_table(shown, period.first),
        observed(items),
    ]
    if len(shown) < len(others):
        parts.append(text("cli.published.hint"))
    return parts
