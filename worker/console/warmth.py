"""What takes long the first time is done before anybody asks: drawing, and this month's index."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from worker.bootstrap import Services
from worker.console.joined import Joined
from worker.core.times import month_of
from worker.errors import DoisoatError
from worker.journey.indexing import kept_evaluation
from worker.log import logger
from worker.render.course import CourseNames, CoursePoint, course_svg

# In seconds. Whoever stops the server at once, or first looks at a page, doesn't wait for it.
_AT_FIRST: Final = 2.0
_EVERY: Final = 300.0
_PATIENCE: Final = 5.0


@contextmanager
def kept_warm(joined: Joined) -> Iterator[None]:
    """Keep warm, in a thread, what pages would have to wait for."""
    over = Event()
    thread = Thread(target=_keep, args=(joined, over), name="warmth", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(_PATIENCE)


def _keep(joined: Joined, over: Event) -> None:
    over.wait(_AT_FIRST)
    while not over.is_set():
        try:
            _warm(joined.get())
        except (DoisoatError, SQLAlchemyError) as error:
            # Whoever opens the page is told what is wrong.
            logger().info("not_warmed", error=type(error).__name__)
        over.wait(_EVERY)


def _warm(services: Services) -> None:
    now = services.clock()
    yesterday = now - timedelta(days=1)
    points = (CoursePoint(yesterday, 0, 1), CoursePoint(now, 1, 0))
    course_svg(points, CourseNames("–", "—"))
    kept_evaluation(services, month_of(now))
