"""Counting across a break: what was a predecessor's is counted where its successor stands.

Which unit stands for which on a day, the directory says (``UnitDirectory.heirs_on``). Counts are
summed; rates, scores and ranks never are.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from msgspec.structs import replace

from models.types import Period, RecordView
from worker.core.judged import DossierCase
from worker.core.times import local_day


def counting_day(as_of: datetime, period: Period) -> date:
    """The local day by whose units a period is counted at an instant: not beyond its last day."""
    return min(local_day(as_of), period.last)


def units_of(case: DossierCase) -> frozenset[str]:
    """The units under which any side holds the dossier."""
    return frozenset(view.unit for view in (*case.province, *case.portal, *case.elsewhere))


def counting_units(case: DossierCase) -> frozenset[str]:
    """The units under which the dossier is counted: what the portal is presumed to have is not."""
    if not case.presumed:
        return units_of(case)
    return frozenset(view.unit for view in (*case.province, *case.elsewhere))


def rolled_up(case: DossierCase, heirs: Mapping[str, str]) -> DossierCase:
    """The dossier with every ended unit replaced by its heir, on all sides alike.

    So a dossier that the province keeps under the predecessor and the portal shows under the
    successor is no difference of units.
    """
    if heirs.keys().isdisjoint(units_of(case)):
        return case
    return replace(
        case,
        province=tuple(_rolled_up(view, heirs) for view in case.province),
        portal=tuple(_rolled_up(view, heirs) for view in case.portal),
        elsewhere=tuple(_rolled_up(view, heirs) for view in case.elsewhere),
    )


def _rolled_up(view: RecordView, heirs: Mapping[str, str]) -> RecordView:
    heir = heirs.get(view.unit)
    return view if heir is None else replace(view, unit=heir)


def rolled_up_counts(
    counts: Mapping[str, int | None], heirs: Mapping[str, str]
) -> dict[str, int | None]:
    """Counts by unit, those of ended units added to their heirs'.

    A sum with an unknown part (None) is unknown: what is left out would look like fewer dossiers.
    """
    summed: dict[str, int | None] = {}
    for unit, count in counts.items():
        heir = heirs.get(unit, unit)
        before = summed.get(heir, 0)
        summed[heir] = None if count is None or before is None else before + count
    return summed


def predecessors_of(
    unit: str, heirs: Mapping[str, str], among: Collection[str] | None = None
) -> list[str]:
    """The ended units a unit stands for, in order of their codes; ``among`` some of them only."""
    codes = heirs.keys() if among is None else heirs.keys() & set(among)
    return sorted(code for code in codes if heirs[code] == unit)
