"""``/resends``: requests to send dossiers again, from the preview to what came of them."""

from collections.abc import Callable
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, Field
from starlette.background import BackgroundTask
from starlette.responses import Response

from models.resend_types import OPEN_RESENDS, ResendState
from worker.bootstrap import Services
from worker.console.asking import Approves, ConsoleParts, Joint, Operates, Viewer
from worker.console.calls import Number
from worker.console.listing import Part, part_of
from worker.console.pasted import fault_of
from worker.console.resends.choosing import (
    CAUSES,
    FILTERS,
    LONGEST_PASTE,
    MOST_CODES,
    SelectionWanted,
    selection_of,
    wanted_in,
)
from worker.console.resends.shown import (
    foreseen,
    listed,
    months,
    request_of,
    steps_for,
    whole,
)
from worker.console.sentences import sentence
from worker.console.showing import go_to, show
from worker.core.access import Who
from worker.core.codes import pasted_codes
from worker.db.resends import Wanted
from worker.errors import DoisoatError, NotFoundError
from worker.journey import resending
from worker.journey.asking_again import ask
from worker.journey.taking_part import LONGEST_REASON
from worker.render.explanation_unit import difference
from worker.render.resend_list import resend_list

router = APIRouter(include_in_schema=False)

Words = Annotated[str, Form(max_length=LONGEST_REASON)]
Short = Annotated[str, Field(max_length=50)]

_OPEN, _ALL = "open", "all"
_LOOK, _ASK = "look", "ask"
_REFUSED = 409
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class AskForm(BaseModel):
    """What the page for a new request sends; ``step`` says which of its buttons was pressed."""

    unit: Short = ""
    cause: Short = ""
    days: Short = ""
    again: Short = ""
    codes: Annotated[str, Field(max_length=LONGEST_PASTE)] = ""
    reason: Annotated[str, Field(max_length=LONGEST_REASON)] = ""
    step: Short = ""


@router.get("/resends")
def list_resends(request: Request, who: Viewer, services: Joint) -> Response:
    """Requests, the newest first, and what all of them did by month."""
    part = part_of(request, ["id"], filters=("state", "unit"), is_descending=True)
    total, lines = listed(services, _wanted(who, part))
    return show(
        request,
        who,
        "resends/list",
        part=part,
        total=total,
        lines=lines,
        months=months(services, who),
        states=[_OPEN, *ResendState, _ALL],
        units=_units(services, who),
        enabled=services.settings.resend.enabled,
    )


@router.get("/resends/new")
def choose(request: Request, who: Operates, services: Joint) -> Response:
    """What would be asked for, by unit, cause and age; nothing is changed."""
    part = part_of(request, ["id"], filters=FILTERS)
    return _chooser(request, who, services, wanted_in(part.filters))


@router.post("/resends/new")
def ask_for(
    request: Request, who: Operates, services: Joint, said: Annotated[AskForm, Form()]
) -> Response:
    """Show what pasted codes would come to, or enter the requests."""
    pasted = pasted_codes(said.codes)
    fault = fault_of(pasted, MOST_CODES) if said.codes or said.step == _LOOK else None
    filters = said.model_dump(include=set(FILTERS))
    if fault is not None:
        return _chooser(request, who, services, wanted_in(filters), fault=fault, typed=said.codes)
    wanted = wanted_in(filters, pasted.codes)
    if said.step != _ASK:
        return _chooser(request, who, services, wanted)
    try:
        found = ask(services, selection_of(services, wanted), who.name, said.reason)
    except DoisoatError as error:
        return _chooser(request, who, services, wanted, fault=sentence(error), reason=said.reason)
    target = f"/resends/{found[0]}" if len(found) == 1 else "/resends"
    return go_to(target, "resend_asked")


@router.get("/resends/{number}")
def show_resend(request: Request, who: Viewer, services: Joint, number: Number) -> Response:
    """One request, dossier by dossier."""
    return _page(request, who, services, number)


