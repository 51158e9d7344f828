"""The tasks. Each takes ids only, may run twice, and may come late or not at all."""

from collections.abc import Callable

from celery import Celery

from worker.settings.model import Settings
from worker.tasks.app import DELIVER, PERFORM, SWEEP, celery_app
from worker.tasks.desk import Desk


def working_app(settings: Settings, is_stopping: Callable[[], bool]) -> Celery:
    """The application with its tasks, as workers need it.

    ``is_stopping``: whether the worker has been told to stop, and takes nothing up any more.
    """
    app = celery_app(settings)
    desk = Desk(app, settings, is_stopping)

    @app.task(name=PERFORM)
    def perform(run: int) -> None:
        desk.perform(run)

    @app.task(name=SWEEP)
    def sweep() -> None:
        desk.sweep()

    @app.task(name=DELIVER)
    def deliver() -> None:
        desk.deliver()

    return app
