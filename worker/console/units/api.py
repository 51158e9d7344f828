"""``/api/v1/units``: how units stand, how each one's late count comes about, notes."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field
from sqlmodel import Session

from models.types import Period, UnitLevel
from worker.console.asking import Joint, Operates, Viewer, require_unit
from worker.console.calls import FAULTS, Listing, Wanted
from worker.console.listing import PAGE_SIZE
from worker.console.reckoned import reckoned
from worker.console.units.shown import note_told, unit_shown
from worker.console.units.standing import (
    Sort,
    basis_of,
    chosen,
    ordered,
    standings,
    totals_of,
)
from worker.console.units.told import NoteTold, UnitsTold, UnitTold
from worker.core.times import parse_month
from worker.db import notes, open_incidents
from worker.errors import NotFoundError
from worker.journey.noting import LONGEST_NOTE, about_unit, add_note

api = APIRouter(prefix="/api/v1", tags=["figures"], responses={**FAULTS})

_MOST = 500

Limit = Annotated[int, Query(ge=1, le=_MOST)]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]
Month = Annotated[str | None, Query(pattern=r"^\d{4}-\d{2}$", examples=["2024-07"])]


class NoteWanted(Wanted):
    """What is to be kept as a note."""

    text: Annotated[str, Field(min_length=1, max_length=LONGEST_NOTE)]


@api.get("/units", summary="How every unit stands, the worst first")
def list_unit_figures(  # noqa: PLR0913 - what a list can be asked for
    who: Viewer,
    services: Joint,
    *,
    period: Month = None,
    q: Annotated[str, Query(max_length=200)] = "",
    level: UnitLevel | None = None,
    sort: Sort = "late_share",
    ascending: bool = False,
    limit: Limit = PAGE_SIZE,
    offset: Offset = 0,
) -> UnitsTold:
    """The units the account sees; ``totals`` only for who sees the whole province."""
    with Session(services.engine) as session:
        known = reckoned(services, session, month_asked(period))
        if known is None:
            raise nothing_yet()
        found = standings(services, known, open_incidents.by_unit(session))
    seen = [each for each in found if who.sees(each.code)]
    rows = ordered(chosen(seen, q, level.value if level else ""), sort, is_descending=not ascending)
    return UnitsTold(
        **basis_of(known),
        total=len(rows),
        items=rows[offset : offset + limit],
        totals=totals_of(known) if who.sees_all else None,
    )


@api.get("/units/{code}", summary="How a unit's late count comes about")
def tell_unit_figures(who: Viewer, services: Joint, code: str, period: Month = None) -> UnitTold:
    """Bridge, causes, course, what becomes late soon; of an ended unit those of its successor."""
    found = require_unit(who, services, code)
    with Session(services.engine) as session:
        told = unit_shown(services, session, who, found, month_asked(period))
    if told is None:
        raise nothing_yet()
    return told[1]


@api.get("/units/{code}/notes", summary="What was written about a unit")
def list_unit_notes(
    who: Viewer, services: Joint, code: str, limit: Limit = PAGE_SIZE, offset: Offset = 0
) -> Listing[NoteTold]:
    """The newest first."""
    found = require_unit(who, services, code)
    with Session(services.engine) as session:
        total, rows = notes.of_subject(session, about_unit(found.code), limit=limit, offset=offset)
        return Listing[NoteTold](total=total, items=[note_told(each) for each in rows])


@api.post("/units/{code}/notes", status_code=201, summary="Write something about a unit")
def add_unit_note(who: Operates, services: Joint, code: str, wanted: NoteWanted) -> NoteTold:
    """It is kept without what may be personal data."""
    found = require_unit(who, services, code)
    return note_told(add_note(services, about_unit(found.code), wanted.text, who.name))


def month_asked(said: str | None) -> Period | None:
    """The month that a call asks for, such as ``2024-07``; None where it asks for none."""
    return parse_month(said) if said else None


def nothing_yet() -> NotFoundError:
    """Nothing was reconciled (of that period) yet."""
    return NotFoundError("nothing_reconciled")
