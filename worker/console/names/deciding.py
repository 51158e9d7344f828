"""Decisions about names as an account makes them, by a form or by a call."""

from models.decision import UnitAlias
from worker.bootstrap import Services
from worker.console.asking import require_unit
from worker.console.names.shown import Decided
from worker.console.written import written
from worker.core.access import Who
from worker.errors import PermanentError
from worker.journey.naming import decide_name, forget_name


def decided_by(services: Services, who: Who, name: str, unit: str, reason: str) -> Decided:
    """Give a name to a unit, and read what waited for that.

    Raises:
        PermanentError: no unit or no reason is given, or the name is not open to a decision.
        NotFoundError: there is no such unit.
    """
    if not unit:
        raise PermanentError("unit_needed")
    chosen, why = require_unit(who, services, unit), _why(reason)
    return Decided.of(name, chosen, decide_name(services, name, chosen, who.name, why))


def forgotten_by(services: Services, who: Who, name: str, reason: str) -> UnitAlias:
    """Take a decision about a name back; what it was.

    Raises:
        PermanentError: no reason is given.
        NotFoundError: nobody decided about it.
    """
    return forget_name(services, name, who.name, _why(reason))


def _why(reason: str) -> str:
    said = written(reason)
    if said is None:
        raise PermanentError("reason_wanted")
    return said
