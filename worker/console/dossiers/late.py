"""The dossiers behind a late count, as its page and the API show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlmodel import Session

from models.types import Category, CountView
from worker.bootstrap import Services
from worker.console.asking import require_unit
from worker.console.dossiers.told import LateTold
from worker.console.reckoned import pair_of
from worker.core.access import Who
from worker.core.lineage import counting_day
from worker.core.units import Unit
from worker.db import comparisons, late_dossiers
from worker.db.late_dossiers import LATE, Behind, LateDossier


class LateCategory(StrEnum):
    """The categories that count as late."""

    RESOLVED_LATE = Category.RESOLVED_LATE.value
    OPEN_LATE = Category.OPEN_LATE.value


@dataclass(frozen=True, slots=True, kw_only=True)
class LateAsked:
    """Behind which count is looked: of a unit (None: of all that are seen), in a category."""

    view: CountView
    unit: str | None = None
    category: LateCategory | None = None
    descending: bool = False
    limit: int = 50
    offset: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LateFound:
    """A part of the dossiers; ``total`` is the late count, ``behind`` what was counted."""

    behind: Behind | None
    unit: Unit | None
    total: int
    items: Sequence[LateDossier]


def late_found(services: Services, who: Who, asked: LateAsked) -> LateFound:
    """A part of the dossiers behind a count of the last reconciliation.

    Raises:
        NotFoundError: the unit is none that ``who`` sees.
    """
    unit = require_unit(who, services, asked.unit) if asked.unit else None
    with Session(services.engine, expire_on_commit=False) as session:
        pair = pair_of(services, session)
        row = comparisons.shown(session, pair, None) if pair else None
        if row is None:
            return LateFound(behind=None, unit=unit, total=0, items=())
        behind = Behind(
            row=row,
            view=asked.view,
            categories=LATE if asked.category is None else (Category(asked.category.value),),
            units=who.units if unit is None else (unit.code,),
            heirs=services.directory.heirs_on(
                counting_day(row.as_of, late_dossiers.period_of(row))
            ),
        )
        items = late_dossiers.listed(
            session,
            behind,
            descending=asked.descending,
            limit=asked.limit,
            offset=asked.offset,
        )
        total = late_dossiers.counted(session, behind)
    return LateFound(behind=behind, unit=unit, total=total, items=items)


def late_told(found: LateDossier) -> LateTold:
    """A dossier behind a count as the API tells it."""
    return LateTold(
        id=found.dossier_id,
        dossier=found.code,
        unit=found.unit,
        category=found.category,
        late_from=found.late_from,
        ended_at=found.ended_at,
    )
