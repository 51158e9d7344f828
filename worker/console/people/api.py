"""``/api/v1/operators``: accounts, as ``doisoat operator`` shows and changes them."""

from typing import Annotated

from fastapi import APIRouter, Query

from models.roles import Role
from worker.console.asking import Administers, Joint
from worker.console.calls import FAULTS, Listing
from worker.console.people.shown import (
    ChangeWanted,
    LinkTold,
    OperatorTold,
    OperatorWanted,
    ReasonWanted,
    link_told,
    people,
    person,
)
from worker.console.written import written
from worker.core.access import AccountState
from worker.db.operator_lists import Order, Search
from worker.journey import accounts
from worker.journey.doors import number_of

router = APIRouter(prefix="/api/v1/operators", tags=["operators"], responses={**FAULTS})

_MOST = 500


@router.get("")
def list_operators(
    _who: Administers,
    services: Joint,
    q: Annotated[str | None, Query(max_length=200)] = None,
    role: Role | None = None,
    state: AccountState | None = None,
    limit: Annotated[int, Query(ge=1, le=_MOST)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> Listing[OperatorTold]:
    """Accounts by name; ``q`` is a part of it."""
    search = Search(name=written(q), role=role, state=state)
    return people(services, search, Order(offset=offset, limit=limit))


@router.post("", status_code=201)
def add_operator(who: Administers, services: Joint, body: OperatorWanted) -> LinkTold:
    """Add an account; the answer holds the link by which its owner sets a password, once."""
    row, made = accounts.add_operator(services, body.name, body.role, body.units, who.name)
    return link_told(services, row.name, made)


@router.get("/{name}")
def get_operator(_who: Administers, services: Joint, name: str) -> OperatorTold:
    """One account."""
    return person(services, name)


@router.put("/{name}")
def change_operator(
    who: Administers, services: Joint, name: str, body: ChangeWanted
) -> OperatorTold:
    """Give an account another role or other units."""
    number, why = number_of(services, name), written(body.reason)
    accounts.change_operator(services, number, body.role, body.units, who.name, why)
    return person(services, name)


@router.post("/{name}/disable")
def disable_operator(
    who: Administers, services: Joint, name: str, body: ReasonWanted
) -> OperatorTold:
    """Let an account, its browsers and its programs in no more."""
    number = number_of(services, name)
    accounts.disable_operator(services, number, who.name, written(body.reason))
    return person(services, name)


@router.post("/{name}/enable")
def enable_operator(
    who: Administers, services: Joint, name: str, body: ReasonWanted
) -> OperatorTold:
    """Let a disabled account in again."""
    number = number_of(services, name)
    accounts.enable_operator(services, number, who.name, written(body.reason))
    return person(services, name)


@router.post("/{name}/link")
def make_password_link(who: Administers, services: Joint, name: str) -> LinkTold:
    """Make a link for a new password; earlier ones hold no longer."""
    made = accounts.link_for_password(services, number_of(services, name), who.name)
    return link_told(services, person(services, name).name, made)


@router.delete("/{name}/sessions", status_code=204)
def end_operator_sessions(who: Administers, services: Joint, name: str) -> None:
    """Sign an account out of every browser."""
    accounts.end_sessions(services, number_of(services, name), who.name)
