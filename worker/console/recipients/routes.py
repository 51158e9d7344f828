"""``/mails/recipients``, and the forms on a unit's page about who gets mails."""

from typing import Annotated, get_args

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from models.roles import Role
from worker.bootstrap import Services
from worker.console.asking import Administers, Joint, SeesAll, require_unit
from worker.console.download import Kind, download
from worker.console.listing import Part, part_of
from worker.console.recipients.entering import added_by, removed_by
from worker.console.recipients.sheet import headings, rows
from worker.console.recipients.shown import Own, RecipientsTold, recipients_told
from worker.console.sentences import sentence
from worker.console.showing import go_to, show
from worker.console.units.page import Telling, unit_page
from worker.console.written import LONGEST, Written
from worker.core.access import Who
from worker.core.alerts.recipients import LONGEST_ADDRESS, ROLES
from worker.errors import DoisoatError
from worker.render.mails import role_shown

router = APIRouter(include_in_schema=False)

_FIRST_ROLE = next(iter(ROLES))
_REFUSED = 409

# Space around an address does no harm.
Address = Annotated[str, Form(max_length=2 * LONGEST_ADDRESS)]
Called = Annotated[str, Form(max_length=50)]


@router.get("/mails/recipients")
def list_recipients(request: Request, who: SeesAll, services: Joint) -> Response:
    """Every unit with those who get its mails."""
    return _page(request, who, services)


@router.get("/mails/recipients/file")
def download_recipients(
    request: Request, who: SeesAll, services: Joint, form: Kind = "xlsx"
) -> Response:
    """The whole list as it is filtered, as a file."""
    told = _told(services, who, _part(request), slice(None))
    return download("nguoi-nhan-thu", headings(), rows(told), form)


@router.post("/mails/recipients/remove")
def remove_recipient_of_unlisted_unit(
    request: Request,
    who: Administers,
    services: Joint,
    unit: Called = "",
    email: Address = "",
    reason: Written = "",
) -> Response:
    """Take out somebody who was entered for a unit that the province lists no longer."""
    try:
        removed_by(services, who, unit, email, reason)
    except DoisoatError as error:
        typed = Telling(email=email, reason=reason, fault=sentence(error), is_leaving=True)
        return _page(request, who, services, typed)
    return go_to("/mails/recipients", "recipient_removed")


def _page(
    request: Request, who: Who, services: Services, telling: Telling | None = None
) -> Response:
    part = _part(request)
    wanted = slice(part.offset, part.offset + part.size)
    return show(
        request,
        who,
        "recipients/list",
        status=_REFUSED if telling else 200,
        part=part,
        told=_told(services, who, part, wanted),
        role_shown=role_shown,
        may_tell=who.may(Role.ADMIN),
        telling=telling or Telling(),
        longest_reason=LONGEST,
    )


def _part(request: Request) -> Part:
    return part_of(request, ("code",), filters=("q", "own"))


def _told(services: Services, who: Who, part: Part, wanted: slice) -> RecipientsTold:
    own: Own | None = next(
        (each for each in get_args(Own) if each == part.filters.get("own")), None
    )
    return recipients_told(services, who, wanted, part.filters.get("q", ""), own)


@router.post("/units/{code}/recipients")
def add_recipient_of_unit(
    request: Request,
    who: Administers,
    services: Joint,
    code: str,
    email: Address = "",
    role: Called = _FIRST_ROLE,
    reason: Written = "",
) -> Response:
    """Let somebody get the mails about a unit."""
    found = require_unit(who, services, code)
    try:
        added_by(services, who, found.code, email, role, reason)
    except DoisoatError as error:
        typed = Telling(email=email, role=role, reason=reason, fault=sentence(error))
        return unit_page(request, who, services, found, telling=typed)
    return go_to(f"/units/{found.code}", "recipient_added")


@router.post("/units/{code}/recipients/remove")
def remove_recipient_of_unit(
    request: Request,
    who: Administers,
    services: Joint,
    code: str,
    email: Address = "",
    named_for: Called = "",
    reason: Written = "",
) -> Response:
    """Let somebody get them no more; ``named_for`` is a unit that ``code`` stands for."""
    found = require_unit(who, services, code)
    try:
        removed_by(services, who, named_for or found.code, email, reason)
    except DoisoatError as error:
        typed = Telling(email=email, reason=reason, fault=sentence(error), is_leaving=True)
        return unit_page(request, who, services, found, telling=typed)
    return go_to(f"/units/{found.code}", "recipient_removed")
