"""``/quarantine``: what could not be read."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Form, Request
from pydantic import Field
from starlette.background import BackgroundTask
from starlette.responses import Response

from models.roles import Role
from worker.bootstrap import Services
from worker.console.asking import ConsoleParts, Joint, Operates, SeesAll
from worker.console.listing import PAGE_SIZE, Part, part_of
from worker.console.quarantine.shown import reasons, rows_told, stored_code
from worker.console.sentences import sentence
from worker.console.showing import go_to, show
from worker.console.written import LONGEST, Written, written
from worker.core.access import Who
from worker.db.quarantine_list import QuarantineFilter, ReasonCount
from worker.errors import NotFoundError
from worker.i18n import has_text, text
from worker.journey.rereading import TriedAgain, try_again

router = APIRouter(include_in_schema=False)

_UNREADABLE = 422
_LARGEST_ID, _MOST_DIGITS = 2**31 - 1, 9
_FILTERS = ("source", "reason", "run", "code")

Ids = Annotated[list[Annotated[int, Field(ge=1, le=_LARGEST_ID)]], Form(max_length=PAGE_SIZE)]


@router.get("/quarantine")
def list_rows(request: Request, who: SeesAll, services: Joint) -> Response:
    """What can't be read, and why."""
    return _page(request, who, services)


@router.post("/quarantine")
def read_again(
    request: Request,
    who: Operates,
    parts: ConsoleParts,
    services: Joint,
    ids: Ids = [],  # noqa: B006 - a form without any is told so
    reason: Written = "",
) -> Response:
    """Read the chosen ones again; the page says what came of it."""
    because = written(reason)
    if not ids or because is None:
        fault = text(f"pages.quarantine.fault.{'ids' if not ids else 'reason'}")
        return _page(request, who, services, fault=fault, chosen=ids, reason=reason)
    try:
        done = try_again(services, ids, who.name, because)
    except NotFoundError as error:
        return _page(request, who, services, fault=sentence(error), reason=reason)
    answer = _onward(request, done)
    answer.background = BackgroundTask(parts.announce, services, done.runs)
    return answer


def _onward(request: Request, done: TriedAgain) -> Response:
    """To the run that asks for them again, else back to what is left."""
    if done.runs:
        return go_to(f"/runs/{done.runs[0]}", "quarantine_asked")
    said = "quarantine_read" if done.read else "quarantine_left"
    part = part_of(request, ("id",), filters=_FILTERS)
    return go_to("/quarantine", said, **part.filters)


def _page(
    request: Request,
    who: Who,
    services: Services,
    *,
    fault: str | None = None,
    chosen: Sequence[int] = (),
    reason: str = "",
) -> Response:
    part = part_of(request, ("id",), filters=_FILTERS, is_descending=True)
    counted = reasons(services)
    return show(
        request,
        who,
        "quarantine/list",
        status=_UNREADABLE if fault else 200,
        part=part,
        found=rows_told(
            services,
            _filter(part),
            limit=part.size,
            offset=part.offset,
            is_descending=part.is_descending,
        ),
        counted=counted,
        labels=_labels(counted),
        sources=list(services.settings.sources),
        may_operate=who.may(Role.OPERATOR),
        fault=fault,
        chosen=chosen,
        reason=reason,
        most=LONGEST,
    )


def _filter(part: Part) -> QuarantineFilter:
    run = part.filters.get("run", "")
    return QuarantineFilter(
        source=part.filters.get("source"),
        reason=part.filters.get("reason"),
        run=int(run) if _is_number(run) else None,
        code=stored_code(part.filters.get("code")),
    )


def _is_number(said: str) -> bool:
    return said.isascii() and said.isdigit() and len(said) <= _MOST_DIGITS


def _labels(counted: Sequence[ReasonCount]) -> Mapping[str, str]:
    """Reasons in words, without the value at fault."""
    keys = dict.fromkeys(each.reason for each in counted)
    return {key: _label(key) for key in keys}


def _label(reason: str) -> str:
    key = f"quarantine.{reason}"
    if not has_text(key):
        return reason
    return text(key, detail="…").removesuffix(' "…"').removesuffix(":")
