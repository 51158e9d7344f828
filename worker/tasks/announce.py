"""Telling workers that runs wait for them. The row is the truth, this only saves time."""

from collections.abc import Sequence
from datetime import timedelta

from celery import Celery
from kombu.exceptions import KombuError
from redis.exceptions import RedisError
from sqlmodel import Session

from worker.bootstrap import Services
from worker.db import queue
from worker.db.queue import ANNOUNCED_FOR
from worker.log import logger
from worker.tasks.app import PERFORM, celery_app, queue_of

# A message that nobody took by then has been sent anew.
_EXPIRES = ANNOUNCED_FOR + timedelta(seconds=60)


def announce(services: Services, ids: Sequence[int], app: Celery | None = None) -> bool:
    """Send a message for each run; whether the broker took them.

    One that is away is no trouble: the sweep tells of every run that waits.
    """
    if not ids:
        return True
    sender = celery_app(services.settings) if app is None else app
    try:
        _send(services, sender, ids)
    except (KombuError, RedisError, OSError) as error:
        logger().warning("broker_away", trouble=type(error).__name__)
        return False
    finally:
        if app is None:
            sender.close()
    return True


def _send(services: Services, app: Celery, ids: Sequence[int]) -> None:
    with Session(services.engine) as session:
        stages = queue.stages_of(session, ids)
    for key, stage in stages.items():
        app.send_task(PERFORM, args=[key], queue=queue_of(stage), expires=_EXPIRES.total_seconds())
    with Session(services.engine) as session, session.begin():
        queue.note_told(session, ids, services.clock())
