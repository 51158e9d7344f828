"""Tending: the round that keeps everything going, made every few seconds by whichever worker."""

from collections.abc import Callable

from sqlmodel import Session

from worker.bootstrap import Services
from worker.db import taking
from worker.errors import DoisoatError
from worker.journey.living import LifeTeller
from worker.journey.performing import taker_of
from worker.journey.routing import route
from worker.journey.scheduled import start_due
from worker.journey.sending_again import tend_resends
from worker.journey.watching import bring_in_files
from worker.log import logger


def sweep(services: Services, life: LifeTeller | None = None) -> tuple[int, ...]:
    """Start what is due, take in files, route events; the runs that workers should be told of.

    Those are the runs that wait and nobody was told of lately, and those whose process died. One
    part that fails doesn't keep the others from being done, but no sign of life is given then.
    """
    parts = (start_due, bring_in_files, tend_resends, route)
    went_well = [_went_well(part, services) for part in parts]
    if life is not None and all(went_well):
        _went_well(life.tell, services)
    with Session(services.engine) as session:
        rows = taking.due(session, taker_of(services), services.clock())
        return tuple(row.id for row in rows if row.id is not None)


def _went_well(part: Callable[[Services], object], services: Services) -> bool:
    try:
        part(services)
    except DoisoatError as error:
        logger().warning("tending_failed", part=part.__name__, trouble=error.key)
        return False
    except Exception:  # noqa: BLE001 - the rest of the round has to be made all the same
        logger().exception("tending_broke", part=part.__name__)
        return False
    return True
