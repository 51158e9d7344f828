"""``/healthz`` and ``/readyz``: whether this process lives, and whether work gets done."""

import asyncio
from collections.abc import Iterator

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse

from worker.broker import examine
from worker.console.parts import Parts, parts_of
from worker.db.engine import require_current_schema
from worker.errors import DoisoatError, StoreError
from worker.i18n import text
from worker.journey.living import nobody_works

# A database that does not even refuse keeps whoever asks waiting no longer than this.
_PATIENCE = 10.0
_UNAVAILABLE = 503
_OTHER_SCHEMA = frozenset({"store_empty", "store_outdated"})


async def healthz(_request: Request) -> JSONResponse:
    """That this process lives."""
    return JSONResponse({"alive": True})


async def readyz(request: Request) -> JSONResponse:
    """Whether all that is needed is there; 503 with a list of what is not."""
    try:
        found = await asyncio.wait_for(
            asyncio.to_thread(lambda: list(missing(parts_of(request)))), _PATIENCE
        )
    except TimeoutError:
        found = ["database"]
    told = [{"what": each, "advice": text(f"console.missing.{each}")} for each in found]
    return JSONResponse(
        {"ready": not told, "missing": told}, status_code=_UNAVAILABLE if told else 200
    )


def missing(parts: Parts) -> Iterator[str]:
    """What keeps work from being done: database, schema, reference, broker, worker."""
    try:
        services = parts.joined.get()
        require_current_schema(services.engine)
        if nobody_works(services):
            yield "worker"
    except StoreError as error:
        yield "schema" if error.key in _OTHER_SCHEMA else "database"
    except SQLAlchemyError:
        yield "database"
    except DoisoatError:
        yield "reference"
    if not _broker_answers(parts):
        yield "broker"


def _broker_answers(parts: Parts) -> bool:
    """Whether it can be reached; its other troubles are the doctor's."""
    found = examine(parts.settings, parts.clock)
    return all(each.level != "problem" for each in found if each.topic == "reachable")
