"""What is answered where something can't be done: one sentence, as a page or as JSON."""

from collections.abc import Mapping
from urllib.parse import urlencode

from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from worker.console.asking import API, asked_by
from worker.console.sentences import sentence
from worker.console.showing import here, show
from worker.core.access import Who
from worker.errors import AccessError, DataError, DoisoatError, NotFoundError, StoreError
from worker.i18n import text
from worker.log import logger

_UNAVAILABLE, _BROKEN, _UNREADABLE, _CONFLICT = 503, 500, 422, 409
_UNKNOWN, _NOT_ALLOWED, _NOT_KNOWN, _MAY_NOT, _TOO_MANY = 404, 405, 401, 403, 429
_SEE_OTHER = 303
_ACCESS: Mapping[str, int] = {
    "sign_in_first": _NOT_KNOWN,
    "not_let_in": _NOT_KNOWN,
    "may_not": _MAY_NOT,
    "not_from_here": _MAY_NOT,
    "too_many_tries": _TOO_MANY,
    "token_not_found": _UNKNOWN,
    "key_reused": _UNREADABLE,
    "key_unreadable": _UNREADABLE,
}


async def told(request: Request, error: Exception) -> Response:
    """Something of ours that says what is wrong."""
    if not isinstance(error, DoisoatError):
        raise error
    if isinstance(error, StoreError):
        return await unavailable(request, error)
    if isinstance(error, AccessError) and error.key == "sign_in_first" and _is_read(request):
        return RedirectResponse(f"/sign-in?{urlencode({'next': here(request)})}", _SEE_OTHER)
    return await _answer(request, _status(error), error.key, sentence(error))


async def unavailable(request: Request, error: Exception) -> Response:
    """The store, or what else is needed, is away: the log says what, the caller when to come."""
    key = error.key if isinstance(error, DoisoatError) else type(error).__name__
    logger().warning("unavailable", error=key)
    answer = await _answer(
        request, _UNAVAILABLE, "unavailable", text("console.unavailable"), is_known=False
    )
    answer.headers["Retry-After"] = "30"
    return answer


async def unreadable(request: Request, error: Exception) -> Response:
    """A call that can't be understood: which of its fields, never what stands there."""
    faults = error.errors() if isinstance(error, RequestValidationError) else []
    fields = sorted({".".join(str(part) for part in each["loc"]) for each in faults})
    said = text("pages.fault.unreadable", fields=", ".join(fields))
    return await _answer(request, _UNREADABLE, "unreadable", said)


async def refused(request: Request, error: Exception) -> Response:
    """What the framework itself refuses: an unknown address, another method."""
    if not isinstance(error, HTTPException):
        raise error
    key = {_UNKNOWN: "unknown", _NOT_ALLOWED: "not_allowed"}.get(error.status_code, "refused")
    answer = await _answer(request, error.status_code, key, text(f"pages.fault.{key}"))
    answer.headers.update(error.headers or {})
    return answer


async def broken(request: Request, _error: Exception) -> Response:
    """A fault of ours; the server logs it."""
    return await _answer(request, _BROKEN, "broken", text("console.broken"), is_known=False)


def _status(error: DoisoatError) -> int:
    if isinstance(error, AccessError):
        return _ACCESS.get(error.key, _CONFLICT)
    if isinstance(error, NotFoundError):
        return _UNKNOWN
    return _UNREADABLE if isinstance(error, DataError) else _CONFLICT


async def _answer(
    request: Request, status: int, key: str, said: str, *, is_known: bool = True
) -> Response:
    if is_for_programs(request):
        return JSONResponse({"error": key, "message": said}, status)
    who = await _who(request) if is_known else None
    return show(request, who, "failure", status=status, message=said, number=status)


async def _who(request: Request) -> Who | None:
    try:
        return await asked_by(request)
    except (DoisoatError, SQLAlchemyError):
        return None


def is_for_programs(request: Request) -> bool:
    """Whether a program asks: it gets JSON."""
    return request.url.path.startswith((API, "/events/", "/readyz", "/metrics", "/healthz"))


def _is_read(request: Request) -> bool:
    return request.method == "GET" and not is_for_programs(request)
