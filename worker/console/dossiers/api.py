"""``/api/v1/dossiers``: finding dossiers, explaining one, those behind a late count, notes."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.status import HTTP_201_CREATED

from models.operator import Note
from models.types import CountView
from worker.console.asking import ConsoleParts, Joint, Operates, Viewer
from worker.console.calls import FAULTS, Limit, Listing, Number, Offset, Wanted
from worker.console.dossiers.late import LateAsked, LateCategory, late_found, late_told
from worker.console.dossiers.reach import require_dossier
from worker.console.dossiers.search import hits_of
from worker.console.dossiers.shown import explained, moment_asked
from worker.console.dossiers.told import DossierFound, DossierTold, LateTold, NoteTold
from worker.console.written import Why
from worker.core.codes import MAX_CODE
from worker.db import notes
from worker.journey.noting import about_dossier, add_note

router = APIRouter(prefix="/api/v1/dossiers", tags=["dossiers"], responses={**FAULTS})
late_api = APIRouter(prefix="/api/v1/late-dossiers", tags=["dossiers"], responses={**FAULTS})


class NoteWanted(Wanted):
    """What somebody writes about a dossier."""

    text: Why


@router.get("")
def find_dossiers(
    who: Viewer,
    services: Joint,
    q: Annotated[str, Query(min_length=1, max_length=MAX_CODE)],
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Listing[DossierFound]:
    """The dossier that bears a code, else those a code of which begins so; ``limit`` at most."""
    hits = hits_of(services, who, q, limit)
    if hits.one is not None:
        return Listing(total=1, items=[DossierFound(id=hits.one, dossier=q.strip().upper())])
    return Listing(total=len(hits.some), items=hits.some)


@router.get("/{dossier}")
def explain_dossier(
    who: Viewer,
    parts: ConsoleParts,
    services: Joint,
    dossier: Number,
    as_of: datetime | None = None,
    period: Annotated[str, Query(pattern=r"^(\d{4}-\d{2})?$")] = "",
) -> DossierTold:
    """Why one dossier counts differently, as it was known at ``as_of`` (now) for a month."""
    at = as_of.isoformat() if as_of else ""
    moment = moment_asked(at, period, parts.clock())
    return DossierTold.model_validate(explained(services, who, dossier, moment))


@router.get("/{dossier}/notes")
def list_dossier_notes(
    who: Viewer, services: Joint, dossier: Number, limit: Limit = 100, offset: Offset = 0
) -> Listing[NoteTold]:
    """What people wrote about a dossier, the newest first."""
    with Session(services.engine) as session:
        require_dossier(session, services, who, dossier)
        about = about_dossier(dossier)
        total, rows = notes.of_subject(session, about, limit=limit, offset=offset)
        return Listing(total=total, items=[_note(row) for row in rows])


@router.post("/{dossier}/notes", status_code=HTTP_201_CREATED)
def add_dossier_note(
    who: Operates, services: Joint, dossier: Number, wanted: NoteWanted
) -> NoteTold:
    """Write something about a dossier, for whoever looks at it next."""
    with Session(services.engine) as session:
        require_dossier(session, services, who, dossier)
    return _note(add_note(services, about_dossier(dossier), wanted.text, who.name))


@late_api.get("")
def list_late_dossiers(
    *,
    who: Viewer,
    services: Joint,
    view: CountView,
    unit: Annotated[str | None, Query(max_length=100)] = None,
    category: LateCategory | None = None,
    limit: Limit = 100,
    offset: Offset = 0,
) -> Listing[LateTold]:
    """The dossiers behind a late count of the last reconciliation; ``total`` is that count.

    By unit, the longest late first; those that have to be compared by themselves come last.
    """
    asked = LateAsked(view=view, unit=unit or None, category=category, limit=limit, offset=offset)
    found = late_found(services, who, asked)
    return Listing(total=found.total, items=[late_told(each) for each in found.items])


def _note(row: Note) -> NoteTold:
    return NoteTold(id=row.id or 0, at=row.at, by=row.by, text=row.text)
