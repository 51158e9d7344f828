"""``/api/v1/runs`` and ``/api/v1/schedule``."""

from collections.abc import AsyncIterator, Callable
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Depends, Path, Query
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.responses import JSONResponse

from models.types import RunState, Trigger
from worker.console.asking import ConsoleParts, Joint, Operates, SeesAll
from worker.console.calls import FAULTS, FAULTS_OF_STREAMS, Key, Listing, Started, started_once
from worker.console.runs.live import Sight, as_it_goes
from worker.console.runs.planned import Schedule, schedule_told
from worker.console.runs.shown import RunTold, run_told, runs_told
from worker.console.runs.wanted import BecauseWanted, SyncWanted, wish_from
from worker.db.run_list import RunFilter
from worker.flow import Stage
from worker.journey.operating import cancel_run, resume_run, retry_run, start_sync

api = APIRouter(prefix="/api/v1", tags=["runs"], responses={**FAULTS})

_MOST, _LAST_OFFSET, _LARGEST_ID = 200, 1_000_000, 2**31 - 1
_ACCEPTED = 202

RunId = Annotated[int, Path(ge=1, le=_LARGEST_ID)]


def _run_to_follow(services: Joint, run_id: RunId) -> Callable[[], Sight]:
    """Looks at a run that is there; before anything of an answer has been sent."""
    run_told(services, run_id)

    def look() -> Sight:
        told = run_told(services, run_id)
        return Sight(told.model_dump_json(), is_over=not told.goes_on)

    return look


@api.get("/runs")
def list_runs(
    _who: SeesAll,
    services: Joint,
    *,
    source: Annotated[str | None, Query(max_length=100)] = None,
    stage: Stage | None = None,
    state: RunState | None = None,
    trigger: Trigger | None = None,
    limit: Annotated[int, Query(ge=1, le=_MOST)] = 50,
    offset: Annotated[int, Query(ge=0, le=_LAST_OFFSET)] = 0,
) -> Listing[RunTold]:
    """The runs, the newest first."""
    wanted = RunFilter(source=source, stage=stage, state=state, trigger=trigger)
    return runs_told(services, wanted, limit=limit, offset=offset)


@api.post("/runs", status_code=_ACCEPTED, response_model=Started)
def start_run(
    who: Operates,
    parts: ConsoleParts,
    services: Joint,
    later: BackgroundTasks,
    wanted: SyncWanted,
    key: Key = None,
) -> JSONResponse:
    """Start a reading, and what follows from it.

    Workers are told once the answer has gone: a broker that is away keeps nobody waiting.
    """

    def start() -> Started:
        ids = start_sync(services, wish_from(services, who, wanted))
        later.add_task(parts.announce, services, ids)
        return Started(runs=ids)

    call = f"POST /runs {wanted.model_dump_json()}"
    return started_once(services, who, key, call, start)


@api.get("/runs/{run_id}")
def show_run(_who: SeesAll, services: Joint, run_id: RunId) -> RunTold:
    """One run, how far it has come and how fast."""
    return run_told(services, run_id)


@api.get(
    "/runs/{run_id}/events", response_class=EventSourceResponse, responses={**FAULTS_OF_STREAMS}
)
async def follow_run(
    _who: SeesAll, look: Annotated[Callable[[], Sight], Depends(_run_to_follow)]
) -> AsyncIterator[ServerSentEvent]:
    """The same whenever it has changed, as event ``shown``; ``over`` once the run has ended.

    A stream lasts a few seconds; ask again until ``over`` came.
    """
    async for event in as_it_goes(look):
        yield event


@api.post("/runs/{run_id}/cancel")
def cancel_one_run(
    who: Operates, services: Joint, run_id: RunId, because: BecauseWanted
) -> RunTold:
    """Stop a run: at once where it waits, else at its next step (``stopping``)."""
    cancel_run(services, run_id, who.name, because.reason)
    return run_told(services, run_id)


@api.post("/runs/{run_id}/retry", status_code=_ACCEPTED, response_model=Started)
def retry_one_run(
    who: Operates,
    parts: ConsoleParts,
    services: Joint,
    later: BackgroundTasks,
    run_id: RunId,
    because: BecauseWanted,
    key: Key = None,
) -> JSONResponse:
    """Do a run once more from its beginning, under a new number."""

    def start() -> Started:
        row = retry_run(services, run_id, who.name, because.reason)
        later.add_task(parts.announce, services, [row.id or 0])
        return Started(runs=[row.id or 0])

    call = f"POST /runs/{run_id}/retry {because.reason}"
    return started_once(services, who, key, call, start)


@api.post("/runs/{run_id}/resume", status_code=_ACCEPTED, response_model=Started)
def resume_one_run(
    who: Operates,
    parts: ConsoleParts,
    services: Joint,
    later: BackgroundTasks,
    run_id: RunId,
    because: BecauseWanted,
    key: Key = None,
) -> JSONResponse:
    """Let an interrupted run go on at its checkpoint."""

    def start() -> Started:
        resume_run(services, run_id, who.name, because.reason)
        later.add_task(parts.announce, services, [run_id])
        return Started(runs=[run_id])

    call = f"POST /runs/{run_id}/resume {because.reason}"
    return started_once(services, who, key, call, start)


@api.get("/schedule")
def show_schedule(_who: SeesAll, services: Joint) -> Schedule:
    """What the schedule starts next, and what became of each job's last turn."""
    return schedule_told(services)
