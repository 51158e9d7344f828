"""The processes that stay: a worker with its children, and beat."""

import logging
import multiprocessing
import os
import threading
import time
import warnings
from collections.abc import Sequence
from contextlib import suppress

from celery import signals
from celery.apps.beat import Beat
from celery.exceptions import SecurityWarning
from kombu.exceptions import KombuError
from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from worker.bootstrap import clock_of, family, open_store, services
from worker.broker import examine
from worker.db import taking
from worker.log import adopt_standard_logging, logger
from worker.settings.model import Settings
from worker.tasks.app import SWEEP, celery_app
from worker.tasks.work import working_app

_PAUSE = 1.0


def work(settings: Settings, queues: Sequence[str], concurrency: int) -> None:
    """Take up runs until told to stop by SIGTERM or SIGINT.

    Runs under way are given back at their next page, for another worker to go on with.

    Args:
        settings: what is configured.
        queues: which kinds of work to take.
        concurrency: how many processes work side by side.

    Raises:
        StoreError: the store is out of reach or its schema is not ours.
        ReferenceError: the province's folder can't be read.
    """
    with services(settings):
        # Whatever keeps a worker from working is said here, once, and not by each of its children.
        pass
    _warn_of_broker(settings)
    stopping = multiprocessing.Event()
    app = working_app(settings, stopping.is_set)
    _use_our_log(settings)
    # Meant for messages that carry code; ours carry numbers.
    warnings.simplefilter("ignore", SecurityWarning)
    parent = os.getpid()

    def give_back(**_: object) -> None:
        stopping.set()
        threading.Thread(target=_give_back, args=(settings,), daemon=True).start()

    def watch_parent(**_: object) -> None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()

    signals.worker_shutting_down.connect(give_back, weak=False)
    signals.worker_process_init.connect(watch_parent, weak=False)
    try:
        app.worker_main(
            [
                "--quiet",
                "worker",
                f"--concurrency={concurrency}",
                f"--queues={','.join(queues)}",
                f"--hostname=doisoat-{os.getpid()}@%h",
                "--without-gossip",
                "--without-mingle",
                "--loglevel=WARNING",
            ]
        )
    finally:
        signals.worker_shutting_down.disconnect(give_back)
        signals.worker_process_init.disconnect(watch_parent)


def _warn_of_broker(settings: Settings) -> None:
    """Say in the log what the doctor would: work goes on, as the store has all that is to be done.

    A Redis that may throw away what it holds (no ``noeviction``) loses messages in silence.
    """
    for finding in examine(settings, clock_of(settings)):
        if finding.level != "ok":
            logger().warning("broker_unfit", topic=finding.topic, **finding.values)


def _give_back(settings: Settings) -> None:
    """Ask the runs of this worker's children to end at their next step, until the worker ends.

    One may have been about to take a run up.
    """
    engine = open_store(settings)
    while True:
        try:
            with Session(engine) as session, session.begin():
                taking.stop_all_of(session, family(os.getpid()))
        except DBAPIError as error:
            logger().warning("runs_not_given_back", trouble=type(error).__name__)
        time.sleep(_PAUSE)


def _end_with(parent: int) -> None:
    """End this child as soon as its worker is gone, however that ended.

    Its run goes on at the checkpoint elsewhere, as after any end of a process.
    """
    while os.getppid() == parent:
        time.sleep(_PAUSE)
    os._exit(1)


def keep_time(settings: Settings) -> None:
    """Send the sweep's message every few seconds until told to stop.

    Any number of these may run: a turn of the schedule is taken once, whoever sends for it.
    """
    app = celery_app(settings)
    _use_our_log(settings)
    with suppress(KombuError, RedisError, OSError):
        app.send_task(SWEEP, expires=60)
    # What ran when stands in the store, so beat keeps no file of its own.
    Beat(app=app, loglevel="WARNING", scheduler="celery.beat:Scheduler", quiet=True).run()


def _use_our_log(settings: Settings) -> None:
    def set_up(**_: object) -> None:
        adopt_standard_logging(settings.log_level)
        # What it tells of each message is worth no line: what the message was for has its own.
        logging.getLogger("celery").setLevel(logging.WARNING)

    signals.setup_logging.connect(set_up, weak=False)
