"""Asking that dossiers are sent again: what it would come to, and the requests it becomes."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from sqlmodel import Session

from models.resend import ResendRequest
from models.resend_types import ResendState
from models.roles import Role
from worker.bootstrap import Services
from worker.core.improvement import Standing
from worker.core.privacy import scrub
from worker.core.resend.figures import UnitFigures, if_all_succeed
from worker.core.resend.limits import Allowance, allowance
from worker.core.resend.preview import Preview, UnitPreview
from worker.core.resend.selection import Choice, Selection, Terms, choose
from worker.core.times import day_start, local_day
from worker.db import alert_signals, resends
from worker.db.improvement import standings
from worker.db.resend_candidates import Between, candidates, filled_in
from worker.db.sources import identity
from worker.db.turns import one_by_one
from worker.errors import ResendError
from worker.journey.parties import opened, register_sources, sides_of
from worker.journey.taking_part import LONGEST_REASON, note, require_on, require_role


def preview(services: Services, selection: Selection) -> Preview:
    """What a selection would ask for; nothing is changed."""
    by_hand = _is_by_hand(services)
    between, now = _between(services), services.clock()
    with Session(services.engine) as session:
        choice = _choice(services, session, between, selection, now)
        return Preview(
            units=_units(services, session, between, choice),
            left_out=choice.left_out,
            by_hand=by_hand,
            enabled=services.settings.resend.enabled,
            allowance=_allowance(services, session, between, now),
        )


def ask(services: Services, selection: Selection, by: str, reason: str) -> tuple[int, ...]:
    """Enter a request for each unit of what is selected; their numbers.

    Raises:
        ResendError: re-sends are off, no reason is given, or nothing can be asked for.
        AccessError: whoever asks may not.
    """
    require_on(services)
    told = scrub(reason.strip(), LONGEST_REASON)
    if not told:
        raise ResendError("resend_reason")
    by_hand = _is_by_hand(services)
    between, now = _between(services), services.clock()
    with Session(services.engine) as session, session.begin():
        # Before anything is read: what two people ask for at once is asked for once.
        one_by_one(session)
        require_role(session, by, Role.OPERATOR)
        choice = _choice(services, session, between, selection, now)
        if not choice.chosen:
            raise ResendError("resend_nothing")
        found = []
        for each in _units(services, session, between, choice):
            request = ResendRequest(
                source_id=between.province_id,
                portal_source_id=between.portal_id,
                unit=each.unit,
                by_hand=by_hand,
                state=ResendState.ASKED,
                chosen_by=selection.stored(),
                asked_by=by,
                asked_at=now,
                reason=told,
                before=each.before.stored(),
            )
            number = resends.add(session, request, each.chosen)
            detail = {"unit": each.unit, "dossiers": len(each.chosen)}
            note(session, by, "resend_asked", number, now, told, **detail)
            found.append(number)
    return tuple(found)


def _choice(
    services: Services, session: Session, between: Between, selection: Selection, now: datetime
) -> Choice:
    found, missing = candidates(session, between, selection)
    choice = choose(found, selection, _terms(services, now))
    chosen = filled_in(session, between, choice.chosen)
    return replace(choice, chosen=chosen, left_out=(*choice.left_out, *missing))


def _terms(services: Services, now: datetime) -> Terms:
    """Where the clock stands still nothing is ever seen again later."""
    confirm_after = services.settings.alerts.confirm_after
    return Terms(
        confirm_after=confirm_after if services.settings.now is None else timedelta(),
        per_request=services.settings.resend.per_request,
        now=now,
    )


def _units(
    services: Services, session: Session, between: Between, choice: Choice
) -> tuple[UnitPreview, ...]:
    row = alert_signals.latest(session, between.province_id, between.portal_id)
    if row is None:
        return ()
    known: Mapping[str, Standing] = standings(session, row)
    found = []
    for code in choice.units:
        unit, standing = services.directory.get(code), known.get(code, Standing(0, 0))
        chosen = choice.of(code)
        found.append(
            UnitPreview(
                unit=code,
                name=unit.name if unit else code,
                chosen=chosen,
                before=UnitFigures(identity(row.id), row.as_of, standing),
                if_all=if_all_succeed(standing, chosen),
            )
        )
    return tuple(found)


def _allowance(services: Services, session: Session, between: Between, now: datetime) -> Allowance:
    since = min(now - timedelta(hours=1), day_start(local_day(now)))
    sent = resends.sent_since(session, between.province_id, since)
    return allowance(services.settings.resend.limits, sent, now)


def _between(services: Services) -> Between:
    ids = register_sources(services)
    province, portal = sides_of(services)
    return Between(ids[province], ids[portal])


def _is_by_hand(services: Services) -> bool:
    """Whether the province's system has no call that sends a dossier again."""
    with opened(services, sides_of(services)[0]) as source:
        return source.resend is None
