"""How many incidents are open, where and of what kind."""

from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from models.incident import Incident
from models.types import IncidentKind, IncidentState


@dataclass(frozen=True, slots=True)
class Open:
    """Open incidents of units, of one kind; ``waiting`` are those that nobody has taken on."""

    kind: IncidentKind
    count: int
    waiting: int


def by_unit(session: Session) -> dict[str, int]:
    """Open incidents by unit; those of no single unit stand under the empty code."""
    query = (
        select(Incident.unit, func.count())
        .where(Incident.state == IncidentState.OPEN)
        .group_by(col(Incident.unit))
    )
    return dict(session.exec(query).all())


def by_kind(session: Session) -> list[Open]:
    """The kinds of which units have open incidents, in the order of the domain."""
    taken = func.count(col(Incident.acknowledged_at))
    query = (
        select(Incident.kind, func.count(), taken)
        .where(Incident.state == IncidentState.OPEN, Incident.unit != "")
        .group_by(col(Incident.kind))
    )
    found = {
        IncidentKind(kind): (count, count - taken_on)
        for kind, count, taken_on in session.exec(query)
    }
    return [Open(kind, *found[kind]) for kind in IncidentKind if kind in found]
