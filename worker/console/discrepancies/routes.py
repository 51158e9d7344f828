"""``/discrepancies``: the list, and the same as a file."""

from datetime import datetime
from typing import Final

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from models.roles import Role
from models.types import Cause, CauseKind, DiscrepancyState, Flag
from worker.console.asking import ConsoleParts, Joint, Viewer
from worker.console.discrepancies import shown
from worker.console.discrepancies.asked import AGES, ALL, FILTERS, Asked, asked_in, pairs_known
from worker.console.discrepancies.shown import Order
from worker.console.download import Kind, download
from worker.console.listing import Part, part_of
from worker.console.scope import units_seen
from worker.console.showing import show
from worker.core.access import Who
from worker.core.remedy import Remedy, remedy_of
from worker.db.discrepancy_list import SORTS

router = APIRouter(include_in_schema=False)

_COLUMNS: Final = tuple(SORTS)


@router.get("/discrepancies")
def list_discrepancies(
    request: Request, who: Viewer, parts: ConsoleParts, services: Joint
) -> Response:
    """A part of the discrepancies that are asked for."""
    part = _part(request)
    asked = asked_in(part.filters)
    order = Order(
        sort=part.sort, descending=part.is_descending, limit=part.size, offset=part.offset
    )
    found = shown.found_of(services, who, asked, order, parts.clock())
    return show(
        request,
        who,
        "discrepancies/list",
        part=part,
        asked=asked,
        found=found,
        names=shown.names_of(services),
        units=units_seen(services, who),
        difference_of=shown.difference_of,
        may_resend=_may_resend(who, asked),
        choices={
            "cause": list(Cause),
            "kind": list(CauseKind),
            "state": [*DiscrepancyState, ALL],
            "flag": list(Flag),
            "age": AGES,
            "pair": ["-".join(pair) for pair in pairs_known(services)],
        },
    )


@router.get("/discrepancies.{kind}")
def download_discrepancies(
    request: Request, who: Viewer, parts: ConsoleParts, services: Joint, kind: Kind
) -> Response:
    """All of them as a file."""
    part, now = _part(request), parts.clock()
    order = Order(sort=part.sort, descending=part.is_descending)
    with Session(services.engine) as session:
        rows = shown.rows_of(session, services, who, asked_in(part.filters), order, now)
        return download(_name(part, now), shown.headings(), rows, kind)


def _may_resend(who: Who, asked: Asked) -> bool:
    """Whether ``who`` may ask for the dossiers to be sent again, and that would mend them."""
    is_mended = asked.cause is not None and remedy_of(asked.cause) is Remedy.RESEND
    return is_mended and who.may(Role.OPERATOR)


def _part(request: Request) -> Part:
    return part_of(request, _COLUMNS, filters=FILTERS, default="opened_at", is_descending=True)


def _name(part: Part, now: datetime) -> str:
    unit = part.filters.get("unit", "")
    return "-".join(filter(None, ("chenh-lech", unit, f"{now:%Y-%m-%d}")))
