"""``/api/v1/index``: as ``doisoat index --json`` tells it."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query

from worker.bootstrap import Services
from worker.console.asking import Joint, Viewer
from worker.console.calls import FAULTS
from worker.console.index.one import compared_of
from worker.console.index.shown import month_asked
from worker.console.plain import plain
from worker.console.scope import unit_or_own
from worker.core.index.rules import TOTAL
from worker.core.index.side_by_side import SideBySide
from worker.core.times import parse_month
from worker.errors import NotFoundError, PermanentError
from worker.journey.indexing import side_by_side
from worker.render.index_items import index_item, units_item

api = APIRouter(prefix="/api/v1/index", tags=["index"], responses={**FAULTS})

Month = Annotated[str, Query(max_length=7, description="a month, 2024-07; the present one")]
Compared = Annotated[
    list[str] | None,
    Query(max_length=3, description="earlier months; the last two of which anything is told"),
]
_USUAL: Final = "the province; for an account of units its own, the first of several"

Code = Annotated[str, Query(max_length=50)]


@api.get("")
def index_get(
    who: Viewer,
    services: Joint,
    *,
    month: Month = "",
    unit: Annotated[str | None, Query(max_length=50, description=_USUAL)] = None,
    group: Annotated[str | None, Query(max_length=10)] = None,
    compare: Compared = None,
) -> dict[str, Any]:
    """The index of the province or of a unit in one month beside others."""
    table = _table(services, month, compare)
    own = unit_or_own(services, who, unit)
    code = own.code if own is not None else services.settings.province.code
    compared = compared_of(table, code, group)
    return plain(index_item(table, compared))


@api.get("/units")
def index_units(
    who: Viewer,
    services: Joint,
    *,
    month: Month = "",
    code: Code,
    compare: Compared = None,
) -> dict[str, Any]:
    """One value of every unit that the account sees: level by level, the worst first."""
    table = _table(services, month, compare)
    rules = table.current.rules
    groups = [each.code for each in rules.groups]
    rates = [each.code for each in rules.components]
    if code not in {TOTAL, *groups, *rates, *(other for other, _ in rules.others)}:
        raise NotFoundError("indicator_unknown", code=code)
    rows = [each for each in table.by(code) if who.sees(each.unit.unit)]
    return plain(units_item(table, code, rows))


def _table(services: Services, month: str, compare: list[str] | None) -> SideBySide:
    period = month_asked(services, month)
    bases = None if compare is None else [parse_month(each) for each in compare]
    if bases is not None and any(base >= period for base in bases):
        raise PermanentError("month_not_earlier")
    return side_by_side(services, period, bases)
