"""Travelling: a whole journey in the caller's process, run by run as a worker would do it."""

from collections.abc import Sequence

from sqlmodel import Session
from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

from models.source import SyncRun
from models.types import RunState
from worker.bootstrap import Services, is_alive
from worker.db import queue, sources
from worker.errors import NotFoundError, PermanentError, RunError
from worker.flow import Stage
from worker.journey.parties import register_sources
from worker.journey.performing import perform
from worker.journey.queueing import queue_sync, require_free
from worker.journey.routing import route
from worker.journey.wish import Travelled, Watch, Wish

# How long another process may compute over the store before this one gives up waiting, in seconds.
_PATIENCE = 1800
_PAUSE = 0.5


def travel(services: Services, wish: Wish, watch: Watch) -> Travelled:
    """Do the runs of a journey from the first to the last, each as the events before it say.

    What goes wrong with one of several sources at home doesn't keep the others from being read.

    Raises:
        NotFoundError: the wished-for source is not configured.
        RunError: another process reads what is wished for.
        PermanentError: a person must act before the journey can be made.
    """
    if wish.source is not None and wish.source not in services.settings.sources:
        raise NotFoundError("source_unknown", source=wish.source)
    with Session(services.engine) as session, session.begin():
        queue.abandon(session, is_alive, services.clock())
    register_sources(services)
    require_free(services, wish)
    first = queue_sync(services, wish, reserved=services.owner)
    return work_off(services, first, wish, watch)


def work_off(services: Services, first: Sequence[int], wish: Wish, watch: Watch) -> Travelled:
    """Do runs of the queue in this process, and all that follows from them.

    Raises:
        RunError: another process has one of them.
        PermanentError: a person must act before the journey can be made.
    """
    travelled = Travelled()
    waiting = list(dict.fromkeys((*first, *route(services, services.owner))))
    while waiting:
        key = waiting.pop(0)
        try:
            _perform(services, key, watch, travelled, wish if key in first else None)
        except PermanentError as error:
            stage, name = _what(services, key)
            if stage is not Stage.PULL or len(first) == 1:
                raise
            travelled.states[name] = RunState.FAILED
            travelled.troubles.append(error)
        waiting += [each for each in route(services, services.owner) if each not in waiting]
    return travelled


def _perform(
    services: Services, key: int, watch: Watch, travelled: Travelled, wish: Wish | None
) -> None:
    """Do one run; one over the whole store waits until nothing else computes there."""
    stage, name = _what(services, key)
    patience = 0 if name else _PATIENCE
    waiting = Retrying(
        retry=retry_if_result(lambda done: not done),
        stop=stop_after_delay(patience),
        wait=wait_fixed(_PAUSE),
        retry_error_callback=lambda _: False,
    )
    if not waiting(perform, services, key, watch, travelled, wish):
        raise RunError("run_active", run=key, source=name or stage.value)


def _what(services: Services, key: int) -> tuple[Stage, str]:
    """The stage of a run, and its source ("": the whole store)."""
    with Session(services.engine) as session:
        row = session.get_one(SyncRun, key)
        return Stage(row.stage), sources.source_names(session).get(row.source_id or 0, "")
