"""From events to runs: what a stage told becomes what is done next, in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlmodel import Session

from models.event import Event
from models.source import SyncRun
from models.types import EventKind, Side
from worker.bootstrap import Services, webhook_targets
from worker.db import events, outbox, queue, resends, sources
from worker.db.queue import Order
from worker.db.turns import one_by_one
from worker.flow import Stage, following
from worker.journey.parties import sides_of
from worker.journey.queueing import order_of, portal_to_ask
from worker.journey.sending_again import sending_wish
from worker.journey.wish import Wish, wish_of

# What is done beside one reconciliation.
_BESIDE_ONE = frozenset({Stage.MEASURE, Stage.CLOSE, Stage.ALERT, Stage.WATCH})


def route(services: Services, reserved: str = "") -> tuple[int, ...]:
    """Put what unhandled events start in the queue; the ids of these runs.

    An event is handled in the transaction that enters what it starts, and what other systems are
    to hear of it: it can neither be lost nor start anything twice.
    """
    now = services.clock()
    found: dict[int, None] = {}
    with Session(services.engine) as session, session.begin():
        one_by_one(session)
        sides = sources.source_sides(session)
        targets = webhook_targets(services.settings)
        for event in events.pending(session):
            if not events.handle(session, event, now):
                continue
            outbox.append_for(session, event, targets, now)
            for order in _orders(services, session, event, sides):
                key = queue.put(session, replace(order, reserved=reserved), now)
                found |= {} if key is None else {key: None}
    return tuple(found)


def _orders(
    services: Services, session: Session, event: Event, sides: Mapping[int, Side]
) -> list[Order]:
    cause = session.get(SyncRun, event.payload.get("run") or 0)
    wish = Wish() if cause is None else wish_of(cause.wish, cause.trigger, cause.by, cause.reason)
    side = sides.get(event.payload.get("source") or 0)
    orders = [
        _order(services, stage, _own_wish(session, event, wish), event.payload)
        for stage in _stages(services, event.kind, side, wish)
        if stage is not Stage.WATCH or resends.watched(session)
    ]
    return [replace(each, journey=cause.journey if cause else None) for each in orders]


def _own_wish(session: Session, event: Event, wish: Wish) -> Wish:
    """What follows a re-send concerns the dossiers that went or go next, or one that stopped."""
    if event.kind is EventKind.RESEND_HELD:
        return replace(wish, resend=event.payload["request"])
    if event.kind is EventKind.RESEND_GOES_ON:
        request = resends.get(session, event.payload["request"])
        return sending_wish(request, request.decided_by)
    if event.kind is not EventKind.RESENT:
        return wish
    codes = tuple(event.payload["codes"])
    return Wish(trigger=wish.trigger, by=wish.by, reason=wish.reason, codes=codes)


def _stages(services: Services, kind: EventKind, side: Side | None, wish: Wish) -> Sequence[Stage]:
    due = following(kind, side)
    if Stage.LOOK_UP in due and portal_to_ask(services, wish) is None:
        # Where the portal is not to be read, what follows its reading follows at once.
        due = following(EventKind.PULL_FINISHED, Side.PORTAL)
    if not wish.closes:
        due = tuple(stage for stage in due if stage is not Stage.CLOSE)
    return [stage for stage in due if stage is Stage.LOOK_UP or not wish.pull_only]


def _order(services: Services, stage: Stage, wish: Wish, payload: Mapping[str, Any]) -> Order:
    if stage is Stage.LOOK_UP:
        return order_of(services, stage, portal_to_ask(services, wish), wish)
    if stage in (Stage.PULL, Stage.RESEND):
        return order_of(services, stage, sides_of(services)[0], wish)
    if stage is Stage.TELL:
        return order_of(services, stage, None, wish)
    told = Wish(trigger=wish.trigger, by=wish.by, reason=wish.reason)
    if stage in _BESIDE_ONE:
        told = replace(
            told,
            reconciliation=payload.get("reconciliation"),
            closes=wish.closes,
            role=wish.role,
            incomplete=wish.incomplete,
        )
    return order_of(services, stage, None, told)
