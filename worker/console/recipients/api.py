"""``/api/v1/recipients`` and ``/api/v1/units/{code}/recipients``."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field
from sqlmodel import Session

from worker.console.asking import Administers, Joint, SeesAll, Viewer, require_unit
from worker.console.calls import FAULTS, Limit, Listing, Offset, Wanted
from worker.console.recipients.entering import added_by, removed_by
from worker.console.recipients.shown import (
    EnteredTold,
    Own,
    RecipientsTold,
    entered_told,
    recipients_told,
)
from worker.console.units.recipients_told import Register
from worker.console.units.told import RecipientTold
from worker.console.written import LONGEST, Why
from worker.core.alerts.recipients import LONGEST_ADDRESS

api = APIRouter(prefix="/api/v1", tags=["recipients"], responses={**FAULTS})

Email = Annotated[str, Field(min_length=1, max_length=LONGEST_ADDRESS)]


class RecipientWanted(Wanted):
    """Who is to get the mails about a unit, in which role, and why."""

    email: Email
    role: Literal["officer", "head", "office"] = "officer"
    reason: Why | None = None


@api.get("/recipients", summary="Who gets the mails about each unit")
def list_recipients(
    who: SeesAll,
    services: Joint,
    *,
    q: Annotated[str, Query(max_length=200)] = "",
    own: Own | None = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> RecipientsTold:
    """In the order of the province's folder; ``own=no`` are the units nobody is named for."""
    return recipients_told(services, who, slice(offset, offset + limit), q, own)


@api.get("/units/{code}/recipients", summary="Who gets the mails about a unit")
def list_unit_recipients(who: Viewer, services: Joint, code: str) -> Listing[RecipientTold]:
    """In their turn; the unit of the province's own level is told what concerns all of it."""
    found = require_unit(who, services, code)
    with Session(services.engine) as session:
        people = Register.read(services, session, who).of(found.code)
    return Listing[RecipientTold](total=len(people), items=people)


@api.post(
    "/units/{code}/recipients", status_code=201, summary="Let somebody get the mails about a unit"
)
def add_unit_recipient(
    who: Administers, services: Joint, code: str, wanted: RecipientWanted
) -> EnteredTold:
    """The address gets the unit's figures, and links that answer incidents without an account."""
    row = added_by(services, who, code, wanted.email, wanted.role, wanted.reason)
    return entered_told(row)


@api.delete("/units/{code}/recipients", summary="Let somebody get no more mails about a unit")
def remove_unit_recipient(
    who: Administers,
    services: Joint,
    code: str,
    email: Annotated[str, Query(min_length=1, max_length=LONGEST_ADDRESS)],
    reason: Annotated[str, Query(min_length=1, max_length=LONGEST)],
) -> EnteredTold:
    """Who was taken out; somebody of the province's ``recipients.csv`` is taken out of the file."""
    return entered_told(removed_by(services, who, code, email, reason))
