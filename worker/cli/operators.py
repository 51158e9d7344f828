"""``doisoat operator``: accounts of the console, their roles, and one-time links."""

import builtins
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from worker.cli.invocation import JsonOption
from worker.cli.options import unit_of
from worker.cli.output import listing, print_json, show
from worker.cli.stored import opened
from worker.cli.usage import WrongUsage
from worker.cli.who import whoever

if TYPE_CHECKING:
    from models.operator import Operator
    from models.roles import Role
    from worker.bootstrap import Services
    from worker.journey.accounts import Made

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="cli.option.account")]
RoleOption = Annotated[
    str | None, typer.Option("--role", metavar="ROLE", help="cli.option.account_role")
]
UnitsOption = Annotated[
    builtins.list[str] | None, typer.Option("--unit", metavar="U", help="cli.option.account_units")
]
AllUnitsOption = Annotated[bool, typer.Option("--all-units", help="cli.option.all_units")]
ByOption = Annotated[str | None, typer.Option("--by", metavar="WHO", help="cli.option.by")]
ReasonOption = Annotated[str | None, typer.Option("--reason", metavar="WHY", help="cli.option.why")]


def run(ctx: typer.Context, *, as_json: JsonOption = False) -> int:
    """Print the accounts, unless a command below is asked for."""
    return 0 if ctx.invoked_subcommand is not None else list(ctx, as_json=as_json)


def list(ctx: typer.Context, *, as_json: JsonOption = False) -> int:  # noqa: A001 - its name
    """Print the accounts."""
    with opened(ctx) as services:
        from sqlmodel import Session

        from worker.db.operator_lists import Order, Search, found
        from worker.render.operators import operator_item, operators_table

        with Session(services.engine) as session:
            holders = found(session, Search(), Order(), services.clock())
        items = [operator_item(each.operator, each.sessions, each.tokens) for each in holders]
        names = _names(services)
    if as_json:
        print_json(listing(items))
    else:
        show(*operators_table(items, names))
    return 0


def add(
    ctx: typer.Context,
    *,
    name: NameArgument,
    role: RoleOption = None,
    unit: UnitsOption = None,
    by: ByOption = None,
    as_json: JsonOption = False,
) -> int:
    """Add an account, and print the link by which its owner sets a password."""
    with opened(ctx) as services:
        from models.roles import Role
        from worker.i18n import text
        from worker.journey.accounts import add_operator

        chosen = _role(role) if role else Role.VIEWER
        row, made = add_operator(services, name, chosen, _codes(services, unit), by or whoever(ctx))
        if not as_json:
            show(text("cli.operator.added", name=row.name, role=text(f"pages.role.{chosen.value}")))
        _tell_link(services, row, made, as_json=as_json)
    return 0


def change(  # noqa: PLR0913 - one for each option
    ctx: typer.Context,
    *,
    name: NameArgument,
    role: RoleOption = None,
    unit: UnitsOption = None,
    all_units: AllUnitsOption = False,
    by: ByOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> int:
    """Give an account another role, or other units."""
    if role is None and not unit and not all_units:
        options = "--role, --unit, --all-units"
        raise WrongUsage("usage.missing_parameter", name=options, command="doisoat operator change")
    with opened(ctx) as services:
        from models.roles import Role
        from worker.journey.accounts import change_operator
        from worker.journey.doors import number_of

        number = number_of(services, name)
        before = _account(services, number)
        chosen = _role(role) if role else before.role
        # Whoever becomes more than a viewer sees every unit, which is what the role says.
        keeps = chosen is Role.VIEWER and not all_units
        units = _codes(services, unit) if unit else before.units if keeps else []
        row = change_operator(services, number, chosen, units, by or whoever(ctx), reason)
        _tell(services, row, "cli.operator.changed", as_json=as_json)
    return 0


def disable(
    ctx: typer.Context,
    *,
    name: NameArgument,
    by: ByOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> int:
    """Let an account, its browsers and its programs in no more."""
    with opened(ctx) as services:
        from worker.journey.accounts import disable_operator
        from worker.journey.doors import number_of

        number = number_of(services, name)
        row = disable_operator(services, number, by or whoever(ctx), reason)
        _tell(services, row, "cli.operator.disabled", as_json=as_json)
    return 0


def enable(
    ctx: typer.Context,
    *,
    name: NameArgument,
    by: ByOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> int:
    """Let a disabled account in again."""
    with opened(ctx) as services:
        from worker.journey.accounts import enable_operator
        from worker.journey.doors import number_of

        number = number_of(services, name)
        row = enable_operator(services, number, by or whoever(ctx), reason)
        _tell(services, row, "cli.operator.enabled", as_json=as_json)
    return 0


def link(
    ctx: typer.Context, *, name: NameArgument, by: ByOption = None, as_json: JsonOption = False
) -> int:
    """Print a link by which an account's owner sets a new password."""
    with opened(ctx) as services:
        from worker.journey.accounts import link_for_password
        from worker.journey.doors import number_of

        number = number_of(services, name)
        made = link_for_password(services, number, by or whoever(ctx))
        _tell_link(services, _account(services, number), made, as_json=as_json)
    return 0


def _role(given: str) -> "Role":
    from models.roles import Role

    if given not in tuple(Role):
        allowed = ", ".join(Role)
        raise WrongUsage("usage.not_one_of", name="--role", value=given, allowed=allowed)
    return Role(given)


def _codes(services: "Services", units: Sequence[str] | None) -> Sequence[str]:
    return [unit_of(services.directory, each).code for each in units or ()]


def _names(services: "Services") -> dict[str, str]:
    return {each.code: each.name for each in services.directory.units}


def _account(services: "Services", number: int) -> "Operator":
    from sqlmodel import Session

    from worker.db import operators

    with Session(services.engine) as session:
        return operators.get(session, number)


def _item(services: "Services", row: "Operator") -> dict[str, Any]:
    from sqlmodel import Session

    from worker.db.operator_lists import holders
    from worker.render.operators import operator_item

    with Session(services.engine) as session:
        (held,) = holders(session, [row], services.clock())
    return operator_item(held.operator, held.sessions, held.tokens)


def _tell(services: "Services", row: "Operator", key: str, *, as_json: bool) -> None:
    from worker.i18n import text
    from worker.render.operators import units_shown

    item = _item(services, row)
    if as_json:
        print_json(item)
    else:
        units = units_shown(item["units"], _names(services))
        show(text(key, name=row.name, role=text(f"pages.role.{row.role.value}"), units=units))


def _tell_link(services: "Services", row: "Operator", made: "Made", *, as_json: bool) -> None:
    """The link on a line of its own, to be copied whole."""
    from worker.cli.output import complain
    from worker.i18n import text
    from worker.i18n.numbers import instant
    from worker.journey.doors import address_of_link

    address = address_of_link(services.settings, made)
    if as_json:
        print_json(_item(services, row) | {"link": address, "link_until": made.until})
        return
    until = instant(made.until) if made.until else ""
    show(text("cli.operator.link", name=row.name, until=until))
    sys.stdout.write(f"{address}\n")
    if services.settings.console.public_url is None:
        complain(text("cli.operator.no_public_url"))
