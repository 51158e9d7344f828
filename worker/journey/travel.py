"""Travelling: one stage after the other, each as the events before it say."""

from collections.abc import Callable, Mapping

from sqlmodel import Session

from models.types import EventKind, Side
from worker.bootstrap import Services, renewed
from worker.db import events, sources
from worker.errors import NotFoundError
from worker.flow import FIRST, Stage, following
from worker.journey.looking_up import look_up_portal
from worker.journey.parties import homes_of, register_sources, sides_of
from worker.journey.pulling import pull_homes
from worker.journey.reconciling import link_now, measure_now, reconcile_now
from worker.journey.rereading import read_known_again
from worker.journey.wish import Travelled, Watch, Wish

_PULLING = (Stage.PULL, Stage.LOOK_UP)


def travel(services: Services, wish: Wish, watch: Watch) -> Travelled:
    """Run the stages from the first to the last, each as the events before it say.

    Raises:
        NotFoundError: the wished-for source is not configured.
    """
    if wish.source is not None and wish.source not in services.settings.sources:
        raise NotFoundError("source_unknown", source=wish.source)
    travelled = Travelled()
    register_sources(services)
    # A unit added to the province's folder is a name that somebody knows by now.
    read_known_again(services)
    waiting = [FIRST if _wants_home(services, wish) else Stage.LOOK_UP]
    while waiting:
        stage = waiting.pop(0)
        # Limits read from the catalogue by one stage are what the next one counts by.
        _STAGES[stage](renewed(services), wish, watch, travelled)
        waiting += [each for each in _due(services, wish) if each not in waiting]
    return travelled


def _wants_home(services: Services, wish: Wish) -> bool:
    return wish.source is None or wish.source in homes_of(services)


def _wants_portal(services: Services, wish: Wish) -> bool:
    return wish.source in (None, sides_of(services)[1])


def _due(services: Services, wish: Wish) -> list[Stage]:
    """The stages that unhandled events start, each once; the events count as handled."""
    due: dict[Stage, None] = {}
    now = services.clock()
    with Session(services.engine) as session, session.begin():
        sides = sources.source_sides(session)
        for event in events.pending(session):
            side = sides.get(event.payload.get("source", 0))
            due |= dict.fromkeys(following(event.kind, side))
            event.handled_at = now
            session.add(event)
    if Stage.LOOK_UP in due and not _wants_portal(services, wish):
        # Where the portal is not to be read, what follows its reading follows at once.
        del due[Stage.LOOK_UP]
        due |= dict.fromkeys(following(EventKind.PULL_FINISHED, Side.PORTAL))
    return [each for each in due if each in _PULLING or not wish.pull_only]


_STAGES: Mapping[Stage, Callable[[Services, Wish, Watch, Travelled], None]] = {
    Stage.PULL: pull_homes,
    Stage.LOOK_UP: look_up_portal,
    Stage.LINK: link_now,
    Stage.RECONCILE: reconcile_now,
    Stage.MEASURE: measure_now,
}
