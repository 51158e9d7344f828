"""Opening what commands work with: the settings, the store, and what both sides are known by."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from worker.cli.invocation import open_settings

if TYPE_CHECKING:
    from datetime import datetime

    from worker.bootstrap import Services
    from worker.db.cases import Sides


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
    from worker.journey.explaining import both_sides

    return both_sides(services, as_of)
