"""The page of one unit, with the forms about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from sqlmodel import Session
from starlette.responses import Response

from models.roles import Role
from models.types import UnitLevel
from worker.bootstrap import Services
from worker.console.reckoned import asked_period, known_periods, month_of
from worker.console.scope import only_unit
from worker.console.showing import go_to, show
from worker.console.units.pictures import course_picture
from worker.console.units.recipients_told import Register
from worker.console.units.shown import note_told, unit_shown
from worker.console.units.told import RecipientTold, UnitTold
from worker.console.written import LONGEST
from worker.core.access import Who
from worker.core.alerts.recipients import LONGEST_ADDRESS, ROLES
from worker.core.units import Unit
from worker.db import notes
from worker.journey.noting import LONGEST_NOTE, about_unit
from worker.render.bridge_lines import bridge_lines
from worker.render.mails import role_shown

NOTES_SHOWN = 20
_REFUSED, _CONFLICT = 422, 409


@dataclass(frozen=True, slots=True)
class Refused:
    """A note that was not kept: why, and what had been written."""

    fault: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What stands in a form about who gets mails; ``fault`` says why it was not done.

    ``is_leaving``: it is the form by which somebody is taken out.
    """

    email: str = ""
    role: str = next(iter(ROLES))
    reason: str = ""
    fault: str = ""
    is_leaving: bool = False


def unit_page(
    request: Request,
    who: Who,
    services: Services,
    found: Unit,
    refused: Refused | None = None,
    *,
    telling: Telling | None = None,
) -> Response:
    """The page of a unit; for one that had ended, on to the page of the one in its place."""
    said = request.query_params.get("period", "")
    period = asked_period(said)
    with Session(services.engine) as session:
        told = unit_shown(services, session, who, found, period)
        if told is not None and told[1].unit.code != found.code:
            month = month_of(said)
            asked = {"period": month} if month else {}
            return go_to(f"/units/{told[1].unit.code}", "unit_merged", **asked)
        total, written = notes.of_subject(session, about_unit(found.code), limit=NOTES_SHOWN)
        people = (
            told[1].recipients if told else Register.read(services, session, who).of(found.code)
        )
        return show(
            request,
            who,
            "units/unit",
            status=_status(refused, telling),
            unit=found,
            parent=_parent(services, who, found),
            is_listed=only_unit(services, who) is None,
            is_province=found.level is UnitLevel.PROVINCE,
            may_write=who.may(Role.OPERATOR),
            predecessors=_predecessors(services, told[1]) if told else (),
            periods=known_periods(services, session),
            period=period,
            notes=[note_told(each) for each in written],
            notes_total=total,
            refused=refused,
            longest=LONGEST_NOTE,
            **_people(who, people, telling),
            **(_pictures(*told) if told else {"told": None, "known": None}),
        )


def _status(refused: Refused | None, telling: Telling | None) -> int:
    if telling is not None:
        return _CONFLICT
    return _REFUSED if refused else 200


def _people(who: Who, people: Sequence[RecipientTold], telling: Telling | None) -> dict[str, Any]:
    """What the part about recipients speaks of."""
    return {
        "people": people,
        "has_own": any(each.own for each in people),
        "may_tell": who.may(Role.ADMIN),
        "telling": telling or Telling(),
        "roles": tuple(ROLES),
        "role_shown": role_shown,
        "longest_address": LONGEST_ADDRESS,
        "longest_reason": LONGEST,
    }


def _pictures(known: Any, told: UnitTold) -> dict[str, Any]:
    return {
        "known": known,
        "told": told,
        "lines": bridge_lines(told.statement),
        "picture": course_picture(told.course),
    }


def _predecessors(services: Services, told: UnitTold) -> list[str]:
    found = map(services.directory.get, told.unit.predecessors)
    return [each.name for each in found if each is not None]


def _parent(services: Services, who: Who, found: Unit) -> Unit | None:
    above = services.directory.get(found.parent) if found.parent else None
    return (
        above if above is not None and above.parent is not None and who.sees(above.code) else None
    )
