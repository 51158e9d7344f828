"""``doisoat recipients``: who gets the mails about a unit, entered and taken out again."""

import re
from typing import TYPE_CHECKING, Annotated, Any

import typer

from worker.cli.invocation import JsonOption
from worker.cli.options import UnitOption, unit_of
from worker.cli.output import listing, print_json, show
from worker.cli.stored import opened
from worker.cli.usage import WrongUsage
from worker.cli.who import whoever
from worker.errors import PermanentError

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel import Session

    from worker.bootstrap import Services

_ADDRESS = re.compile(r"[!-~]+@[!-~]+")
_ODD = re.compile(r"[<>,;\"\\]|@.*@")
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
        from sqlmodel import Session

        from worker.db import recipients
        from worker.i18n import text
        from worker.render.mails import entered_item, role_shown

        chosen, now, who = unit_of(services.directory, unit), services.clock(), by or whoever(ctx)
        _refuse_if_in_folder(services, chosen.code, address, "recipient_listed")
        with Session(services.engine) as session, session.begin():
            row = recipients.add(session, chosen.code, address, known, by=who, now=now)
            item = entered_item(row)
            told = {"email": address, "role": known}
            _keep(session, "recipient_added", chosen.code, (who, reason, now), told)
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
        from sqlmodel import Session

        from worker.db import recipients
        from worker.i18n import text
        from worker.render.mails import entered_item

        chosen, now, who = unit_of(services.directory, unit), services.clock(), by or whoever(ctx)
        _refuse_if_in_folder(services, chosen.code, email, "recipient_in_folder")
        with Session(services.engine) as session, session.begin():
            item = entered_item(recipients.remove(session, chosen.code, email))
            told = {"email": item["email"], "role": item["role"]}
            _keep(session, "recipient_removed", chosen.code, (who, reason, now), told)
    if as_json:
        print_json(item)
    else:
        show(text("mails.removed", email=item["email"], unit=chosen.name))
    return 0


def _keep(
    session: "Session",
    action: str,
    unit: str,
    done: "tuple[str, str | None, datetime]",
    told: dict[str, str],
) -> None:
    """Keep in the audit trail by whom, why and when who gets mails was changed."""
    from worker.db.audit import note

    by, reason, now = done
    note(session, by=by, action=action, subject=f"unit {unit}", now=now, reason=reason, **told)


def _refuse_if_in_folder(services: "Services", unit: str, email: str, key: str) -> None:
    """The province's own list is changed in its file."""
    for each in services.province.recipients:
        if each.unit == unit and each.email.lower() == email.lower():
            raise PermanentError(key, email=each.email, unit=unit, role=each.role)


def _address(text: str) -> str:
    address = text.strip()
    if _ADDRESS.fullmatch(address) is None or _ODD.search(address):
        raise WrongUsage("usage.bad_mail", value=text)
    return address


def _role(text: str) -> str:
    """A role by its name or by a word people use for it."""
    from worker.core.alerts.recipients import ROLES
    from worker.core.names import name_key

    for role, words in ROLES.items():
        if name_key(text) in map(name_key, words):
            return role
    allowed = ", ".join(ROLES)
    raise WrongUsage("usage.not_one_of", name="--role", value=text, allowed=allowed)
