"""``/account``: one's own password, browsers and tokens."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from models.roles import Role
from worker.bootstrap import Services
from worker.console.account.shown import browsers, tokens_of
from worker.console.asking import Joint, Viewer
from worker.console.sentences import sentence
from worker.console.showing import go_to, show
from worker.console.written import written
from worker.core.access import LEAST_WORD, MOST_WORD, Who
from worker.errors import AccessError
from worker.journey import accounts
from worker.journey.entering import change_password

router = APIRouter(include_in_schema=False)

_CONFLICT = 409
_LONGEST_NAME = 80
_USUAL_DAYS, _MOST_DAYS = 90, 366

Word = Annotated[str, Form(max_length=4 * MOST_WORD)]
Name = Annotated[str, Form(max_length=_LONGEST_NAME)]
Chosen = Annotated[Role, Form()]


@router.get("/account")
def show_account(request: Request, who: Viewer, services: Joint) -> Response:
    """What is known of whoever asks."""
    return _account_page(request, who, services)


@router.post("/account/password")
def change_own_password(
    request: Request,
    who: Viewer,
    services: Joint,
    old: Word = "",
    word: Word = "",
    again: Word = "",
) -> Response:
    """Set another password; whoever asks signs in again."""
    address = request.client.host if request.client else ""
    try:
        _require_browser(who)
        _require_same(word, again)
        change_password(services, who, old, word, address)
    except AccessError as error:
        return _account_page(request, who, services, {"password_fault": sentence(error)})
    return go_to("/sign-in", "password_set")


@router.post("/account/end-sessions")
def end_own_sessions(who: Viewer, services: Joint) -> Response:
    """Sign out of every browser, this one too."""
    accounts.end_sessions(services, who.id, who.name)
    return go_to("/sign-in", "signed_out_everywhere")


@router.post("/account/tokens")
def add_own_token(
    request: Request,
    who: Viewer,
    services: Joint,
    name: Name = "",
    role: Chosen = Role.VIEWER,
    days: Annotated[str, Form(max_length=10)] = str(_USUAL_DAYS),
) -> Response:
    """Make a token, and show it, once."""
    try:
        _require_browser(who)
        called = _token_name(name)
        made = accounts.add_token(services, who, called, role, _days(days))
    except AccessError as error:
        typed = {"name": name, "role": role, "days": days, "token_fault": sentence(error)}
        return _account_page(request, who, services, typed)
    return show(request, who, "account/token", made=made, name=called)


@router.post("/account/tokens/{number}/revoke")
def revoke_own_token(who: Viewer, services: Joint, number: int) -> Response:
    """Let a program in no more."""
    if number not in {each.id for each in tokens_of(services, who.name)}:
        raise AccessError("token_not_found", token=number)
    accounts.revoke_token(services, who, number)
    return go_to("/account", "token_revoked")


def _account_page(
    request: Request, who: Who, services: Services, typed: Mapping[str, object] | None = None
) -> Response:
    blank = {"name": "", "role": Role.VIEWER, "days": str(_USUAL_DAYS)}
    faults = {"password_fault": None, "token_fault": None}
    names = {each.code: each.short_name or each.name for each in services.directory.units}
    return show(
        request,
        who,
        "account/account",
        status=_CONFLICT if typed else 200,
        names=names,
        browsers=browsers(services, who),
        tokens=tokens_of(services, who.name),
        roles=[each for each in Role if who.may(each)],
        least=LEAST_WORD,
        most=MOST_WORD,
        most_days=_MOST_DAYS,
        typed={**blank, **faults, **(typed or {})},
    )


def _require_browser(who: Who) -> None:
    """A token makes no other, which would outlive it, and sets no password."""
    if who.csrf is None:
        raise AccessError("token_by_browser")


def _require_same(word: str, again: str) -> None:
    if word != again:
        raise AccessError("password_not_repeated")


def _token_name(said: str) -> str:
    called = written(said)
    if called is None:
        raise AccessError("token_name")
    return called


def _days(said: str) -> int:
    number = int(said) if said.isascii() and said.isdigit() else 0
    if not 1 <= number <= _MOST_DAYS:
        raise AccessError("token_days", most=_MOST_DAYS)
    return number
