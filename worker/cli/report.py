"""``doisoat report``: one period as a workbook, an official letter, a page, or for programs."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from worker.cli.files import write_bytes
from worker.cli.invocation import invocation
from worker.cli.options import PeriodOption, UnitOption, unit_of
from worker.cli.output import show
from worker.cli.progress import counting
from worker.cli.stored import opened
from worker.cli.usage import WrongUsage

if TYPE_CHECKING:
    from models.types import Period
    from worker.render.report.document import Document

_STANDARD_OUTPUT = "-"
_KILOBYTE = 1000
_FORMS = ("xlsx", "docx", "html", "json", "csv")
_TEXTS = ("html", "json")

CompareOption = Annotated[
    str | None, typer.Option("--compare", metavar="2024-04,2024-06", help="cli.report.compare")
]
FormatOption = Annotated[
    str, typer.Option("--format", metavar="|".join(_FORMS), help="cli.report.format")
]
OutputOption = Annotated[
    str | None, typer.Option("--output", metavar="FILE", help="cli.report.output")
]


def run(
    ctx: typer.Context,
    *,
    period: PeriodOption = None,
    unit: UnitOption = None,
    compare: CompareOption = None,
    form: FormatOption = "xlsx",
    output: OutputOption = None,
) -> int:
    """Write the report, and say where it is."""
    _check(form, output)
    with opened(ctx) as services:
        from worker.core.times import month_of, parse_month, period_start
        from worker.i18n import text
        from worker.journey.documents import Wanted, file_name, file_of, report_of

        now = services.clock()
        month = parse_month(period) if period else month_of(now)
        if now < period_start(month):
            raise WrongUsage("usage.period_not_begun", period=period or "")
        chosen = unit_of(services.directory, unit) if unit else None
        chosen = chosen if chosen and chosen.parent is not None else None
        wanted = Wanted(period=month, unit=chosen, compared=_months(compare))
        with counting(text("report.written.gathering")) as progress:
            document = report_of(services, wanted, progress)
            content = file_of(document, form)
    if output == _STANDARD_OUTPUT:
        sys.stdout.write(content.decode())
        return 0
    file = invocation(ctx).working_folder / (output or file_name(document, form))
    write_bytes(file, content)
    show(_said(document, file, len(content)))
    return 0


def _check(form: str, output: str | None) -> None:
    if form not in _FORMS:
        allowed = ", ".join(_FORMS)
        raise WrongUsage("usage.not_one_of", name="--format", value=form, allowed=allowed)
    if output == _STANDARD_OUTPUT and form not in _TEXTS:
        raise WrongUsage("usage.no_text", format=form, texts=", ".join(_TEXTS))


def _months(compare: str | None) -> "tuple[Period, ...]":
    from worker.core.times import parse_month

    return tuple(parse_month(each) for each in (compare or "").split(",") if each.strip())


def _said(document: "Document", file: Path, size: int) -> str:
    from worker.i18n import text
    from worker.i18n.numbers import number

    told = text("report.written.size", n=number(max(1, round(size / _KILOBYTE))))
    return text("report.written.file", about=document.subtitle, file=file, size=told)
