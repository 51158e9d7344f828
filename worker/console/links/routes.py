"""``/names/links``: dossiers under two codes, those that wait for a decision, and deciding."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from worker.bootstrap import Services
from worker.console.asking import Joint, Operates, SeesAll
from worker.console.discrepancies.shown import names_of
from worker.console.links import shown
from worker.console.listing import part_of
from worker.console.showing import go_to, show
from worker.console.written import LONGEST, Written, written
from worker.core.access import Who
from worker.core.codes import MAX_CODE, dossier_code
from worker.errors import DoisoatError, PermanentError
from worker.i18n import sentence
from worker.journey.linking import Pair, evidence_of, one_dossier, two_dossiers
from worker.render.links import (
    alike_lines,
    differing_text,
    doubt_lines,
    evidence_item,
    ground_lines,
    undone_lines,
)

router = APIRouter(include_in_schema=False)

_REFUSED = 409
_ONE, _TWO = "one", "two"

CodeAsked = Annotated[str, Query(max_length=4 * MAX_CODE)]
CodeTyped = Annotated[str, Form(max_length=4 * MAX_CODE)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What stands in the form about two codes."""

    code: str = ""
    other: str = ""
    reason: str = ""


@router.get("/names/links")
def list_links(request: Request, who: SeesAll, services: Joint) -> Response:
    """What was decided about pairs of codes, the newest first."""
    part = part_of(request, ("at",), is_descending=True)
    total, items = shown.decided(services, slice(part.offset, part.offset + part.size))
    return show(
        request,
        who,
        "links/list",
        part=part,
        total=total,
        items=items,
        names=names_of(services),
        alike=alike_lines,
        ground=ground_lines,
        undone=undone_lines,
    )


@router.get("/names/links/waiting")
def list_waiting(request: Request, who: SeesAll, services: Joint) -> Response:
    """Pairs of codes that may be one dossier, as of the last search."""
    part = part_of(request, ("code",))
    found = shown.waiting(services, slice(part.offset, part.offset + part.size))
    return show(
        request,
        who,
        "links/waiting",
        part=part,
        total=found.total,
        crowded=found.crowded,
        searched_at=found.searched_at,
        items=[each.model_dump() for each in found.items],
        names=names_of(services),
        alike=alike_lines,
        doubts=doubt_lines,
    )


@router.get("/names/links/decide")
def ask_about(
    request: Request, who: Operates, services: Joint, code: CodeAsked = "", other: CodeAsked = ""
) -> Response:
    """The form about two codes, with what their records have in common once both are named."""
    return _form(request, who, services, Typed(code=code, other=other))


@router.post("/names/links/decide")
def decide(
    request: Request,
    who: Operates,
    services: Joint,
    code: CodeTyped = "",
    other: CodeTyped = "",
    are: Annotated[str, Form(max_length=10)] = "",
    reason: Written = "",
) -> Response:
    """Take the codes for one dossier, or for two."""
    typed = Typed(code=code, other=other, reason=reason)
    try:
        said = _decided(services, who, typed, are)
    except DoisoatError as error:
        return _form(request, who, services, typed, sentence(error))
    return go_to("/names/links", said)


def _decided(services: Services, who: Who, typed: Typed, are: str) -> str:
    """What was done, as a key of ``pages.said``."""
    codes, why = _pair(typed), written(typed.reason)
    if are not in (_ONE, _TWO):
        raise PermanentError("link_choice_wanted")
    if why is None:
        raise PermanentError("reason_wanted")
    if are == _ONE:
        done = one_dossier(services, codes, who.name, why)
        return "codes_linked" if done.is_new else "codes_were_linked"
    return "codes_parted" if two_dossiers(services, codes, who.name, why) else "codes_still_one"


def _pair(typed: Typed) -> Pair:
    return dossier_code(typed.code), dossier_code(typed.other)


def _form(
    request: Request, who: Who, services: Services, typed: Typed, fault: str | None = None
) -> Response:
    evidence = None
    if typed.code and typed.other:
        try:
            evidence = {"evidence": evidence_item(evidence_of(services, _pair(typed)))}
        except DoisoatError as error:
            fault = fault or sentence(error)
    return show(
        request,
        who,
        "links/decide",
        status=_REFUSED if fault else 200,
        typed=typed,
        evidence=evidence,
        names=names_of(services),
        alike=alike_lines,
        differing=differing_text,
        fault=fault,
        most=LONGEST,
    )
