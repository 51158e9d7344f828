"""``/``: the overview; who sees a few units only is shown those, who sees one that."""

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from worker.console.asking import Joint, Viewer
from worker.console.listing import part_of
from worker.console.overview.shown import overview_shown
from worker.console.reckoned import asked_period, known_periods, month_of
from worker.console.scope import only_unit
from worker.console.showing import go_to, show
from worker.console.units.pictures import course_picture
from worker.console.units.standing import COLUMNS
from worker.render.bridge_lines import bridge_lines

router = APIRouter(include_in_schema=False)


@router.get("/")
def overview(request: Request, who: Viewer, services: Joint) -> Response:
    """Where the province stands."""
    if not who.sees_all:
        own = only_unit(services, who)
        return go_to(f"/units/{own.code}" if own else "/units")
    asked = part_of(request, COLUMNS, filters=("period",), is_descending=True)
    period = asked_period(asked.filters.get("period", ""))
    with Session(services.engine) as session:
        known, told = overview_shown(services, session, period, asked.sort)
        periods = known_periods(services, session)
    figures = told.figures
    return show(
        request,
        who,
        "overview/overview",
        known=known,
        told=told,
        figures=figures,
        period=period,
        periods=periods,
        part=asked,
        asked_month=month_of(asked.filters.get("period", "")),
        lines=bridge_lines(figures.statement) if figures else (),
        picture=course_picture(figures.course) if figures else None,
    )
