"""Pages as people see them: a template in the frame that all of them share."""

from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse

from worker.console.navigation import is_here, menu_of
from worker.console.parts import parts_of
from worker.core.access import Who
from worker.i18n import has_text, language, text
from worker.i18n.numbers import day, duration, exact, instant, month, number, percent, signed

POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_SEE_OTHER = 303
_FILTERS = (day, duration, exact, instant, month, number, percent, signed)


def show(
    request: Request, who: Who | None, page: str, /, *, status: int = 200, **values: Any
) -> HTMLResponse:
    """The page of template ``page`` (without ``.html.j2``); ``values`` are what it speaks of.

    ``who`` is None on the few pages for people who are not signed in.
    """
    parts = parts_of(request)
    said = request.query_params.get("said", "")
    html = (
        templates()
        .get_template(f"{page}.html.j2")
        .render(
            who=who,
            menu=menu_of(who) if who else (),
            path=request.url.path,
            here=here(request),
            language=language(),
            province=parts.settings.province.name,
            now=parts.clock(),
            said=f"pages.said.{said}" if has_text(f"pages.said.{said}") else None,
            **values,
        )
    )
    return HTMLResponse(html, status, {"Content-Security-Policy": POLICY})


def go_to(path: str, said: str | None = None, **query: str) -> RedirectResponse:
    """On to another page once something was done; ``said`` is a key of ``pages.said``."""
    told = {**query, **({"said": said} if said else {})}
    target = f"{path}?{urlencode(told)}" if told else path
    return RedirectResponse(target, _SEE_OTHER)


@cache
def templates() -> Environment:
    """Everything is escaped, and a value that is not given is a mistake."""
    room = Environment(
        loader=PackageLoader("worker.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.do"],
    )
    room.filters.update({each.__name__: each for each in _FILTERS})
    room.globals.update(text=text, has_text=has_text, asset=asset, is_here=is_here, Markup=Markup)
    return room


@cache
def asset(name: str) -> str:
    """The address of a file in ``static``, another one whenever it changes."""
    content = files("worker.console").joinpath("static", name).read_bytes()
    return f"/static/{name}?v={sha256(content).hexdigest()[:12]}"


def here(request: Request) -> str:
    """The address that was asked for, to come back to."""
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")
