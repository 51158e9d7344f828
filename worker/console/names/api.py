"""``/api/v1/names``: unknown names of units, decisions about names, the list of units."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from worker.console.asking import Joint, Operates, SeesAll
from worker.console.calls import FAULTS, Listing, Told, Wanted
from worker.console.names import shown
from worker.console.names.deciding import decided_by, forgotten_by
from worker.console.names.shown import Decided, ListedUnit, NameDecision, UnknownName
from worker.console.written import LONGEST
from worker.core.units import LONGEST_NAME

router = APIRouter(prefix="/api/v1/names", tags=["names"], responses={**FAULTS})


Limit = Annotated[int, Query(ge=1, le=1000)]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]
Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
Reason = Annotated[str, Field(min_length=1, max_length=LONGEST)]


class Decide(Wanted):
    """Which unit a name means, and why."""

    name: Name
    unit: Annotated[str, Field(min_length=1, max_length=50)]
    reason: Reason


class Forgotten(Told):
    """A decision that was taken back."""

    name: str
    unit: str


@router.get("/unknown")
def list_unknown_names(
    _who: SeesAll, services: Joint, limit: Limit = 100, offset: Offset = 0
) -> Listing[UnknownName]:
    """The names that are no listed unit's, the one with the most records first."""
    total, found = shown.unknown_names(services, slice(offset, offset + limit))
    return Listing(total=total, items=found)


@router.get("/decisions")
def list_name_decisions(
    _who: SeesAll, services: Joint, limit: Limit = 100, offset: Offset = 0
) -> Listing[NameDecision]:
    """What was decided about names, in the order of the names."""
    found = shown.decisions(services)
    return Listing(total=len(found), items=found[offset : offset + limit])


@router.put("/decisions")
def decide_unit_name(who: Operates, services: Joint, wanted: Decide) -> Decided:
    """Decide which unit a name means, and read what waited for that.

    The same call again changes nothing more.
    """
    return decided_by(services, who, wanted.name, wanted.unit, wanted.reason)


@router.delete("/decisions")
def forget_unit_name(
    who: Operates,
    services: Joint,
    name: Annotated[str, Query(min_length=1, max_length=LONGEST_NAME)],
    reason: Annotated[str, Query(min_length=1, max_length=LONGEST)],
) -> Forgotten:
    """Take back a decision about a name; what was read by it stays until it is told again."""
    row = forgotten_by(services, who, name, reason)
    return Forgotten(name=row.name, unit=row.unit)


@router.get("/units")
def list_listed_units(
    _who: SeesAll,
    services: Joint,
    q: Annotated[str, Query(max_length=200)] = "",
    limit: Limit = 100,
    offset: Offset = 0,
) -> Listing[ListedUnit]:
    """The units of the province's folder, or those whose code or name has ``q`` in it."""
    found = shown.listed_units(services, q)
    return Listing(total=len(found), items=found[offset : offset + limit])
