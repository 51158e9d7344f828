"""``/sources``: how well the sources are read, their settings, and whether they answer."""

from collections.abc import Sequence

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from models.roles import Role
from worker.bootstrap import Services
from worker.console.asking import Joint, Operates, SeesAll
from worker.console.showing import show
from worker.console.sources import shown
from worker.console.sources.shown import TriedPart
from worker.console.sources.trial import tried_by
from worker.core.access import Who
from worker.db.runs import newest_of

router = APIRouter(include_in_schema=False)

_RUNS = 5


@router.get("/sources")
def listed(request: Request, who: SeesAll, services: Joint) -> Response:
    """All sources."""
    return show(request, who, "sources/list", rows=shown.sources_told(services))


@router.get("/sources/{name}")
def one(request: Request, who: SeesAll, services: Joint, name: str) -> Response:
    """One source."""
    return _page(request, who, services, name, None)


@router.post("/sources/{name}/test")
def tried(request: Request, who: Operates, services: Joint, name: str) -> Response:
    """Whether a source answers just now."""
    return _page(request, who, services, name, tried_by(services, who, name))


def _page(
    request: Request,
    who: Who,
    services: Services,
    name: str,
    parts: Sequence[TriedPart] | None,
) -> Response:
    told = shown.source_told(services, name)
    with Session(services.engine) as session:
        newest = newest_of(session, name, _RUNS)
    return show(
        request,
        who,
        "sources/one",
        told=told,
        settings=shown.settings_told(services.settings.sources[name]),
        may_operate=who.may(Role.OPERATOR),
        runs=newest,
        tried=parts,
    )
