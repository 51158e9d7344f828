"""What requests did, as far as anybody has looked."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from sqlmodel import Session

from models.resend import ResendItem, ResendRequest
from worker.core.resend.effect import Done, Effect, Fate, by_month, effect_of, together
from worker.core.resend.figures import figures_of
from worker.db import resends
from worker.db.sources import identity


def effects_of(session: Session, requests: Sequence[ResendRequest]) -> dict[int, Effect]:
    """What each of these requests did, by its number."""
    items = resends.items_by_request(session, [identity(row.id) for row in requests])
    return {identity(row.id): effect(row, items[identity(row.id)]) for row in requests}


def effect(request: ResendRequest, items: Sequence[ResendItem]) -> Effect:
    """What one request did."""
    return effect_of(
        [Fate(item.sent_at is not None, item.result) for item in items],
        figures_of(request.before).standing if request.before else None,
        figures_of(request.after).standing if request.after else None,
    )


def done_between(
    session: Session, since: datetime, until: datetime, units: Collection[str] | None = None
) -> list[Done]:
    """Requests of these units (None: of all) that went out, or ended, in a span of time."""
    rows = [
        row for row in resends.touching(session, since, until) if units is None or row.unit in units
    ]
    found = effects_of(session, rows)
    done = [Done(row.unit, row.asked_at, found[identity(row.id)]) for row in rows]
    return [each for each in done if each.effect.sent]


def by_unit(session: Session, since: datetime, until: datetime) -> dict[str, Effect]:
    """What was asked for in a span of time and went, by unit; of all together under ""."""
    done = [each for each in done_between(session, since, until) if since <= each.asked_at < until]
    if not done:
        return {}
    units = {each.unit for each in done}
    found = {unit: together([each for each in done if each.unit == unit]) for unit in units}
    return {"": together(done)} | found


def monthly(
    session: Session, now: datetime, units: Collection[str] | None = None
) -> dict[date, Effect]:
    """What was done in each of the last twelve months, by the month's first day."""
    return by_month(
        done_between(session, now - timedelta(days=366), now + timedelta(days=1), units)
    )
