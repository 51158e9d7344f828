"""``/api/v1/quarantine``."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Query
from pydantic import Field
from starlette.responses import JSONResponse

from worker.console.asking import ConsoleParts, Joint, Operates, SeesAll
from worker.console.calls import FAULTS, Key, Listing, Started, started_once
from worker.console.quarantine.shown import RowTold, rows_told, stored_code
from worker.console.runs.wanted import BecauseWanted
from worker.core.codes import MAX_CODE
from worker.db.quarantine_list import QuarantineFilter
from worker.journey.rereading import MOST_AGAIN, try_again

api = APIRouter(prefix="/api/v1/quarantine", tags=["quarantine"], responses={**FAULTS})

_MOST, _LAST_OFFSET, _LARGEST_ID = 200, 1_000_000, 2**31 - 1
_ACCEPTED = 202

RowId = Annotated[int, Field(ge=1, le=_LARGEST_ID)]


class AgainWanted(BecauseWanted):
    """Rows to read again, by id."""

    ids: Annotated[Sequence[RowId], Field(min_length=1, max_length=MOST_AGAIN)]


class AgainStarted(Started):
    """What came of it at once, and the runs that do the rest.

    ``read`` rows could be read at once. ``dossiers`` are asked for again. ``left`` rows name no
    dossier, or come from files: a full reading, or a new file, brings them.
    """

    read: int
    dossiers: int
    left: int


@api.get("")
def list_quarantine(
    _who: SeesAll,
    services: Joint,
    *,
    source: Annotated[str | None, Query(max_length=100)] = None,
    reason: Annotated[str | None, Query(max_length=100)] = None,
    run: Annotated[int | None, Query(ge=1, le=_LARGEST_ID)] = None,
    code: Annotated[str | None, Query(max_length=MAX_CODE)] = None,
    limit: Annotated[int, Query(ge=1, le=_MOST)] = 50,
    offset: Annotated[int, Query(ge=0, le=_LAST_OFFSET)] = 0,
) -> Listing[RowTold]:
    """The records that can't be read, the newest first."""
    wanted = QuarantineFilter(source=source, reason=reason, run=run, code=stored_code(code))
    return rows_told(services, wanted, limit=limit, offset=offset)


@api.post("/again", status_code=_ACCEPTED, response_model=AgainStarted)
def read_quarantine_again(
    who: Operates,
    parts: ConsoleParts,
    services: Joint,
    later: BackgroundTasks,
    wanted: AgainWanted,
    key: Key = None,
) -> JSONResponse:
    """Read records again: at once where their unit is known by now, else from their source."""

    def start() -> AgainStarted:
        done = try_again(services, wanted.ids, who.name, wanted.reason)
        later.add_task(parts.announce, services, done.runs)
        return AgainStarted(runs=done.runs, read=done.read, dossiers=done.dossiers, left=done.left)

    call = f"POST /quarantine/again {wanted.model_dump_json()}"
    return started_once(services, who, key, call, start)
