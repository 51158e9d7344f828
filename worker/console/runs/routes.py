"""``/runs``: what goes on, what went on, what comes next."""

from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.responses import Response

from models.roles import Role
from models.types import RunState, Trigger
from worker.console.asking import ConsoleParts, Joint, SeesAll
from worker.console.listing import Part, part_of
from worker.console.runs.live import Sight, as_it_goes
from worker.console.runs.planned import schedule_told
from worker.console.runs.shown import run_shown, runs_told, under_way
from worker.console.showing import show, templates
from worker.console.written import LONGEST
from worker.db.run_list import RunFilter
from worker.flow import Stage

router = APIRouter(include_in_schema=False)

_SOON = 3
_LARGEST_ID = 2**31 - 1
_FILTERS = ("source", "stage", "state", "trigger")

RunId = Annotated[int, Path(ge=1, le=_LARGEST_ID)]
Look = Callable[[], Sight]


@router.get("/runs")
def list_of_runs(request: Request, who: SeesAll, services: Joint) -> Response:
    """What goes on, what comes next, and what was."""
    part = part_of(request, ("id", "started_at"), filters=_FILTERS, is_descending=True)
    found = runs_told(
        services,
        _filter(part),
        limit=part.size,
        offset=part.offset,
        by_start=part.sort == "started_at",
        is_descending=part.is_descending,
    )
    return show(
        request,
        who,
        "runs/list",
        part=part,
        found=found,
        going=under_way(services),
        planned=schedule_told(services, _SOON),
        may_operate=who.may(Role.OPERATOR),
        choices={
            "source": list(services.settings.sources),
            "stage": list(Stage),
            "state": list(RunState),
            "trigger": list(Trigger),
        },
    )


def _filter(part: Part) -> RunFilter:
    """What the address asks for; a state or trigger that there is not is read as not said."""
    state, trigger = part.filters.get("state"), part.filters.get("trigger")
    return RunFilter(
        source=part.filters.get("source"),
        stage=part.filters.get("stage"),
        state=RunState(state) if state in set(RunState) else None,
        trigger=Trigger(trigger) if trigger in set(Trigger) else None,
    )


def _look_at_all(services: Joint) -> Look:
    return lambda: Sight(_fragment("runs/now", going=under_way(services)))


@router.get("/runs/now", response_class=EventSourceResponse)
async def follow_all(
    _who: SeesAll, look: Annotated[Look, Depends(_look_at_all)]
) -> AsyncIterator[ServerSentEvent]:
    """What goes on, as it goes."""
    async for event in as_it_goes(look):
        yield event


@router.get("/runs/schedule")
def planned(request: Request, who: SeesAll, services: Joint) -> Response:
    """Everything the schedule starts."""
    return show(request, who, "runs/schedule", planned=schedule_told(services))


@router.get("/runs/{run_id}")
def one_run(
    request: Request, who: SeesAll, parts: ConsoleParts, services: Joint, run_id: RunId
) -> Response:
    """One run: how far it is, what came of it, what can be done."""
    shown = run_shown(services, run_id, parts.clock())
    return show(
        request,
        who,
        "runs/run",
        shown=shown,
        may_operate=who.may(Role.OPERATOR),
        reason="",
        fault=None,
        most=LONGEST,
    )


def _look_at_one(services: Joint, parts: ConsoleParts, run_id: RunId) -> Look:
    """Looks at a run that is there, before anything of an answer has been sent."""
    run_shown(services, run_id, parts.clock())

    def look() -> Sight:
        shown = run_shown(services, run_id, parts.clock())
        return Sight(_fragment("runs/progress", shown=shown), is_over=not shown.is_live)

    return look


@router.get("/runs/{run_id}/live", response_class=EventSourceResponse)
async def follow_one(
    _who: SeesAll, look: Annotated[Look, Depends(_look_at_one)]
) -> AsyncIterator[ServerSentEvent]:
    """One run and its journey, as they go."""
    async for event in as_it_goes(look):
        yield event


def _fragment(page: str, **values: Any) -> str:
    """A part of a page, as it stands there too."""
    return templates().get_template(f"{page}.html.j2").render(**values)
