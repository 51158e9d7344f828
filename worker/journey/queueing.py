"""Putting runs in the queue: what people, the schedule and other systems ask for."""

from collections.abc import Sequence
from dataclasses import replace

from sqlmodel import Session

from models.types import Side, Trigger
from worker.bootstrap import Services, is_alive
from worker.db import queue, runs
from worker.db.queue import Order
from worker.errors import NotFoundError, RunError
from worker.flow import Stage
from worker.journey.parties import homes_of, id_of, register_sources, sides_of
from worker.journey.wish import Wish
from worker.settings.model import WorkbookSettings


def queue_sync(
    services: Services,
    wish: Wish,
    *,
    slot: str | None = None,
    only: Sequence[str] | None = None,
    reserved: str = "",
) -> tuple[int, ...]:
    """Put the first runs of a journey in the queue; their ids, none for a turn taken already.

    Args:
        services: the joined parts.
        wish: what is asked for.
        slot: the turn of the schedule this is.
        only: the sources at home to read (None: all that the wish takes in).
        reserved: the process that means to run them itself.

    Raises:
        NotFoundError: the wished-for source is not configured.
    """
    if wish.source is not None and wish.source not in services.settings.sources:
        raise NotFoundError("source_unknown", source=wish.source)
    register_sources(services)
    now = services.clock()
    with Session(services.engine) as session, session.begin():
        found: list[int] = []
        for stage, name in _first_runs(services, wish, only):
            order = order_of(services, stage, name, wish, slot)
            journey = runs.get_run(session, found[0]).journey if found else None
            order = replace(order, reserved=reserved, journey=journey)
            key = queue.put(session, order, now)
            found += [key] if key is not None else []
    return tuple(found)


def queue_dossiers(
    services: Services,
    source: str,
    codes: Sequence[str],
    by: str | None = None,
    reason: str | None = None,
) -> tuple[int, ...]:
    """Put in the queue what brings these dossiers of a source up to date.

    ``by`` is who asked for it, None: the source itself.
    """
    trigger = Trigger.OPERATOR if by else Trigger.WEBHOOK
    wish = Wish(trigger=trigger, codes=tuple(sorted(set(codes))), by=by, reason=reason)
    homes = [source] if source in homes_of(services) else None
    if homes is None:
        wish = replace(wish, source=source)
    return queue_sync(services, wish, only=homes)


def queue_computation(
    services: Services, stage: Stage, wish: Wish, *, slot: str | None = None, reserved: str = ""
) -> tuple[int, ...]:
    """Put a run over the whole store in the queue; its id, none for a turn taken already."""
    order = replace(order_of(services, stage, None, wish, slot=slot), reserved=reserved)
    with Session(services.engine) as session, session.begin():
        key = queue.put(session, order, services.clock())
    return () if key is None else (key,)


def order_of(
    services: Services, stage: Stage, name: str | None, wish: Wish, slot: str | None = None
) -> Order:
    """A run of ``stage`` that serves a wish; of a source, or of the whole store (None)."""
    return Order(
        stage=stage.value,
        source_id=None if name is None else id_of(services, name),
        trigger=wish.trigger,
        wish=wish.stored(),
        by=wish.by,
        reason=wish.reason,
        slot=slot,
    )


def require_free(services: Services, wish: Wish) -> None:
    """Make sure that no other process reads what is wished for.

    Raises:
        RunError: one does.
    """
    now, lease = services.clock(), services.settings.runs.lease
    for _, name in _first_runs(services, wish, None):
        if name is None:
            continue
        with Session(services.engine) as session:
            key = id_of(services, name)
            if runs.is_held(session, key, is_alive, now, lease):
                last = runs.last_run(session, key)
                raise RunError("run_active", run=(last and last.id) or 0, source=name)


def _first_runs(
    services: Services, wish: Wish, only: Sequence[str] | None
) -> list[tuple[Stage, str | None]]:
    """What begins a journey: every list at home, else the look-ups, else what follows on files."""
    wanted = homes_of(services) if only is None else only
    homes = [name for name in wanted if wish.source in (None, name) and can_be_read(services, name)]
    if homes:
        return [(Stage.PULL, name) for name in homes]
    _, portal = sides_of(services)
    if wish.source in (None, portal) and can_be_read(services, portal):
        return [(Stage.LOOK_UP, portal)]
    return [(Stage.LINK, None)]


def can_be_read(services: Services, name: str) -> bool:
    """Whether a source answers by itself; what only exports files does not."""
    return not isinstance(services.settings.sources[name], WorkbookSettings)


def portal_to_ask(services: Services, wish: Wish) -> str | None:
    """The portal where it is to be read and can be; None where what follows its reading is due."""
    name, _ = services.settings.source_on(Side.PORTAL)
    wanted = wish.source in (None, name)
    return name if wanted and can_be_read(services, name) else None
