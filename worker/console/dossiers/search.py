"""Looking for a dossier by what somebody typed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlmodel import Session

from worker.bootstrap import Services
from worker.console.dossiers.reach import require_dossier
from worker.console.dossiers.told import DossierFound
from worker.core.access import Who
from worker.core.codes import dossier_code
from worker.db import dossier_search, trail
from worker.db.quarantine import QuarantinedRow
from worker.errors import DataError, NotFoundError

SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class Hits:
    """What was found: one dossier, or those a code of which begins so, or what can't be read.

    ``has_more``: there are more than are told.
    """

    one: int | None = None
    some: Sequence[DossierFound] = ()
    has_more: bool = False
    unreadable: Sequence[QuarantinedRow] = field(default=())


def hits_of(services: Services, who: Who, typed: str, limit: int = SHOWN) -> Hits:
    """What ``who`` may see of what a code, or its beginning, leads to."""
    try:
        code = dossier_code(typed)
    except DataError:
        return Hits()
    with Session(services.engine, expire_on_commit=False) as session:
        one = trail.find(session, code)
        if one is not None and _is_seen(session, services, who, one):
            return Hits(one)
        found = dossier_search.beginning_with(session, code, who.units, limit + 1)
        some = [DossierFound(id=dossier, dossier=each) for dossier, each in found[:limit]]
        unreadable = trail.quarantined(session, code) if who.sees_all else ()
    return Hits(None, some, len(found) > limit, unreadable)


def _is_seen(session: Session, services: Services, who: Who, number: int) -> bool:
    try:
        require_dossier(session, services, who, number)
    except NotFoundError:
        return False
    return True
