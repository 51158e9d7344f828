"""Which dossiers somebody may look at, and what of them."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from worker.bootstrap import Services
from worker.console.discrepancies.told import as_seen, seen_unit
from worker.core.access import Who
from worker.core.times import local_day
from worker.db import dossier_search
from worker.errors import NotFoundError


def require_dossier(session: Session, services: Services, who: Who, number: int) -> None:
    """That there is a dossier, and that one of its units is of those that ``who`` sees.

    Raises:
        NotFoundError: there is none, or it is not for them: which of both is nobody's business.
    """
    units = dossier_search.units_of(session, number)
    heirs = services.directory.heirs_on(local_day(services.clock()))
    if not any(who.sees(unit) or who.sees(heirs.get(unit, unit)) for unit in units):
        raise NotFoundError("dossier_not_found", code=str(number))


def masked(told: Mapping[str, Any], who: Who) -> dict[str, Any]:
    """A dossier that was explained, without the units that ``who`` doesn't see."""
    if who.sees_all:
        return dict(told)
    return dict(told) | {
        "records": [each | {"unit": seen_unit(each["unit"], who)} for each in told["records"]],
        "effects": [as_seen(each, who) for each in told["effects"]],
        "discrepancies": [_life(each, who) for each in told["discrepancies"]],
    }


def _life(life: Mapping[str, Any], who: Who) -> dict[str, Any]:
    steps = [
        step | {side: seen_unit(step[side], who) for side in ("unit", "portal_unit")}
        for step in life["steps"]
    ]
    return dict(life) | {"steps": steps}
