"""``/api/v1/incidents``."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, Field

from models.types import IncidentKind, IncidentState, IncidentStepKind
from worker.bootstrap import Services
from worker.console.asking import Joint, Operates, Viewer
from worker.console.calls import FAULTS, Limit, Listing, Number, Offset, Wanted
from worker.console.incidents.shown import (
    HistoryTold,
    IncidentTold,
    history_of,
    listed,
    told_of,
)
from worker.db import incidents
from worker.db.incidents import Act
from worker.journey.handling import LONGEST_WORDS, handle

api = APIRouter(prefix="/api/v1/incidents", tags=["incidents"], responses={**FAULTS})

Words = Annotated[str, Field(max_length=LONGEST_WORDS)]
_STATES = (IncidentState.OPEN, IncidentState.RESOLVED)


class Acknowledge(Wanted):
    """Taking an incident on."""

    reason: Words | None = None


class Mute(Wanted):
    """No mail about an incident ``until`` an instant, a year ahead at most."""

    until: AwareDatetime
    reason: Words


class Assign(Wanted):
    """Giving an incident to somebody."""

    to: Words
    reason: Words | None = None


class Comment(Wanted):
    """A comment in an incident's history."""

    text: Words


@api.get("")
def incidents_list(
    who: Viewer,
    services: Joint,
    *,
    unit: Annotated[str | None, Query(max_length=50)] = None,
    kind: IncidentKind | None = None,
    state: Annotated[IncidentState | None, Query(description="open or resolved; both")] = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> Listing[IncidentTold]:
    """Incidents, the open ones first."""
    if state is not None and state not in _STATES:
        return Listing[IncidentTold](total=0, items=[])
    wanted = incidents.Wanted(
        unit=unit, kind=kind, state=state, units=who.units, limit=limit, offset=offset
    )
    total, lines = listed(services, who, wanted)
    return Listing[IncidentTold](total=total, items=[each.told for each in lines])


@api.get("/{number}")
def incident_get(who: Viewer, services: Joint, number: Number) -> HistoryTold:
    """One incident with its history."""
    return history_of(services, who, number)


@api.post("/{number}/acknowledge")
def incident_acknowledge(
    who: Operates, services: Joint, number: Number, asked: Acknowledge
) -> IncidentTold:
    """Take an incident on: from now on it speaks only when it gets worse or ends."""
    done = Act(what=IncidentStepKind.ACKNOWLEDGED, by=who.name, text=asked.reason)
    return _handled(services, number, done)


@api.post("/{number}/mute")
def incident_mute(who: Operates, services: Joint, number: Number, asked: Mute) -> IncidentTold:
    """Send no mail about an incident until an instant."""
    done = Act(what=IncidentStepKind.MUTED, by=who.name, text=asked.reason, until=asked.until)
    return _handled(services, number, done)


@api.post("/{number}/assign")
def incident_assign(who: Operates, services: Joint, number: Number, asked: Assign) -> IncidentTold:
    """Give an incident to somebody, who has taken it on by that."""
    done = Act(what=IncidentStepKind.ASSIGNED, by=who.name, text=asked.reason, to=asked.to)
    return _handled(services, number, done)


@api.post("/{number}/comment")
def incident_comment(
    who: Operates, services: Joint, number: Number, asked: Comment
) -> IncidentTold:
    """Add a comment to an incident's history."""
    done = Act(what=IncidentStepKind.COMMENTED, by=who.name, text=asked.text)
    return _handled(services, number, done)


def _handled(services: Services, number: int, done: Act) -> IncidentTold:
    return told_of(services, handle(services, number, done))
