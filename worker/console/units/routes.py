"""``/units``: the table of units, the page of one, and notes about it."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.responses import Response

from models.types import UnitLevel
from worker.console.asking import Joint, Operates, Viewer, require_unit
from worker.console.download import Kind, download
from worker.console.listing import Part, part_of
from worker.console.reckoned import asked_period, known_periods, month_of, reckoned
from worker.console.scope import only_unit
from worker.console.sentences import sentence
from worker.console.showing import go_to, show
from worker.console.units.page import Refused, unit_page
from worker.console.units.sheet import cells, headings
from worker.console.units.standing import COLUMNS, chosen, ordered, standings, told_basis, totals_of
from worker.console.units.told import Standing
from worker.core.times import local_day
from worker.db import open_incidents
from worker.errors import PermanentError
from worker.i18n import text
from worker.journey.noting import LONGEST_NOTE, about_unit, add_note

router = APIRouter(include_in_schema=False)

Words = Annotated[str, Form(alias="text", max_length=8 * LONGEST_NOTE)]


@router.get("/units")
def units(request: Request, who: Viewer, services: Joint) -> Response:
    """Every unit that ``who`` sees, the worst first; of one alone its own page."""
    asked = _asked(request)
    own = only_unit(services, who)
    if own is not None:
        month = month_of(asked.filters.get("period", ""))
        return go_to(f"/units/{own.code}", **({"period": month} if month else {}))
    with Session(services.engine) as session:
        known = reckoned(services, session, asked_period(asked.filters.get("period", "")))
        periods = known_periods(services, session)
        found = standings(services, known, open_incidents.by_unit(session)) if known else ()
    seen = [each for each in found if who.sees(each.code)]
    rows = _rows(seen, asked)
    return show(
        request,
        who,
        "units/list",
        known=known,
        basis=told_basis(known) if known else None,
        periods=periods,
        part=asked,
        asked_month=month_of(asked.filters.get("period", "")),
        total=len(rows),
        rows=rows[asked.offset : asked.offset + asked.size],
        seen=len(seen),
        totals=totals_of(known) if known and who.sees_all else None,
        levels=[each for each in UnitLevel if any(unit.level is each for unit in seen)],
    )


@router.get("/units.{kind}")
def download_units(request: Request, who: Viewer, services: Joint, kind: Kind) -> Response:
    """The same as a file, all of it."""
    asked = _asked(request)
    with Session(services.engine) as session:
        known = reckoned(services, session, asked_period(asked.filters.get("period", "")))
        found = standings(services, known, open_incidents.by_unit(session)) if known else ()
    rows = _rows([each for each in found if who.sees(each.code)], asked)
    day = f"-{local_day(known.row.as_of):%Y-%m-%d}" if known else ""
    return download(text("pages.units.file_name") + day, headings(), map(cells, rows), kind)


def _asked(request: Request) -> Part:
    return part_of(request, COLUMNS, filters=("q", "level", "period"), is_descending=True)


def _rows(seen: Sequence[Standing], asked: Part) -> list[Standing]:
    wanted = chosen(seen, asked.filters.get("q", ""), asked.filters.get("level", ""))
    return ordered(wanted, asked.sort, is_descending=asked.is_descending)


@router.get("/units/{code}")
def unit(request: Request, who: Viewer, services: Joint, code: str) -> Response:
    """One unit."""
    return unit_page(request, who, services, require_unit(who, services, code))


@router.post("/units/{code}/notes")
def write_note(
    request: Request, who: Operates, services: Joint, code: str, words: Words = ""
) -> Response:
    """Keep a note about a unit."""
    found = require_unit(who, services, code)
    try:
        add_note(services, about_unit(found.code), words, who.name)
    except PermanentError as error:
        return unit_page(request, who, services, found, Refused(sentence(error), words))
    return go_to(f"/units/{found.code}", "note_added")
