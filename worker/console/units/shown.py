"""What is told of one unit: how its late count comes about, and what to do about it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session

from models.operator import Note
from models.types import Cause, CountView, Period
from worker.bootstrap import Services
from worker.console.reckoned import Reckoned, reckoned
from worker.console.units.incidents_told import open_incidents
from worker.console.units.recipients_told import Register
from worker.console.units.standing import basis_of, standings
from worker.console.units.told import (
    CauseTold,
    LateSoon,
    NoteTold,
    PointTold,
    UnitTold,
)
from worker.core.access import Who
from worker.core.alerts.warnings import reach
from worker.core.explanation import unit_told
from worker.core.lineage import predecessors_of
from worker.core.units import Unit
from worker.db import comparisons, early_warnings, open_discrepancies
from worker.db.comparisons import Course, Point
from worker.db.sources import identity
from worker.errors import NotFoundError
from worker.i18n import text

MOST_LATE_SOON = 20
_MOST_INCIDENTS = 10


def unit_shown(
    services: Services, session: Session, who: Who, unit: Unit, period: Period | None
) -> tuple[Reckoned, UnitTold] | None:
    """All that is told of a unit; None where nothing was reconciled (of that period) yet.

    For a unit that had ended it is told of the one that stands in its place.

    Raises:
        NotFoundError: that one is not for ``who``.
    """
    known = reckoned(services, session, period, unit.code)
    if known is None:
        return None
    code = known.heirs.get(unit.code, unit.code)
    if not who.sees(code):
        raise NotFoundError("unit_not_found", unit=unit.code)
    total, incidents = open_incidents(session, _MOST_INCIDENTS, code)
    (standing,) = standings(services, known, {code: total})
    statement = unit_told(known.report)
    course = comparisons.course(session, known.row, code)
    told = UnitTold(
        **basis_of(known),
        unit=standing,
        statement=statement["statement"],
        causes=causes_told(session, known, statement["causes"], code),
        course=[point_told(each) for each in course.points],
        day_before=before_told(course),
        incidents=incidents,
        recipients=Register.read(services, session, who).of(code),
        **_late_soon(services, session, known, code),
    )
    return known, told


def causes_told(
    session: Session, known: Reckoned, steps: Sequence[Mapping[str, Any]], unit: str | None = None
) -> list[CauseTold]:
    """The causes of a bridge in words, those that move the count the most first.

    How many dossiers each has is counted for a unit alone: a province has too many.
    """
    is_counted = known.is_latest and unit is not None
    kept = open_discrepancies.by_cause(session, known.row, unit) if is_counted else None
    return [
        CauseTold(
            **step,
            **{
                part: text(f"causes.{part}.{step['cause']}")
                for part in ("label", "meaning", "advice")
            },
            dossiers=None if kept is None else kept.get(Cause(step["cause"]), 0),
        )
        for step in sorted(steps, key=lambda step: -abs(step["count"]))
    ]


def point_told(point: Point) -> PointTold:
    """The late counts of an earlier cut-off."""
    return PointTold(
        as_of=point.as_of,
        difference=point.difference,
        **{view.value: point.late[view] for view in CountView},
    )


def note_told(row: Note) -> NoteTold:
    """A note as it was written."""
    return NoteTold(id=identity(row.id), at=row.at, by=row.by, text=row.text)


def before_told(course: Course) -> PointTold | None:
    """The late counts of a day before the last; None where nobody counted then."""
    return point_told(course.before) if course.before else None


def _late_soon(services: Services, session: Session, known: Reckoned, code: str) -> dict[str, Any]:
    """What becomes late within 24 working hours; of a past there is nothing to be done any more."""
    if not known.is_latest:
        return {"late_soon_until": None, "late_soon_total": 0, "late_soon": ()}
    now = services.clock()
    until = reach(now, services.statutes.calendar, services.statutes.hours)
    units = (code, *predecessors_of(code, known.heirs))
    found = early_warnings.warnings(session, known.row, now, until, known.heirs, units)
    items = [
        LateSoon(
            dossier=each.code,
            procedure=each.procedure,
            status=each.status,
            due_at=each.due_at,
            late_from=each.late_from,
        )
        for each in found[:MOST_LATE_SOON]
    ]
    return {"late_soon_until": until, "late_soon_total": len(found), "late_soon": items}
