"""``/people``: accounts, and what an admin does to them."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, TypeVar

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from models.roles import Role
from worker.bootstrap import Services
from worker.console.account.shown import tokens_of
from worker.console.asking import Administers, Joint
from worker.console.listing import Part, part_of
from worker.console.people.shown import (
    MOST_UNITS,
    SORTED_BY,
    OperatorTold,
    choices,
    link_told,
    people,
    person,
    unit_names,
)
from worker.console.sentences import sentence
from worker.console.showing import go_to, show
from worker.console.written import Written, written
from worker.core.access import AccountState, Who
from worker.db.operator_lists import Order, Search
from worker.errors import AccessError
from worker.journey import accounts
from worker.journey.doors import number_of

router = APIRouter(include_in_schema=False)

_CONFLICT = 409

Name = Annotated[str, Form(max_length=200)]
Units = Annotated[list[str] | None, Form(max_length=MOST_UNITS)]
Chosen = Annotated[Role, Form()]
Member = TypeVar("Member", bound=StrEnum)


@router.get("/people")
def show_people(request: Request, who: Administers, services: Joint) -> Response:
    """Every account, and the form for another."""
    return _people_page(request, who, services)


@router.post("/people")
def add_person(
    request: Request,
    who: Administers,
    services: Joint,
    name: Name = "",
    role: Chosen = Role.VIEWER,
    unit: Units = None,
) -> Response:
    """Add an account, and show the link for its owner, once."""
    try:
        row, made = accounts.add_operator(services, name, role, unit or (), who.name)
    except AccessError as error:
        typed = {"name": name, "role": role, "units": unit or (), "fault": sentence(error)}
        return _people_page(request, who, services, typed)
    return _link_page(request, who, services, row.name, made, is_new=True)


@router.get("/people/{name}")
def show_person(request: Request, who: Administers, services: Joint, name: str) -> Response:
    """One account, and what can be done to it."""
    return _person_page(request, who, services, person(services, name))


@router.post("/people/{name}/change")
def change_person(
    request: Request,
    who: Administers,
    services: Joint,
    name: str,
    role: Chosen,
    unit: Units = None,
    reason: Written = "",
) -> Response:
    """Give an account another role or other units."""
    found, why = person(services, name), written(reason)
    number = number_of(services, name)
    try:
        accounts.change_operator(services, number, role, unit or (), who.name, why)
    except AccessError as error:
        typed = {"role": role, "units": unit or (), "reason": reason, "fault": sentence(error)}
        return _person_page(request, who, services, found, typed)
    return go_to(f"/people/{found.name}", "person_changed")


@router.post("/people/{name}/link")
def make_link(request: Request, who: Administers, services: Joint, name: str) -> Response:
    """Make a link for a new password, and show it, once."""
    found = person(services, name)
    made = accounts.link_for_password(services, number_of(services, name), who.name)
    return _link_page(request, who, services, found.name, made, is_new=False)


@router.post("/people/{name}/end-sessions")
def end_sessions_of_person(who: Administers, services: Joint, name: str) -> Response:
    """Sign an account out of every browser."""
    accounts.end_sessions(services, number_of(services, name), who.name)
    return go_to(f"/people/{person(services, name).name}", "sessions_ended")


@router.post("/people/{name}/disable")
def disable_person(
    request: Request, who: Administers, services: Joint, name: str, reason: Written = ""
) -> Response:
    """Let an account in no more."""
    found, number = person(services, name), number_of(services, name)
    try:
        accounts.disable_operator(services, number, who.name, written(reason))
    except AccessError as error:
        typed = {"why": reason, "fault_of_end": sentence(error)}
        return _person_page(request, who, services, found, typed)
    return go_to(f"/people/{found.name}", "person_disabled")


@router.post("/people/{name}/enable")
def enable_person(who: Administers, services: Joint, name: str, reason: Written = "") -> Response:
    """Let an account in again."""
    number = number_of(services, name)
    row = accounts.enable_operator(services, number, who.name, written(reason))
    return go_to(f"/people/{row.name}", "person_enabled")


@router.post("/people/{name}/tokens/{number}/revoke")
def revoke_token_of_person(who: Administers, services: Joint, name: str, number: int) -> Response:
    """Let a program in no more."""
    found = person(services, name)
    if number not in {each.id for each in tokens_of(services, found.name)}:
        raise AccessError("token_not_found", token=number)
    accounts.revoke_token(services, who, number)
    return go_to(f"/people/{found.name}", "token_revoked")


def _people_page(
    request: Request, who: Who, services: Services, typed: Mapping[str, object] | None = None
) -> Response:
    part = part_of(request, SORTED_BY, filters=("q", "role", "state"))
    search = Search(
        name=part.filters.get("q"),
        role=_one_of(Role, part.filters.get("role")),
        state=_one_of(AccountState, part.filters.get("state")),
    )
    blank = {"name": "", "role": Role.VIEWER, "units": (), "fault": None}
    return show(
        request,
        who,
        "people/list",
        status=_CONFLICT if typed else 200,
        part=part,
        people=people(services, search, _order(part)),
        roles=tuple(Role),
        states=tuple(AccountState),
        names=unit_names(services),
        choices=choices(services),
        typed={**blank, **(typed or {})},
    )


def _person_page(
    request: Request,
    who: Who,
    services: Services,
    found: OperatorTold,
    typed: Mapping[str, object] | None = None,
) -> Response:
    now = {"role": found.role, "units": found.units, "reason": "", "why": ""}
    faults = {"fault": None, "fault_of_end": None}
    return show(
        request,
        who,
        "people/person",
        status=_CONFLICT if typed else 200,
        person=found,
        roles=tuple(Role),
        names=unit_names(services),
        choices=choices(services, found.units),
        tokens=tokens_of(services, found.name),
        typed={**now, **faults, **(typed or {})},
    )


def _link_page(
    request: Request,
    who: Who,
    services: Services,
    name: str,
    made: accounts.Made,
    *,
    is_new: bool,
) -> Response:
    told = link_told(services, name, made, str(request.base_url))
    return show(request, who, "people/link", told=told, is_new=is_new)


def _order(part: Part) -> Order:
    return Order(
        column=part.sort,
        is_descending=part.is_descending,
        offset=part.offset,
        limit=part.size,
    )


def _one_of(kind: type[Member], said: str | None) -> Member | None:
    return next((each for each in kind if each.value == said), None)
