"""Explaining: both sides as they were known at an instant, and by what they are compared."""

from datetime import datetime

from sqlmodel import Session

from models.types import Period
from worker.bootstrap import Services
from worker.db import runs
from worker.db.cases import Sides
from worker.errors import NotFoundError
from worker.journey.parties import pairs_of, sides_of
from worker.ports import Progress
from worker.stages.explain import Explain


def both_sides(services: Services, as_of: datetime) -> Sides:
    """The province and the portal at an instant.

    Raises:
        NotFoundError: nothing has been pulled yet, or what was known then has been pruned.
    """
    sides = pairs_of(services, as_of)[sides_of(services)]
    with Session(services.engine) as session:
        if runs.last_run(session, sides.province_id) is None:
            raise NotFoundError("nothing_pulled")
    return sides


def unseen(_done: int, _total: int | None) -> None:
    """The progress of what is over before anybody could look."""


def explaining(
    services: Services, as_of: datetime, period: Period, progress: Progress = unseen
) -> Explain:
    """The task of explaining what counts in a period as it was known at an instant.

    Raises:
        NotFoundError: nothing has been pulled yet, or what was known then has been pruned.
    """
    return Explain(
        engine=services.engine,
        sides=both_sides(services, as_of),
        period=period,
        rulebook=services.rulebook(as_of, period, sides_of(services)),
        directory=services.directory,
        progress=progress,
    )
