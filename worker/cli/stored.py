"""Opening what commands work with: the settings, the store, and what both sides are known by."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from worker.cli.invocation import open_settings
from worker.errors import NotFoundError

if TYPE_CHECKING:
    from datetime import datetime

    from models.types import Period
    from worker.bootstrap import Services
    from worker.db.cases import Sides
    from worker.ports import Progress
    from worker.stages.explain import Explain


@contextmanager
def opened(ctx: typer.Context) -> "Iterator[Services]":
    """Settings and store, joined; closed again when the command ends."""
    settings = open_settings(ctx)
    from worker.bootstrap import services

    with services(settings) as joined:
        yield joined


def both_sides(services: "Services", as_of: "datetime") -> "Sides":
    """The province and the portal at an instant.

    Raises:
        NotFoundError: Nothing has been pulled yet.
    """
    from sqlmodel import Session

    from worker.db import runs
    from worker.journey import pairs_of, sides_of

    sides = pairs_of(services, as_of)[sides_of(services)]
    with Session(services.engine) as session:
        if runs.last_run(session, sides.province_id) is None:
            raise NotFoundError("nothing_pulled")
    return sides


def explaining(
    services: "Services", as_of: "datetime", period: "Period", progress: "Progress"
) -> "Explain":
    """An explanation's task; raises NotFoundError where nothing has been pulled yet."""
    from worker.journey import sides_of
    from worker.stages.explain import Explain

    return Explain(
        engine=services.engine,
        sides=both_sides(services, as_of),
        period=period,
        rulebook=services.rulebook(as_of, period, sides_of(services)),
        directory=services.directory,
        progress=progress,
    )
