"""``doisoat recipients``: who gets the mails about a unit, entered and taken out again."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from worker.cli.invocation import JsonOption
from worker.cli.options import UnitOption, unit_of
from worker.cli.output import listing, print_json, show
from worker.cli.stored import opened
from worker.cli.usage import WrongUsage
from worker.cli.who import whoever

if TYPE_CHECKING:
    from worker.bootstrap import Services

_FIRST_ROLE = "officer"

UnitArgument = Annotated[str, typer.Argument(metavar="UNIT", help="cli.option.unit_meant")]
EmailArgument = Annotated[str, typer.Argument(metavar="EMAIL", help="mails.option.email")]
RoleOption = Annotated[str, typer.Option("--role", metavar="ROLE", help="mails.option.role")]
ByOption = Annotated[str | None, typer.Option("--by", metavar="WHO", help="cli.option.by")]
ReasonOption = Annotated[str | None, typer.Option("--reason", metavar="WHY", help="cli.option.why")]


def run(ctx: typer.Context, *, unit: UnitOption = None, as_json: JsonOption = False) -> int:
    """Print who gets mails, unless a command below is asked for."""
    if ctx.invoked_subcommand is not None:
        return 0
    with opened(ctx) as services:
        from worker.render.mails import recipients_table

        chosen = unit_of(services.directory, unit).code if unit else None
        items = [each for each in _items(services) if chosen in (None, each["unit"])]
        names = {each.code: each.name for each in services.directory.units}
        default_to = services.settings.alerts.default_to
    if as_json:
        print_json(listing(items) | {"default_to": default_to})
    else:
        show(*recipients_table(items, default_to, names))
    return 0


def _items(services: "Services") -> list[dict[str, Any]]:
    from sqlmodel import Session

    from worker.db.recipients import listed
    from worker.render.mails import entered_item, listed_item

    with Session(services.engine) as session:
        entered = [entered_item(row) for row in listed(session)]
    items = [*map(listed_item, services.province.recipients), *entered]
    return sorted(items, key=lambda item: item["unit"])


def add(
    ctx: typer.Context,
    *,
    unit: UnitArgument,
    email: EmailArgument,
    role: RoleOption = _FIRST_ROLE,
    by: ByOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> int:
    """Let somebody get the mails about a unit from now on."""
    address, known = _address(email), _role(role)
    with opened(ctx) as services:
        from worker.i18n import text
        from worker.journey.addressing import add_recipient
        from worker.render.mails import entered_item, role_shown

        chosen, who = unit_of(services.directory, unit), by or whoever(ctx)
        item = entered_item(add_recipient(services, chosen, address, known, who, reason))
    if as_json:
        print_json(item)
    else:
        show(text("mails.added", email=address, unit=chosen.name, role=role_shown(known)))
    return 0


def remove(
    ctx: typer.Context,
    *,
    unit: UnitArgument,
    email: EmailArgument,
    by: ByOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> int:
    """Let somebody get no more mails about a unit."""
    with opened(ctx) as services:
        from worker.i18n import text
        from worker.journey.addressing import is_unlisted, remove_recipient
        from worker.render.mails import entered_item

        found = None if is_unlisted(services, unit) else unit_of(services.directory, unit)
        code, who = found.code if found else unit, by or whoever(ctx)
        item = entered_item(remove_recipient(services, code, email, who, reason))
    if as_json:
        print_json(item)
    else:
        show(text("mails.removed", email=item["email"], unit=found.name if found else unit))
    return 0


def _address(text: str) -> str:
    from worker.core.alerts.recipients import address_in

    address = address_in(text)
    if address is None:
        raise WrongUsage("usage.bad_mail", value=text)
    return address


def _role(text: str) -> str:
    from worker.core.alerts.recipients import ROLES, role_in

    role = role_in(text)
    if role is None:
        allowed = ", ".join(ROLES)
        raise WrongUsage("usage.not_one_of", name="--role", value=text, allowed=allowed)
    return role
