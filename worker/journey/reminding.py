"""Reminding of requests to send dossiers again that wait for somebody's decision."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from models.resend import ResendRequest
from models.resend_types import ResendState
from models.types import MailReason
from worker.bootstrap import Services, resends_page
from worker.core.resend.letter import Undecided, UndecidedLetter
from worker.core.times import local_day
from worker.db import resends
from worker.db.posting import Draft
from worker.db.sources import identity
from worker.journey.letters import Address, draft_of
from worker.render.mail import render_undecided


def reminder(
    services: Services,
    session: Session,
    requests: Sequence[ResendRequest],
    to: Sequence[str],
    now: datetime,
) -> Draft:
    """The day's mail about these requests."""
    settings = services.settings
    letter = UndecidedLetter(
        language=settings.language,
        province=settings.province.name,
        requests=[_told(services, session, each) for each in requests],
        written_at=now,
        page=resends_page(settings),
        contact=settings.alerts.from_,
    )
    occasion = f"resends undecided on {local_day(now)}"
    address = Address(to=to, at=now, reason=MailReason.DIGEST, occasion=occasion)
    return draft_of(services, render_undecided(letter), address)


def _told(services: Services, session: Session, request: ResendRequest) -> Undecided:
    unit, number = services.directory.get(request.unit), identity(request.id)
    return Undecided(
        number=number,
        unit=unit.name if unit else request.unit,
        dossiers=len(resends.items_of(session, number)),
        asked_at=request.asked_at,
        is_held=request.state is ResendState.HELD,
    )
