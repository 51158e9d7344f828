"""``/index``: a month's table, one unit, and one value over the months."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from worker.bootstrap import Services
from worker.console.asking import Joint, Viewer, require_unit
from worker.console.index.months import heat_map
from worker.console.index.one import one_of
from worker.console.index.shown import WAYS, Asked, month_asked, months_known, table_of
from worker.console.listing import part_of
from worker.console.scope import only_unit
from worker.console.showing import go_to, show
from worker.core.access import Who
from worker.journey.indexing import side_by_side

router = APIRouter(include_in_schema=False)

_LONGEST_CODE = 20


@router.get("/index")
def show_table(request: Request, who: Viewer, services: Joint) -> Response:
    """A month's values, every unit that is seen in a row; of one unit alone its own page."""
    asked = request.query_params
    own = only_unit(services, who)
    if own is not None:
        written = {"month": asked["month"]} if "month" in asked else {}
        return go_to(f"/index/units/{own.code}", **written)
    sort = asked.get("sort", "")[:_LONGEST_CODE]
    columns = ("rank", "unit", *([sort] if sort else []))
    part = part_of(request, columns, filters=("month", "way", "group"))
    month = month_asked(services, part.filters.get("month", ""))
    wanted = Asked(
        way=part.filters.get("way", ""),
        group=part.filters.get("group", ""),
        sort=part.sort,
        is_descending=part.is_descending,
    )
    table = table_of(services, who, month, wanted)
    return show(
        request,
        who,
        "index/table",
        part=part,
        table=table,
        months=months_known(services),
        top=_top(services, who),
    )


@router.get("/index/months")
def show_months(request: Request, who: Viewer, services: Joint) -> Response:
    """One value of every unit that is seen over the months, as a heat map."""
    asked = request.query_params
    heat = heat_map(services, who, asked.get("code", ""), asked.get("way", ""))
    return show(request, who, "index/months", heat=heat, ways=WAYS, top=_top(services, who))


@router.get("/index/units/{code}")
def show_one(request: Request, who: Viewer, services: Joint, code: str) -> Response:
    """All that is told of one unit, or the province, beside earlier months."""
    found = require_unit(who, services, code)
    month = month_asked(services, request.query_params.get("month", ""))
    one = one_of(services, side_by_side(services, month), found.code)
    return show(
        request,
        who,
        "index/one",
        one=one,
        months=months_known(services),
        top=_top(services, who),
    )


def _top(services: Services, who: Who) -> str:
    """The code of what has a page of its own among the tabs: the province, or the only unit."""
    if who.sees_all:
        return services.settings.province.code
    own = only_unit(services, who)
    return own.code if own is not None else ""
