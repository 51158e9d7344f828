"""``/runs/new``: starting a reading."""

from collections.abc import Mapping
from secrets import token_urlsafe
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.background import BackgroundTask
from starlette.responses import Response

from worker.bootstrap import Services
from worker.console.asking import ConsoleParts, Joint, Operates
from worker.console.calls import Started, started_once
from worker.console.runs.form import (
    LONGEST_LIST,
    Extent,
    StartForm,
    filled_in,
    key_of,
    read_form,
)
from worker.console.runs.wanted import MOST_DOSSIERS, SyncWanted, wish_from
from worker.console.sentences import sentence
from worker.console.showing import go_to, show
from worker.console.written import LONGEST
from worker.core.access import Who
from worker.core.times import local_day
from worker.errors import NotFoundError
from worker.journey.operating import start_sync
from worker.journey.queueing import can_be_read

router = APIRouter(include_in_schema=False)

_UNREADABLE = 422


@router.get("/runs/new")
def ask_what(request: Request, who: Operates, services: Joint) -> Response:
    """The form; the page that led here may have filled in a part of it."""
    return _form(request, who, services, filled_in(request.query_params, token_urlsafe()), {})


@router.post("/runs/new")
def start(
    request: Request,
    who: Operates,
    parts: ConsoleParts,
    services: Joint,
    form: Annotated[StartForm, Form()],
) -> Response:
    """Start a reading; the same form sent twice starts one."""
    filled = read_form(form)
    if filled.wanted is None:
        return _form(request, who, services, form, filled.faults)
    try:
        runs = _started(services, who, form, filled.wanted)
    except NotFoundError as error:
        field = "unit" if error.key == "unit_not_found" else "source"
        return _form(request, who, services, form, {field: sentence(error)})
    answer = go_to(f"/runs/{runs[0]}", "run_started")
    answer.background = BackgroundTask(parts.announce, services, runs)
    return answer


def _started(services: Services, who: Who, form: StartForm, wanted: SyncWanted) -> list[int]:
    def begin() -> Started:
        return Started(runs=start_sync(services, wish_from(services, who, wanted)))

    answer = started_once(services, who, key_of(form, wanted), "POST /runs/new", begin)
    return list(Started.model_validate_json(bytes(answer.body)).runs)


def _form(
    request: Request, who: Who, services: Services, form: StartForm, faults: Mapping[str, str]
) -> Response:
    known = services.settings.sources
    return show(
        request,
        who,
        "runs/new",
        status=_UNREADABLE if faults else 200,
        form=form,
        faults=faults,
        sources={name: known[name].side for name in known if can_be_read(services, name)},
        units=services.directory.units,
        today=local_day(services.clock()),
        extents=list(Extent),
        most=MOST_DOSSIERS,
        longest=LONGEST,
        longest_list=LONGEST_LIST,
    )
