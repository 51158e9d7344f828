"""``/index``: a month's table, one unit, and one value over the months."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from worker.console.asking import Joint, SeesAll
from worker.console.index.months import heat_map
from worker.console.index.one import one_of
from worker.console.index.shown import WAYS, month_asked, months_known, table_of
from worker.console.listing import part_of
from worker.console.showing import show
from worker.journey.indexing import side_by_side

router = APIRouter(include_in_schema=False)

_LONGEST_CODE = 20


@router.get("/index")
def show_table(request: Request, who: SeesAll, services: Joint) -> Response:
    """A month's values, every unit in a row."""
    asked = request.query_params
    sort = asked.get("sort", "")[:_LONGEST_CODE]
    columns = ("rank", "unit", *([sort] if sort else []))
    part = part_of(request, columns, filters=("month", "way", "group"))
    month = month_asked(services, part.filters.get("month", ""))
    table = table_of(
        services,
        month,
        part.filters.get("way", ""),
        part.filters.get("group", ""),
        part.sort,
        is_descending=part.is_descending,
    )
    return show(request, who, "index/table", part=part, table=table, months=months_known(services))


@router.get("/index/months")
def show_months(request: Request, who: SeesAll, services: Joint) -> Response:
    """One value of every unit over the months, as a heat map."""
    asked = request.query_params
    heat = heat_map(services, asked.get("code", ""), asked.get("way", ""))
    return show(request, who, "index/months", heat=heat, ways=WAYS)


@router.get("/index/units/{code}")
def show_one(request: Request, who: SeesAll, services: Joint, code: str) -> Response:
    """All that is told of one unit, or the province, beside earlier months."""
    month = month_asked(services, request.query_params.get("month", ""))
    one = one_of(services, side_by_side(services, month), code)
    units = [each for each in services.directory.units if each.begun_by(month.last)]
    return show(request, who, "index/one", one=one, units=units, months=months_known(services))
