"""``/dossiers``: finding one, those behind a late count, and the page of a single one."""

from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.responses import Response

from models.roles import Role
from models.types import CountView
from worker.bootstrap import Services
from worker.console.asking import ConsoleParts, Joint, Operates, Viewer
from worker.console.calls import Number
from worker.console.discrepancies.shown import names_of
from worker.console.dossiers.late import LateAsked, LateCategory, late_found
from worker.console.dossiers.reach import require_dossier
from worker.console.dossiers.search import hits_of
from worker.console.dossiers.shown import dossier_shown, moment_asked
from worker.console.dossiers.words import (
    cause_to_resend,
    field_rows,
    reception_words,
    verdict_rows,
)
from worker.console.links.shown import standing
from worker.console.listing import Part, part_of
from worker.console.parts import Parts
from worker.console.scope import units_seen
from worker.console.sentences import sentence
from worker.console.showing import go_to, show
from worker.core.access import Who
from worker.errors import DataError, DoisoatError
from worker.journey.acknowledging import LONGEST_NOTE, acknowledge
from worker.journey.noting import about_dossier, add_note
from worker.render.explanation_unit import difference
from worker.render.links import ground_lines
from worker.render.lists import units_text

router = APIRouter(include_in_schema=False)

_FILTERS: Final = ("q", "view", "unit", "category")
_REFUSED: Final = 422

Words = Annotated[str, Form(alias="text", max_length=8 * LONGEST_NOTE)]


@dataclass(frozen=True, slots=True)
class Refused:
    """What was not kept: why, which form it came by, and what had been written."""

    fault: str
    form: str
    words: str


@router.get("/dossiers")
def find_dossiers(request: Request, who: Viewer, services: Joint) -> Response:
    """A dossier by its code, or those behind a late count."""
    part = part_of(request, ["unit"], filters=_FILTERS)
    typed = part.filters.get("q", "")
    if typed:
        return _hits(request, who, services, typed)
    if part.filters.get("view") in set(CountView):
        return _late(request, who, services, part)
    return show(request, who, "dossiers/search", typed="", hits=None)


def _hits(request: Request, who: Who, services: Services, typed: str) -> Response:
    hits = hits_of(services, who, typed)
    if hits.one is not None:
        return go_to(f"/dossiers/{hits.one}")
    unit = services.directory.get(typed)
    if unit is not None and who.sees(unit.code):
        return go_to(f"/units/{unit.code}")
    return show(request, who, "dossiers/search", typed=typed, hits=hits, reason_of=_reason)


def _late(request: Request, who: Who, services: Services, part: Part) -> Response:
    category = part.filters.get("category", "")
    asked = LateAsked(
        view=CountView(part.filters["view"]),
        unit=part.filters.get("unit"),
        category=LateCategory(category) if category in set(LateCategory) else None,
        descending=part.is_descending,
        limit=part.size,
        offset=part.offset,
    )
    return show(
        request,
        who,
        "dossiers/late",
        part=part,
        asked=asked,
        found=late_found(services, who, asked),
        names=names_of(services),
        units=units_seen(services, who),
        views=list(CountView),
        categories=list(LateCategory),
    )


@router.get("/dossiers/{number}")
def dossier(
    request: Request, who: Viewer, parts: ConsoleParts, services: Joint, number: Number
) -> Response:
    """Why one dossier counts differently."""
    return _page(request, who, parts, services, number)


@router.post("/dossiers/{number}/notes")
def write_note(
    request: Request,
    who: Operates,
    parts: ConsoleParts,
    services: Joint,
    number: Number,
    words: Words = "",
) -> Response:
    """Keep a note about a dossier."""
    with Session(services.engine) as session:
        require_dossier(session, services, who, number)
    try:
        add_note(services, about_dossier(number), words, who.name)
    except DoisoatError as error:
        refused = Refused(sentence(error), "note", words)
        return _page(request, who, parts, services, number, refused)
    return go_to(f"/dossiers/{number}", "note_added")


@router.post("/dossiers/{number}/acknowledge")
def take_on(
    request: Request,
    who: Operates,
    parts: ConsoleParts,
    services: Joint,
    number: Number,
    discrepancy: Annotated[int, Form(ge=1, le=2**53)],
    words: Words = "",
) -> Response:
    """Take on one of the dossier's discrepancies."""
    try:
        acknowledge(services, discrepancy, who.name, words)
    except DoisoatError as error:
        refused = Refused(sentence(error), "acknowledge", words)
        return _page(request, who, parts, services, number, refused)
    return go_to(f"/dossiers/{number}", "discrepancy_acknowledged")


def _page(
    request: Request,
    who: Who,
    parts: Parts,
    services: Services,
    number: int,
    refused: Refused | None = None,
) -> Response:
    asked = request.query_params
    moment = moment_asked(asked.get("as_of", ""), asked.get("period", ""), parts.clock())
    shown = dossier_shown(services, who, number, moment)
    names = names_of(services)
    values: dict[str, Any] = {
        "shown": shown,
        "it": shown.told,
        "names": names,
        "fields": field_rows(shown.told, names),
        "verdicts": verdict_rows(shown.told),
        "reception": reception_words(shown.told),
        "difference": difference,
        "units_text": units_text,
        "may_resend": cause_to_resend(shown.told),
        "reason_of": _reason,
        "links": standing(services, shown.told["codes"]) if who.sees_all else [],
        "ground": ground_lines,
        "may_operate": who.may(Role.OPERATOR),
        "longest": LONGEST_NOTE,
        "refused": refused,
    }
    return show(request, who, "dossiers/dossier", status=_REFUSED if refused else 200, **values)


def _reason(key: str, detail: str) -> str:
    """Why a record can't be read, in a sentence."""
    return sentence(DataError(key, detail))
