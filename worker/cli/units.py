"""``doisoat units``: the units of the province's folder, and names of units nobody has listed."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from worker.cli.invocation import JsonOption, open_settings
from worker.cli.options import unit_of
from worker.cli.output import listing, print_json, show
from worker.cli.stored import opened
from worker.cli.usage import WrongUsage
from worker.errors import NotFoundError, PermanentError

if TYPE_CHECKING:
    from worker.bootstrap import Services
    from worker.core.units import Unit
    from worker.stages.read_again import ReadResult

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="cli.option.unit_name")]
UnitArgument = Annotated[str, typer.Argument(metavar="UNIT", help="cli.option.unit_meant")]
ByOption = Annotated[str, typer.Option("--by", metavar="WHO", help="cli.option.by")]
ReasonOption = Annotated[str | None, typer.Option("--reason", metavar="WHY", help="cli.option.why")]

_SOMEBODY = "operator"


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
    by: ByOption = _SOMEBODY,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> int:
    """Decide which unit a name means, and read what waited for that."""
    with opened(ctx) as services:
        from sqlmodel import Session

        from worker.db import unit_names
        from worker.journey import read_known_again
        from worker.render.units import assignment_told

        chosen = unit_of(services.directory, unit)
        _check(services, name)
        with Session(services.engine) as session, session.begin():
            unit_names.assign(session, name, chosen.code, by=by, reason=reason, at=services.clock())
        done = read_known_again(services)
        _log("unit_name_assigned", name=name, unit=chosen.code, by=by)
    told = _told(name, chosen, done)
    if as_json:
        print_json(told)
    else:
        show(*assignment_told(told))
    return 0


def _check(services: "Services", name: str) -> None:
    """Refuse a decision that would say nothing, or that the list has taken already."""
    from worker.core.units import alias_key

    if not alias_key(name):
        raise WrongUsage("usage.name_says_nothing", name=name)
    listed = services.directory.named(name)
    if listed is not None:
        raise PermanentError("unit_name_listed", name=name, unit=listed.name, code=listed.code)


def _told(name: str, unit: "Unit", done: "ReadResult") -> dict[str, Any]:
    return {
        "name": name,
        "unit": {"code": unit.code, "name": unit.name},
        "read": done.records,
        "to_come": done.to_come,
        "incomplete": done.incomplete,
        "busy": done.busy,
    }


def forget(ctx: typer.Context, *, name: NameArgument, as_json: JsonOption = False) -> int:
    """Take back a decision about a name."""
    with opened(ctx) as services:
        from sqlmodel import Session

        from worker.db import unit_names
        from worker.i18n import text

        with Session(services.engine, expire_on_commit=False) as session, session.begin():
            row = unit_names.forget(session, name)
        if row is None:
            raise NotFoundError("unit_name_undecided", name=name)
        _log("unit_name_forgotten", name=row.name, unit=row.unit, by=row.by)
    if as_json:
        print_json({"name": row.name, "unit": row.unit})
    else:
        show(text("cli.units.forgotten", name=row.name))
    return 0


def _log(event: str, **values: str) -> None:
    from worker.log import logger

    logger().info(event, **values)
