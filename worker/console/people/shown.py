"""What is shown of accounts: to pages and to programs alike."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import Field, StringConstraints
from sqlmodel import Session

from models.operator import Operator
from models.roles import Role
from worker.bootstrap import Services
from worker.console.calls import Listing, Moment, Told, Wanted
from worker.console.written import Why
from worker.core.access import AccountState
from worker.core.times import local_day
from worker.db import operator_lists, operators
from worker.db.operator_lists import Holder, Order, Search
from worker.journey.accounts import Made
from worker.journey.doors import address_of_link, number_of
from worker.render.operators import operator_item

SORTED_BY: Final = tuple(operator_lists.COLUMNS)
MOST_UNITS: Final = 1000

Units = Annotated[
    Sequence[Annotated[str, StringConstraints(max_length=100)]], Field(max_length=MOST_UNITS)
]


class OperatorTold(Told):
    """An account; ``units`` empty are all, ``sessions`` and ``tokens`` those that hold now."""

    name: str
    role: Role
    units: Sequence[str]
    state: AccountState
    sessions: int
    tokens: int
    created_at: Moment
    created_by: str
    signed_in_at: Moment | None
    disabled_at: Moment | None


class LinkTold(Told):
    """A one-time link by which an account's owner sets a password; told once."""

    name: str
    link: str
    link_until: Moment


class OperatorWanted(Wanted):
    """An account to be added; ``units`` are for viewers."""

    name: Annotated[str, StringConstraints(max_length=200)]
    role: Role = Role.VIEWER
    units: Units = ()


class ChangeWanted(Wanted):
    """What an account is to become, whole."""

    role: Role
    units: Units = ()
    reason: Why | None = None


class ReasonWanted(Wanted):
    """Why something is done."""

    reason: Why | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """A unit that an account can be given; ``is_over``: it exists no more."""

    code: str
    name: str
    is_over: bool


def people(services: Services, search: Search, order: Order) -> Listing[OperatorTold]:
    """A part of the accounts that are found."""
    with Session(services.engine) as session:
        found = operator_lists.found(session, search, order, services.clock())
        total = operator_lists.counted(session, search)
    return Listing[OperatorTold](total=total, items=[told(each) for each in found])


def person(services: Services, name: str) -> OperatorTold:
    """One account.

    Raises:
        NotFoundError: there is none of this name.
    """
    number = number_of(services, name)
    with Session(services.engine) as session:
        return told(*_holders(services, session, [operators.get(session, number)]))


def told(holder: Holder) -> OperatorTold:
    """An account as it is told."""
    return OperatorTold(**operator_item(holder.operator, holder.sessions, holder.tokens))


def link_told(services: Services, name: str, made: Made, here: str | None = None) -> LinkTold:
    """A link as it is told, once; ``here`` is where whoever asks reaches the console."""
    address = address_of_link(services.settings, made, here)
    return LinkTold(name=name, link=address, link_until=made.until or services.clock())


def choices(services: Services, chosen: Iterable[str] = ()) -> list[Choice]:
    """The units an account can be given: those there are now, and those it has."""
    today, kept = local_day(services.clock()), set(chosen)
    return [
        Choice(each.code, each.name, each.ended_by(today))
        for each in services.directory.units
        if each.lasts_on(today) or each.code in kept
    ]


def unit_names(services: Services) -> dict[str, str]:
    """The units' short names by code."""
    return {each.code: each.short_name or each.name for each in services.directory.units}


def _holders(services: Services, session: Session, rows: Sequence[Operator]) -> list[Holder]:
    return operator_lists.holders(session, rows, services.clock())
