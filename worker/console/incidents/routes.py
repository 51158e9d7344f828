"""``/incidents``: the list, one incident, and what is done about it."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from models.types import IncidentKind, IncidentState, IncidentStepKind
from worker.bootstrap import Services
from worker.console.asking import Joint, Operates, Viewer
from worker.console.calls import Number
from worker.console.download import Kind, download
from worker.console.incidents.shown import (
    SORTED_BY,
    detail_of,
    file_row,
    listed,
    names_for,
)
from worker.console.instants import instant_in
from worker.console.listing import Part, part_of
from worker.console.sentences import sentence
from worker.console.showing import go_to, show
from worker.core.access import Who
from worker.db.incidents import Act, Wanted
from worker.errors import NotFoundError, PermanentError
from worker.i18n import text
from worker.journey.handling import LONGEST_WORDS, handle

router = APIRouter(include_in_schema=False)

Words = Annotated[str, Form(max_length=LONGEST_WORDS)]
Clock = Annotated[str, Form(max_length=40)]

_SHOWN = (IncidentState.OPEN, IncidentState.RESOLVED)
_ALL = "all"
_REFUSED = 409
_FILTERS = ("unit", "kind", "state", "taken")


@router.get("/incidents")
def list_incidents(request: Request, who: Viewer, services: Joint) -> Response:
    """Incidents, the open ones first."""
    part = part_of(request, SORTED_BY, filters=_FILTERS)
    total, lines = listed(services, who, _wanted(who, part))
    return show(
        request,
        who,
        "incidents/list",
        part=part,
        total=total,
        lines=lines,
        names=names_for(services, who),
        kinds=list(IncidentKind),
        states=[*_SHOWN, _ALL],
        is_filtered=bool(part.filters),
    )


@router.get("/incidents/file")
def download_incidents(
    request: Request, who: Viewer, services: Joint, form: Kind = "xlsx"
) -> Response:
    """The whole list as it is filtered and sorted, as a file."""
    part = part_of(request, SORTED_BY, filters=_FILTERS)
    wanted = replace(_wanted(who, part), limit=None, offset=0)
    _, lines = listed(services, who, wanted)
    names = ("id", "kind", "unit", "says", "opened_at", "last_seen_at", "state", "who")
    headings = [text(f"pages.incidents.column.{name}") for name in names]
    return download("canh-bao", headings, map(file_row, lines), form)


@router.get("/incidents/{number}")
def show_incident(request: Request, who: Viewer, services: Joint, number: Number) -> Response:
    """One incident with its history."""
    return _page(request, who, services, number)


@router.post("/incidents/{number}/acknowledge")
def acknowledge(
    request: Request, who: Operates, services: Joint, number: Number, reason: Words = ""
) -> Response:
    """Take it on."""
    done = Act(what=IncidentStepKind.ACKNOWLEDGED, by=who.name, text=reason)
    return _done(request, who, services, number, done)


@router.post("/incidents/{number}/mute")
def mute(
    request: Request,
    who: Operates,
    services: Joint,
    number: Number,
    until: Clock = "",
    reason: Words = "",
) -> Response:
    """Send no mail about it until an instant."""
    done = Act(what=IncidentStepKind.MUTED, by=who.name, text=reason, until=instant_in(until))
    return _done(request, who, services, number, done, until=until)


@router.post("/incidents/{number}/assign")
def assign(
    request: Request,
    who: Operates,
    services: Joint,
    number: Number,
    to: Words = "",
    reason: Words = "",
) -> Response:
    """Give it to somebody."""
    done = Act(what=IncidentStepKind.ASSIGNED, by=who.name, text=reason, to=to)
    return _done(request, who, services, number, done)


@router.post("/incidents/{number}/comment")
def comment(
    request: Request, who: Operates, services: Joint, number: Number, words: Words = ""
) -> Response:
    """Add a comment to its history."""
    done = Act(what=IncidentStepKind.COMMENTED, by=who.name, text=words)
    return _done(request, who, services, number, done)


def _done(
    request: Request, who: Who, services: Services, number: int, done: Act, until: str = ""
) -> Response:
    """Do it and show the incident again; where it can't be done, with why and what was typed."""
    try:
        handle(services, number, done)
    except NotFoundError:
        raise
    except PermanentError as error:
        typed = {"text": done.text or "", "to": done.to or "", "until": until}
        return _page(
            request,
            who,
            services,
            number,
            fault=sentence(error),
            at_fault=done.what.value,
            typed=typed,
            status=_REFUSED,
        )
    return go_to(f"/incidents/{number}", f"incident_{done.what.value}")


def _page(  # noqa: PLR0913 - what was typed comes back beside the fault
    request: Request,
    who: Who,
    services: Services,
    number: int,
    *,
    fault: str = "",
    at_fault: str = "",
    typed: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    return show(
        request,
        who,
        "incidents/one",
        status=status,
        detail=detail_of(services, who, number),
        fault=fault,
        at_fault=at_fault,
        typed=typed or {"text": "", "to": "", "until": ""},
        most=LONGEST_WORDS,
    )


def _wanted(who: Who, part: Part) -> Wanted:
    asked = part.filters
    state = asked.get("state", IncidentState.OPEN.value)
    kind = asked.get("kind", "")
    return Wanted(
        unit=asked.get("unit"),
        kind=IncidentKind(kind) if kind in set(IncidentKind) else None,
        state=IncidentState(state) if state in set(_SHOWN) else None,
        units=who.units,
        is_taken_on={"yes": True, "no": False}.get(asked.get("taken", "")),
        sort=part.sort,
        is_descending=part.is_descending,
        limit=part.size,
        offset=part.offset,
    )
