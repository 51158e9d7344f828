"""``/mails``: the list, one mail, and sending it again."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from models.roles import Role
from models.types import MailState
from worker.bootstrap import Services
from worker.console.asking import Joint, Operates, SeesAll
from worker.console.calls import Number
from worker.console.download import Kind, download
from worker.console.listing import Part, part_of
from worker.console.mails.shown import FILE_COLUMNS, file_row, letter_of, listed
from worker.console.sentences import sentence
from worker.console.showing import go_to, show
from worker.core.access import Who
from worker.errors import NotFoundError, PermanentError
from worker.i18n import text
from worker.journey.delivering import asked_next, let_go
from worker.journey.handling import LONGEST_WORDS

router = APIRouter(include_in_schema=False)

Words = Annotated[str, Form(max_length=LONGEST_WORDS)]
_REFUSED = 409


@router.get("/mails")
def list_mails(request: Request, who: SeesAll, services: Joint) -> Response:
    """Mails, the newest first."""
    part = _part(request)
    total, mails = listed(services, _state(part), part.size, part.offset)
    return show(
        request,
        who,
        "mails/list",
        part=part,
        total=total,
        mails=mails,
        states=list(MailState),
        has_server=services.settings.smtp_url is not None,
    )


@router.get("/mails/file")
def download_mails(
    request: Request,
    who: SeesAll,  # noqa: ARG001 - lets in who may
    services: Joint,
    form: Kind = "xlsx",
) -> Response:
    """The whole list as it is filtered, as a file."""
    _, mails = listed(services, _state(_part(request)), None)
    headings = [text(f"pages.mails.{name}") for name in FILE_COLUMNS]
    return download("thu-gui-di", headings, map(file_row, mails), form)


def _part(request: Request) -> Part:
    return part_of(request, ("id",), filters=("state",), is_descending=True)


def _state(part: Part) -> MailState | None:
    asked = part.filters.get("state", "")
    return MailState(asked) if asked in set(MailState) else None


@router.get("/mails/{number}")
def show_mail(request: Request, who: SeesAll, services: Joint, number: Number) -> Response:
    """One mail as people without pictures read it."""
    return _page(request, who, services, number)


@router.post("/mails/{number}/send")
def send_mail_again(
    request: Request, who: Operates, services: Joint, number: Number, reason: Words = ""
) -> Response:
    """Let it go once more; whoever sends mails takes it up."""
    try:
        let_go(services, number, who.name, reason)
    except NotFoundError:
        raise
    except PermanentError as error:
        return _page(request, who, services, number, sentence(error), reason)
    return go_to(f"/mails/{number}", "mail_sent_again")


def _page(
    request: Request,
    who: Who,
    services: Services,
    number: int,
    fault: str = "",
    typed: str = "",
) -> Response:
    return show(
        request,
        who,
        "mails/one",
        status=_REFUSED if fault else 200,
        mail=letter_of(services, number),
        names={each.code: each.name for each in services.directory.units},
        asked_next=asked_next(services, number) if who.may(Role.OPERATOR) else (),
        fault=fault,
        typed=typed,
        most=LONGEST_WORDS,
        has_server=services.settings.smtp_url is not None,
    )