@router.post("/resends/{number}/approve")
def approve(
    request: Request, who: Approves, services: Joint, number: Number, words: Words = ""
) -> Response:
    """Let it be sent."""
    act = partial(resending.approve, services, number, who.name, words)
    return _done(request, who, services, number, act, "resend_approved")


@router.post("/resends/{number}/reject")
def reject(
    request: Request, who: Approves, services: Joint, number: Number, words: Words = ""
) -> Response:
    """Refuse it."""
    act = partial(resending.reject, services, number, who.name, words)
    return _done(request, who, services, number, act, "resend_rejected")


@router.post("/resends/{number}/send")
def send(
    request: Request, who: Operates, services: Joint, parts: ConsoleParts, number: Number
) -> Response:
    """Put what sends it in the queue."""
    runs: list[int] = []

    def act() -> object:
        runs.append(resending.send(services, number, who.name))
        return runs

    answer = _done(request, who, services, number, act, "resend_sent")
    if runs:
        answer.background = BackgroundTask(parts.announce, services, runs)
    return answer


@router.post("/resends/{number}/stop")
def stop(
    request: Request, who: Operates, services: Joint, number: Number, words: Words = ""
) -> Response:
    """Let no further dossier go."""
    act = partial(resending.stop, services, number, who.name, words)
    return _done(request, who, services, number, act, "resend_stopped")


@router.post("/resends/{number}/list")
def hand_over(request: Request, who: Operates, services: Joint, number: Number) -> Response:
    """The list for the operator of the province's system; from now on it counts as handed over."""
    try:
        shown = resending.hand_over(services, number, who.name)
    except NotFoundError:
        raise
    except DoisoatError as error:
        return _page(request, who, services, number, sentence(error))
    disposition = {"Content-Disposition": f'attachment; filename="gui-lai-{number}.xlsx"'}
    return Response(
        resend_list(request_of(services, shown)), media_type=_WORKBOOK, headers=disposition
    )


def _done(
    request: Request,
    who: Who,
    services: Services,
    number: int,
    act: Callable[[], object],
    said: str,
) -> Response:
    """Do it and show the request again; where it can't be done, with why."""
    try:
        act()
    except NotFoundError:
        raise
    except DoisoatError as error:
        return _page(request, who, services, number, sentence(error))
    return go_to(f"/resends/{number}", said)


def _page(request: Request, who: Who, services: Services, number: int, fault: str = "") -> Response:
    found = whole(services, who, number)
    return show(
        request,
        who,
        "resends/one",
        status=_REFUSED if fault else 200,
        each=found,
        sides=difference,
        steps=steps_for(who, found),
        fault=fault,
        most=LONGEST_REASON,
    )


def _chooser(
    request: Request,
    who: Who,
    services: Services,
    wanted: SelectionWanted,
    *,
    fault: str = "",
    reason: str = "",
    typed: str = "",
) -> Response:
    is_said = wanted != SelectionWanted()
    return show(
        request,
        who,
        "resends/new",
        status=_REFUSED if fault else 200,
        wanted=wanted,
        sides=difference,
        preview=foreseen(services, selection_of(services, wanted)) if is_said else None,
        units=_units(services, who),
        causes=CAUSES,
        fault=fault,
        reason=reason,
        typed=typed or "\n".join(wanted.dossiers),
        most=LONGEST_REASON,
        longest=LONGEST_PASTE,
    )


def _units(services: Services, who: Who) -> dict[str, str]:
    return {
        each.code: each.short_name or each.name
        for each in services.directory.units
        if each.parent is not None and who.sees(each.code)
    }


def _wanted(who: Who, part: Part) -> Wanted:
    state = part.filters.get("state", _OPEN)
    states = OPEN_RESENDS if state == _OPEN else ()
    return Wanted(
        unit=part.filters.get("unit"),
        units=who.units,
        states=[ResendState(state)] if state in set(ResendState) else states,
        limit=part.size,
        offset=part.offset,
    )
