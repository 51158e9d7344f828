"""``/names``: the inbox of unknown names, decisions, the list of units, the procedures."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from models.types import UnitLevel
from worker.bootstrap import Services
from worker.console.asking import Joint, Operates, SeesAll
from worker.console.listing import part_of
from worker.console.names import shown
from worker.console.names.deciding import decided_by, forgotten_by
from worker.console.names.procedures import procedures
from worker.console.sentences import sentence
from worker.console.showing import go_to, show
from worker.console.written import Written
from worker.core.access import Who
from worker.core.times import local_day
from worker.core.units import LONGEST_NAME
from worker.errors import DoisoatError

router = APIRouter(include_in_schema=False)

_REFUSED = 409

Name = Annotated[str, Form(max_length=LONGEST_NAME)]
Code = Annotated[str, Form(max_length=50)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What stands in a form about a name."""

    name: str
    unit: str = ""
    reason: str = ""


@router.get("/names")
def inbox(request: Request, who: SeesAll, services: Joint) -> Response:
    """The names that are no listed unit's."""
    part = part_of(request, ("count",), is_descending=True)
    total, rows = shown.unknown_names(services, slice(part.offset, part.offset + part.size))
    return show(request, who, "names/inbox", rows=rows, total=total, part=part)


@router.get("/names/decided")
def decided(request: Request, who: SeesAll, services: Joint) -> Response:
    """What was decided about names."""
    part = part_of(request, ("name",))
    found = shown.decisions(services)
    rows = found[part.offset : part.offset + part.size]
    return show(request, who, "names/decided", rows=rows, total=len(found), part=part)


@router.get("/names/units")
def listed(request: Request, who: SeesAll, services: Joint) -> Response:
    """The province's units, when they began and ended, and what followed them."""
    part = part_of(request, ("code",), filters=("q", "level"))
    level = part.filters.get("level", "")
    found = shown.listed_units(services, part.filters.get("q", ""), level)
    return show(
        request,
        who,
        "names/units",
        rows=found[part.offset : part.offset + part.size],
        total=len(found),
        part=part,
        names={unit.code: unit.short_name for unit in services.directory.units},
        levels=list(UnitLevel),
        today=local_day(services.clock()),
    )


@router.get("/names/procedures")
def tabled(request: Request, who: SeesAll, services: Joint) -> Response:
    """The procedures, their limits, and how they are announced and made public."""
    part = part_of(request, ("code",), filters=("q",))
    wanted = slice(part.offset, part.offset + part.size)
    total, rows = procedures(services, part.filters.get("q", ""), wanted)
    return show(request, who, "names/procedures", rows=rows, total=total, part=part)


@router.get("/names/decide")
def ask_whose(request: Request, who: Operates, services: Joint, name: str) -> Response:
    """The form by which a name is given to a unit."""
    return _form(request, who, services, Typed(name=name[:LONGEST_NAME]))


@router.post("/names/decide")
def decide(
    request: Request,
    who: Operates,
    services: Joint,
    name: Name,
    unit: Code = "",
    reason: Written = "",
) -> Response:
    """Give a name to a unit, and read what waited for that."""
    typed = Typed(name=name, unit=unit, reason=reason)
    try:
        done = decided_by(services, who, name, unit, reason)
    except DoisoatError as error:
        return _form(request, who, services, typed, sentence(error))
    return go_to("/names", "name_decided_busy" if done.busy else "name_decided")


@router.get("/names/forget")
def ask_to_forget(request: Request, who: Operates, name: str) -> Response:
    """The form by which a decision is taken back."""
    return show(request, who, "names/forget", typed=Typed(name=name[:LONGEST_NAME]), fault=None)


@router.post("/names/forget")
def forget(
    request: Request, who: Operates, services: Joint, name: Name, reason: Written = ""
) -> Response:
    """Take a decision back."""
    try:
        forgotten_by(services, who, name, reason)
    except DoisoatError as error:
        typed, fault = Typed(name=name, reason=reason), sentence(error)
        return show(request, who, "names/forget", status=_REFUSED, typed=typed, fault=fault)
    return go_to("/names/decided", "name_forgotten")


def _form(
    request: Request,
    who: Who,
    services: Services,
    typed: Typed,
    fault: str | None = None,
) -> Response:
    return show(
        request,
        who,
        "names/decide",
        status=_REFUSED if fault else 200,
        typed=typed,
        waiting=shown.unknown_name(services, typed.name),
        units=services.directory.units,
        today=local_day(services.clock()),
        fault=fault,
    )
