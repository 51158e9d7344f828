"""What is served where."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager

from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from worker.bootstrap import Services, clock_of
from worker.console.answers import answer_routes
from worker.console.guard import Guard
from worker.console.joined import Joined
from worker.console.metrics import prometheus
from worker.console.parts import Announce, Parts, Queue
from worker.console.readiness import healthz, readyz
from worker.console.webhooks import LARGEST_BODY, hear
from worker.errors import DoisoatError
from worker.i18n import text
from worker.log import logger
from worker.settings.model import Settings

_UNAVAILABLE = 503
_BROKEN = 500


def build_console(
    settings: Settings,
    services_factory: Callable[[], AbstractContextManager[Services]],
    queue: Queue,
    announce: Announce,
) -> ASGIApp:
    """The web application.

    Args:
        settings: What is configured.
        services_factory: Joins the services; called when they are first needed, and again where
            that failed.
        queue: Puts a reading of single dossiers in the queue.
        announce: Tells workers of it.
    """
    joined = Joined(services_factory)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        joined.close()

    app = Starlette(
        routes=[
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            Route("/metrics", prometheus),
            Route("/events/{source}", hear, methods=["POST"], max_body_size=LARGEST_BODY),
            *answer_routes(),
        ],
        exception_handlers={
            DoisoatError: _unavailable,
            SQLAlchemyError: _unavailable,
            Exception: _broken,
        },
        lifespan=lifespan,
    )
    app.state.parts = Parts(
        settings=settings,
        clock=clock_of(settings),
        joined=joined,
        queue=queue,
        announce=announce,
    )
    # Around everything, so that answers to our own faults are guarded too.
    return Guard(app)


async def _unavailable(_request: Request, error: Exception) -> JSONResponse:
    """The store, or what else is needed, is away: the log says what, the caller when to come."""
    key = error.key if isinstance(error, DoisoatError) else type(error).__name__
    logger().warning("unavailable", error=key)
    told = {"error": "unavailable", "message": text("console.unavailable")}
    return JSONResponse(told, status_code=_UNAVAILABLE, headers={"Retry-After": "30"})


async def _broken(_request: Request, _error: Exception) -> JSONResponse:
    """A fault of ours; the server logs it."""
    told = {"error": "broken", "message": text("console.broken")}
    return JSONResponse(told, status_code=_BROKEN)
