"""What one worker process works with: opened at its first task, after the fork, for its life."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property, partial

from celery import Celery
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from worker.bootstrap import Services, services
from worker.db import queue, taking
from worker.db.engine import will_pass
from worker.errors import DoisoatError
from worker.flow import Stage
from worker.journey.delivering import deliver_now, send_mail_now
from worker.journey.living import LifeTeller
from worker.journey.performing import patiently, perform, taker_of
from worker.journey.routing import route
from worker.journey.tending import sweep
from worker.log import logger
from worker.ports import Progress
from worker.settings.model import Settings
from worker.tasks.announce import announce


class Desk:
    """Does what messages point at, and tells the workers of what follows."""

    def __init__(
        self, app: Celery, settings: Settings, is_stopping: Callable[[], bool] = lambda: False
    ) -> None:
        self._app = app
        self._is_stopping = is_stopping
        self._settings = settings
        self._open = ExitStack()
        self._life = LifeTeller()

    def close(self) -> None:
        """Give back what is open; a worker process keeps it for life."""
        self._open.close()

    @cached_property
    def _services(self) -> Services:
        return patiently()(lambda: self._open.enter_context(services(self._settings)))

    def perform(self, run_id: int) -> None:
        """Do a run if it is still to be done, and tell of those that follow or waited for it.

        A worker that stops leaves the run to others, who hear of it by the sweep.
        """
        if self._is_stopping():
            patiently()(self._leave_to_others, run_id)
        elif self._done(run_id) and not self._is_stopping():
            patiently()(self._tell_of_what_follows, run_id)

    def _leave_to_others(self, run_id: int) -> None:
        with Session(self._services.engine) as session, session.begin():
            queue.note_untold(session, run_id, self._services.clock())

    def _tell_of_what_follows(self, run_id: int) -> None:
        """Tell of what the end of a run leads to, and of what it kept waiting.

        What something else keeps waiting is told of when that ends; the sweep looks as well.
        """
        found = self._services
        with Session(found.engine) as session:
            waiting = queue.behind(session, run_id)
        following = route(found)
        with Session(found.engine) as session:
            ready = taking.ready(session, (*following, *waiting), taker_of(found))
        announce(found, ready, self._app)

    def _done(self, run_id: int) -> bool:
        """Whether the run was this process's to do; what went wrong stands in the run."""
        try:
            return perform(
                self._services, run_id, _unseen, over=partial(self._tell_before_its_end, run_id)
            )
        except DoisoatError as error:
            logger().warning("run_failed", run=run_id, trouble=error.key)
        except Exception:  # noqa: BLE001 - the run says so, and others go on
            logger().exception("run_broke_off", run=run_id)
        return True

    def _tell_before_its_end(self, run_id: int) -> None:
        """Tell while this process still reads what belongs to a run that is over."""
        if not self._is_stopping():
            with _bearing_absence_of_the_store():
                self._tell_of_what_follows(run_id)

    def sweep(self) -> None:
        """Look after everything that may have stopped moving."""
        with _bearing_absence_of_the_store():
            announce(self._services, sweep(self._services, self._life), self._app)

    def deliver(self) -> None:
        """Send what waits in the outbox, and the mails."""
        with _bearing_absence_of_the_store():
            deliver_now(self._services)
            send_mail_now(self._services)


@contextmanager
def _bearing_absence_of_the_store() -> Iterator[None]:
    """A round that finds no store is over; the next one comes in a few seconds."""
    try:
        yield
    except DBAPIError as error:
        if not will_pass(error):
            raise
        logger().warning("store_away")


def _unseen(_stage: Stage, _name: str) -> Progress:
    return _nothing


def _nothing(_done: int, _total: int | None) -> None:
    """How far a run has come stands in its row."""
