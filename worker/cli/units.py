"""``doisoat units``: the units of the province's folder, and names of units nobody has listed."""

from typing import Annotated

import typer

from worker.cli.invocation import JsonOption, open_settings
from worker.cli.options import unit_of
from worker.cli.output import listing, print_json, show
from worker.cli.stored import opened
from worker.cli.usage import WrongUsage
from worker.cli.who import whoever

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="cli.option.unit_name")]
UnitArgument = Annotated[str, typer.Argument(metavar="UNIT", help="cli.option.unit_meant")]
ByOption = Annotated[str | None, typer.Option("--by", metavar="WHO", help="cli.option.by")]
ReasonOption = Annotated[str | None, typer.Option("--reason", metavar="WHY", help="cli.option.why")]


def run(ctx: typer.Context, *, as_json: JsonOption = False) -> int:
    """Print the province's units from its folder, unless a command below is asked for."""
    if ctx.invoked_subcommand is not None:
        return 0
    from worker.render.units import unit_item, units_table
    from worker.sources.folder import find_folder, read_folder

    settings = open_settings(ctx)
    province = read_folder(find_folder(settings.province.seeds, settings.folder))
    items = [unit_item(unit) for unit in province.units]
    if as_json:
        print_json(listing(items))
    else:
        show(*units_table(settings.province.name, items))
    return 0


def unknown(ctx: typer.Context, *, as_json: JsonOption = False) -> int:
    """Print the names that are no listed unit's, and how many records wait for each."""
    with opened(ctx) as services:
        from sqlmodel import Session

        from worker.core.near_names import near_units
        from worker.db.unit_names import unknown_names
        from worker.render.units import unknown_item, unknown_table

        with Session(services.engine) as session:
            names = unknown_names(session)
        units = services.directory.units
        items = [unknown_item(each, near_units(each.name, units)) for each in names]
    if as_json:
        print_json(listing(items))
    else:
        show(*unknown_table(items))
    return 0


def assigned(ctx: typer.Context, *, as_json: JsonOption = False) -> int:
    """Print what was decided about names, by whom and why."""
    with opened(ctx) as services:
        from sqlmodel import Session

        from worker.db.unit_names import decided
        from worker.render.units import assigned_item, assigned_table

        with Session(services.engine) as session:
            items = [
                assigned_item(each, services.directory.get(each.unit)) for each in decided(session)
            ]
    if as_json:
        print_json(listing(items))
    else:
        show(*assigned_table(items))
    return 0


def assign(
    ctx: typer.Context,
    *,
    name: NameArgument,
    unit: UnitArgument,
    by: ByOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> int:
    """Decide which unit a name means, and read what waited for that."""
    with opened(ctx) as services:
        from dataclasses import asdict

        from worker.journey.naming import decide_name
        from worker.render.units import assignment_item, assignment_told

        chosen = unit_of(services.directory, unit)
        _require_words(name)
        person = by or whoever(ctx)
        done = decide_name(services, name, chosen, person, reason)
        _log("unit_name_assigned", name=name, unit=chosen.code, by=person)
    told = assignment_item(name, chosen, asdict(done))
    if as_json:
        print_json(told)
    else:
        show(*assignment_told(told))
    return 0


def _require_words(name: str) -> None:
    """Refuse a decision about a name that says nothing."""
    from worker.core.units import alias_key

    if not alias_key(name):
        raise WrongUsage("usage.name_says_nothing", name=name)


def forget(
    ctx: typer.Context,
    *,
    name: NameArgument,
    by: ByOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> int:
    """Take back a decision about a name."""
    with opened(ctx) as services:
        from worker.i18n import text
        from worker.journey.naming import forget_name

        person = by or whoever(ctx)
        row = forget_name(services, name, person, reason)
        _log("unit_name_forgotten", name=row.name, unit=row.unit, by=person)
    if as_json:
        print_json({"name": row.name, "unit": row.unit})
    else:
        show(text("cli.units.forgotten", name=row.name))
    return 0


def _log(event: str, **values: str) -> None:
    from worker.log import logger

    logger().info(event, **values)
