"""Who asks, and what every route works with.

Each route of pages and API says who may by the type of its ``who``: ``Viewer`` sees the units of
the account and has to ask ``require_unit`` before it shows one; ``SeesAll`` and those after it are
of accounts that see everything.
"""

from hmac import compare_digest
from typing import Annotated, Final

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from starlette.concurrency import run_in_threadpool

from models.roles import Role
from worker.bootstrap import Services
from worker.console.parts import Parts, parts_of
from worker.core.access import Who
from worker.core.units import Unit
from worker.errors import AccessError, NotFoundError
from worker.journey.entering import who_calls, who_holds

API: Final = "/api/"

_COOKIE = "doisoat_session"
# Only says in the description of the API how programs come in.
_DESCRIBED = HTTPBearer(auto_error=False, scheme_name="token")
_BEARER = "bearer "
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_LONGEST_TOKEN = 200


class Access:
    """A dependency that lets in who may, and tells who that is.

    Args:
        role: The least that the account has to be.
        is_whole: Whether it has to see every unit.
    """

    def __init__(self, role: Role, *, is_whole: bool = True) -> None:
        self.role = role
        self.is_whole = is_whole

    async def __call__(
        self, request: Request, _described: Annotated[object, Depends(_DESCRIBED)]
    ) -> Who:
        """Who asks.

        Raises:
            AccessError: nobody who may; ``sign_in_first`` where nobody is known at all.
        """
        who = await asked_by(request)
        if who is None:
            raise AccessError("sign_in_first")
        if request.method not in _SAFE and who.csrf is not None:
            await _require_own_page(request, who.csrf)
        if not who.may(self.role) or (self.is_whole and not who.sees_all):
            raise AccessError("may_not")
        return who


Viewer = Annotated[Who, Depends(Access(Role.VIEWER, is_whole=False))]
SeesAll = Annotated[Who, Depends(Access(Role.VIEWER))]
Operates = Annotated[Who, Depends(Access(Role.OPERATOR))]
Approves = Annotated[Who, Depends(Access(Role.APPROVER))]
Administers = Annotated[Who, Depends(Access(Role.ADMIN))]


def _parts(request: Request) -> Parts:
    return parts_of(request)


def _services(request: Request) -> Services:
    return parts_of(request).joined.get()


ConsoleParts = Annotated[Parts, Depends(_parts)]
Joint = Annotated[Services, Depends(_services)]


async def asked_by(request: Request) -> Who | None:
    """Who asks, by the token of a program or the cookie of a browser; None where nobody knows."""
    header = request.headers.get("authorization", "")
    token = header[len(_BEARER) :] if header.lower().startswith(_BEARER) else None
    cookie = request.cookies.get(cookie_name(parts_of(request)))
    given = token if token is not None else cookie
    if not given or len(given) > _LONGEST_TOKEN:
        return None
    known = who_calls if token is not None else who_holds
    services = await run_in_threadpool(parts_of(request).joined.get)
    return await run_in_threadpool(known, services, given)


def cookie_name(parts: Parts) -> str:
    """The session cookie's name; behind TLS one that no other host can set."""
    return f"__Host-{_COOKIE}" if is_behind_tls(parts) else _COOKIE


def is_behind_tls(parts: Parts) -> bool:
    """Whether browsers reach the console by TLS."""
    return (parts.settings.console.public_url or "").startswith("https:")


def require_unit(who: Who, services: Services, code: str) -> Unit:
    """A unit that ``who`` sees.

    Raises:
        NotFoundError: there is none, or it is not for them: which of both is nobody's business.
    """
    found = services.directory.get(code)
    if found is None or not who.sees(found.code):
        raise NotFoundError("unit_not_found", unit=code)
    return found


async def _require_own_page(request: Request, expected: str) -> None:
    """That a browser's call comes from a page of ours: by header, else by a field of its form."""
    given = request.headers.get("x-csrf-token")
    if given is None:
        field = (await request.form()).get("csrf")
        given = field if isinstance(field, str) else ""
    if not compare_digest(given.encode(), expected.encode()) or _is_foreign(request):
        raise AccessError("not_from_here")


def _is_foreign(request: Request) -> bool:
    """Whether the browser itself says that another site's page sent it."""
    return request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}


def require_own_site(request: Request) -> None:
    """The same for forms of people who are not signed in yet.

    Raises:
        AccessError: another site's page sent it.
    """
    if _is_foreign(request):
        raise AccessError("not_from_here")
