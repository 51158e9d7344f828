"""What is served where."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from importlib.metadata import version

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.routing import Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from worker.bootstrap import Services, clock_of
from worker.console import (
    account,
    audit_trail,
    discrepancies,
    dossiers,
    entry,
    guide,
    incidents,
    index,
    links,
    mails,
    names,
    overview,
    people,
    quarantine,
    recipients,
    reports,
    resends,
    runs,
    sources,
    units,
)
from worker.console.answers import answer_routes
from worker.console.bounds import Bounds
from worker.console.failing import broken, refused, told, unavailable, unreadable
from worker.console.guard import Guard
from worker.console.joined import Joined
from worker.console.metrics import prometheus
from worker.console.parts import Announce, Parts, Queue
from worker.console.readiness import healthz, readyz
from worker.console.warmth import kept_warm
from worker.console.webhooks import LARGEST_BODY, hear
from worker.errors import DoisoatError
from worker.settings.model import Settings

# The pages and their API, one folder each.
ROUTERS: Sequence[APIRouter] = (
    entry.router,
    overview.router,
    overview.api,
    units.router,
    units.api,
    resends.router,
    resends.api,
    people.router,
    people.api,
    account.router,
    account.api,
    audit_trail.router,
    audit_trail.api,
    # What is named comes before what any number matches.
    runs.starting,
    runs.router,
    runs.acting,
    runs.api,
    quarantine.router,
    quarantine.api,
    guide.router,
    links.router,
    links.api,
    names.router,
    names.api,
    sources.router,
    sources.api,
    incidents.router,
    incidents.api,
    recipients.router,
    recipients.api,
    mails.router,
    mails.api,
    index.router,
    index.api,
    discrepancies.router,
    discrepancies.api,
    dossiers.router,
    dossiers.api,
    dossiers.late_api,
    reports.router,
    reports.signing,
    reports.api,
)


def build_console(
    settings: Settings,
    services_factory: Callable[[], AbstractContextManager[Services]],
    queue: Queue,
    announce: Announce,
    *,
    is_warm: bool = False,
) -> ASGIApp:
    """The web application.

    Args:
        settings: What is configured.
        services_factory: Joins the services; called when they are first needed, and again where
            that failed.
        queue: Puts a reading of single dossiers in the queue.
        announce: Tells workers of it.
        is_warm: Whether what takes long the first time is done beforehand, in a thread.
    """
    joined = Joined(services_factory)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        with kept_warm(joined) if is_warm else nullcontext():
            yield
        joined.close()

    app = FastAPI(
        title="doisoat",
        version=version("doisoat"),
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        generate_unique_id_function=lambda route: route.name,
        exception_handlers={
            StarletteHTTPException: refused,
            RequestValidationError: unreadable,
            DoisoatError: told,
            SQLAlchemyError: unavailable,
            Exception: broken,
        },
    )
    app.router.routes.extend(
        [
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            Route("/metrics", prometheus),
            Route("/events/{source}", hear, methods=["POST"], max_body_size=LARGEST_BODY),
            *answer_routes(),
        ]
    )
    app.mount("/static", StaticFiles(packages=[("worker.console", "static")]))
    for router in ROUTERS:
        app.include_router(router)
    app.state.parts = Parts(
        settings=settings,
        clock=clock_of(settings),
        joined=joined,
        queue=queue,
        announce=announce,
    )
    # Around everything, so that answers to our own faults are guarded too.
    return Guard(Bounds(app))
