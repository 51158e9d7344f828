"""``/reports``: files to download, the months and their closes, the statements kept."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from models.rates import StatementKind
from worker.bootstrap import Services
from worker.console.asking import Approves, ConsoleParts, Joint, Viewer
from worker.console.calls import Number
from worker.console.download import Kind, download
from worker.console.index.shown import month_asked, months_known
from worker.console.listing import Part, part_of
from worker.console.reports.closing import close_asked
from worker.console.reports.files import FORMS, Asked, report_file
from worker.console.reports.files import Form as FileForm
from worker.console.reports.shown import (
    FILE_COLUMNS,
    account_in,
    corrections_of,
    file_row,
    listed,
    months_of,
    names_of,
    statement_row,
    told_of,
)
from worker.console.reports.turns import turn
from worker.console.scope import units_seen
from worker.console.showing import go_to, show
from worker.console.written import LONGEST
from worker.core.access import Who
from worker.core.times import parse_month
from worker.errors import PermanentError
from worker.i18n import sentence, text
from worker.i18n.numbers import month as month_in_words
from worker.journey.signing import verify
from worker.render.frozen_figures import figure_name, figure_value
from worker.render.statement import unit_name

router = APIRouter(include_in_schema=False)

Words = Annotated[str, Form(max_length=LONGEST)]
_REFUSED = 409
_NO_MONTHS = ""


@router.get("/reports")
def show_reports(request: Request, who: Viewer, services: Joint) -> Response:
    """The form for a report, and the months with their closes."""
    return _page(request, who, services)


@router.get("/reports/file")
def download_report(
    who: Viewer,
    services: Joint,
    month: str = "",
    unit: str = "",
    form: FileForm = "xlsx",
    compare: str = _NO_MONTHS,
) -> Response:
    """A report to keep; ``compare`` are earlier months, commas between them."""
    asked = Asked(month, unit, compare.replace(" ", "").split(","), form)
    return report_file(services, who, asked)


@router.post("/reports/close")
def close_month(  # noqa: PLR0913 - one for each field
    request: Request,
    who: Approves,
    parts: ConsoleParts,
    services: Joint,
    *,
    month: Annotated[str, Form(max_length=7)],
    role: Words = "",
    reason: Words = "",
    incomplete: Annotated[bool, Form()] = False,
) -> Response:
    """Put the close of a month in the queue."""
    try:
        ids = close_asked(services, who, month, role, reason, is_incomplete=incomplete)
    except PermanentError as error:
        typed = {"month": month, "role": role, "reason": reason, "incomplete": incomplete}
        return _page(request, who, services, sentence(error), typed)
    parts.announce(services, ids)
    return go_to("/reports", "close_queued")


@router.get("/reports/statements")
def list_statements(request: Request, who: Viewer, services: Joint) -> Response:
    """Everything that was signed or closed, the newest first."""
    part = _part(request)
    total, rows = listed(services, who, _kind(part), part.size, part.offset)
    names = names_of(services)
    return show(
        request,
        who,
        "reports/statements",
        part=part,
        total=total,
        rows=[(row, unit_name(row.unit or "", names)) for row in rows],
        kinds=list(StatementKind),
    )


@router.get("/reports/statements/file")
def download_statements(
    request: Request,
    who: Viewer,
    services: Joint,
    form: Kind = "xlsx",
) -> Response:
    """The whole list as it is filtered, as a file."""
    _, rows = listed(services, who, _kind(_part(request)), None)
    headings = [text(f"pages.reports.{name}") for name in FILE_COLUMNS]
    names = names_of(services)
    return download("ban-doi-chieu", headings, (file_row(row, names) for row in rows), form)


def _part(request: Request) -> Part:
    return part_of(request, ("id",), filters=("kind",), is_descending=True)


def _kind(part: Part) -> StatementKind | None:
    asked = part.filters.get("kind", "")
    return StatementKind(asked) if asked in set(StatementKind) else None


@router.get("/reports/statements/{number}")
def show_statement(request: Request, who: Viewer, services: Joint, number: Number) -> Response:
    """One statement as it was frozen."""
    return _statement(request, who, services, number, is_verified=False)


@router.post("/reports/statements/{number}/verify")
def verify_statement(request: Request, who: Viewer, services: Joint, number: Number) -> Response:
    """Compute it once more and compare; nothing is changed by that."""
    return _statement(request, who, services, number, is_verified=True)


@router.get("/reports/corrections")
def show_corrections(request: Request, who: Viewer, services: Joint, month: str = "") -> Response:
    """What became another figure after a month was closed."""
    period = month_asked(services, month)
    part = part_of(request, ("id",), filters=("month",))
    found = corrections_of(services, who, period)
    names = names_of(services)
    rows = [
        (each, unit_name(each.unit or "", names), figure_name(each.figure), *_values(each))
        for each in found[part.offset : part.offset + part.size]
    ]
    return show(
        request,
        who,
        "reports/corrections",
        part=part,
        total=len(found),
        rows=rows,
        month=month_in_words(period.first),
    )


def _values(each: object) -> tuple[str, str]:
    return figure_value(getattr(each, "before", None)), figure_value(getattr(each, "after", None))


def _page(
    request: Request,
    who: Who,
    services: Services,
    fault: str = "",
    typed: dict[str, object] | None = None,
) -> Response:
    asked = request.query_params
    now = services.clock()
    months = months_of(services, who, now)
    known = sorted({*months_known(services), *(each.period for each in months)}, reverse=True)
    written = asked.get("month", "")
    return show(
        request,
        who,
        "reports/all",
        status=_REFUSED if fault else 200,
        months=months,
        known=known,
        chosen=parse_month(written) if written else known[0],
        unit=asked.get("unit", ""),
        units=units_seen(services, who),
        forms=FORMS,
        fault=fault,
        typed=typed or {"month": "", "role": "", "reason": "", "incomplete": False},
        most=LONGEST,
    )


def _statement(
    request: Request, who: Who, services: Services, number: int, *, is_verified: bool
) -> Response:
    row = statement_row(services, who, number)
    found = None
    if is_verified:
        with turn():
            found = verify(services, row, lambda _stage, _name: lambda _done, _total: None)
    names = names_of(services)
    account, fault = account_in(services, row)
    differing = (*found.differing, *found.grounds) if found else ()
    return show(
        request,
        who,
        "reports/statement",
        told=told_of(row),
        about=unit_name(row.unit, names),
        account=account,
        fault=fault,
        found=found,
        obstacle=sentence(found.obstacle) if found and found.obstacle else "",
        differing=[
            (
                unit_name(each.figure.unit, names),
                figure_name(each.figure.name),
                figure_value(each.before),
                figure_value(each.after),
            )
            for each in differing
        ],
    )
