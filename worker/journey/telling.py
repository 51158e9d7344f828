"""Telling on a journey that a request to send dossiers again stopped by itself."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from sqlmodel import Session

from models.resend import ResendRequest
from models.resend_types import ResendResult
from models.types import MailReason
from worker.bootstrap import Services, resend_page
from worker.core.resend.letter import HeldLetter
from worker.db import resend_brake, resend_effects, resends
from worker.db.posting import Draft
from worker.db.sources import identity
from worker.flow import Stage
from worker.journey.alerting import people_of
from worker.journey.letters import Address, draft_of
from worker.journey.wish import Errand
from worker.render.mail import render_held
from worker.stages.tell import Tell, tell


def tell_now(services: Services, errand: Errand) -> None:
    """Write the mail about the request that stopped."""
    task = Tell(
        engine=services.engine,
        run=errand.run,
        request=errand.wish.resend or 0,
        people=partial(people_of, services),
        write=partial(_draft, services),
        clock=services.clock,
    )
    counts = tell(task)
    errand.run.counts.update(counts)
    errand.progress(Stage.TELL)(counts["mails"], counts["mails"])


def _draft(
    services: Services,
    session: Session,
    request: ResendRequest,
    to: Sequence[str],
    now: datetime,
) -> Draft:
    parts = render_held(_letter(services, session, request, now))
    address = Address(to=to, at=now, reason=MailReason.HELD, occasion=_stop_of(request))
    return draft_of(services, parts, address)


def _stop_of(request: ResendRequest) -> str:
    """Names one stop of one request among all, also where numbers are given anew."""
    asked_at = int(request.asked_at.timestamp())
    return f"resend {request.id} of {asked_at} held after {resend_brake.went_before(request)}"


def _letter(
    services: Services, session: Session, request: ResendRequest, now: datetime
) -> HeldLetter:
    settings, number = services.settings, identity(request.id)
    items = resends.items_of(session, number)
    worse = [each for each in items if each.result is ResendResult.WORSE]
    unit = services.directory.get(request.unit)
    return HeldLetter(
        language=settings.language,
        province=settings.province.name,
        request=number,
        unit_code=request.unit,
        unit=unit.name if unit else request.unit,
        effect=resend_effects.effect(request, items),
        worse=[each.code for each in worse],
        grounds=Counter(each.ground for each in worse if each.ground is not None).most_common(),
        written_at=now,
        page=resend_page(settings, number),
        contact=settings.alerts.from_,
    )
