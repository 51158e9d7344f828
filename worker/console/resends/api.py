"""``/api/v1/resends``."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.background import BackgroundTask
from starlette.responses import Response

from models.resend_types import ResendState
from worker.console.asking import Approves, ConsoleParts, Joint, Operates, Viewer
from worker.console.calls import (
    FAULTS,
    Key,
    Limit,
    Listing,
    Number,
    Offset,
    Started,
    Told,
    Wanted,
    started_once,
)
from worker.console.resends.choosing import SelectionWanted, selection_of
from worker.console.resends.shown import (
    PreviewTold,
    RequestTold,
    RequestWhole,
    foreseen,
    listed,
    whole,
)
from worker.db import resends
from worker.journey import resending
from worker.journey.asking_again import ask
from worker.journey.taking_part import LONGEST_REASON

api = APIRouter(prefix="/api/v1/resends", tags=["resends"], responses={**FAULTS})

Words = Annotated[str, Field(max_length=LONGEST_REASON)]


class AskWanted(SelectionWanted):
    """What is asked for, and why."""

    reason: Annotated[str, Field(min_length=1, max_length=LONGEST_REASON)]


class WordsWanted(Wanted):
    """What somebody says to what they do."""

    words: Words = ""


class AskedTold(Told):
    """The requests that were entered, one a unit."""

    requests: list[int]


@api.get("")
def resends_list(
    who: Viewer,
    services: Joint,
    *,
    unit: Annotated[str | None, Query(max_length=50)] = None,
    state: ResendState | None = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> Listing[RequestTold]:
    """Requests, the newest first."""
    states = () if state is None else (state,)
    wanted = resends.Wanted(unit=unit, units=who.units, states=states, limit=limit, offset=offset)
    total, found = listed(services, wanted)
    return Listing[RequestTold](total=total, items=found)


@api.post("/preview")
def resends_preview(_who: Operates, services: Joint, wanted: SelectionWanted) -> PreviewTold:
    """What a selection would ask for, what it would leave out and why; nothing is changed."""
    return foreseen(services, selection_of(services, wanted))


@api.post("", status_code=202, response_model=AskedTold)
def resends_ask(who: Operates, services: Joint, wanted: AskWanted, key: Key = None) -> Response:
    """Enter a request for each unit of what is selected, for somebody else to approve."""

    def start() -> AskedTold:
        selection = selection_of(services, wanted)
        return AskedTold(requests=list(ask(services, selection, who.name, wanted.reason)))

    return started_once(services, who, key, f"resend {wanted.model_dump_json()}", start)


@api.get("/{number}")
def resend_get(who: Viewer, services: Joint, number: Number) -> RequestWhole:
    """One request with its dossiers."""
    return whole(services, who, number)


@api.post("/{number}/approve")
def resend_approve(
    who: Approves, services: Joint, number: Number, wanted: WordsWanted
) -> RequestWhole:
    """Let a request be sent; whoever asked for it may not."""
    resending.approve(services, number, who.name, wanted.words)
    return whole(services, who, number)


@api.post("/{number}/reject")
def resend_reject(
    who: Approves, services: Joint, number: Number, wanted: WordsWanted
) -> RequestWhole:
    """Refuse a request, with a reason."""
    resending.reject(services, number, who.name, wanted.words)
    return whole(services, who, number)


@api.post("/{number}/send", status_code=202, response_model=Started)
def resend_send(
    who: Operates, services: Joint, parts: ConsoleParts, number: Number, key: Key = None
) -> Response:
    """Put in the queue what sends an approved request."""
    runs: list[int] = []

    def start() -> Started:
        runs.append(resending.send(services, number, who.name))
        return Started(runs=runs)

    answer = started_once(services, who, key, f"resend {number} send", start)
    if runs:
        answer.background = BackgroundTask(parts.announce, services, runs)
    return answer


@api.post("/{number}/stop")
def resend_stop(
    who: Operates, services: Joint, number: Number, wanted: WordsWanted
) -> RequestWhole:
    """Let no further dossier of a request go, at once."""
    resending.stop(services, number, who.name, wanted.words)
    return whole(services, who, number)
