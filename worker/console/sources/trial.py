"""Trying a source's connection while somebody waits."""

from collections.abc import Sequence

from sqlmodel import Session

from worker.bootstrap import Services
from worker.console.sources.shown import TriedPart, require_source, tried_told
from worker.core.access import Who
from worker.db import audit
from worker.journey.trying import LONGEST_TRIAL, try_source


def tried_by(services: Services, who: Who, name: str) -> Sequence[TriedPart]:
    """Ask a source for the least of all it offers; who had it asked stays in the audit trail.

    Raises:
        NotFoundError: no source is called so.
    """
    require_source(services.settings, name)
    with Session(services.engine) as session, session.begin():
        audit.note(
            session,
            by=who.name,
            action="source_tried",
            subject=f"source {name}",
            now=services.clock(),
        )
    return tried_told(try_source(services.settings, name, LONGEST_TRIAL))
