"""``/handled/{token}`` and ``/not-ours/{token}``: answers to a mail, without an account.

Programs that look for dangerous mails open every link, so opening changes nothing: the page asks,
and only its button answers.
"""

import asyncio
from collections.abc import Callable, Sequence
from urllib.parse import parse_qs

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from models.incident import Incident
from models.source import Source
from models.types import IncidentState
from worker.bootstrap import Services, link_secret
from worker.console.pages import page
from worker.console.parts import parts_of
from worker.core.alerts.tokens import PATHS, Answer, answer_in
from worker.errors import DoisoatError
from worker.i18n import text
from worker.i18n.numbers import instant
from worker.journey.answering import LONGEST_COMMENT, Answered, about, keep_answer, unit_name
from worker.log import logger

# 500 characters, each of up to four bytes, each of those written as three.
LARGEST_FORM = 16 * 1024
_PATIENCE = 10.0
_MOST_FIELDS = 10
_FORGED, _EXPIRED, _TOO_LONG, _TOO_SLOW, _UNAVAILABLE = 404, 410, 400, 408, 503

# What is done with an answer that holds; the page of it.
_Act = Callable[[Services, Answer], Response]


def answer_routes() -> list[Route]:
    """Where the links in mails lead."""
    return [
        route
        for path in PATHS.values()
        for route in (
            Route(f"/{path}/{{token}}", ask, methods=["GET"]),
            Route(f"/{path}/{{token}}", answer, methods=["POST"], max_body_size=LARGEST_FORM),
        )
    ]


async def ask(request: Request) -> Response:
    """The page with the button; opening it changes nothing."""
    return await _with_answer(request, _asking)


async def answer(request: Request) -> Response:
    """What the button does: the answer is kept, once."""
    try:
        body = await asyncio.wait_for(request.body(), _PATIENCE)
    except (TimeoutError, ClientDisconnect):
        return _refusal(_TOO_SLOW, "too_slow")
    comment = _comment_in(body)
    if len(comment) > LONGEST_COMMENT:
        said = text("console.answer.too_long", longest=LONGEST_COMMENT)
        return await _with_answer(
            request, lambda services, given: _asking(services, given, said, comment)
        )
    return await _with_answer(request, lambda services, given: _kept(services, given, comment))


async def _with_answer(request: Request, act: _Act) -> Response:
    parts = parts_of(request)
    secret = await run_in_threadpool(link_secret, parts.settings)
    given = answer_in(request.path_params["token"], secret)
    if given is None or not request.url.path.startswith(f"/{PATHS[given.what]}/"):
        return _refusal(_FORGED, "forged")
    if given.expires_at <= parts.clock():
        return _refusal(_EXPIRED, "expired")
    try:
        services = await run_in_threadpool(parts.joined.get)
        return await run_in_threadpool(act, services, given)
    except (DoisoatError, SQLAlchemyError) as error:
        logger().warning("unavailable", error=type(error).__name__)
        return _refusal(_UNAVAILABLE, "unavailable")


def _asking(
    services: Services, given: Answer, said: str | None = None, comment: str = ""
) -> Response:
    rows = about(services, given)
    if not rows:
        return _refusal(_EXPIRED, "gone")
    return _page(
        services,
        given,
        _TOO_LONG if said else 200,
        said=said,
        incidents=_lines(services, rows),
        button=text(f"console.answer.{given.what.value}.button"),
        comment=comment,
    )


def _kept(services: Services, given: Answer, comment: str) -> Response:
    became = keep_answer(services, given, comment)
    if not became.concerned:
        return _refusal(_EXPIRED, "gone")
    said = text(f"console.answer.{_outcome(became)}", at=instant(services.clock()))
    lines = _lines(services, about(services, given))
    return _page(services, given, 200, said=said, incidents=lines)


def _outcome(became: Answered) -> str:
    if became.kept:
        return "kept"
    return "before" if became.before else "over"


def _comment_in(body: bytes) -> str:
    """The comment in a form as browsers send it; line ends count as one character, as they do."""
    try:
        fields = parse_qs(body.decode("utf-8", "replace"), max_num_fields=_MOST_FIELDS)
    except ValueError:
        return ""
    return fields.get("comment", [""])[0].replace("\r\n", "\n").strip()


def _lines(services: Services, rows: Sequence[Incident]) -> list[str]:
    with Session(services.engine) as session:
        return [_line(session, row) for row in rows]


def _line(session: Session, row: Incident) -> str:
    source = session.get(Source, row.source_id) if row.source_id else None
    what = text(f"mail.kind.{row.kind.value}", source=source.name if source else "")
    state = "over" if row.state is IncidentState.RESOLVED else "since"
    at = row.resolved_at if row.state is IncidentState.RESOLVED else None
    return text(f"console.answer.line_{state}", what=what, at=instant(at or row.opened_at))


def _page(
    services: Services,
    given: Answer,
    status: int,
    *,
    said: str | None,
    incidents: Sequence[str],
    button: str | None = None,
    comment: str = "",
) -> Response:
    about_whom = text("console.answer.about", unit=unit_name(services, given.unit))
    return page(
        "answer",
        {
            "title": text(f"console.answer.{given.what.value}.title"),
            "said": said,
            "about": about_whom,
            "incidents": incidents,
            "button": button,
            "comment": comment,
            "comment_label": text("console.answer.comment"),
            "hint": text("console.answer.hint", longest=LONGEST_COMMENT),
            "longest": LONGEST_COMMENT,
            "foot": text("console.answer.foot"),
        },
        status,
    )


def _refusal(status: int, reason: str) -> Response:
    """A page that says why nothing was done."""
    values = {
        "title": text("console.answer.title"),
        "said": text(f"console.answer.{reason}"),
        "incidents": (),
        "button": None,
        "foot": text("console.answer.foot"),
    }
    return page("answer", values, status)
