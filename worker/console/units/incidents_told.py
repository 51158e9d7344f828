"""Open incidents as pages of figures name them."""

from collections.abc import Sequence

from sqlmodel import Session

from models.types import IncidentState
from worker.console.units.told import IncidentTold
from worker.db import incidents
from worker.db.incidents import Wanted
from worker.db.sources import source_names
from worker.render.incidents import incident_item, says


def open_incidents(
    session: Session, limit: int, unit: str | None = None
) -> tuple[int, Sequence[IncidentTold]]:
    """How many are open, of a unit or altogether, and the newest of them."""
    wanted = Wanted(unit=unit, state=IncidentState.OPEN, limit=limit)
    total, rows = incidents.list_rows(session, wanted)
    names = source_names(session)
    items = (incident_item(row, names) for row in rows)
    return total, [
        IncidentTold(
            id=item["id"],
            kind=item["kind"],
            unit=item["unit"],
            source=item["source"],
            says=says(item["kind"], item["value"]),
            value=item["value"],
            opened_at=item["opened_at"],
            acknowledged_by=item["acknowledged_by"],
        )
        for item in items
    ]
