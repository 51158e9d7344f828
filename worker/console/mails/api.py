"""``/api/v1/mails``."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from models.types import MailState
from worker.console.asking import Joint, Operates, SeesAll
from worker.console.calls import FAULTS, Limit, Listing, Number, Offset, Wanted
from worker.console.mails.shown import LetterTold, MailTold, letter_in, letter_of, listed
from worker.journey.delivering import let_go
from worker.journey.handling import LONGEST_WORDS

api = APIRouter(prefix="/api/v1/mails", tags=["mails"], responses={**FAULTS})


class SendAgain(Wanted):
    """Why a mail goes once more."""

    reason: Annotated[str, Field(min_length=1, max_length=LONGEST_WORDS)]


@api.get("")
def mails_list(
    who: SeesAll,  # noqa: ARG001 - lets in who may
    services: Joint,
    *,
    state: MailState | None = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> Listing[MailTold]:
    """Mails, the newest first."""
    total, mails = listed(services, state, limit, offset)
    return Listing[MailTold](total=total, items=mails)


@api.get("/{number}")
def mail_get(who: SeesAll, services: Joint, number: Number) -> LetterTold:  # noqa: ARG001
    """One mail as people without pictures read it."""
    return letter_of(services, number)


@api.post("/{number}/send")
def mail_send(who: Operates, services: Joint, number: Number, asked: SendAgain) -> LetterTold:
    """Let a mail go once more: to those listed today who have not got it, else to all of them."""
    return letter_in(let_go(services, number, who.name, asked.reason))
