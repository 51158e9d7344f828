"""``/sign-in``, ``/sign-out``, ``/password/{token}`` and ``/language``."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from worker.bootstrap import Services
from worker.console.asking import (
    ConsoleParts,
    Joint,
    Viewer,
    asked_by,
    cookie_name,
    is_behind_tls,
    require_own_site,
)
from worker.console.bounds import LANGUAGE_COOKIE
from worker.console.parts import Parts
from worker.console.sentences import sentence
from worker.console.showing import go_to, show
from worker.core.access import MOST_WORD
from worker.core.access.words import LEAST_WORD
from worker.db import operators
from worker.errors import AccessError
from worker.i18n.catalogue import LANGUAGES
from worker.journey.entering import LONGEST, hash_of, set_password, sign_in, sign_out

router = APIRouter(include_in_schema=False)

_A_YEAR = 365 * 24 * 3600
_UNKNOWN_LINK, _WRONG = 410, 401

Word = Annotated[str, Form(max_length=4 * MOST_WORD)]
Name = Annotated[str, Form(max_length=MOST_WORD)]
Next = Annotated[str, Form(alias="next", max_length=2000)]


@router.get("/sign-in")
async def ask_to_sign_in(request: Request, services: Joint) -> Response:
    """The form; who is in already goes on, and where nobody can be it says what to do."""
    target = _local(request.query_params.get("next", "/"))
    if await asked_by(request) is not None:
        return go_to(target)
    return await run_in_threadpool(_form, request, services, target)


@router.post("/sign-in")
def come_in(
    request: Request,
    parts: ConsoleParts,
    services: Joint,
    name: Name,
    word: Word,
    target: Next = "/",
) -> Response:
    """Let a browser in, and show what it came for."""
    require_own_site(request)
    address = request.client.host if request.client else ""
    try:
        entered = sign_in(services, name, word, address)
    except AccessError as error:
        return _form(request, services, _local(target), name, sentence(error))
    answer = go_to(_local(target))
    _remember(answer, parts, entered.token)
    return answer


@router.post("/sign-out")
async def go_out(request: Request, who: Viewer, parts: ConsoleParts, services: Joint) -> Response:
    """End the session of this browser."""
    token = request.cookies.get(cookie_name(parts), "")
    await run_in_threadpool(sign_out, services, token, who)
    answer = go_to("/sign-in", "signed_out")
    answer.delete_cookie(cookie_name(parts), secure=is_behind_tls(parts), httponly=True)
    return answer


@router.get("/password/{token}")
def ask_for_password(request: Request, services: Joint, token: str) -> Response:
    """The form for a new password; opening it uses nothing up."""
    return _password_form(request, services, token, None)


@router.post("/password/{token}")
def take_password(
    request: Request, services: Joint, token: str, word: Word, again: Word
) -> Response:
    """Set it, and let its owner sign in."""
    require_own_site(request)
    if word != again:
        different = AccessError("password_not_repeated")
        return _password_form(request, services, token, sentence(different))
    try:
        set_password(services, token, word)
    except AccessError as error:
        return _password_form(request, services, token, sentence(error))
    return go_to("/sign-in", "password_set")


@router.post("/language")
def speak(
    request: Request,
    parts: ConsoleParts,
    language: Annotated[str, Form(max_length=5)],
    target: Next = "/",
) -> Response:
    """Speak another language in this browser from now on."""
    require_own_site(request)
    answer = go_to(_local(target))
    if language in LANGUAGES:
        answer.set_cookie(
            LANGUAGE_COOKIE,
            language,
            max_age=_A_YEAR,
            httponly=True,
            samesite="lax",
            secure=is_behind_tls(parts),
        )
    return answer


def _form(
    request: Request, services: Services, target: str, name: str = "", fault: str | None = None
) -> Response:
    with Session(services.engine) as session:
        nobody = operators.is_empty(session)
    status = _WRONG if fault else 200
    values = {"target": target, "name": name, "fault": fault, "nobody": nobody}
    return show(request, None, "sign_in", status=status, **values)


def _password_form(request: Request, services: Joint, token: str, fault: str | None) -> Response:
    with Session(services.engine) as session:
        owner = operators.owner_of_link(session, hash_of(token), services.clock())
        account = owner.name if owner else None
    status = _UNKNOWN_LINK if account is None else 200
    return show(
        request,
        None,
        "password",
        status=status,
        account=account,
        fault=fault,
        least=LEAST_WORD,
        most=MOST_WORD,
    )


def _remember(answer: RedirectResponse, parts: Parts, token: str) -> None:
    # Lax, not Strict: links in mails open the page itself, not the form for signing in.
    answer.set_cookie(
        cookie_name(parts),
        token,
        max_age=int(LONGEST.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=is_behind_tls(parts),
    )


def _local(target: str) -> str:
    """A page of ours; anything else is the first one."""
    is_ours = target.startswith("/") and not target.startswith("//") and "\\" not in target
    return target if is_ours and target.isprintable() else "/"
